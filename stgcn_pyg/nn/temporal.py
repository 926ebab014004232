"""The temporal convolution: a Conv1d along the frames of each joint that never looks across a seam."""

import torch
import torch.nn.functional as F
from torch import Tensor

from stgcn_pyg.nn.blocked import Step, blocked_temporal, blocks_pay
from stgcn_pyg.nn.runs import Seams, seams


class TemporalConv(torch.nn.Conv1d):
    r"""Convolution of each joint's features across the frames of its own run (paper, section 4.4.2).

    .. math::
        \mathbf{y}_{iv} = \mathbf{b} + \sum_{g=0}^{\Gamma-1} \mathbf{W}_g \, \mathbf{x}_{si - p + g,\, v}

    with stride :math:`s`, padding :math:`p = (\Gamma - 1)/2`, or :math:`\Gamma - 1` if causal, and zeros for
    frames outside the run. A run of T frames becomes one of :math:`\lceil T/s \rceil`.

    Args:
        in_channels: Features of each joint.
        out_channels: Features that come out.
        kernel_size: Frames that one output looks at, odd.
        stride: Frames between two outputs.
        causal: Look back only, so that an output is known as soon as its frame is.

    Shapes:
        - **x**: ``[F, V, C_in]``, all runs end to end
        - **ptr**: ``[R+1]``
        - **output**: ``[F', V, C_out]`` and its ``ptr [R+1]``

    Example:
        >>> conv = TemporalConv(2, 8, kernel_size=9, stride=2)
        >>> conv
        TemporalConv(2, 8, kernel_size=9, stride=2)
        >>> y, ptr = conv(torch.randn(10, 25, 2), torch.tensor([0, 7, 10]))
        >>> y.shape, ptr.tolist()
        (torch.Size([6, 25, 8]), [0, 4, 6])
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int = 9, stride: int = 1, causal: bool = False
    ) -> None:
        if kernel_size < 1 or kernel_size % 2 == 0:
            raise ValueError(f"a temporal kernel has an odd number of frames, not {kernel_size}")
        super().__init__(in_channels, out_channels, kernel_size, stride)
        self.causal = causal

    def reset_parameters(self) -> None:
        """Draw weights that keep the variance (He); biases are 0."""
        torch.nn.init.kaiming_normal_(self.weight, nonlinearity="relu")
        if self.bias is not None:
            torch.nn.init.zeros_(self.bias)

    def forward(  # type: ignore[override]
        self, x: Tensor, ptr: Tensor, before: torch.nn.Module | None = None
    ) -> tuple[Tensor, Tensor]:
        """Convolve every run on its own, or what ``before`` makes of it; see the class."""
        layout = seams(ptr, self.kernel_size[0], self.stride[0], self.causal)
        step = Step.of(before)
        if step is not None and blocks_pay(x, self.out_channels):
            return blocked_temporal(x, step, self.weight, self.bias, layout, self.stride[0]), layout.ptr
        return self._convolve(x if before is None else before(x), layout), layout.ptr

    def _convolve(self, x: Tensor, layout: Seams) -> Tensor:
        # Rows of [frames, joints, channels] are already the channels-last form of one picture of frames x
        # joints, which is the form that two-dimensional convolutions are fastest in; a kernel of Gamma x 1
        # makes of them the one-dimensional convolution of each joint.
        num_joints, channels = x.shape[1:]
        timeline = x.new_zeros(layout.length, num_joints, channels).index_copy(0, layout.place, x)
        picture = timeline.permute(2, 0, 1).unsqueeze(0)  # [1, C, L, V]
        out = F.conv2d(picture, self.weight.unsqueeze(-1), self.bias, stride=(self.stride[0], 1))
        return out[0].permute(1, 2, 0).index_select(0, layout.pick)

    def __repr__(self) -> str:
        """The hyper-parameters, in the order of the constructor."""
        causal = ", causal=True" if self.causal else ""
        return (
            f"{type(self).__name__}({self.in_channels}, {self.out_channels}, "
            f"kernel_size={self.kernel_size[0]}, stride={self.stride[0]}{causal})"
        )
