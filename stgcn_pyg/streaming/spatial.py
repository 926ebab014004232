"""The spatial convolution of single frames."""

import torch
from torch import Tensor

from stgcn_pyg.nn import Edges, SpatialGraphConv
from stgcn_pyg.nn.blocked.spatial import Bags
from stgcn_pyg.streaming.taps import kernel, taps

TOGETHER = 64
"""How many streams are computed at once, at most; with more of them, what they share would leave the cache."""


class StreamingSpatialConv:
    r"""A labelled graph convolution with its edges and weights laid out once for all frames.

    .. math::
        \mathbf{Y} = \mathbf{B} + \sum_{k=0}^{K-1} (\mathbf{M}_k \odot \mathbf{A}_k) \mathbf{X} \mathbf{W}_k

    Args:
        conv: The convolution, or what :func:`~stgcn_pyg.nn.fold_norms` has made of one.
        edges: The skeleton's.
        num_nodes: Its joints V.

    Shapes:
        - **x** ``[S, V, C_in]`` of up to :data:`TOGETHER` streams to ``[S, V, C_out]``
    """

    def __init__(self, conv: torch.nn.Module, edges: Edges, num_nodes: int) -> None:
        inner = next(part for part in conv.modules() if isinstance(part, SpatialGraphConv))
        weight = edges.edge_weight.to(inner.weight)
        if inner.edge_importance is not None:
            weight = weight * inner.edge_importance
        self.num_partitions, self.in_channels = inner.num_partitions, inner.in_channels
        into = edges.edge_type * num_nodes + edges.edge_index[1]  # one partition's sums after the other's
        num_sums = self.num_partitions * num_nodes
        self._bags = Bags.build(edges.edge_index[0], into, num_nodes, num_sums, TOGETHER)
        self._edges = weight[self._bags.order].repeat(TOGETHER)
        self._kernel = kernel(inner.weight)
        # Its biases, whatever their kind, are what it makes of nothing.
        self._bias = conv(weight.new_zeros(1, num_nodes, inner.in_channels), *edges)

    def __call__(self, x: Tensor) -> Tensor:
        """Sum each joint's neighbours per label, multiply, add the bias."""
        sums = self._bags.add_up(x, self._edges)  # [S, K * V, C_in]
        return taps(sums.view(len(x), self.num_partitions, x.shape[1], -1), self._kernel).add_(self._bias)
