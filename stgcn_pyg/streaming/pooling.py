"""Which of the frames so far a stream's scores rest on."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from stgcn_pyg.sequence import IntArray
from stgcn_pyg.streaming.ring import Ring


class Pool(ABC):
    """A weighted mean over frames, for each of S streams; a new frame costs the same whatever came before.

    Args:
        num_streams: S.
        channels: C.
    """

    def __init__(self, num_streams: int, channels: int) -> None:
        # In double precision: a day has two million frames, and what a window adds it takes away again.
        self.sum = torch.zeros(num_streams, channels, dtype=torch.float64)
        self.weight = torch.zeros(num_streams, 1, dtype=torch.float64)

    @abstractmethod
    def add(self, stream: IntArray, frame: Tensor) -> None:
        """Take a new frame ``[S', C]`` of some of the streams."""

    def mean(self, stream: IntArray) -> Tensor:
        """The mean of those streams ``[S', C]``; NaN without any frame."""
        index = torch.from_numpy(stream)
        return self.sum[index] / self.weight[index]

    def has_frames(self, stream: IntArray) -> npt.NDArray[np.bool_]:
        """Which of those streams have had a frame ``[S']``."""
        has: npt.NDArray[np.bool_] = self.weight.numpy()[stream, 0] > 0
        return has

    def clear(self, stream: IntArray) -> None:
        """Forget all frames of those streams."""
        index = torch.from_numpy(stream)
        self.sum[index] = 0
        self.weight[index] = 0

    def copy(self, source: IntArray, target: IntArray) -> None:
        """Let some of the streams be as others are."""
        for values in (self.sum, self.weight):
            values[torch.from_numpy(target)] = values[torch.from_numpy(source)]

    def grow(self, num_streams: int) -> None:
        """Make room for more streams."""
        more = num_streams - len(self.sum)
        self.sum, self.weight = (
            torch.cat([values, values.new_zeros(more, values.shape[1])]) for values in (self.sum, self.weight)
        )

    @property
    def nbytes(self) -> int:
        """Bytes of all streams together."""
        return self.sum.nbytes + self.weight.nbytes


class _DecayingPool(Pool):
    """A frame counts ``keep`` times as much as the one after it."""

    def __init__(self, num_streams: int, channels: int, keep: float) -> None:
        super().__init__(num_streams, channels)
        self.keep = keep

    def add(self, stream: IntArray, frame: Tensor) -> None:
        index = torch.from_numpy(stream)
        self.sum[index] = self.sum[index] * self.keep + frame
        self.weight[index] = self.weight[index] * self.keep + 1


class _SlidingPool(Pool):
    """The last ``length`` frames count, all alike."""

    def __init__(self, num_streams: int, channels: int, length: int) -> None:
        super().__init__(num_streams, channels)
        self.ring = Ring(num_streams, length, (1, channels), torch.float64)

    def add(self, stream: IntArray, frame: Tensor) -> None:
        index = torch.from_numpy(stream)
        self.sum[index] += frame - self.ring.oldest(stream)[:, 0]  # zeros, until the window is full
        self.ring.push(stream, frame.double().unsqueeze(1))
        self.weight[index, 0] = torch.from_numpy(self.ring.count[stream].clip(max=self.ring.length)).double()

    def clear(self, stream: IntArray) -> None:
        super().clear(stream)
        self.ring.clear(stream)

    def copy(self, source: IntArray, target: IntArray) -> None:
        super().copy(source, target)
        self.ring.copy(source, target)

    def grow(self, num_streams: int) -> None:
        super().grow(num_streams)
        self.ring.grow(num_streams)

    @property
    def nbytes(self) -> int:
        return super().nbytes + self.ring.nbytes


@dataclass(frozen=True)
class AllFrames:
    """All frames so far count alike, as in a recording: the scores of the whole.

    Example:
        >>> pool = AllFrames().start(num_streams=1, channels=1, rate=5)
        >>> for value in (1.0, 2.0, 6.0):
        ...     pool.add(np.array([0]), torch.tensor([[value]]))
        >>> pool.mean(np.array([0])).item()
        3.0
    """

    def start(self, num_streams: int, channels: int, rate: float) -> Pool:
        """The pool of so many streams, whose network gives ``rate`` frames a second."""
        return _DecayingPool(num_streams, channels, keep=1.0)


@dataclass(frozen=True)
class SlidingWindow:
    """The frames of the last seconds count alike, at least one; while nobody is in view, no time passes.

    Args:
        seconds: Length of the window.

    Raises:
        ValueError: If that is no length.

    Example:
        >>> pool = SlidingWindow(seconds=0.4).start(num_streams=1, channels=1, rate=5)
        >>> for value in (1.0, 2.0, 6.0):
        ...     pool.add(np.array([0]), torch.tensor([[value]]))
        >>> pool.mean(np.array([0])).item()
        4.0
    """

    seconds: float

    def __post_init__(self) -> None:
        """Check the length."""
        _check_seconds("a window", self.seconds)

    def start(self, num_streams: int, channels: int, rate: float) -> Pool:
        """The pool of so many streams, whose network gives ``rate`` frames a second."""
        return _SlidingPool(num_streams, channels, length=max(1, round(self.seconds * rate)))


@dataclass(frozen=True)
class Forgetting:
    r"""Every frame counts, the less the longer ago it was: :math:`2^{-a/h}` at the age of :math:`a` seconds.

    While nobody is in view, no time passes.

    Args:
        half_life: Seconds :math:`h` after which a frame counts half.

    Raises:
        ValueError: If that is no length.

    Example:
        >>> pool = Forgetting(half_life=0.2).start(num_streams=1, channels=1, rate=5)
        >>> for value in (0.0, 3.0):
        ...     pool.add(np.array([0]), torch.tensor([[value]]))
        >>> pool.mean(np.array([0])).item()
        2.0
    """

    half_life: float

    def __post_init__(self) -> None:
        """Check the length."""
        _check_seconds("a half-life", self.half_life)

    def start(self, num_streams: int, channels: int, rate: float) -> Pool:
        """The pool of so many streams, whose network gives ``rate`` frames a second."""
        return _DecayingPool(num_streams, channels, keep=0.5 ** (1 / (self.half_life * rate)))


Pooling = AllFrames | SlidingWindow | Forgetting
"""What a stream's scores may rest on."""


def _check_seconds(what: str, seconds: float) -> None:
    if not (math.isfinite(seconds) and seconds > 0):
        raise ValueError(f"{what} lasts more than 0 seconds, not {seconds}")
