"""The two units of the network in operators that every runtime has, with constants for all that is fixed."""

import torch
import torch.nn.functional as F
from torch import Tensor

from stgcn_pyg.nn import Edges, PlainUnit, ResidualUnit, SpatialGraphConv, TemporalConv
from stgcn_pyg.streaming.pointwise import pointwise


class ExportedUnit(torch.nn.Module):
    r"""What units of whole recordings and of single frames share: edges are matrices, and zeros are masks.

    .. math::
        \mathbf{M} = m \cdot \sigma \Big( \mathbf{B} + \sum_{k=0}^{K-1} \hat{\mathbf{A}}_k \, b(\mathbf{X}) \,
        \mathbf{W}_k \Big)

    where :math:`\hat{\mathbf{A}}_k` are the weighted edges of partition k, :math:`b` and :math:`\sigma` the norms
    and ReLUs before and after, and :math:`m` is 0 for frames beyond a run's ends: that is what a temporal kernel
    sees there. No sum is scattered, which ONNX Runtime may get wrong in threads.

    Args:
        unit: A unit of a network whose norms were folded.
        edges: The skeleton's.
        num_nodes: V.

    Attributes:
        ahead: How many frames the temporal kernel looks ahead.
        behind: How many it looks back.
        stride: Frames between two outputs.
    """

    def __init__(self, unit: PlainUnit | ResidualUnit, edges: Edges, num_nodes: int) -> None:
        super().__init__()
        conv = next(part for part in unit.spatial.modules() if isinstance(part, SpatialGraphConv))
        self.residual = isinstance(unit, ResidualUnit)
        self.in_channels, self.out_channels = conv.in_channels, conv.out_channels
        self.kernel_size, self.stride = unit.temporal.kernel_size[0], unit.temporal.stride[0]
        self.ahead = 0 if unit.temporal.causal else (self.kernel_size - 1) // 2
        self.behind = self.kernel_size - 1 - self.ahead

        self.before = pointwise(unit.norm_in)
        self.between = pointwise(unit.norm_middle if isinstance(unit, ResidualUnit) else unit.middle)
        self.after = pointwise(torch.nn.Identity() if isinstance(unit, ResidualUnit) else unit.norm_out)
        self.adjacency = torch.nn.Buffer(_adjacency(conv, edges, num_nodes))
        self.weight = torch.nn.Buffer(conv.weight.flatten(0, 1))
        # Its biases, whatever their kind, are what it makes of nothing.
        self.bias = torch.nn.Buffer(unit.spatial(conv.weight.new_zeros(1, num_nodes, conv.in_channels), *edges)[0])
        self.temporal_bias = torch.nn.Buffer(_bias(unit.temporal))
        short = unit.shortcut if isinstance(unit, ResidualUnit) else None
        self.short_weight = None if short is None else torch.nn.Buffer(short.weight[:, :, 0].T.contiguous())
        self.short_bias = None if short is None else torch.nn.Buffer(_bias(short))

    def middle(self, x: Tensor, mask: Tensor) -> Tensor:
        """What the temporal kernel sees of frames ``[T, V, C_in]`` with a mask ``[T]``, or of a single one."""
        x = self.before(x)
        # The matrix times every frame, [T, V * K, C]: torch.export follows a convolution over any number of them.
        sums = self.adjacency @ x if x.dim() == 2 else F.conv1d(x, self.adjacency.unsqueeze(-1))
        sums = sums.view(*x.shape[:-1], self.weight.shape[0])  # [T, V, K * C]
        return self.between(_product(sums, self.weight) + self.bias) * mask[..., None, None]

    def output(self, out: Tensor, short: Tensor) -> Tensor:
        """What becomes of the temporal convolution's output, given the unit's input where its kernel stands."""
        if not self.residual:
            return self.after(out)
        if self.short_weight is None or self.short_bias is None:
            return out + short
        return out + _product(short, self.short_weight) + self.short_bias


class RecordingUnit(ExportedUnit):
    """A unit that is given all frames at once.

    Shapes:
        - **x** ``[T, V, C_in]``, **mask** ``[T]`` to ``[ceil(T / stride), V, C_out]`` and its mask
    """

    def __init__(self, unit: PlainUnit | ResidualUnit, edges: Edges, num_nodes: int) -> None:
        super().__init__(unit, edges, num_nodes)
        self.temporal_weight = torch.nn.Buffer(unit.temporal.weight.unsqueeze(-1))

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Convolve."""
        picture = F.pad(self.middle(x, mask).permute(2, 0, 1), (0, 0, self.behind, self.ahead)).unsqueeze(0)
        out = F.conv2d(picture, self.temporal_weight, self.temporal_bias, stride=(self.stride, 1))
        out = out[0].permute(1, 2, 0).contiguous()
        if self.stride > 1:
            kept = self.stride * torch.arange(out.shape[0], device=x.device)
            x, mask = x.index_select(0, kept), mask.index_select(0, kept)
        return self.output(out, x), mask


class FrameUnit(ExportedUnit):
    """A unit that is given a frame at a time.

    Shapes:
        - **window**: what :meth:`middle` made of the frames that the kernel looks at ``[V, kernel_size, C_out]``
        - **short**: the unit's input where it stands ``[V, C_in]``
        - **output**: ``[V, C_out]``
    """

    def __init__(self, unit: PlainUnit | ResidualUnit, edges: Edges, num_nodes: int) -> None:
        super().__init__(unit, edges, num_nodes)
        # Frame after frame, each with its channels.
        self.temporal_weight = torch.nn.Buffer(unit.temporal.weight.permute(2, 1, 0).flatten(0, 1))

    def forward(self, window: Tensor, short: Tensor) -> Tensor:
        """Convolve."""
        return self.output(window.flatten(1) @ self.temporal_weight + self.temporal_bias, short)


def _adjacency(conv: SpatialGraphConv, edges: Edges, num_nodes: int) -> Tensor:
    """All partitions' weighted edges as one matrix ``[V * K, V]``, each joint's partitions after each other."""
    weight = edges.edge_weight.to(conv.weight)
    if conv.edge_importance is not None:
        weight = weight * conv.edge_importance
    slot = edges.edge_index[1] * conv.num_partitions + edges.edge_type
    matrix = weight.new_zeros(num_nodes * conv.num_partitions, num_nodes)
    return matrix.index_put((slot, edges.edge_index[0]), weight, accumulate=True)


def _bias(conv: TemporalConv) -> Tensor:
    return conv.weight.new_zeros(conv.out_channels) if conv.bias is None else conv.bias


def _product(x: Tensor, weight: Tensor) -> Tensor:
    """``x @ weight`` without a change of shape, which torch.export could not follow for any number of frames."""
    return x @ weight if x.dim() == 2 else F.linear(x, weight.T)
