"""The KTH actions as skeletons."""

import json
import os
import re
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any

from torch_geometric.data.data import BaseData
from tqdm import tqdm

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.datasets.protocol import AnyProtocol, find_protocol
from stgcn_pyg.datasets.skeleton_dataset import SkeletonDataset
from stgcn_pyg.io import Subsequences, read_array, read_openpose_folder, read_subsequences
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.sequence import SkeletonSequence, convert_layout, resample, same_rate
from stgcn_pyg.skeleton import BODY_25, Skeleton
from stgcn_pyg.synthetic import MARKER

KTH_ACTIONS = ("boxing", "handclapping", "handwaving", "jogging", "running", "walking")
"""The six actions, in the order of their class numbers."""

KTH_FPS = 25.0
"""Frames a second of KTH's videos."""

LENIENCY = 25
"""By how many of KTH's frames a recording may be shorter than the list of sub-sequences says."""

_NAME = re.compile(rf"person(?P<subject>\d+)_(?P<action>{'|'.join(KTH_ACTIONS)})_d(?P<scenario>\d+)(?:_uncomp)?")


class KTHSkeletonDataset(SkeletonDataset):
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
        graph: The graph that samples carry, or the partition strategy to build it with; joint radii are
            measured on the training split, whatever the split is.
        normalization: The degree normalisation to build it with.
        max_hops: The neighbourhood's size D to build it with.
        skeleton: The joint layout of the recordings. If the graph is of another, they are
            converted to that one (:func:`~stgcn_pyg.sequence.convert_layout`).
        fps: Frames a second of the recordings; if left out, what their files or ``SYNTHETIC.json`` say.
        usual_fps: Frames a second where nothing says it.
        rate: Resample to so many frames a second; see :func:`~stgcn_pyg.sequence.resample`. If left out,
            recordings stay as they are.
        subsequences: KTH's ``00sequences.txt``; then each of the sub-sequences that it lists is a recording. If
            left out, whole videos are.
        transform: Applied to a sample whenever it is read.
        pre_transform: Applied to a sample before it is cached.
        pre_filter: Which samples are cached.
        force_reload: Build the cache again.

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

    def __init__(
        self,
        root: str | Path,
        split: str = "train",
        protocol: AnyProtocol = "15/5/5",
        graph: SkeletonGraph | str = "spatial",
        normalization: str = "directed",
        max_hops: int = 1,
        skeleton: Skeleton = BODY_25,
        fps: float | None = None,
        usual_fps: float = KTH_FPS,
        rate: float | None = None,
        subsequences: str | Path | None = None,
        transform: Callable[[SkeletonData], BaseData] | None = None,
        pre_transform: Callable[[SkeletonData], SkeletonData] | None = None,
        pre_filter: Callable[[SkeletonData], bool] | None = None,
        force_reload: bool = False,
    ) -> None:
        protocol = find_protocol(protocol)
        wanted = None if split == "all" else protocol.values(split)
        self.recorded = skeleton
        self.skeleton = graph.skeleton if isinstance(graph, SkeletonGraph) else skeleton
        for number in (fps, rate):
            if number is not None and not (isfinite(number) and number > 0):
                raise ValueError(f"{number} frames a second is not a rate")
        self.given_fps = fps
        self.usual_fps = _synthetic_rate(root) or usual_fps
        self.rate = rate
        self.subsequences = None if subsequences is None else Path(subsequences)
        super().__init__(str(root), transform, pre_transform, pre_filter, force_reload=force_reload)
        self.finish(graph, normalization, max_hops, protocol.choose, split)
        if len(self) == 0 and wanted:
            raise ValueError(f"{root}: no recording of the {split} {protocol.by}s {sorted(wanted)} is there")

    def _facts(self) -> dict[str, Any]:
        stamp = None if self.subsequences is None else self.subsequences.stat()
        listed = stamp and (stamp.st_size, stamp.st_mtime_ns)
        return super()._facts() | {"recorded": self.recorded.to_dict(), "subsequences": listed}

    @property
    def classes(self) -> tuple[str, ...]:
        """The actions by class number."""
        return KTH_ACTIONS

    @property
    def num_classes(self) -> int:
        """The number of actions, whichever of them the split has."""
        return len(KTH_ACTIONS)

    @property
    def synthetic(self) -> bool:
        """Whether the recordings are made up."""
        return Path(self.raw_dir, MARKER).is_file()

    @property
    def raw_dir(self) -> str:
        """Where the recordings are: ``root/raw`` if it is there, else ``root``."""
        raw = Path(self.root, "raw")
        return str(raw if raw.is_dir() else self.root)

    @property
    def processed_dir(self) -> str:
        """Where the cache is: ``root/processed`` beside ``root/raw``, else in the user's cache folder."""
        root = Path(self.root).resolve()
        if (root / "raw").is_dir():
            return str(root / "processed")
        try:
            home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        except RuntimeError:  # a user without a home, as in containers
            home = Path(tempfile.gettempdir())
        return str(home / "stgcn_pyg" / f"{root.name}-{sha256(str(root).encode()).hexdigest()[:8]}")

    @property
    def raw_file_names(self) -> list[str]:
        """Arrays, and folders of OpenPose frames, in the order of their names."""
        raw = Path(self.raw_dir)
        arrays = {path for path in raw.rglob("person*.np[yz]") if _NAME.fullmatch(path.stem)}
        folders = {path.parent for path in raw.rglob("person*_keypoints.json")} if not arrays else set()
        return sorted(str(path.relative_to(raw)) for path in arrays | folders)

    def download(self) -> None:
        """KTH's recordings come from their owner."""
        raise FileNotFoundError(
            f"no KTH recordings in {Path(self.raw_dir).resolve()}: put arrays personNN_ACTION_dK_uncomp.npy "
            "([T, 25, 3]: x, y, score) or folders of OpenPose's JSON frames there, or in a folder raw in it; "
            "`stgcn-pyg synthesize` writes synthetic ones"
        )

    def _download(self) -> None:
        if not self.raw_file_names:
            self.download()

    def read(self) -> list[SkeletonData]:
        """Read every recording there is."""
        if strangers := sorted(
            path.name for path in Path(self.raw_dir).glob("[!.]*.np[yz]") if not _NAME.fullmatch(path.stem)
        ):
            warnings.warn(
                f"{self.raw_dir}: left out, as their names are none of KTH's: {', '.join(strangers)}", stacklevel=2
            )
        videos: dict[str, SkeletonSequence] = {}
        for path in tqdm([Path(path) for path in self.raw_paths], "reading recordings", disable=None, leave=False):
            for sequence in self._sequences(path):
                if sequence.name in videos:
                    raise ValueError(f"{path}: there is another recording {sequence.name}; keep one of them")
                videos[sequence.name] = sequence
        ranges = None if self.subsequences is None else read_subsequences(self.subsequences)
        return [
            self._labelled(video.name, part)
            for video in videos.values()
            for part in ([video] if ranges is None else self._subsequences(video, ranges))
        ]

    def _sequences(self, path: Path) -> list[SkeletonSequence]:
        if path.is_dir():
            sequences = read_openpose_folder(path, skeleton=self.recorded, fps=self.given_fps)
        else:
            sequences = [read_array(path, self.recorded, fps=self.given_fps)]
        sequences = [convert_layout(sequence, self.skeleton) for sequence in sequences]
        return [replace(sequence, fps=sequence.fps or self.usual_fps) for sequence in sequences]

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

    def _at_rate(self, sequence: SkeletonSequence) -> SkeletonSequence:
        """The recording at the rate asked for; one that is near enough is taken to have it."""
        if self.rate is None or sequence.fps is None:
            return sequence
        if same_rate(sequence.fps, self.rate):
            return replace(sequence, fps=self.rate)
        return resample(sequence, self.rate)

    def _labelled(self, video: str, sequence: SkeletonSequence) -> SkeletonData:
        facts = _NAME.fullmatch(video)
        if facts is None:
            raise ValueError(
                f"{video!r} is no name of a KTH recording: expected personNN_ACTION_dK_uncomp with an "
                f"action of {', '.join(KTH_ACTIONS)}"
            )
        assert sequence.fps is not None, "every recording was given a rate"
        return SkeletonData.from_sequence(
            self._at_rate(sequence),
            recorded_fps=sequence.fps,
            y=KTH_ACTIONS.index(facts["action"]),
            subject=int(facts["subject"]),
            scenario=int(facts["scenario"]),
        )


def _synthetic_rate(root: str | Path) -> float | None:
    """The frame rate of synthetic recordings, as the note that lies beside them says."""
    for folder in (Path(root).expanduser() / "raw", Path(root).expanduser()):
        if (folder / MARKER).is_file():
            try:
                return float(json.loads((folder / MARKER).read_text())["fps"])
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{folder / MARKER} does not say a frame rate; give fps") from error
    return None
