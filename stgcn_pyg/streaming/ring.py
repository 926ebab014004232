"""The last frames of many streams, each of which writes when it has a new one."""

import numpy as np
import torch
from torch import Tensor

from stgcn_pyg.sequence import IntArray


class Ring:
    r"""Ring buffers ``[S, L, V, C]``, one for each of S streams: a run's last L frames, and zeros before its first.

    A frame takes the place of the one L frames before it, so that memory is the same however long a run is.

    Args:
        num_streams: S.
        length: L.
        shape: Joints and channels of a frame, V and C.
        dtype: Of the numbers.

    Attributes:
        count: How many frames each stream's run has had ``[S]``.

    Example:
        >>> ring = Ring(num_streams=2, length=3, shape=(1, 1), dtype=torch.float32)
        >>> for value in (1.0, 2.0, 3.0, 4.0):
        ...     ring.push(np.array([1]), torch.tensor([[[value]]]))
        >>> ring.window(np.array([0, 1])).squeeze().tolist()
        [[0.0, 0.0, 0.0], [2.0, 3.0, 4.0]]
        >>> ring.oldest(np.array([1])).item()
        2.0
    """

    def __init__(self, num_streams: int, length: int, shape: tuple[int, int], dtype: torch.dtype) -> None:
        self.length = length
        self.shape = shape
        self.count = np.zeros(num_streams, np.int64)
        self._rows = torch.zeros(num_streams * length, shape[0] * shape[1], dtype=dtype)
        self._places = np.arange(length)

    def push(self, stream: IntArray, frame: Tensor) -> None:
        """A new frame ``[S', V, C]`` of some of the streams ``[S']``."""
        count = self.count[stream]
        self._rows.index_copy_(0, torch.from_numpy(stream * self.length + count % self.length), frame.flatten(1))
        self.count[stream] = count + 1

    def window(self, stream: IntArray) -> Tensor:
        """The last L frames of some of the streams, in the order of time, ``[S', L, V, C]``."""
        place = (self.count[stream, None] + self._places) % self.length
        row = torch.from_numpy((stream[:, None] * self.length + place).reshape(-1))
        return self._rows.index_select(0, row).view(-1, self.length, *self.shape)

    def oldest(self, stream: IntArray) -> Tensor:
        """The frame L - 1 before the last of some of the streams, ``[S', V, C]``."""
        row = torch.from_numpy(stream * self.length + self.count[stream] % self.length)
        return self._rows.index_select(0, row).view(-1, *self.shape)

    def clear(self, stream: IntArray) -> None:
        """Begin a new run in some of the streams."""
        self._rows.view(len(self.count), -1)[torch.from_numpy(stream)] = 0
        self.count[stream] = 0

    def copy(self, source: IntArray, target: IntArray) -> None:
        """Let some of the streams be as others are."""
        rows = self._rows.view(len(self.count), -1)
        rows[torch.from_numpy(target)] = rows[torch.from_numpy(source)]
        self.count[target] = self.count[source]

    def grow(self, num_streams: int) -> None:
        """Make room for more streams."""
        more = num_streams - len(self.count)
        self._rows = torch.cat([self._rows, self._rows.new_zeros(more * self.length, self._rows.shape[1])])
        self.count = np.append(self.count, np.zeros(more, np.int64))

    @property
    def nbytes(self) -> int:
        """Bytes of all streams together."""
        return self._rows.nbytes + self.count.nbytes
