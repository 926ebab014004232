"""The published spatial convolution."""

import torch
import torch.nn.functional as F
from torch import Tensor

from stgcn_pyg.nn.spatial import SpatialGraphConv

MASK_JITTER = 0.001
"""How far, about, published masks of edge importance are from 1."""


class PublishedSpatialConv(SpatialGraphConv):
    r"""Spatial convolution over dense adjacency matrices that are trained themselves.

    .. math::
        \mathbf{y}_i = \sum_{k=0}^{K-1} \sum_{j=1}^{V} a_{kij} \, (\mathbf{x}_j \mathbf{W}_k + \mathbf{b}_k)

    where :math:`a`, drawn from :func:`published_adjacency`, is a parameter of each unit. The mistakes:

    - The published code makes the adjacency matrix a trained parameter, in every run. The package keeps it fixed.
    - "Edge importance" multiplies it by a mask once, when the network is built; the mask gets no gradient, and the
      network trains as any other. So runs with and without it differ by a jitter. The package trains the mask.
    - Entries of :math:`a` are so large that single precision has steps of 0.002 to 0.008 there. Adam's step of
      1e-4, the rate of the paper's best runs, is rounded away: at that rate they do not train after all.

    Each partition has a bias of its own, added before aggregation, which the package offers as
    ``bias="partition"``; and all weights are drawn as PyTorch draws those of convolutions.

    Args:
        in_channels: Features of each joint.
        out_channels: Features that come out.
        adjacency: What the adjacency matrices ``[K, V, V]`` start from.
        edge_importance: Multiply them by a jittered mask at first.

    Shapes:
        - **x**: ``[F, V, C_in]``; the edges that units pass are not looked at
        - **output**: ``[F, V, C_out]``

    Example:
        >>> conv = PublishedSpatialConv(2, 64, torch.ones(3, 25, 25))
        >>> conv
        PublishedSpatialConv(2, 64, num_partitions=3, bias='partition')
        >>> conv.adjacency.requires_grad
        True
    """

    def __init__(
        self, in_channels: int, out_channels: int, adjacency: Tensor, edge_importance: bool = False
    ) -> None:
        super().__init__(in_channels, out_channels, num_partitions=adjacency.shape[0], bias="partition")
        start = adjacency.to(torch.get_default_dtype())
        if edge_importance:
            jitter = 2 * MASK_JITTER * (torch.randn_like(start) - 0.5)  # about -0.001, not about 0, as published
            start = start * (1 + jitter)
        self.adjacency = torch.nn.Parameter(start.clone())

    def reset_parameters(self) -> None:
        """Draw weights and biases as PyTorch draws those of a 1x1 convolution."""
        bound = self.in_channels**-0.5
        assert self.bias is not None
        for values in (self.weight, self.bias):
            torch.nn.init.uniform_(values, -bound, bound)

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
        x = x if before is None else before(x)
        assert self.bias is not None
        seen = F.linear(x, self.weight.transpose(1, 2).flatten(0, 1), self.bias.flatten())  # [F, V, K * C_out]
        return torch.einsum("kvw,fwkc->fvc", self.adjacency, seen.view(*x.shape[:2], *self.bias.shape))
