"""The KTH actions as skeletons."""

import json
import re
import warnings
from functools import cached_property
from pathlib import Path
from typing import Any

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.datasets.protocol import KTH_PROTOCOLS
from stgcn_pyg.datasets.recordings import RecordingDataset
from stgcn_pyg.io import Subsequences, read_array, read_openpose_folder, read_subsequences
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.synthetic import MARKER

KTH_ACTIONS = ("boxing", "handclapping", "handwaving", "jogging", "running", "walking")
"""The six actions, in the order of their class numbers."""

KTH_FPS = 25.0
"""Frames a second of KTH's videos."""

LENIENCY = 25
"""By how many of KTH's frames a recording may be shorter than the list of sub-sequences says."""

_NAME = re.compile(rf"person(?P<subject>\d+)_(?P<action>{'|'.join(KTH_ACTIONS)})_d(?P<scenario>\d+)(?:_uncomp)?")
_PART = re.compile(r"_\d+$")
"""What a sub-sequence's name has after its video's."""


class KTHSkeletonDataset(RecordingDataset):
    r"""KTH actions (Schüldt, Laptev, Caputo, ICPR 2004) as skeletons: 25 subjects, 6 actions, 4 scenarios.

    .. list-table::
        :header-rows: 1

        * - recordings
          - classes
          - joints
          - frames a recording
        * - 599 (person13 handclapping d3 is missing)
          - 6
          - 25 (BODY_25)
          - 204-1492, mean 483, at 25 a second

    Put the recordings under ``root/raw``, or give a flat folder of arrays as ``root`` (which is left as it
    is; the cache then lies in the user's cache folder). A recording is an array
    ``personNN_ACTION_dK_uncomp.npy`` or ``.npz`` as :func:`~stgcn_pyg.io.read_array` reads it, or frames
    ``personNN_ACTION_dK_uncomp_%012d_keypoints.json`` of OpenPose, in a folder for each recording or each
    action.

    Args:
        root: Where the recordings are.
        split: ``"train"``, ``"val"`` or ``"test"`` of the protocol, or ``"all"``.
        protocol: By subject: ``"15/5/5"`` (published code), ``"10/5/5"`` (the paper's text), ``"8/8/9"`` (KTH's
            own). With people in several splits, as in the published code: ``"scenarios"`` (train d1 and d2,
            validate d3, test d4) and ``"stratified"`` (60/20/20 of every action). Or a
            :class:`~stgcn_pyg.datasets.Protocol`, as :func:`~stgcn_pyg.datasets.leave_one_out` and
            :func:`~stgcn_pyg.datasets.random_subjects` give them, or the subjects of each split.
        subsequences: KTH's ``00sequences.txt``; then each of the sub-sequences that it lists is a recording. If
            left out, whole videos are.
        fps: Frames a second of the recordings; if left out, what their files or ``SYNTHETIC.json`` say.
        **how: What :class:`~stgcn_pyg.datasets.RecordingDataset` takes besides: graph, layout, rate, people,
            transforms.

    Raises:
        FileNotFoundError: If there are no recordings, with what to put where.
        ValueError: If a recording cannot be read, or a split of the protocol has no recording.

    Example:
        >>> from stgcn_pyg.synthetic import write_synthetic_kth
        >>> root = getfixture("tmp_path")  # a folder
        >>> paths = write_synthetic_kth(root / "raw", subjects=[1, 2])
        >>> dataset = KTHSkeletonDataset(root, split="train", protocol={"train": [1], "test": [2]})
        >>> dataset
        KTHSkeletonDataset(24)
        >>> dataset.num_classes, dataset[0].num_nodes, dataset[0].num_edges
        (6, 25, 73)
    """

    usual_layout = BODY_25
    usual_rate = KTH_FPS
    protocols = KTH_PROTOCOLS
    usual_protocol = "15/5/5"
    classes = KTH_ACTIONS
    called = "KTH"
    wanted = "arrays personNN_ACTION_dK_uncomp.npy ([T, 25, 3]: x, y, score) or folders of OpenPose's JSON frames"
    source = "`stgcn-pyg synthesize` writes synthetic ones"

    def __init__(self, root: str | Path, *args: Any, subsequences: str | Path | None = None, **how: Any) -> None:
        self.subsequences = None if subsequences is None else Path(subsequences)
        if synthetic := _synthetic_rate(root):
            how["usual_fps"] = synthetic
        super().__init__(root, *args, **how)

    def _facts(self) -> dict[str, Any]:
        stamp = None if self.subsequences is None else self.subsequences.stat()
        return super()._facts() | {"subsequences": stamp and (stamp.st_size, stamp.st_mtime_ns)}

    def find(self) -> list[Path]:
        """Arrays, or folders of OpenPose frames."""
        raw = Path(self.raw_dir)
        arrays = {path for path in raw.rglob("person*.np[yz]") if _NAME.fullmatch(path.stem)}
        return list(arrays or {path.parent for path in raw.rglob("person*_keypoints.json")})

    def read(self) -> list[SkeletonData]:
        """Read every recording there is."""
        if strangers := sorted(
            path.name for path in Path(self.raw_dir).glob("[!.]*.np[yz]") if not _NAME.fullmatch(path.stem)
        ):
            warnings.warn(
                f"{self.raw_dir}: left out, as their names are none of KTH's: {', '.join(strangers)}", stacklevel=2
            )
        return super().read()

    def read_file(self, path: Path) -> list[SkeletonSequence]:
        """The recording in an array, or those in a folder of OpenPose frames."""
        if path.is_dir():
            return read_openpose_folder(path, skeleton=self.recorded, fps=self.given_fps, people=self.people)
        return [read_array(path, self.recorded, fps=self.given_fps)]

    def label(self, sequence: SkeletonSequence) -> dict[str, Any]:
        """Action, person and scenario, as the name says."""
        video = _PART.sub("", sequence.name) if self.subsequences else sequence.name
        facts = _NAME.fullmatch(video)
        if facts is None:
            raise ValueError(
                f"{video!r} is no name of a KTH recording: expected personNN_ACTION_dK_uncomp with an "
                f"action of {', '.join(KTH_ACTIONS)}"
            )
        action, subject, scenario = facts["action"], int(facts["subject"]), int(facts["scenario"])
        return {"y": KTH_ACTIONS.index(action), "subject": subject, "scenario": scenario}

    @cached_property
    def _listed(self) -> Subsequences:
        """The list, which is read once for all recordings."""
        assert self.subsequences is not None, "asked for only where there is one"
        return read_subsequences(self.subsequences)

    def _samples(self, people: list[SkeletonSequence]) -> list[SkeletonData]:
        if self.subsequences is None:
            return super()._samples(people)
        parts = [self._subsequences(person, self._listed) for person in people]
        return [self._labelled(list(part)) for part in zip(*parts, strict=True)]

    def _subsequences(self, video: SkeletonSequence, listed: Subsequences) -> list[SkeletonSequence]:
        """The parts of a video that the list names, frames counted at KTH's own rate."""
        name = video.name.removesuffix("_uncomp")
        if name not in listed:
            raise ValueError(f"{self.subsequences}: does not list {name}, which is among the recordings")
        assert video.fps is not None, "every recording was given a rate"
        filmed = 1 + video.frame * (KTH_FPS / video.fps)  # the video's own frame numbers
        end = max((last for _, last in listed[name]), default=0)
        if filmed[-1] < end - LENIENCY:
            raise ValueError(
                f"{self.subsequences}: {name} is listed up to frame {end}, but its recording ends at "
                f"{filmed[-1]:g} (at {KTH_FPS:g} a second); sub-sequences need whole recordings, with all frames"
            )
        return [
            video.select((filmed >= first) & (filmed < last + 1), name=f"{video.name}_{number}")
            for number, (first, last) in enumerate(listed[name], start=1)
        ]


def _synthetic_rate(root: str | Path) -> float | None:
    """The frame rate of synthetic recordings, as the note that lies beside them says."""
    for folder in (Path(root).expanduser() / "raw", Path(root).expanduser()):
        if (folder / MARKER).is_file():
            try:
                return float(json.loads((folder / MARKER).read_text())["fps"])
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{folder / MARKER} does not say a frame rate; give fps") from error
    return None
