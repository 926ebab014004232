"""Norm, ReLU and temporal convolution of a timeline, block by block."""

import functools
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from stgcn_pyg.nn.blocked.gradient import kernel_grad
from stgcn_pyg.nn.blocked.prologue import Prologue, Step, block_size, spans, statistics
from stgcn_pyg.nn.runs import Seams


class Slots(NamedTuple):
    """Which frame stands where on the padded timeline; -1 is a zero between runs.

    Attributes:
        source: Input frame at each padded position, ``[Q, s]``: row q has those of the stride's s phases.
        target: Output frame at each position of the output ``[Q]``.
    """

    source: Tensor
    target: Tensor

    @classmethod
    def of(cls, layout: Seams, stride: int) -> "Slots":
        """The inverse of :class:`~stgcn_pyg.nn.runs.Seams`."""
        rows = -(-layout.length // stride)
        source = layout.place.new_full((rows * stride,), -1)
        source[layout.place] = torch.arange(layout.place.numel())
        target = layout.pick.new_full((rows,), -1)
        target[layout.pick] = torch.arange(layout.pick.numel())
        return cls(source.view(rows, stride), target)


def gather(x: Tensor, frame: Tensor) -> tuple[Tensor, Tensor]:
    """The frames of a block, and which rows of it are only zeros between runs, to be filled in."""
    return x.index_select(0, frame.clamp(min=0)), (frame < 0).nonzero().view(-1)


def scatter(block: Tensor, frame: Tensor, out: Tensor) -> None:
    """Write a block's frames where they belong."""
    present = (frame >= 0).nonzero().view(-1)
    if present.numel() < frame.numel():
        block, frame = block.index_select(0, present), frame[present]
    out.index_copy_(0, frame, block)


def taps(x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    """Convolve ``[l + G - 1, V, C_in]`` with ``[C_out, C_in, G]`` along frames, to ``[l, V, C_out]``.

    Frames and joints lie in one row of pixels, in which neighbouring frames of a joint are V pixels apart: a
    dilated kernel then slides over long contiguous rows, whatever V is.
    """
    frames, joints, channels = x.shape
    row = x.reshape(1, 1, frames * joints, channels).permute(0, 3, 1, 2)
    out = F.conv2d(row, kernel.unsqueeze(2), bias, dilation=(1, joints))
    return out.permute(0, 2, 3, 1).reshape(-1, joints, kernel.shape[0])


def taps_grad(x: Tensor, grad: Tensor, kernel: Tensor) -> Tensor:
    """The gradient of ``kernel`` in :func:`taps`; here a picture of frames x joints is the faster form."""
    picture, grad_picture = (part.permute(2, 0, 1).unsqueeze(0) for part in (x, grad))
    return kernel_grad(picture, grad_picture, kernel.unsqueeze(3)).squeeze(3)


def phases(weight: Tensor, stride: int) -> list[Tensor]:
    """The taps that meet the input frames of each phase of the stride; a short kernel has none for the last."""
    return [weight[:, :, phase::stride].contiguous() for phase in range(min(stride, weight.shape[2]))]


class _TemporalBlocks(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        slots: Slots,
        num_out: int,
        step: tuple[bool, bool],
        *stats: Tensor,
    ) -> Tensor:
        before = Prologue(step[0], stats)
        kernels = phases(weight, slots.source.shape[1])
        size = block_size(x.shape[1] * max(weight.shape[:2]) * x.element_size())
        out = x.new_empty(num_out, x.shape[1], weight.shape[0])
        for start, stop in spans(len(slots.target) - kernels[0].shape[2] + 1, size):
            parts = []
            for phase, kernel in enumerate(kernels):
                block, absent = gather(x, slots.source[start : stop + kernel.shape[2] - 1, phase])
                a = before(block)
                parts.append(taps(a.index_fill_(0, absent, 0), kernel, bias if phase == 0 else None))
            scatter(functools.reduce(Tensor.add_, parts), slots.target[start:stop], out)
        ctx.save_for_backward(x, weight, *slots, *stats)
        ctx.step, ctx.size, ctx.has_bias = step, size, bias is not None
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, source, target, *stats = ctx.saved_tensors
        relu, of_batch = ctx.step
        before = Prologue(relu, tuple(stats))
        stride = source.shape[1]
        kernels = phases(weight, stride)
        # Backward, each phase is a convolution of the output's gradient with its taps in reverse.
        backs = [kernel.flip(2).transpose(0, 1).contiguous() for kernel in kernels]
        halo = kernels[0].shape[2] - 1
        target = F.pad(target, (halo, 0), value=-1)
        need_x = ctx.needs_input_grad[0] or bool(stats)
        grad_x = (torch.empty_like(x) if len(kernels) == stride else torch.zeros_like(x)) if need_x else None
        grad_backs = [torch.zeros_like(back) for back in backs]
        for start, stop in spans(len(source), ctx.size):
            g, absent = gather(grad, target[start : stop + halo])
            g.index_fill_(0, absent, 0)
            for phase, back in enumerate(backs):
                frame = source[start:stop, phase]
                block, absent = gather(x, frame)
                a = before(block)
                near = g[halo - back.shape[2] + 1 :]
                grad_backs[phase] += taps_grad(near, a.index_fill_(0, absent, 0), back)
                if grad_x is not None:
                    grad_a = taps(near, back).index_fill_(0, absent, 0)
                    scatter(before.backward(grad_a, block, a), frame, grad_x)
        if grad_x is not None and of_batch:
            before.finish(grad_x, x, ctx.size)
        grad_weight = torch.empty_like(weight)
        for phase, grad_back in enumerate(grad_backs):
            grad_weight[:, :, phase::stride] = grad_back.transpose(0, 1).flip(2)
        grad_bias = grad.sum((0, 1)) if ctx.has_bias else None
        return (grad_x, grad_weight, grad_bias, None, None, None, None, None, *before.grads())[: 6 + len(stats)]


def blocked_temporal(
    x: Tensor, step: Step, weight: Tensor, bias: Tensor | None, layout: Seams, stride: int
) -> Tensor:
    r"""A step and a temporal convolution that looks across no seam.

    Args:
        x: Features ``[F, V, C_in]``.
        step: What stands before the convolution.
        weight: ``[C_out, C_in, Gamma]``.
        bias: ``[C_out]``.
        layout: Where zeros stand between the runs.
        stride: Frames between two outputs.

    Returns:
        Features ``[F', V, C_out]``.
    """
    of_batch = step.norm is not None and step.norm.training
    stats = statistics(step, x)
    out: Tensor = _TemporalBlocks.apply(  # type: ignore[no-untyped-call]
        x, weight, bias, Slots.of(layout, stride), layout.pick.numel(), (step.relu, of_batch), *stats
    )
    return out
