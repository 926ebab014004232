"""A user's own recordings: a folder for each action."""

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from stgcn_pyg.datasets.protocol import KTH_PROTOCOLS, SPLITS, Protocol
from stgcn_pyg.datasets.recordings import RecordingDataset
from stgcn_pyg.io import read_sequences
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25

NO_ACTIONS = ("processed", "__MACOSX")
"""Folders beside those of actions: the cache, and what archives made by macOS leave."""


class SkeletonFolder(RecordingDataset):
    """A folder for each action, with recordings in any format that :func:`~stgcn_pyg.io.read_sequences` knows.

    ::

        root/wave/anything.npz          or, split by hand:      root/train/wave/anything.npz
        root/jump/clip7.skeleton                                root/test/wave/other.npz

    The folders' names are the actions. All recordings are brought to one joint layout, BODY_25 unless another is
    said, and must have one frame rate (else say ``rate``). Where every file says its ``subject`` (or view, camera,
    setup), protocols may split by that.

    Args:
        root: The folder.
        split: ``"train"``, ``"val"`` or ``"test"`` of the protocol, or ``"all"``.
        protocol: ``"stratified"`` (60/20/20 of every action, whoever is seen in them) or ``"folders"`` (``train``,
            ``val`` and ``test`` in ``root``); or as :class:`~stgcn_pyg.datasets.RecordingDataset` takes it.
        classes: The actions by class number, of a model for example; if left out, the folders' names in order.
        **how: What :class:`~stgcn_pyg.datasets.RecordingDataset` takes besides.

    Raises:
        FileNotFoundError: If there are no recordings, with what to put where.
        ValueError: If a recording cannot be read, an action is none of ``classes``, or a split of the protocol has
            no recording.

    Example:
        >>> import numpy as np
        >>> root = getfixture("tmp_path")
        >>> for action in ("jump", "wave"):
        ...     (root / action).mkdir()
        ...     for number in range(5):
        ...         np.save(root / action / f"{action}{number}.npy", np.random.rand(30, 25, 3))
        >>> dataset = SkeletonFolder(root, fps=25)
        >>> dataset, dataset.classes
        (SkeletonFolder(6), ('jump', 'wave'))
    """

    usual_layout = BODY_25
    names_classes = True
    usual_rate = 25.0
    protocols: ClassVar = {
        "stratified": KTH_PROTOCOLS["stratified"],
        "folders": lambda seed: Protocol(train=("train",), val=("val",), test=("test",), by="split"),
    }
    usual_protocol = "stratified"
    called = "readable"
    wanted = "a folder for each action, with recordings in it,"
    source = "`stgcn-pyg info` lists the formats"

    def __init__(self, root: str | Path, *args: Any, classes: tuple[str, ...] | None = None, **how: Any) -> None:
        self._given = classes
        super().__init__(root, *args, **how)

    @cached_property
    def classes(self) -> tuple[str, ...]:  # type: ignore[override]
        """The actions by class number; folders are looked through once."""
        return self._given or tuple(sorted({folder.name for folder in self._folders()}))

    def _folders(self) -> list[Path]:
        """The folders of actions."""
        raw = Path(self.raw_dir)
        inner = _folders_in(raw)
        if any(folder.name in SPLITS for folder in inner):
            inner = [action for folder in inner if folder.name in SPLITS for action in _folders_in(folder)]
        return inner

    def find(self) -> list[Path]:
        """The folders of actions that hold anything."""
        return [folder for folder in self._folders() if any(folder.glob("[!.]*"))]

    def read_file(self, path: Path) -> list[SkeletonSequence]:
        """The recordings in an action's folder."""
        if path.name not in self.classes:
            raise ValueError(f"{path}: {path.name!r} is no action of {', '.join(self.classes)}")
        folders = _folders_in(path)  # such as OpenPose's, one for each clip
        sources = [*folders, path] if not folders or any(one.is_file() for one in path.glob("[!.]*")) else folders
        sequences = [
            sequence
            for source in sources
            for sequence in read_sequences(source, self.recorded, fps=self.given_fps, people=self.people)
        ]
        where, said = Path(self.raw_dir), self._place(path)
        return [
            replace(one, name=f"{path.relative_to(where).as_posix()}/{one.name}", facts={**one.facts, **said})
            for one in sequences
        ]

    def _place(self, folder: Path) -> dict[str, str]:
        """What a folder says of its recordings."""
        split = folder.parent.name
        return {"action": folder.name} | ({"split": split} if split in SPLITS else {})

    def label(self, sequence: SkeletonSequence) -> dict[str, Any]:
        """Action, and whatever else the file says."""
        facts = {key: value for key, value in sequence.facts.items() if key not in ("action", "label", "person")}
        return {"y": self.classes.index(str(sequence.facts["action"])), **facts}


def _folders_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("[!.]*") if path.is_dir() and path.name not in NO_ACTIONS)
