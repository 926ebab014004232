"""The spatial convolution over labelled edges: message passing, and its faster twins on the same parameters."""

import math
from typing import Literal

import torch
from torch import Tensor
from torch_geometric.nn import MessagePassing
from torch_geometric.typing import WITH_TORCH_SCATTER
from torch_geometric.utils import segment
from torch_geometric.utils.sparse import index2ptr

from stgcn_pyg.nn.blocked import NARROW, Neighbours, Step, blocked_spatial, blocks_pay

Bias = Literal["channel", "partition", "none"]
Backend = Literal["auto", "sparse", "segment", "dense"]

DENSE_UP_TO = 150
"""The number of joints up to which ``backend="auto"`` multiplies with dense matrices where it has no faster way.

Measured on two CPU cores with 64 channels and 3 partitions, dense and sparse meet between V = 57 and 274, forward
alone or with backward, from run to run. With few channels sparse is the faster one at nearly any V
(``benchmarks/results/spatial_conv.md``).
"""


class SpatialGraphConv(MessagePassing):
    r"""Labelled, degree-normalised graph convolution with learnable edge weights (paper, eq. 5).

    .. math::
        \mathbf{y}_i = \mathbf{b} + \sum_{k=0}^{K-1} \sum_{j : l_i(j) = k} m_{ij} \, a_{ij} \,
        \mathbf{x}_j \mathbf{W}_k

    where :math:`a_{ij}` is the edge's normalised weight (an entry of
    :math:`\Lambda_k^{-1/2} A_k \Lambda_k^{-1/2}`) and :math:`m_{ij}`, 1 at first, its learnable importance
    (section 4.4.3). Every labelled edge is one message; a joint's messages are summed per label, and one
    matrix product turns the K sums into the output.

    Args:
        in_channels: Features of each joint.
        out_channels: Features that come out.
        num_partitions: The number of labels K.
        num_edges: The number of edges E of the skeleton if their importance is to be learned, else 0.
        bias: One for each output ``"channel"``, or as the paper's code has it one for each ``"partition"``
            and channel, added before aggregation, or ``"none"``.

    Raises:
        ValueError: If no such bias is known.

    Shapes:
        - **x**: ``[F, V, C_in]``, F frames over one graph of V joints; or ``[N, C_in]``, N nodes of any graph
        - **edge_index**: ``[2, E]``, neighbour and root
        - **edge_type**, **edge_weight**: ``[E]``
        - **edge_id**: ``[E]``, which edge of the skeleton each edge is; only for the second form, where a
          graph of many frames repeats them
        - **output**: ``[F, V, C_out]`` or ``[N, C_out]``

    Example:
        >>> conv = SpatialGraphConv(2, 64, num_partitions=2)
        >>> conv
        SpatialGraphConv(2, 64, num_partitions=2)
        >>> edge_index = torch.tensor([[0, 1, 1], [0, 0, 1]])
        >>> conv(torch.randn(30, 2, 2), edge_index, torch.tensor([0, 1, 0]), torch.ones(3)).shape
        torch.Size([30, 2, 64])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        num_partitions: int,
        num_edges: int = 0,
        bias: Bias = "channel",
    ) -> None:
        super().__init__(aggr="sum")
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.num_partitions = num_partitions
        self.bias_kind = bias
        self.weight = torch.nn.Parameter(torch.empty(num_partitions, in_channels, out_channels))
        biases = {"channel": (out_channels,), "partition": (num_partitions, out_channels), "none": None}
        if bias not in biases:
            raise ValueError(f"no bias is called {bias!r}; known: {', '.join(biases)}")
        shape = biases[bias]
        self.bias = None if shape is None else torch.nn.Parameter(torch.empty(shape))
        self.edge_importance = torch.nn.Parameter(torch.empty(num_edges)) if num_edges else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights that keep the variance (He); biases are 0, every edge's importance is 1."""
        torch.nn.init.normal_(self.weight, std=math.sqrt(2 / (self.in_channels * self.num_partitions)))
        if self.bias is not None:
            torch.nn.init.zeros_(self.bias)
        if self.edge_importance is not None:
            torch.nn.init.ones_(self.edge_importance)

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_type: Tensor,
        edge_weight: Tensor,
        edge_id: Tensor | None = None,
        before: torch.nn.Module | None = None,
    ) -> Tensor:
        """Convolve, or what ``before`` makes of the features; see the class."""
        weight = edge_weight.to(x.dtype)
        if self.edge_importance is not None:
            importance = self.edge_importance if edge_id is None else self.edge_importance[edge_id]
            weight = weight * importance.to(x.dtype)
        slot = edge_index[1] * self.num_partitions + edge_type  # each root has a slot for each label
        return self.convolve(x, edge_index[0], slot, weight, before)

    def convolve(
        self, x: Tensor, neighbour: Tensor, slot: Tensor, weight: Tensor, before: torch.nn.Module | None
    ) -> Tensor:
        """Sum neighbours per label, multiply, add the bias."""
        sums = self.partition_sums(x if before is None else before(x), neighbour, slot, weight)  # [..., K * C_in]
        out = sums @ self.weight.view(-1, self.out_channels)
        return out if self.bias is None else out + self._seen_bias(self.bias, slot, weight, num_nodes=x.shape[-2])

    def partition_sums(self, x: Tensor, neighbour: Tensor, slot: Tensor, weight: Tensor) -> Tensor:
        """Sum each joint's weighted neighbours per label, ``[..., V, K * C_in]``: all that the twins differ in."""
        num_frames, num_nodes = x.shape[:-2].numel(), x.shape[-2]
        rows = x.reshape(-1, self.in_channels)
        slots = num_nodes * self.num_partitions
        edges = torch.stack([_repeat(neighbour, num_nodes, num_frames), _repeat(slot, slots, num_frames)])
        size = (rows.shape[0], num_frames * slots)
        sums: Tensor = self.propagate(edges, x=rows, edge_weight=weight.repeat(num_frames), size=size)
        return sums.view(*x.shape[:-1], -1)

    def message(self, x_j: Tensor, edge_weight: Tensor) -> Tensor:
        """A neighbour's features, weighted."""
        return edge_weight.view(-1, 1) * x_j

    def _seen_bias(self, bias: Tensor, slot: Tensor, weight: Tensor, num_nodes: int) -> Tensor:
        if self.bias_kind == "channel":
            return bias
        # A bias added before aggregation reaches a joint once for each weighted edge of its partition.
        degree = weight.new_zeros(num_nodes * self.num_partitions).index_add(0, slot, weight)
        return degree.view(num_nodes, self.num_partitions) @ bias

    def __repr__(self) -> str:
        """The hyper-parameters, in the order of the constructor."""
        importance = "" if self.edge_importance is None else f", num_edges={self.edge_importance.numel()}"
        bias = "" if self.bias_kind == "channel" else f", bias={self.bias_kind!r}"
        return (
            f"{type(self).__name__}({self.in_channels}, {self.out_channels}, "
            f"num_partitions={self.num_partitions}{importance}{bias})"
        )


class SegmentSpatialGraphConv(SpatialGraphConv):
    """:class:`SpatialGraphConv` for edges sorted by root and label, summed by torch-scatter's ``segment_csr``.

    The edges of a ``SkeletonGraph`` are sorted so.

    Raises:
        ImportError: If torch-scatter is not installed.
        ValueError: If the edges are not sorted.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        if not WITH_TORCH_SCATTER:
            raise ImportError(
                'backend="segment" needs torch-scatter; install it with '
                "`pip install --no-build-isolation torch-scatter`, or use another backend"
            )
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def partition_sums(self, x: Tensor, neighbour: Tensor, slot: Tensor, weight: Tensor) -> Tensor:
        """As its parent, after a look at the order of the edges."""
        if (slot[1:] < slot[:-1]).any():
            raise ValueError('backend="segment" needs edges sorted by root and label, as SkeletonGraph has them')
        return super().partition_sums(x, neighbour, slot, weight)

    def aggregate(self, inputs: Tensor, index: Tensor, dim_size: int) -> Tensor:
        """Sum consecutive messages."""
        total: Tensor = segment(inputs, index2ptr(index, dim_size), reduce="sum")
        return total


class DenseSpatialGraphConv(SpatialGraphConv):
    """:class:`SpatialGraphConv` by matrix products with the K adjacency matrices, for ``[F, V, C]`` alone."""

    def partition_sums(self, x: Tensor, neighbour: Tensor, slot: Tensor, weight: Tensor) -> Tensor:
        """Multiply every frame with all K adjacency matrices at once."""
        if x.dim() != 3:
            raise ValueError(f"the dense convolution takes [F, V, C], not {list(x.shape)}; use SpatialGraphConv")
        num_nodes = x.shape[1]
        adjacency = weight.new_zeros(num_nodes * self.num_partitions, num_nodes)
        adjacency = adjacency.index_put((slot, neighbour), weight, accumulate=True)
        return (adjacency @ x).view(*x.shape[:2], -1)  # [F, V * K, C] is [F, V, K * C]


class BlockedSpatialGraphConv(SpatialGraphConv):
    """:class:`SpatialGraphConv` as fast as we can, with whatever stands before it.

    On a CPU frames are computed in blocks; see :mod:`stgcn_pyg.nn.blocked`. Elsewhere, or after something that
    cannot be done in blocks, it multiplies with matrices up to ``DENSE_UP_TO`` joints and sends messages
    beyond, or where there are few channels.
    """

    _neighbours: Neighbours | None = None  # of the last edges, which are nearly always the same

    def convolve(
        self, x: Tensor, neighbour: Tensor, slot: Tensor, weight: Tensor, before: torch.nn.Module | None
    ) -> Tensor:
        """As its parent, in blocks where they pay."""
        step = Step.of(before)
        if step is None or x.dim() != 3 or not blocks_pay(x, self.out_channels):
            return super().convolve(x, neighbour, slot, weight, before)
        bias = None if self.bias is None else self._seen_bias(self.bias, slot, weight, num_nodes=x.shape[1])
        sizes = x.shape[1], x.shape[1] * self.num_partitions
        if self._neighbours is None or not self._neighbours.are(neighbour, slot, *sizes):
            self._neighbours = Neighbours(neighbour, slot, *sizes)
        return blocked_spatial(x, step, self.weight.flatten(0, 1), bias, weight, self._neighbours)

    def partition_sums(self, x: Tensor, neighbour: Tensor, slot: Tensor, weight: Tensor) -> Tensor:
        """Those of the faster twin."""
        small = x.dim() == 3 and x.shape[1] <= DENSE_UP_TO and self.in_channels >= NARROW
        twin = DenseSpatialGraphConv if small else SpatialGraphConv
        return twin.partition_sums(self, x, neighbour, slot, weight)


def spatial_graph_conv(
    in_channels: int,
    out_channels: int,
    num_partitions: int,
    num_edges: int = 0,
    bias: Bias = "channel",
    backend: Backend = "auto",
) -> SpatialGraphConv:
    """The fastest spatial convolution, or the one asked for.

    All have the same parameters under the same names, so that weights move freely between them.

    Example:
        >>> spatial_graph_conv(64, 64, num_partitions=3)
        BlockedSpatialGraphConv(64, 64, num_partitions=3)
    """
    kinds = {
        "auto": BlockedSpatialGraphConv,
        "sparse": SpatialGraphConv,
        "segment": SegmentSpatialGraphConv,
        "dense": DenseSpatialGraphConv,
    }
    if backend not in kinds:
        raise ValueError(f"no backend is called {backend!r}; known: {', '.join(kinds)}")
    return kinds[backend](in_channels, out_channels, num_partitions, num_edges, bias)


def _repeat(index: Tensor, size: int, times: int) -> Tensor:
    """An index into ``size`` entries, repeated for ``times`` such blocks laid end to end."""
    offset = size * torch.arange(times, device=index.device)
    return (offset[:, None] + index).view(-1)
