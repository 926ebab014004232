"""The KTH actions as skeletons."""

import json
import os
import re
import warnings
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from torch_geometric.data.data import BaseData
from tqdm import tqdm

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.datasets.protocol import Protocol, find_protocol
from stgcn_pyg.datasets.skeleton_dataset import SkeletonDataset
from stgcn_pyg.io import read_array, read_openpose_folder
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.sequence import SkeletonSequence, convert_layout
from stgcn_pyg.skeleton import BODY_25, Skeleton
from stgcn_pyg.synthetic import MARKER

KTH_ACTIONS = ("boxing", "handclapping", "handwaving", "jogging", "running", "walking")
"""The six actions, in the order of their class numbers."""

KTH_FPS = 25.0
"""Frames a second of KTH's videos."""

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
        protocol: ``"15/5/5"`` (published code), ``"10/5/5"`` (the paper's text), ``"8/8/9"`` (KTH's own), or
            the subjects of each split, as :func:`~stgcn_pyg.datasets.leave_one_out` gives them.
        graph: The graph that samples carry, or the partition strategy to build it with; joint radii are
            measured on the training split, whatever the split is.
        normalization: The degree normalisation to build it with.
        max_hops: The neighbourhood's size D to build it with.
        skeleton: The joint layout of the recordings. If the graph is of another, they are
            converted to that one (:func:`~stgcn_pyg.sequence.convert_layout`).
        fps: Frames a second of the recordings; if left out, what their files or ``SYNTHETIC.json`` say.
        usual_fps: Frames a second where nothing says it.
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
        protocol: str | Protocol = "15/5/5",
        graph: SkeletonGraph | str = "spatial",
        normalization: str = "directed",
        max_hops: int = 1,
        skeleton: Skeleton = BODY_25,
        fps: float | None = None,
        usual_fps: float = KTH_FPS,
        transform: Callable[[SkeletonData], BaseData] | None = None,
        pre_transform: Callable[[SkeletonData], SkeletonData] | None = None,
        pre_filter: Callable[[SkeletonData], bool] | None = None,
        force_reload: bool = False,
    ) -> None:
        subjects = find_protocol(protocol)
        if split != "all" and split not in subjects:
            raise ValueError(f"no split is called {split!r}; known: {', '.join(subjects)}, all")
        self.recorded = skeleton
        self.skeleton = graph.skeleton if isinstance(graph, SkeletonGraph) else skeleton
        if fps is not None and fps <= 0:
            raise ValueError(f"{fps} frames a second is not a rate")
        self.given_fps = fps
        self.usual_fps = _synthetic_rate(root) or usual_fps
        super().__init__(str(root), transform, pre_transform, pre_filter, force_reload=force_reload)
        training = set(subjects.get("train", ()))
        chosen = None if split == "all" else set(subjects[split])
        self.finish(
            graph,
            normalization,
            max_hops,
            chosen=lambda data: chosen is None or int(data.subject) in chosen,
            training=lambda data: int(data.subject) in training,
        )
        if len(self) == 0 and chosen:
            raise ValueError(f"{root}: no recording of the {split} subjects {sorted(chosen)} is there")

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
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
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
            path.name for path in Path(self.raw_dir).glob("*.np[yz]") if not _NAME.fullmatch(path.stem)
        ):
            warnings.warn(
                f"{self.raw_dir}: left out, as their names are none of KTH's: {', '.join(strangers)}", stacklevel=2
            )
        recordings: dict[str, SkeletonData] = {}
        for path in tqdm([Path(path) for path in self.raw_paths], "reading recordings", disable=None, leave=False):
            for sequence in self._sequences(path):
                if sequence.name in recordings:
                    raise ValueError(f"{path}: there is another recording {sequence.name}; keep one of them")
                recordings[sequence.name] = self._labelled(sequence)
        return list(recordings.values())

    def _sequences(self, path: Path) -> list[SkeletonSequence]:
        if path.is_dir():
            sequences = read_openpose_folder(path, skeleton=self.recorded, fps=self.given_fps)
        else:
            sequences = [read_array(path, self.recorded, fps=self.given_fps)]
        sequences = [convert_layout(sequence, self.skeleton) for sequence in sequences]
        return [replace(sequence, fps=sequence.fps or self.usual_fps) for sequence in sequences]

    def _facts(self) -> dict[str, Any]:
        return super()._facts() | {"recorded": self.recorded.to_dict()}

    def _labelled(self, sequence: SkeletonSequence) -> SkeletonData:
        facts = _NAME.fullmatch(sequence.name)
        if facts is None:
            raise ValueError(
                f"{sequence.name!r} is no name of a KTH recording: expected personNN_ACTION_dK_uncomp with an "
                f"action of {', '.join(KTH_ACTIONS)}"
            )
        return SkeletonData.from_sequence(
            sequence,
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
