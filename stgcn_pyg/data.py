"""A recording as a static graph over time, and many of them as one timeline."""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler
from torch_geometric.data import Data

from stgcn_pyg.nn.runs import run_pointers
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.sequence import SkeletonSequence, cut_runs

JOINT_KEYS = ("x", "pos", "score")
"""Attributes with an entry for each joint of each frame."""

FRAME_KEYS = (*JOINT_KEYS, "frame", "run", "body", "motion")
"""Attributes with an entry for each frame: they are laid end to end in a batch."""

GRAPH_KEYS = ("edge_index", "edge_type", "edge_weight")
"""The skeleton's edges: a batch has them once."""


class SkeletonData(Data):
    r"""One recording: V joints as nodes, their labelled edges once, and T frames as a dimension of its own.

    This is PyG's static graph form, with joints along dimension -2.

    Attributes:
        x: Input features ``[T, V, C]``, made by a features transform.
        pos: Positions ``[T, V, D]`` as recorded, 0 where missing.
        score: The pose estimator's scores ``[T, V]``, 0 where missing.
        frame: Frame numbers ``[T]`` of the recording; they begin again with every person.
        run: Which unbroken run each frame belongs to ``[T]``.
        body: Which person each frame shows ``[T]``, from 0.
        edge_index: Neighbour and root of each labelled edge ``[2, E]``; ``edge_type`` and ``edge_weight`` ``[E]``.
        y: Class, ``[1]``; further facts such as ``subject``, ``scenario``, ``fps`` and ``name`` ride along.

    Example:
        >>> import numpy as np
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> recording = SkeletonSequence(np.ones((40, 25, 2)), BODY_25, fps=25, name="demo")
        >>> SkeletonData.from_sequence(recording, y=3).attach(SkeletonGraph.build(BODY_25))  # doctest: +ELLIPSIS
        SkeletonData(pos=[40, 25, 2], score=[40, 25], ..., edge_index=[2, 73], edge_type=[73], edge_weight=[73])
    """

    @classmethod
    def from_sequence(
        cls, sequence: SkeletonSequence, y: int | None = None, max_gap: float = 1.0, **facts: Any
    ) -> "SkeletonData":
        """A recording of one person: :meth:`from_people` with one."""
        return cls.from_people([sequence], y, max_gap, **facts)

    @classmethod
    def from_people(
        cls, people: Sequence[SkeletonSequence], y: int | None = None, max_gap: float = 1.0, **facts: Any
    ) -> "SkeletonData":
        r"""One recording of several people as tensors: the runs of each after those of the one before.

        Each person is cut into runs where time jumps or they are out of view for long; one who was never seen adds
        nothing. To a network all are runs like any others, so its pooled feature is that of the M people by
        themselves, :math:`\mathbf{z}_m`, weighted by the frames :math:`F_m` that it has of them,

        .. math::
            \mathbf{z} = \sum_{m=1}^{M} \frac{F_m}{\sum_{n} F_n} \, \mathbf{z}_m,

        and so are the logits, in whatever order the people come. As every person is seen from their own root,
        where they stand to each other is not seen.

        Args:
            people: A sequence for each person.
            y: The recording's class.
            max_gap: Seconds without the person in view after which a new run begins.
            **facts: Whatever else is known of the recording, as numbers or strings.

        Raises:
            ValueError: If there are no people, or their layouts, coordinates or frame rates differ.

        Example:
            >>> import numpy as np
            >>> from stgcn_pyg.skeleton import BODY_25
            >>> one, other = (SkeletonSequence(np.ones((t, 25, 2)), BODY_25, fps=25) for t in (40, 30))
            >>> data = SkeletonData.from_people([one, other], y=3)
            >>> data.num_frames, data.ptr.tolist(), data.body.unique().tolist()
            (70, [0, 40, 70], [0, 1])
        """
        _check_alike(people)
        parts: list[dict[str, Any]] = []
        runs = 0
        for person in [person for person in people if person.in_view.any()] or people[:1]:
            keep, run = cut_runs(person, max_gap)
            arrays = {key: getattr(person, key)[keep] for key in ("pos", "score", "frame")}
            parts.append({**arrays, "run": runs + run, "body": np.full_like(run, len(parts))})
            runs += int(run[-1]) + 1
        data = cls(
            **{key: torch.from_numpy(np.concatenate([part[key] for part in parts])) for key in parts[0]},
            name=people[0].name,
            **{key: torch.tensor([value]) if isinstance(value, Real) else value for key, value in facts.items()},
        )
        if people[0].fps is not None:
            data.fps = torch.tensor([float(people[0].fps)])
        if y is not None:
            data.y = torch.tensor([y])
        return data

    def attach(self, graph: SkeletonGraph) -> "SkeletonData":
        """Give the recording the labelled edges of its skeleton, in place."""
        self.edge_index = graph.edge_index
        self.edge_type = graph.edge_type
        self.edge_weight = graph.edge_weight.float()
        return self

    @property
    def num_nodes(self) -> int:
        """The number of joints V."""
        return int((self.x if self.x is not None else self.pos).shape[1])

    @property
    def num_frames(self) -> int:
        """The number of frames T."""
        return int(self.run.shape[0])

    @property
    def ptr(self) -> Tensor:
        """Where runs begin and end, ``[R+1]``."""
        return run_pointers(self.run)

    def select_frames(self, frames: Tensor | slice) -> "SkeletonData":
        """The same recording with some of its frames alone, as a shallow copy."""
        part = copy(self)
        for key in FRAME_KEYS:
            if self.get(key) is not None:
                part[key] = self[key][frames]
        return part

    def __inc__(self, key: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Refuse to be batched by shifting edges: what came of it would be nonsense without an error."""
        if key == "edge_index":
            raise RuntimeError(
                "PyG's stock DataLoader cannot batch SkeletonData, whose graph is shared by all frames; "
                "use stgcn_pyg.data.TimelineLoader, or apply the UnrollFrames transform first"
            )
        return super().__inc__(key, value, *args, **kwargs)


class TimelineBatch(SkeletonData):
    """Several recordings as one timeline: frames laid end to end, edges once, nothing padded.

    Attributes:
        batch: Which sample each frame belongs to ``[F]``.
        frame_ptr: Where each sample's frames begin and end ``[N+1]``.

    Example:
        >>> batch = TimelineBatch.from_data_list([
        ...     SkeletonData(x=torch.rand(t, 25, 2), run=torch.zeros(t, dtype=torch.long)) for t in (3, 5)
        ... ])
        >>> batch.num_graphs, batch.x.shape, batch.ptr.tolist(), batch[1].num_frames
        (2, torch.Size([8, 25, 2]), [0, 3, 8], 5)
    """

    @classmethod
    def from_data_list(cls, samples: Sequence[SkeletonData]) -> "TimelineBatch":
        """Lay recordings end to end.

        Raises:
            ValueError: If there are none, one has no frames, they differ in what they carry, they have different
                graphs, or a fact is not one row a recording.
        """
        if not samples:
            raise ValueError("a batch needs at least one recording")
        # Not keys(), whose order PyG leaves to chance; the graph first, so that different bodies are told by it.
        keys = sorted(samples[0].to_dict(), key=lambda key: key not in GRAPH_KEYS)
        for sample in samples:
            if set(sample.keys()) != set(keys):
                odd = ", ".join(sorted(set(sample.keys()) ^ set(keys)))
                raise ValueError(f"recordings of one batch must carry the same attributes; some lack {odd}")
            if sample.num_frames == 0:
                raise ValueError(f"{sample.get('name') or 'a recording of a batch'} has no frames")
        batch = cls(**{key: _joined(key, [sample[key] for sample in samples]) for key in keys})
        frames = torch.tensor([sample.num_frames for sample in samples])
        batch.batch = torch.arange(len(samples)).repeat_interleave(frames)
        batch.frame_ptr = torch.cat([frames.new_zeros(1), frames.cumsum(0)])
        return batch

    @property
    def num_graphs(self) -> int:
        """The number of recordings N."""
        return int(self.frame_ptr.numel()) - 1

    @property
    def ptr(self) -> Tensor:
        """Where the runs of all recordings begin and end, ``[R+1]``."""
        return run_pointers(self.run, self.batch)

    def to_data_list(self) -> list[SkeletonData]:
        """The recordings, as they came."""
        return [self[i] for i in range(self.num_graphs)]

    def __getitem__(self, key: Any) -> Any:
        """A recording by its number, or an attribute by its name."""
        if isinstance(key, str):
            return super().__getitem__(key)
        if not -self.num_graphs <= key < self.num_graphs:
            raise IndexError(f"recording {key} of a batch of {self.num_graphs}")
        i = key % self.num_graphs
        start, stop = self.frame_ptr[i : i + 2].tolist()
        sample = SkeletonData()
        for name, value in self.to_dict().items():
            if name in FRAME_KEYS:
                sample[name] = value[start:stop]
            elif name in GRAPH_KEYS:
                sample[name] = value
            elif name not in ("batch", "frame_ptr"):
                sample[name] = value[i : i + 1] if isinstance(value, Tensor) else value[i]
        return sample


def _check_alike(people: Sequence[SkeletonSequence]) -> None:
    """Refuse people who cannot be of one recording."""
    if not people:
        raise ValueError("a recording needs at least one person's sequence, be it one in which nobody is seen")
    one = people[0]
    for other in people[1:]:
        if one.skeleton != other.skeleton:
            difference = f"layout, not {one.skeleton.name} and {other.skeleton.name}"
        elif one.num_dims != other.num_dims:
            difference = f"number of coordinates, not {one.num_dims} and {other.num_dims}"
        elif one.fps != other.fps:
            difference = f"frame rate, not {one.fps} and {other.fps}"
        else:
            continue
        raise ValueError(f"{other.name}: the people of one recording have one {difference}; convert them first")


def _joined(key: str, values: list[Any]) -> Any:
    """One attribute of a batch from those of its samples."""
    if key in FRAME_KEYS:
        return torch.cat(values)
    if key in GRAPH_KEYS:
        if any(value is not values[0] and not torch.equal(value, values[0]) for value in values):
            raise ValueError(f"recordings of one batch must share their graph; they differ in {key}")
        return values[0]
    if not isinstance(values[0], Tensor):
        return values
    for value in values:
        if value.shape[:1] != (1,):
            raise ValueError(f"a fact of a recording is one row [1, ...], but {key} is {list(value.shape)}")
    return torch.cat(values)


class TimelineLoader(DataLoader[SkeletonData]):
    """Loads recordings as timeline batches.

    Args:
        dataset: Recordings.
        batch_size: Recordings a batch, at most.
        shuffle: A new order in every epoch.
        max_frames: Frames a batch, at most (a longer recording is a batch of its own); every recording is read
            once to count them.
        **kwargs: What :class:`torch.utils.data.DataLoader` takes besides.

    Example:
        >>> recordings = [
        ...     SkeletonData(x=torch.rand(t, 25, 2), run=torch.zeros(t, dtype=torch.long)) for t in (30, 50, 40)
        ... ]
        >>> [batch.x.shape[0] for batch in TimelineLoader(recordings, batch_size=2)]
        [80, 40]
        >>> [batch.x.shape[0] for batch in TimelineLoader(recordings, batch_size=2, max_frames=60)]
        [30, 50, 40]
    """

    def __init__(
        self,
        dataset: Dataset[SkeletonData] | Sequence[SkeletonData],
        batch_size: int = 16,
        shuffle: bool = False,
        max_frames: int | None = None,
        **kwargs: Any,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"a batch has at least 1 recording, not {batch_size}")
        how: dict[str, Any] = {"batch_size": batch_size, "shuffle": shuffle}
        if max_frames is not None:
            frames = [dataset[i].num_frames for i in range(len(dataset))]  # type: ignore[arg-type]
            sampler = FrameBudgetSampler(frames, batch_size, max_frames, shuffle, kwargs.get("generator"))
            how = {"batch_sampler": sampler}
        super().__init__(dataset, collate_fn=TimelineBatch.from_data_list, **how, **kwargs)  # type: ignore[arg-type]


class FrameBudgetSampler(Sampler[list[int]]):
    """Batches of consecutive recordings with at most so many frames together.

    Args:
        num_frames: The frames of every recording.
        batch_size: Recordings a batch, at most.
        max_frames: Frames a batch, at most; a longer recording is a batch of its own.
        shuffle: A new order in every epoch; batches then differ, and their number may a little.
        generator: What the order is drawn from; torch's global generator if left out.

    Example:
        >>> list(FrameBudgetSampler([30, 50, 40, 200, 5], batch_size=2, max_frames=90))
        [[0, 1], [2], [3], [4]]
    """

    def __init__(
        self,
        num_frames: Sequence[int],
        batch_size: int,
        max_frames: int,
        shuffle: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        self.num_frames = list(num_frames)
        self.batch_size = batch_size
        self.max_frames = max_frames
        self.shuffle = shuffle
        self.generator = generator

    def __len__(self) -> int:
        """The number of batches in the recordings' own order."""
        return sum(1 for _ in self._batches(range(len(self.num_frames))))

    def __iter__(self) -> Iterator[list[int]]:
        """Yield the recordings of each batch."""
        count = len(self.num_frames)
        order = torch.randperm(count, generator=self.generator).tolist() if self.shuffle else range(count)
        return self._batches(order)

    def _batches(self, order: Iterable[int]) -> Iterator[list[int]]:
        batch: list[int] = []
        total = 0
        for i in order:
            if batch and (len(batch) == self.batch_size or total + self.num_frames[i] > self.max_frames):
                yield batch
                batch, total = [], 0
            batch.append(i)
            total += self.num_frames[i]
        if batch:
            yield batch
