"""The units that networks are stacked from: a spatial convolution, then a temporal one."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, get_args

import torch
from torch import Tensor

from stgcn_pyg.nn.norm import JointNorm, NormReLU
from stgcn_pyg.nn.spatial import SpatialGraphConv
from stgcn_pyg.nn.temporal import TemporalConv

SpatialFactory = Callable[[int, int], SpatialGraphConv]
"""Builds the spatial convolution of a unit from its input and output channels."""


class Edges(NamedTuple):
    """The labelled edges of a skeleton, as a layer takes them: ``[2, E]``, ``[E]``, ``[E]``."""

    edge_index: Tensor
    edge_type: Tensor
    edge_weight: Tensor


Norm = Literal["both", "start", "end", "once", "none"]
"""Where batch norms stand (paper, section 5.5): at both ends of a unit, at one, once for the network, nowhere."""


class PlainUnit(torch.nn.Module):
    r"""The ST-GCN unit: norm, spatial convolution, norm, ReLU, temporal convolution, norm, ReLU, dropout.

    .. math::
        \mathbf{H} = \mathrm{drop}(\sigma(\mathrm{BN}(\mathrm{Temporal}(
        \sigma(\mathrm{BN}(\mathrm{Spatial}(\mathrm{BN}(\mathbf{X}))))))))

    The published code of the paper has nothing between the two convolutions: ``linear_middle=True``. Where its
    norms stand can be chosen:

    =====================  =====  ======  ====
    ``norm``               start  middle  end
    =====================  =====  ======  ====
    ``"both"``             norm   norm    norm
    ``"start"``            norm
    ``"end"``                             norm
    ``"once"``, ``"none"``
    =====================  =====  ======  ====

    Args:
        in_channels: Features of each joint.
        out_channels: Features that come out.
        spatial: Builds the spatial convolution.
        kernel_size: Frames of the temporal kernel.
        stride: Frames between two outputs.
        dropout: Probability that an entry of the unit's output is dropped.
        causal: Look back only.
        linear_middle: No norm and no ReLU between the convolutions.
        norm: Where the norms stand.
        relu_first: Every ReLU before the norm beside it, not after it.

    Raises:
        ValueError: If no such norm is known, or there is none for a ReLU to go before.

    Example:
        >>> unit = PlainUnit(2, 64, lambda *size: SpatialGraphConv(*size, num_partitions=3), norm="end")
        >>> unit
        PlainUnit(
          (norm_in): Identity()
          (spatial): SpatialGraphConv(2, 64, num_partitions=3)
          (middle): Sequential(
            (0): ReLU()
          )
          (temporal): TemporalConv(64, 64, kernel_size=9, stride=1)
          (norm_out): NormReLU(64, ...)
          (dropout): Dropout(p=0.0, inplace=False)
        )
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
        norm: Norm = "both",
        relu_first: bool = False,
    ) -> None:
        super().__init__()
        _check_norm(norm, relu_first, known=get_args(Norm), beside_relu=("both", "end"))
        self.norm_in = JointNorm(in_channels) if norm in ("both", "start") else torch.nn.Identity()
        self.spatial = spatial(in_channels, out_channels)
        middle = [] if linear_middle else [norm_relu(out_channels, norm == "both", relu_first)]
        self.middle = torch.nn.Sequential(*middle)
        self.temporal = TemporalConv(out_channels, out_channels, kernel_size, stride, causal)
        self.norm_out = norm_relu(out_channels, norm in ("both", "end"), relu_first)
        self.dropout = torch.nn.Dropout(dropout)

    def forward(self, x: Tensor, ptr: Tensor, edges: Edges) -> tuple[Tensor, Tensor]:
        """Frames ``[F, V, C_in]`` and their runs to frames ``[F', V, C_out]`` and theirs."""
        x = self.spatial(x, *edges, before=self.norm_in)
        x, ptr = self.temporal(x, ptr, before=self.middle)
        return self.dropout(self.norm_out(x)), ptr


class ResidualUnit(torch.nn.Module):
    r"""Full pre-activation residual unit (paper, section 4.5 and Figure 3).

    .. math::
        \mathbf{H} = \mathrm{Short}(\mathbf{X}) + \mathrm{drop}(\mathrm{Temporal}(\sigma(\mathrm{BN}(
        \mathrm{Spatial}(\sigma(\mathrm{BN}(\mathbf{X})))))))

    The shortcut is the identity, or a strided 1x1 convolution where shapes differ. The first unit of a
    network takes coordinates, which a ReLU would cut in half: ``is_input=True`` leaves it out there.

    Norms stand before the convolutions and nowhere else, so there are norms before both or none. The caption of
    Figure 3 has the ReLU before each norm: ``relu_first=True``.

    Args:
        in_channels: Features of each joint.
        out_channels: Features that come out.
        spatial: Builds the spatial convolution.
        kernel_size: Frames of the temporal kernel.
        stride: Frames between two outputs.
        dropout: Probability that an entry of the residual is dropped, before the shortcut is added.
        causal: Look back only.
        is_input: No ReLU before the spatial convolution.
        norm: ``"both"``, or ``"once"`` or ``"none"`` for a unit without norms.
        relu_first: Every ReLU before the norm beside it, not after it.

    Raises:
        ValueError: If such a unit has no such norm, or there is none for a ReLU to go before.
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
        norm: Norm = "both",
        relu_first: bool = False,
    ) -> None:
        super().__init__()
        _check_norm(norm, relu_first, known=("both", "once", "none"), beside_relu=("both",))
        same = in_channels == out_channels and stride == 1
        self.shortcut = None if same else TemporalConv(in_channels, out_channels, kernel_size=1, stride=stride)
        linear = JointNorm(in_channels) if norm == "both" else torch.nn.Identity()
        self.norm_in = linear if is_input else norm_relu(in_channels, norm == "both", relu_first)
        self.spatial = spatial(in_channels, out_channels)
        self.norm_middle = norm_relu(out_channels, norm == "both", relu_first)
        self.temporal = TemporalConv(out_channels, out_channels, kernel_size, stride, causal)
        self.dropout = torch.nn.Dropout(dropout)

    def forward(self, x: Tensor, ptr: Tensor, edges: Edges) -> tuple[Tensor, Tensor]:
        """Frames ``[F, V, C_in]`` and their runs to frames ``[F', V, C_out]`` and theirs."""
        short = x if self.shortcut is None else self.shortcut(x, ptr)[0]
        x = self.spatial(x, *edges, before=self.norm_in)
        x, ptr = self.temporal(x, ptr, before=self.norm_middle)
        return short + self.dropout(x), ptr


class PostActivationUnit(torch.nn.Module):
    r"""The unit of the first ST-GCN (Yan, Xiong, Lin, AAAI 2018): a residual unit that activates the sum.

    .. math::
        \mathbf{H} = \mathrm{drop}(\sigma(\mathrm{short}(\mathbf{X}) + \mathrm{BN}(\mathrm{Temporal}(
        \sigma(\mathrm{BN}(\mathrm{Spatial}(\mathbf{X}))))))

    Norms stand after the convolutions. The shortcut is the identity, or where shapes differ a strided 1x1
    convolution and a norm; the first unit of a network has none (``is_input=True``). Weights that others published
    are of such units; see :func:`~stgcn_pyg.models.read_published`.

    Args:
        in_channels: Features of each joint.
        out_channels: Features that come out.
        spatial: Builds the spatial convolution.
        kernel_size: Frames of the temporal kernel.
        stride: Frames between two outputs.
        dropout: Probability that an entry of the unit's output is dropped.
        causal: Look back only.
        is_input: No shortcut.

    Example:
        >>> PostActivationUnit(64, 128, lambda *size: SpatialGraphConv(*size, num_partitions=3), stride=2)
        PostActivationUnit(
          (spatial): SpatialGraphConv(64, 128, num_partitions=3)
          (norm_middle): NormReLU(128, ...)
          (temporal): TemporalConv(128, 128, kernel_size=9, stride=2)
          (norm_out): JointNorm(128, ...)
          (shortcut): TemporalConv(64, 128, kernel_size=1, stride=2)
          (norm_shortcut): JointNorm(128, ...)
          (dropout): Dropout(p=0.0, inplace=False)
        )
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
        self.is_input = is_input
        projected = not is_input and (in_channels != out_channels or stride != 1)
        self.spatial = spatial(in_channels, out_channels)
        self.norm_middle = NormReLU(out_channels)
        self.temporal = TemporalConv(out_channels, out_channels, kernel_size, stride, causal)
        self.norm_out = JointNorm(out_channels)
        self.shortcut = TemporalConv(in_channels, out_channels, 1, stride) if projected else None
        self.norm_shortcut = JointNorm(out_channels) if projected else None
        self.dropout = torch.nn.Dropout(dropout)

    def forward(self, x: Tensor, ptr: Tensor, edges: Edges) -> tuple[Tensor, Tensor]:
        """Frames ``[F, V, C_in]`` and their runs to frames ``[F', V, C_out]`` and theirs."""
        short = self._short(x, ptr)
        x = self.spatial(x, *edges)
        x, ptr = self.temporal(x, ptr, before=self.norm_middle)
        x = self.norm_out(x)
        return self.dropout((x if short is None else x + short).relu()), ptr

    def _short(self, x: Tensor, ptr: Tensor) -> Tensor | None:
        """What goes past the convolutions, if anything does."""
        if self.shortcut is None or self.norm_shortcut is None:
            return None if self.is_input else x
        short: Tensor = self.norm_shortcut(self.shortcut(x, ptr)[0])
        return short


def norm_relu(channels: int, norm: bool, relu_first: bool = False) -> torch.nn.Module:
    """A norm and a ReLU, or the ReLU alone."""
    return NormReLU(channels, relu_first) if norm else torch.nn.ReLU()


def _check_norm(norm: str, relu_first: bool, known: Sequence[str], beside_relu: Sequence[str]) -> None:
    if norm not in known:
        raise ValueError(f"units of this kind have no norm {norm!r}; known: {', '.join(known)}")
    if relu_first and norm not in beside_relu:
        raise ValueError(
            f"relu_first needs norms beside ReLUs, and norm={norm!r} has none; take {' or '.join(beside_relu)}"
        )
