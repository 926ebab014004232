"""What all data sets of actions share: recordings of any layout and rate, labelled, brought to one, and split."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any, ClassVar

from torch_geometric.data.data import BaseData
from tqdm import tqdm

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.datasets.archives import ENDINGS, find_archives, unpack, unpacked
from stgcn_pyg.datasets.protocol import AnyProtocol, Protocol, find_protocol
from stgcn_pyg.datasets.skeleton_dataset import SkeletonDataset
from stgcn_pyg.files import cache_folder
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.sequence import SkeletonSequence, convert_layout, resample, same_rate
from stgcn_pyg.skeleton import Skeleton
from stgcn_pyg.synthetic import MARKER


class RecordingDataset(SkeletonDataset):
    """Recordings of actions.

    A subclass says what its class attributes are, which files there are (``find``), what is in one (``read_file``)
    and what a recording shows (``label``); where files say their actions, it sets ``classes`` before ``read``
    returns. The files lie in ``root/raw``, or in ``root`` itself, which is then left as it is: the cache goes into
    the user's cache folder.

    Args:
        root: Where the recordings are.
        split: ``"train"``, ``"val"`` or ``"test"`` of the protocol, or ``"all"``.
        protocol: The name of one of the data set's own, a :class:`~stgcn_pyg.datasets.Protocol`, or the subjects of
            each split.
        graph: The graph that samples carry, or the partition strategy to build it with; joint radii are
            measured on the training split, whatever the split is.
        normalization: The degree normalisation to build it with.
        max_hops: The neighbourhood's size D to build it with.
        skeleton: The joint layout of recordings whose files do not say theirs. If the graph is of another, they
            are converted to that one (:func:`~stgcn_pyg.sequence.convert_layout`).
        fps: Frames a second of the recordings; if left out, what their files say.
        usual_fps: Frames a second where nothing says it; if left out, the data set's own.
        rate: Resample to so many frames a second; see :func:`~stgcn_pyg.sequence.resample`. If left out,
            recordings stay as they are.
        people: How many people of a recording are kept, the main one first: as runs of one sample, pooled together.
            If left out, one, or the data set's usual number.
        transform: Applied to a sample whenever it is read.
        pre_transform: Applied to a sample before it is cached.
        pre_filter: Which samples are cached.
        force_reload: Build the cache again.

    Raises:
        FileNotFoundError: If there are no recordings, with what to put where.
        ValueError: If a recording cannot be read, or a split of the protocol has no recording.
    """

    usual_layout: ClassVar[Skeleton]
    """The joint layout of the recordings, unless another is said."""

    usual_rate: ClassVar[float]
    """Their frames a second where nothing says it."""

    protocols: ClassVar[Mapping[str, Callable[[int], Protocol]]]
    """The data set's protocols by name, as functions of a seed that only those look at which draw."""

    usual_protocol: ClassVar[str]
    """The one that is taken unless another is said."""

    called: ClassVar[str]
    """The data set's name."""

    usual_people: ClassVar[int] = 1
    """How many people of a recording are kept unless a number is said."""

    names_classes: ClassVar[bool] = False
    """Whether its files say what actions there are, so that ``classes`` may be given."""

    says_layout: ClassVar[bool] = False
    """Whether its files say their joint layout, or all have the usual one."""

    wanted: ClassVar[str]
    """What an empty folder should hold."""

    source: ClassVar[str]
    """Where that comes from."""

    comes_packed: ClassVar[bool] = False
    """Whether archives in ``root/raw`` are unpacked; for those that look for files in all folders below."""

    classes: tuple[str, ...]
    """The actions by class number."""

    def __init__(
        self,
        root: str | Path,
        split: str = "train",
        protocol: AnyProtocol | None = None,
        graph: SkeletonGraph | str = "spatial",
        normalization: str = "directed",
        max_hops: int = 1,
        skeleton: Skeleton | None = None,
        fps: float | None = None,
        usual_fps: float | None = None,
        rate: float | None = None,
        people: int | None = None,
        transform: Callable[[SkeletonData], BaseData] | None = None,
        pre_transform: Callable[[SkeletonData], SkeletonData] | None = None,
        pre_filter: Callable[[SkeletonData], bool] | None = None,
        force_reload: bool = False,
    ) -> None:
        protocol = find_protocol(protocol or self.usual_protocol, known=self.protocols)
        wanted = () if split == "all" else protocol.values(split)
        self.recorded = skeleton or self.usual_layout
        self.skeleton = graph.skeleton if isinstance(graph, SkeletonGraph) else self.recorded
        for number in (fps, rate):
            if number is not None and not (isfinite(number) and number > 0):
                raise ValueError(f"{number} frames a second is not a rate")
        people = self.usual_people if people is None else people
        if people < 1:
            raise ValueError(f"at least 1 person is kept of a recording, not {people}")
        self.given_fps = fps
        self.usual_fps = usual_fps or self.usual_rate
        self.rate = rate
        self.people = people
        super().__init__(str(root), transform, pre_transform, pre_filter, force_reload=force_reload)
        self.finish(graph, normalization, max_hops, protocol.choose, split)
        if len(self) == 0 and wanted:
            raise NoRecordings(f"{root}: no recording of the {split} {protocol.by}s {sorted(wanted)} is there")

    @abstractmethod
    def find(self) -> list[Path]:
        """The files of recordings, or folders of one recording or several."""

    @abstractmethod
    def read_file(self, path: Path) -> list[SkeletonSequence]:
        """The recordings in a file; several people of one recording are sequences of the same name."""

    @abstractmethod
    def label(self, sequence: SkeletonSequence) -> dict[str, Any]:
        """A recording's class number ``y``, and what protocols split by."""

    @property
    def num_classes(self) -> int:
        """The number of actions, whichever of them the split has."""
        return len(self.classes)

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
        return str(cache_folder() / f"{root.name}-{sha256(str(root).encode()).hexdigest()[:8]}")

    @property
    def raw_file_names(self) -> list[str]:
        """The files and folders, in the order of their names."""
        return sorted(str(path.relative_to(self.raw_dir)) for path in self.find())

    def download(self) -> None:
        """Recordings come from their owners."""
        raw = Path(self.raw_dir).resolve()
        packed = f" (there as {', '.join(ENDINGS)} too)" if self.comes_packed else ""
        raise FileNotFoundError(
            f"no {self.called} recordings in {raw}: put {self.wanted} there, or in a folder raw in it{packed}; "
            f"{self.source}"
        )

    def _download(self) -> None:
        if self.comes_packed:
            self._unpack()
        if not self.raw_file_names:
            self.download()

    def _unpack(self) -> None:
        """Unpack the archives in ``root/raw``, unless somebody has unpacked them elsewhere."""
        raw = Path(self.root, "raw")
        archives = find_archives(raw)
        packed = [archive for archive in archives if not unpacked(archive).exists()]
        if packed and (len(packed) < len(archives) or not self.raw_file_names):
            for archive in packed:
                unpack(archive, scratch=raw.resolve().parent)

    def _facts(self) -> dict[str, Any]:
        own = {"recorded": self.recorded.to_dict(), "people": self.people, "classes": self.classes}
        return super()._facts() | own

    def read(self) -> list[SkeletonData]:
        """Read every recording there is."""
        found: dict[str, tuple[Path, list[SkeletonSequence]]] = {}
        for path in tqdm([Path(path) for path in self.raw_paths], "reading recordings", disable=None, leave=False):
            for sequence in self.read_file(path):
                first, people = found.setdefault(sequence.name, (path, []))
                if first != path:
                    raise ValueError(f"{path}: there is another recording {sequence.name}; keep one of them")
                people.append(self._with_rate(convert_layout(sequence, self.skeleton)))
        recordings = [data for _, people in found.values() for data in self._samples(people)]
        _keep_common_facts(recordings)
        return recordings

    def _with_rate(self, sequence: SkeletonSequence) -> SkeletonSequence:
        return replace(sequence, fps=self.given_fps or sequence.fps or self.usual_fps)

    def _samples(self, people: list[SkeletonSequence]) -> list[SkeletonData]:
        """What is made of a recording: one sample."""
        return [self._labelled(people)]

    def _labelled(self, people: list[SkeletonSequence]) -> SkeletonData:
        """The people of a recording, or of a part of one, as a sample."""
        facts = {"recorded_fps": people[0].fps, **self.label(people[0])}
        return SkeletonData.from_people([self._at_rate(person) for person in people], **facts)

    def _at_rate(self, sequence: SkeletonSequence) -> SkeletonSequence:
        """The recording at the rate asked for; one that is near enough is taken to have it."""
        assert sequence.fps is not None, "every recording was given a rate"
        if self.rate is None:
            return sequence
        if same_rate(sequence.fps, self.rate):
            return replace(sequence, fps=self.rate)
        return resample(sequence, self.rate)


class NoRecordings(ValueError):
    """A split of which no recording is there."""


def _keep_common_facts(recordings: list[SkeletonData]) -> None:
    """Forget what is known of some recordings alone: those of a batch carry the same."""
    common = set.intersection(*(set(data.keys()) for data in recordings)) if recordings else set()
    for data in recordings:
        for key in set(data.keys()) - common:
            del data[key]


def class_number(sequence: SkeletonSequence, num_classes: int) -> int:
    """The class number of a label that counts from 1.

    Raises:
        ValueError: If there is no such class, or no label.
    """
    (label,) = numbers(sequence, "label").values()
    if not 1 <= label <= num_classes:
        raise ValueError(f"{sequence.name}: its label is {label}, but labels are 1 to {num_classes}")
    return label - 1


def numbers(sequence: SkeletonSequence, *names: str) -> dict[str, int]:
    """Facts that a recording must have.

    Raises:
        ValueError: If it lacks one.
    """
    if missing := [name for name in names if name not in sequence.facts]:
        raise ValueError(f"{sequence.name}: neither the file nor its name says its {', '.join(missing)}")
    return {name: int(sequence.facts[name]) for name in names}
