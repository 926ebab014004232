"""The data sets of one Kinect recording a file, whose names say who does what."""

from pathlib import Path
from typing import Any, ClassVar

from stgcn_pyg.datasets.protocol import Protocol
from stgcn_pyg.datasets.recordings import RecordingDataset, class_number, numbers
from stgcn_pyg.io import NW_UCLA_ACTIONS, read_nw_ucla, read_utd_mhad
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import KINECT_20

UCLA_ACTIONS = tuple(NW_UCLA_ACTIONS.values())
"""The ten actions in the order of their labels, which count from 1."""

MHAD_ACTIONS = (
    "swipe left",
    "swipe right",
    "wave",
    "clap",
    "throw",
    "cross arms",
    "basketball shoot",
    "draw x",
    "draw circle clockwise",
    "draw circle counter clockwise",
    "draw triangle",
    "bowling",
    "boxing",
    "baseball swing",
    "tennis swing",
    "arm curl",
    "tennis serve",
    "push",
    "knock",
    "catch",
    "pick up and throw",
    "jog",
    "walk",
    "sit to stand",
    "stand to sit",
    "lunge",
    "squat",
)
"""The 27 actions, in the order of their labels, which count from 1."""


class NWUCLA(RecordingDataset):
    r"""Northwestern-UCLA Multiview Action3D (Wang, Nie, Xia, Wu, Zhu, CVPR 2014): three Kinects at once.

    .. list-table::
        :header-rows: 1

        * - recordings
          - classes
          - joints
          - frames a recording
        * - 1,494 (1,020 of views 1 and 2)
          - 10
          - 20 (KINECT_20), in metres
          - 1-201, mean 43 in views 1 and 2

    ``root`` holds ``aAA_sSS_eEE_vVV.json`` files as :func:`~stgcn_pyg.io.read_nw_ucla` reads them. Nothing says
    their frame rate; the first Kinect's 30 is taken.

    Args:
        root: Where the recordings are.
        split: ``"train"``, ``"val"`` or ``"test"`` of the protocol, or ``"all"``.
        protocol: ``"cross-view"`` (train on views 1 and 2, test on 3, as published) or ``"view-1-to-2"`` (for who
            has not the third); or as :class:`~stgcn_pyg.datasets.RecordingDataset` takes it.
        **how: What that takes besides.

    Raises:
        FileNotFoundError: If there are no recordings, with what to put where.
        ValueError: If a recording cannot be read, or a split of the protocol has no recording.
    """

    usual_layout = KINECT_20
    says_layout = True
    comes_packed = True
    usual_rate = 30.0
    protocols: ClassVar = {
        "cross-view": lambda seed: Protocol(train=(1, 2), test=(3,), by="view"),
        "view-1-to-2": lambda seed: Protocol(train=(1,), test=(2,), by="view"),
    }
    usual_protocol = "cross-view"
    classes = UCLA_ACTIONS
    called = "NW-UCLA"
    wanted = "files aAA_sSS_eEE_vVV.json"
    source = "datasets/nw_ucla.md says where they come from"

    def find(self) -> list[Path]:
        """The JSON files."""
        return list(Path(self.raw_dir).rglob("a[0-9]*_s*_e*_v*.json"))

    def read_file(self, path: Path) -> list[SkeletonSequence]:
        """The recording in a file."""
        return [read_nw_ucla(path)]

    def label(self, sequence: SkeletonSequence) -> dict[str, Any]:
        """Action, person and view."""
        return {"y": class_number(sequence, len(UCLA_ACTIONS)), **numbers(sequence, "subject", "view")}


class UTDMHAD(RecordingDataset):
    r"""UTD-MHAD (Chen, Jafari, Kehtarnavaz, ICIP 2015): single people before a Kinect, mostly gestures.

    .. list-table::
        :header-rows: 1

        * - recordings
          - classes
          - joints
          - frames a recording
        * - 861 (of 8 people)
          - 27
          - 20 (KINECT_20), in metres
          - 47-102, mean 68 in subjects 1, 3, 5, 7, at 30 a second

    ``root`` holds ``aA_sS_tT_skeleton.mat`` files as :func:`~stgcn_pyg.io.read_utd_mhad` reads them.

    Args:
        root: Where the recordings are.
        split: ``"train"``, ``"val"`` or ``"test"`` of the protocol, or ``"all"``.
        protocol: ``"cross-subject"`` (train on the people of odd numbers, test on the others, as published); or as
            :class:`~stgcn_pyg.datasets.RecordingDataset` takes it.
        **how: What that takes besides.

    Raises:
        FileNotFoundError: If there are no recordings, with what to put where.
        ValueError: If a recording cannot be read, or a split of the protocol has no recording.
    """

    usual_layout = KINECT_20
    says_layout = True
    comes_packed = True
    usual_rate = 30.0
    protocols: ClassVar = {
        "cross-subject": lambda seed: Protocol(train=(1, 3, 5, 7), test=(2, 4, 6, 8)),
    }
    usual_protocol = "cross-subject"
    classes = MHAD_ACTIONS
    called = "UTD-MHAD"
    wanted = "files aA_sS_tT_skeleton.mat"
    source = "datasets/utd_mhad.md says where they come from"

    def find(self) -> list[Path]:
        """The MATLAB files."""
        return list(Path(self.raw_dir).rglob("a[0-9]*_s*_t*_skeleton.mat"))

    def read_file(self, path: Path) -> list[SkeletonSequence]:
        """The recording in a file."""
        return [read_utd_mhad(path)]

    def label(self, sequence: SkeletonSequence) -> dict[str, Any]:
        """Action and person."""
        return {"y": class_number(sequence, len(MHAD_ACTIONS)), **numbers(sequence, "subject")}
