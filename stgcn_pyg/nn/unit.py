"""The two units that networks are stacked from: a spatial convolution, then a temporal one."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from stgcn_pyg.nn.spatial import SpatialGraphConv
from stgcn_pyg.nn.temporal import TemporalConv

SpatialFactory = Callable[[int, int], SpatialGraphConv]
"""Builds the spatial convolution of a unit from its input and output channels."""


class Edges(NamedTuple):
    """The labelled edges of a skeleton, as a layer takes them: ``[2, E]``, ``[E]``, ``[E]``."""

    edge_index: Tensor
    edge_type: Tensor
    edge_weight: Tensor


class JointNorm(torch.nn.BatchNorm1d):
    """Batch normalisation of each channel over all frames and joints of a timeline ``[F, V, C]``.

    Example:
        >>> JointNorm(3)(torch.randn(10, 25, 3)).shape
        torch.Size([10, 25, 3])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Normalise; frames and joints are all rows of one table."""
        return super().forward(input.flatten(0, 1)).view_as(input)


class PlainUnit(torch.nn.Module):
    r"""The ST-GCN unit: norm, spatial convolution, norm, ReLU, temporal convolution, norm, ReLU, dropout.

    .. math::
        \mathbf{H} = \mathrm{drop}(\sigma(\mathrm{BN}(\mathrm{Temporal}(
        \sigma(\mathrm{BN}(\mathrm{Spatial}(\mathrm{BN}(\mathbf{X}))))))))

    The published code of the paper has nothing between the two convolutions: ``linear_middle=True``.

    Args:
        in_channels: Features of each joint.
        out_channels: Features that come out.
        spatial: Builds the spatial convolution.
        kernel_size: Frames of the temporal kernel.
        stride: Frames between two outputs.
        dropout: Probability that an output is dropped.
        causal: Look back only.
        linear_middle: No norm and no ReLU between the convolutions.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        spatial: SpatialFactory,
        kernel_size: int = 9,
        stride: int = 1,
        dropout: float = 0.0,
        causal: bool = False,
        linear_middle: bool = False,
    ) -> None:
        super().__init__()
        self.norm_in = JointNorm(in_channels)
        self.spatial = spatial(in_channels, out_channels)
        self.middle = (
            torch.nn.Identity() if linear_middle else torch.nn.Sequential(JointNorm(out_channels), torch.nn.ReLU())
        )
        self.temporal = TemporalConv(out_channels, out_channels, kernel_size, stride, causal)
        self.norm_out = JointNorm(out_channels)
        self.dropout = torch.nn.Dropout(dropout)

    def forward(self, x: Tensor, ptr: Tensor, edges: Edges) -> tuple[Tensor, Tensor]:
        """Frames ``[F, V, C_in]`` and their runs to frames ``[F', V, C_out]`` and theirs."""
        x = self.middle(self.spatial(self.norm_in(x), *edges))
        x, ptr = self.temporal(x, ptr)
        return self.dropout(self.norm_out(x).relu()), ptr


class ResidualUnit(torch.nn.Module):
    r"""Full pre-activation residual unit (paper, section 4.5 and Figure 3).

    .. math::
        \mathbf{H} = \mathrm{Short}(\mathbf{X}) + \mathrm{drop}(\mathrm{Temporal}(\sigma(\mathrm{BN}(
        \mathrm{Spatial}(\sigma(\mathrm{BN}(\mathbf{X})))))))

    The shortcut is the identity, or a strided 1x1 convolution where shapes differ. The first unit of a
    network takes coordinates, which a ReLU would cut in half: ``is_input=True`` leaves it out there.

    Args:
        in_channels: Features of each joint.
        out_channels: Features that come out.
        spatial: Builds the spatial convolution.
        kernel_size: Frames of the temporal kernel.
        stride: Frames between two outputs.
        dropout: Probability that an entry of the residual is dropped.
        causal: Look back only.
        is_input: No ReLU before the spatial convolution.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        spatial: SpatialFactory,
        kernel_size: int = 9,
        stride: int = 1,
        dropout: float = 0.0,
        causal: bool = False,
        is_input: bool = False,
    ) -> None:
        super().__init__()
        same = in_channels == out_channels and stride == 1
        self.shortcut = None if same else TemporalConv(in_channels, out_channels, kernel_size=1, stride=stride)
        self.norm_in = JointNorm(in_channels)
        self.activation = torch.nn.Identity() if is_input else torch.nn.ReLU()
        self.spatial = spatial(in_channels, out_channels)
        self.norm_middle = JointNorm(out_channels)
        self.temporal = TemporalConv(out_channels, out_channels, kernel_size, stride, causal)
        self.dropout = torch.nn.Dropout(dropout)

    def forward(self, x: Tensor, ptr: Tensor, edges: Edges) -> tuple[Tensor, Tensor]:
        """Frames ``[F, V, C_in]`` and their runs to frames ``[F', V, C_out]`` and theirs."""
        short = x if self.shortcut is None else self.shortcut(x, ptr)[0]
        x = self.spatial(self.activation(self.norm_in(x)), *edges)
        x, ptr = self.temporal(self.norm_middle(x).relu(), ptr)
        return short + self.dropout(x), ptr
