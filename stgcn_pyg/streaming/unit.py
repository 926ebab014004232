"""The two units of the network, a frame at a time."""

from collections.abc import Iterator

import torch
from torch import Tensor

from stgcn_pyg.nn import Edges, PlainUnit, ResidualUnit, TemporalConv
from stgcn_pyg.sequence import IntArray
from stgcn_pyg.streaming.pointwise import pointwise
from stgcn_pyg.streaming.ring import Ring
from stgcn_pyg.streaming.spatial import StreamingSpatialConv
from stgcn_pyg.streaming.taps import kernel, taps

Frames = tuple[IntArray, Tensor]
"""Which streams have a frame ``[S']``, and the frames ``[S', V, C]``."""


class StreamingTemporalConv:
    r"""A temporal convolution that remembers the frames its kernel looks at.

    Output frame :math:`i` of a run is known once input frame :math:`si + q` is there, where :math:`q` is how far
    the kernel looks ahead: :math:`(\Gamma - 1)/2` frames if it is centred, 0 if it is causal. At the run's end,
    :math:`q` frames of zeros take the place of those that never come, as offline.

    Args:
        conv: The convolution.
        num_streams: S.
        num_nodes: V.

    Attributes:
        ahead: How many frames the kernel looks ahead, q.
        stride: Frames between two outputs, s.
    """

    def __init__(self, conv: TemporalConv, num_streams: int, num_nodes: int) -> None:
        (length,), (self.stride,) = conv.kernel_size, conv.stride
        self.ahead = 0 if conv.causal else (length - 1) // 2
        self.ring = Ring(num_streams, length, (num_nodes, conv.in_channels), conv.weight.dtype)
        self._kernel = kernel(conv.weight.permute(2, 1, 0))
        self._bias = conv.bias

    def push(self, stream: IntArray, frame: Tensor) -> IntArray:
        """Take a frame ``[S', V, C_in]`` of some streams; returns which of them now have an output."""
        self.ring.push(stream, frame)
        at = self.ring.count[stream] - 1 - self.ahead
        due: IntArray = stream[(at >= 0) & (at % self.stride == 0)]
        return due

    def output(self, stream: IntArray) -> Tensor:
        """The output of those streams ``[S', V, C_out]``."""
        return taps(self.ring.window(stream), self._kernel, self._bias)


class StreamingUnit:
    """What a plain and a residual unit have in common when frames come one at a time, for many streams.

    Args:
        unit: The unit, in evaluation.
        middle: What stands between its convolutions.
        edges: The skeleton's.
        num_streams: S.
        num_nodes: V.

    Attributes:
        rings: All that it remembers.
    """

    def __init__(
        self,
        unit: PlainUnit | ResidualUnit,
        middle: torch.nn.Module,
        edges: Edges,
        num_streams: int,
        num_nodes: int,
    ) -> None:
        self.before = pointwise(unit.norm_in)
        self.spatial = StreamingSpatialConv(unit.spatial, edges, num_nodes)
        self.middle = pointwise(middle)
        self.temporal = StreamingTemporalConv(unit.temporal, num_streams, num_nodes)
        self.rings = [self.temporal.ring]
        self._nothing = [
            torch.zeros(1, num_nodes, size, dtype=unit.temporal.weight.dtype)
            for size in (self.spatial.in_channels, unit.temporal.in_channels)
        ]

    def push(self, stream: IntArray, x: Tensor) -> Frames:
        """Take a frame of some streams; returns the outputs that it makes known, of some of them or none."""
        return self._step(stream, x, self.middle(self.spatial(self.before(x))))

    def end(self, stream: IntArray) -> Iterator[Frames]:
        """The outputs still due where runs end, in the order of time."""
        x, middle = (zeros.expand(len(stream), -1, -1) for zeros in self._nothing)
        for _ in range(self.temporal.ahead):
            yield self._step(stream, x, middle)

    def _step(self, stream: IntArray, x: Tensor, middle: Tensor) -> Frames:
        due = self._remember(stream, x, middle)
        return due, self._output(due) if due.size else x[:0]

    def _remember(self, stream: IntArray, x: Tensor, middle: Tensor) -> IntArray:
        """Keep a frame of the unit's input and what has become of it; returns the streams that have an output."""
        return self.temporal.push(stream, middle)

    def _output(self, stream: IntArray) -> Tensor:
        """The output of those streams."""
        raise NotImplementedError


class StreamingPlainUnit(StreamingUnit):
    """A :class:`~stgcn_pyg.nn.PlainUnit`, a frame at a time."""

    def __init__(self, unit: PlainUnit, edges: Edges, num_streams: int, num_nodes: int) -> None:
        super().__init__(unit, unit.middle, edges, num_streams, num_nodes)
        self.after = pointwise(unit.norm_out)

    def _output(self, stream: IntArray) -> Tensor:
        return self.after(self.temporal.output(stream))


class StreamingResidualUnit(StreamingUnit):
    """A :class:`~stgcn_pyg.nn.ResidualUnit`, a frame at a time: the shortcut waits for the frames ahead."""

    def __init__(self, unit: ResidualUnit, edges: Edges, num_streams: int, num_nodes: int) -> None:
        super().__init__(unit, unit.norm_middle, edges, num_streams, num_nodes)
        conv = unit.shortcut
        self._shortcut = None if conv is None else (kernel(conv.weight.permute(2, 1, 0)), conv.bias)
        shape = (num_nodes, self.spatial.in_channels)
        self.inputs = Ring(num_streams, self.temporal.ahead + 1, shape, unit.temporal.weight.dtype)
        self.rings.append(self.inputs)

    def _remember(self, stream: IntArray, x: Tensor, middle: Tensor) -> IntArray:
        self.inputs.push(stream, x)
        return super()._remember(stream, x, middle)

    def _output(self, stream: IntArray) -> Tensor:
        short = self.inputs.oldest(stream)
        if self._shortcut is not None:
            short = taps(short.unsqueeze(1), *self._shortcut)
        return self.temporal.output(stream).add_(short)
