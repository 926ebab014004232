"""What all data sets of recordings share: the processed cache, the graph, and samples that carry it."""

import hashlib
import json
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

import torch
from torch_geometric.data import InMemoryDataset

from stgcn_pyg.data import SkeletonData, TimelineBatch
from stgcn_pyg.files import draft
from stgcn_pyg.partition import SkeletonGraph, joint_radii
from stgcn_pyg.skeleton import Skeleton

CACHE_VERSION = 3
"""Raised when processing changes, so that caches of older versions are built anew."""


class SkeletonDataset(InMemoryDataset):
    """Recordings that are read once, cached, and handed out with the edges of one graph.

    The cache's name is a fingerprint of the raw files and of all that shapes what is kept of them, so another
    argument or another file makes another cache. It is written under a temporary name and then renamed; one
    that cannot be read is made again. It holds tensors and plain containers alone.

    A subclass says which ``raw_paths`` there are, reads them in ``read``, and calls ``finish`` last in its
    constructor.
    """

    skeleton: Skeleton
    graph: SkeletonGraph
    fps: float
    given_fps: float | None
    usual_fps: float
    rate: float | None

    def read(self) -> list[SkeletonData]:
        """All recordings of the raw files, whatever the split."""
        raise NotImplementedError

    def _facts(self) -> dict[str, Any]:
        """The arguments that shape what is cached."""
        return {
            "version": CACHE_VERSION,
            "class": type(self).__name__,
            "skeleton": self.skeleton.to_dict(),
            "fps": (self.given_fps, self.usual_fps, self.rate),
            "pre_transform": _stable(self.pre_transform),
            "pre_filter": _stable(self.pre_filter),
            "raw": [(name, _stamp(Path(self.raw_dir, name))) for name in self.raw_file_names],
        }

    @property
    def processed_file_names(self) -> list[str]:
        """The cache, named after its fingerprint."""
        facts = json.dumps(self._facts(), sort_keys=True).encode()
        return [f"{hashlib.sha256(facts).hexdigest()[:16]}.pt"]

    def process(self) -> None:
        """Read the raw files, apply ``pre_filter`` and ``pre_transform``, and cache what remains."""
        recordings = self.read()
        dims = {data.pos.shape[2]: data.name for data in recordings}
        if len(dims) > 1:
            examples = ", ".join(f"{name} has {count}" for count, name in dims.items())
            raise ValueError(f"{self.root}: recordings of 2 and of 3 coordinates must be kept apart ({examples})")
        if self.pre_filter is not None:
            recordings = [data for data in recordings if self.pre_filter(data)]
        if self.pre_transform is not None:
            recordings = [self.pre_transform(data) for data in recordings]
        if not recordings:
            raise ValueError(f"{self.root}: no recording is left after pre_filter")
        self._everything = self.collate(recordings)
        try:
            data, slices = self._everything  # a single recording has no slices
            with draft(Path(self.processed_paths[0])) as path, path.open("wb") as file:
                torch.save((data.to_dict(), slices and dict(slices)), file)
        except (OSError, RuntimeError) as error:  # torch tells of a full disk by a RuntimeError
            warnings.warn(
                f"the processed recordings cannot be cached, so they stay in memory: {error}", stacklevel=2
            )

    def _process(self) -> None:
        # Instead of the parent's check, which compares pickled descriptions of the arguments: the cache's name
        # says what they were.
        if self.force_reload or not self._load_cache():
            self.process()

    def _load_cache(self) -> bool:
        path = Path(self.processed_paths[0])
        if not path.exists():
            return False
        try:
            contents, slices = torch.load(path, weights_only=True)
            self._everything = SkeletonData.from_dict(contents), slices
        except Exception:  # whatever is wrong with it, the raw files are there to make another
            warnings.warn(f"{path} cannot be read and is built again", stacklevel=2)
            return False
        return True

    def finish(
        self,
        graph: SkeletonGraph | str,
        normalization: str,
        max_hops: int,
        choose: Callable[[list[SkeletonData], str], list[SkeletonData]],
        split: str,
    ) -> None:
        """Keep the recordings of a split, and build the graph (from the training recordings) that they carry.

        Args:
            graph: A graph, or the name of the partition strategy to build one with.
            normalization: The degree normalisation to build one with.
            max_hops: The neighbourhood's size D to build one with.
            choose: The recordings of a split, such as ``Protocol.choose``; joint radii are measured on those of
                ``"train"``.
            split: The one that the data set consists of.
        """
        self._data, self.slices = self._everything
        everything = [super(SkeletonDataset, self).get(i) for i in range(self.len())]
        recordings = choose(everything, split)
        if isinstance(graph, str):
            measured = choose(everything, "train")
            if graph == "spatial" and recordings and not measured:
                warnings.warn(
                    "no training recording is there to measure joint radii on, so the spatial "
                    "partition goes by hops; pass the graph of the training split",
                    stacklevel=3,
                )
            radius = joint_radii((data.pos, data.score) for data in measured) if measured else None
            graph = SkeletonGraph.build(self.skeleton, graph, normalization, max_hops, radius)
        if graph.skeleton != self.skeleton:
            raise ValueError(f"the graph is of {graph.skeleton.name}, the recordings are of {self.skeleton.name}")
        self.graph = graph
        self.fps = self._common_rate(everything)
        self._data_list = None
        if recordings:
            self._data, self.slices = self.collate(recordings)
        else:
            self._indices: list[int] = []
        del self._everything

    def _common_rate(self, recordings: list[SkeletonData]) -> float:
        rates = sorted({float(data.fps) for data in recordings})
        if len(rates) > 1:
            listed = ", ".join(f"{rate:g}" for rate in rates)
            raise ValueError(
                f"{self.root}: recordings of several frame rates ({listed}) must be kept apart, or brought to one "
                "with rate="
            )
        return rates[0]

    def get(self, idx: int) -> SkeletonData:
        """A recording with the edges of the graph."""
        return super().get(idx).attach(self.graph)  # type: ignore[no-any-return]

    def __getattr__(self, key: str) -> Any:
        """An attribute of all recordings laid end to end, such as ``dataset.y``; also of a part of the data set."""
        # The parent batches a part as the stock loader does, which recordings refuse.
        if self.__dict__.get("_indices") is not None and key in self._data:
            return TimelineBatch.from_data_list([self.get(i) for i in self.indices()])[key]
        return super().__getattr__(key)


def _stable(setting: object) -> str:
    """A description without memory addresses: ``repr``, attributes, and what a function computes with."""
    parts: list[object] = [setting, *(_stable(value) for value in getattr(setting, "__dict__", {}).values())]
    if isinstance(setting, FunctionType):
        code, cells = setting.__code__, setting.__closure__ or ()
        parts += [code.co_code, code.co_names, code.co_consts, setting.__defaults__]
        parts += [cell.cell_contents for cell in cells]
        values = (setting.__globals__.get(name) for name in code.co_names)
        parts += [value for value in values if isinstance(value, int | float | str | tuple)]
    return re.sub(r" at 0x[0-9a-f]+", "", repr(parts))


def _stamp(path: Path) -> list[tuple[str, int, int]]:
    """Name, size and time of the last change of a file, or of all in a folder and the folders in it."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [
        (str(file.relative_to(path)), info.st_size, info.st_mtime_ns) for file in files for info in [file.stat()]
    ]
