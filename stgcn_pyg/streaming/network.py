"""The network, a frame at a time."""

import copy

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from stgcn_pyg.models import STGCN
from stgcn_pyg.nn import Edges, PlainUnit, ResidualUnit, fold_norms
from stgcn_pyg.sequence import IntArray
from stgcn_pyg.streaming.pointwise import pointwise
from stgcn_pyg.streaming.pooling import AllFrames, Pool, Pooling
from stgcn_pyg.streaming.ring import Ring
from stgcn_pyg.streaming.spatial import TOGETHER
from stgcn_pyg.streaming.unit import StreamingPlainUnit, StreamingResidualUnit, StreamingUnit


class StreamingNetwork:
    r"""A copy of an :class:`~stgcn_pyg.models.STGCN` in evaluation that takes one frame of a run at a time.

    Every unit keeps the frames that its temporal kernel looks at. A new frame costs what it costs offline, however
    long the run is; a stream is at rest where a stride skips its frame, and streams whose strides fall on the same
    frame are multiplied together. Where kernels are centred, a unit that looks :math:`q_u` frames ahead waits for
    them, so that the network's last layer is behind its input by

    .. math::
        \sum_u q_u \prod_{w < u} s_w

    frames. :meth:`end` makes up for it, with zeros in every layer beyond the run's end as offline.

    Args:
        network: The network.
        num_streams: How many streams S there is room for at first.
        pooling: What their logits rest on.
        fps: Frames a second.

    Attributes:
        delay: How many frames the last layer is behind.
        stride: How many frames one of the last layer stands for.

    Example:
        >>> from stgcn_pyg.partition import SkeletonGraph
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> network = STGCN(SkeletonGraph.build(BODY_25), 2, 6, channels=[(8, 1), (8, 2)], kernel_size=3)
        >>> one = np.array([0])
        >>> live = StreamingNetwork(network, num_streams=1)
        >>> live.delay
        2
        >>> for frame in torch.randn(5, 1, 25, 2):
        ...     live.push(one, frame)
        >>> live.end(one)
        >>> live.logits(one).shape
        torch.Size([1, 6])
    """

    def __init__(self, network: STGCN, num_streams: int, pooling: Pooling | None = None, fps: float = 25.0) -> None:
        with torch.no_grad():
            network = fold_norms(copy.deepcopy(network).cpu().eval()).requires_grad_(False)
            edges = Edges(network.edge_index, network.edge_type, network.edge_weight)
            self._norm = pointwise(network.norm)
            self.units = [_streaming(unit, edges, num_streams, network.num_nodes) for unit in network.units]
            self._final = pointwise(network.final)
        self._classifier = network.classifier
        self.delay, self.stride = 0, 1
        for unit in self.units:
            self.delay += unit.temporal.ahead * self.stride
            self.stride *= unit.temporal.stride
        self.dtype = network.classifier.weight.dtype
        channels = network.classifier.in_features
        self.pool = (pooling or AllFrames()).start(num_streams, channels, fps / self.stride)
        self._rings = [ring for unit in self.units for ring in unit.rings]
        self._states: list[Pool | Ring] = [self.pool, *self._rings]

    @torch.inference_mode()
    def push(self, stream: IntArray, x: Tensor) -> None:
        """Take the features ``[S', V, C]`` of a new frame of some of the streams ``[S']``."""
        for start in range(0, len(stream), TOGETHER):
            part = slice(start, start + TOGETHER)
            self._through(self.units, stream[part], self._norm(x[part]))

    @torch.inference_mode()
    def end(self, stream: IntArray) -> None:
        """End the runs of some of the streams; their next frames begin new ones."""
        for start in range(0, len(stream), TOGETHER):
            part = stream[start : start + TOGETHER]
            for depth, unit in enumerate(self.units, start=1):
                for out in unit.end(part):
                    self._through(self.units[depth:], *out)
        self._clear_runs(stream)

    def _through(self, units: list[StreamingUnit], stream: IntArray, x: Tensor) -> None:
        """Take frames through some of the units, as far as they get, and pool what comes out."""
        for unit in units:
            if not stream.size:
                return
            stream, x = unit.push(stream, x)
        if stream.size:
            self.pool.add(stream, self._final(x).mean(dim=1))

    @torch.inference_mode()
    def logits(self, stream: IntArray) -> Tensor:
        """Logits ``[S', classes]`` of some of the streams; NaN before their last layer has had a frame."""
        logits: Tensor = self._classifier(self.pool.mean(stream).to(self.dtype))
        return logits

    def has_logits(self, stream: IntArray) -> npt.NDArray[np.bool_]:
        """Of which of those streams the last layer has had a frame ``[S']``."""
        return self.pool.has_frames(stream)

    @torch.inference_mode()
    def clear(self, stream: IntArray) -> None:
        """Forget all that some of the streams have had."""
        self._clear_runs(stream)
        self.pool.clear(stream)

    def _clear_runs(self, stream: IntArray) -> None:
        for ring in self._rings:
            ring.clear(stream)

    @torch.inference_mode()
    def copy(self, source: IntArray, target: IntArray) -> None:
        """Let some of the streams be as others are."""
        for state in self._states:
            state.copy(source, target)

    def grow(self, num_streams: int) -> None:
        """Make room for more streams."""
        for state in self._states:
            state.grow(num_streams)

    @property
    def nbytes(self) -> int:
        """Bytes that the streams' states take, all together."""
        return sum(state.nbytes for state in self._states)


def _streaming(unit: torch.nn.Module, edges: Edges, num_streams: int, num_nodes: int) -> StreamingUnit:
    """The twin of a unit."""
    if isinstance(unit, PlainUnit):
        return StreamingPlainUnit(unit, edges, num_streams, num_nodes)
    if isinstance(unit, ResidualUnit):
        return StreamingResidualUnit(unit, edges, num_streams, num_nodes)
    raise TypeError(f"what to make of a {type(unit).__name__} frame by frame is not known")
