"""A file of PYSKL's or MMAction2's annotations."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from stgcn_pyg.datasets.protocol import KTH_PROTOCOLS, Protocol
from stgcn_pyg.datasets.recordings import NoRecordings, RecordingDataset
from stgcn_pyg.files import read_json, write_json
from stgcn_pyg.io import read_pyskl_splits
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import COCO_17, Skeleton


def _of_file(train: str, test: str, val: str = "") -> Protocol:
    return Protocol((train,), (val,) if val else (), (test,), by="split")


class PoseFile(RecordingDataset):
    """A pickle of annotations as PYSKL and MMAction2 have them, with its own splits.

    Such a file is all of a data set: NTU RGB+D, FineGYM, UCF101, HMDB51, Diving48, or what a user made with their
    tools. It is read as :func:`~stgcn_pyg.io.read_pyskl` does, without executing anything in it. Its folder is left
    as it is: the cache goes into the user's cache folder.

    Nothing in it says the frame rate; 30 a second is taken, as NTU RGB+D's is, of which most of these files are
    (say ``fps`` for others, such as 25 for UCF101).

    Args:
        root: The file.
        split: ``"train"``, ``"val"`` or ``"test"`` of the protocol, or ``"all"``.
        protocol: Which of the file's splits are which: ``"file"`` (``train``, ``val``, ``test``, as they are
            called), ``"xsub"``, ``"xview"``, ``"xset"`` (``xsub_train`` and, for the test, ``xsub_val``),
            ``"split1"``, ``"split2"``, ``"split3"`` (``train1`` and ``test1``), or your own, such as ``{"train":
            ["mine"], "by": "split"}``. Or ``"stratified"`` (60/20/20 of every action, whoever is seen in them), for
            files without splits.
        classes: The actions by class number; if left out, ``"class 0"`` and so on up to the greatest label.
        skeleton: The joint layout, if it has as many joints as the file; else the usual one of so many.
        **how: What :class:`~stgcn_pyg.datasets.RecordingDataset` takes besides.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it cannot be read, a recording has no label or one that is none of ``classes``, or the file
            has no recording in a split of the protocol, with the splits that it has.

    Example:
        >>> import pickle
        >>> import numpy as np
        >>> clips = [
        ...     {"frame_dir": f"clip{number}", "label": number % 2, "keypoint": np.random.rand(1, 30, 17, 2)}
        ...     for number in range(6)
        ... ]
        >>> names = [clip["frame_dir"] for clip in clips]
        >>> path = getfixture("tmp_path") / "poses.pkl"
        >>> content = {"split": {"train1": names[:4], "test1": names[4:]}, "annotations": clips}
        >>> _ = path.write_bytes(pickle.dumps(content))
        >>> dataset = PoseFile(path, "train", "split1")
        >>> dataset, dataset.classes, dataset.skeleton.name
        (PoseFile(4), ('class 0', 'class 1'), 'COCO_17')
    """

    usual_layout = COCO_17
    usual_rate = 30.0
    usual_people = 2
    names_classes = True
    protocols: ClassVar = {
        "file": lambda seed: _of_file("train", "test", "val"),
        "xsub": lambda seed: _of_file("xsub_train", "xsub_val"),
        "xview": lambda seed: _of_file("xview_train", "xview_val"),
        "xset": lambda seed: _of_file("xset_train", "xset_val"),
        "split1": lambda seed: _of_file("train1", "test1"),
        "split2": lambda seed: _of_file("train2", "test2"),
        "split3": lambda seed: _of_file("train3", "test3"),
        "stratified": KTH_PROTOCOLS["stratified"],
    }
    usual_protocol = "file"
    called = "annotated"

    def __init__(
        self,
        root: str | Path,
        *args: Any,
        classes: tuple[str, ...] | None = None,
        skeleton: Skeleton | None = None,
        **how: Any,
    ) -> None:
        self.root = str(Path(root).expanduser())
        if not Path(self.root).is_file():
            raise FileNotFoundError(f"{root}: no such file; give the .pkl file of annotations itself")
        self._said = skeleton
        self._people = how.get("people") or self.usual_people
        contents = self._contents()
        self.classes = classes or tuple(f"class {number}" for number in range(contents["num_classes"]))
        how["skeleton"] = Skeleton.from_dict(contents["layout"])
        try:
            super().__init__(root, *args, **how)
        except NoRecordings as error:
            splits = ", ".join(contents["splits"]) or "none; the protocol stratified deals recordings without"
            raise NoRecordings(f"{error}; the file's own splits: {splits}") from None
        self.__dict__.pop("_annotations", None)  # what was read is in the cache

    @cached_property
    def _annotations(self) -> tuple[list[SkeletonSequence], Mapping[str, list[str]]]:
        """What is in the file; it is read once, though its layout is needed before its recordings."""
        sequences, splits = read_pyskl_splits(self.root, self._said, people=self._people)
        return sequences, {"_".join(split.split()): names for split, names in splits.items()}

    def _contents(self) -> dict[str, Any]:
        """What must be known of the file before it is read: layout, classes and splits, from the cache if there."""
        path = Path(self.processed_dir, "contents.json")
        status = Path(self.root).stat()
        of = [status.st_size, status.st_mtime_ns, self._said and self._said.to_dict()]
        with suppress(OSError, ValueError):
            if (contents := read_json(path)).get("of") == of:
                return contents  # type: ignore[no-any-return]
        sequences, splits = self._annotations
        contents = {
            "of": of,
            "layout": sequences[0].skeleton.to_dict(),
            "num_classes": 1 + max((int(one.facts.get("label", -1)) for one in sequences), default=-1),
            "splits": sorted(splits),
        }
        with suppress(OSError):  # of which the recordings' cache warns
            write_json(path, contents)
        return contents

    @property
    def raw_dir(self) -> str:
        """The file's folder."""
        return str(Path(self.root).parent)

    def find(self) -> list[Path]:
        """The file."""
        return [Path(self.root)]

    def read_file(self, path: Path) -> list[SkeletonSequence]:
        """The recordings in the file, with the splits that it puts them in."""
        sequences, splits = self._annotations
        members = {split: set(names) for split, names in splits.items()}
        return [
            replace(one, facts={**one.facts, "split": " ".join(s for s in members if one.name in members[s])})
            for one in sequences
        ]

    def label(self, sequence: SkeletonSequence) -> dict[str, Any]:
        """Action and splits."""
        y = sequence.facts.get("label")
        if y is None:
            raise ValueError(f"{self.root}: {sequence.name} has no label")
        if not 0 <= int(y) < self.num_classes:
            known = f"labels are 0 to {self.num_classes - 1}"
            raise ValueError(f"{self.root}: the label of {sequence.name} is {y}, but {known}")
        return {"y": int(y), "split": sequence.facts["split"]}
