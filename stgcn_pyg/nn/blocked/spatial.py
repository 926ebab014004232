"""Norm, ReLU and labelled graph convolution of a timeline, block by block."""

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from stgcn_pyg.nn.blocked.prologue import Prologue, Step, block_size, spans, statistics


class Bags(NamedTuple):
    """Weighted sums of rows for every frame of a block, in the form of ``torch.embedding_bag``.

    Attributes:
        row: The rows, sorted by the sum that they belong to.
        offset: Where each sum's rows begin.
        order: Which edge each row of one frame comes from ``[E]``.
        sums: Sums in one frame.
    """

    row: Tensor
    offset: Tensor
    order: Tensor
    sums: int

    @classmethod
    def build(cls, row: Tensor, into: Tensor, rows: int, sums: int, frames: int) -> "Bags":
        """The sums ``into [E]`` of the rows ``row [E]``, over ``frames`` frames of ``rows`` rows each."""
        order = into.argsort(stable=True)
        offset = torch.bincount(into, minlength=sums).cumsum(0) - torch.bincount(into, minlength=sums)
        frame = torch.arange(frames)[:, None]
        return cls((row[order] + rows * frame).view(-1), (offset + row.numel() * frame).view(-1), order, sums)

    def add_up(self, x: Tensor, weight: Tensor) -> Tensor:
        """Rows of a block ``[f, rows, C]`` to sums ``[f, sums, C]``; ``weight`` is that of all its edges."""
        frames, _, channels = x.shape
        rows, edges = x.reshape(-1, channels), frames * self.order.numel()
        offset = self.offset[: frames * self.sums]
        total = torch.embedding_bag(rows, self.row[:edges], offset, False, 0, False, weight[:edges])[0]
        return total.view(frames, self.sums, channels)


def product(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``x [f, n, C_in]`` times ``weight [C_in, C_out]``, as the 1 x 1 convolution of a picture.

    On CPUs torch has convolutions from oneDNN and matrix products from MKL. On those that are not Intel's the
    first are twice as fast.
    """
    frames, nodes, channels = x.shape
    picture = x.reshape(1, 1, frames * nodes, channels).permute(0, 3, 1, 2)
    out = F.conv2d(picture, weight.t()[:, :, None, None], bias)
    return out.permute(0, 2, 3, 1).reshape(frames, nodes, -1)


def product_grad(x: Tensor, grad: Tensor, weight: Tensor) -> Tensor:
    """The gradient of ``weight`` in :func:`product`."""
    picture, grad_picture = (part.reshape(1, 1, -1, part.shape[-1]).permute(0, 3, 1, 2) for part in (x, grad))
    kernel = weight.t()[:, :, None, None]
    one, none = [1, 1], [0, 0]
    _, kernel_grad, _ = torch.ops.aten.convolution_backward(
        grad_picture, picture, kernel, None, one, none, one, False, none, 1, [False, True, False]
    )
    weight_grad: Tensor = kernel_grad[:, :, 0, 0].t()
    return weight_grad


class _SpatialBlocks(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        edge_weight: Tensor,
        neighbour: Tensor,
        slot: Tensor,
        step: tuple[bool, bool],
        *stats: Tensor,
    ) -> Tensor:
        relu, _ = step
        num_frames, num_nodes, size_in = x.shape
        num_slots = num_nodes * (weight.shape[0] // size_in)
        size = min(num_frames, block_size(num_nodes * max(size_in, weight.shape[1]) * x.element_size()))
        bags = Bags.build(neighbour, slot, num_nodes, num_slots, size)
        edges = edge_weight[bags.order].repeat(size)
        before = Prologue(relu, stats)
        out = x.new_empty(num_frames, num_nodes, weight.shape[1])
        for start, stop in spans(num_frames, size):
            a = before(x[start:stop])
            sums = bags.add_up(a, edges).view(stop - start, num_nodes, -1)
            if bias is None or bias.dim() == 1:
                out[start:stop] = product(sums, weight, bias)
            else:
                torch.add(product(sums, weight), bias, out=out[start:stop])
        ctx.save_for_backward(x, weight, edge_weight, neighbour, slot, *stats)
        ctx.step, ctx.size, ctx.bias_dim = step, size, bias.dim() if bias is not None else 0
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, edge_weight, neighbour, slot, *stats = ctx.saved_tensors
        relu, of_batch = ctx.step
        num_frames, num_nodes, size_in = x.shape
        num_slots = num_nodes * (weight.shape[0] // size_in)
        sum_up = Bags.build(neighbour, slot, num_nodes, num_slots, ctx.size)
        hand_back = Bags.build(slot, neighbour, num_slots, num_nodes, ctx.size)
        edges, edges_back = (edge_weight[bags.order].repeat(ctx.size) for bags in (sum_up, hand_back))
        before = Prologue(relu, tuple(stats))
        need_x = ctx.needs_input_grad[0] or bool(stats)
        grad_x = torch.empty_like(x) if need_x else None
        grad_weight = torch.zeros_like(weight)
        grad_edges = torch.zeros_like(edge_weight) if ctx.needs_input_grad[3] else None
        back = weight.t().contiguous()
        for start, stop in spans(num_frames, ctx.size):
            block = x[start:stop]
            a = before(block)
            sums = sum_up.add_up(a, edges).view(stop - start, num_nodes, -1)
            g = grad[start:stop]
            grad_weight += product_grad(sums, g, weight)
            if grad_x is None and grad_edges is None:
                continue
            grad_sums = product(g, back).reshape(stop - start, num_slots, size_in)
            if grad_edges is not None:
                grad_edges += (grad_sums.index_select(1, slot) * a.index_select(1, neighbour)).sum((0, 2))
            if grad_x is not None:
                grad_x[start:stop] = before.backward(hand_back.add_up(grad_sums, edges_back), block, a)
        if grad_x is not None and of_batch:
            before.finish(grad_x, x, ctx.size)
        grad_bias = (None, grad.sum((0, 1)), grad.sum(0))[ctx.bias_dim] if ctx.needs_input_grad[2] else None
        return (grad_x, grad_weight, grad_bias, grad_edges, None, None, None, None, None, *before.grads())[
            : 7 + len(stats)
        ]


def blocked_spatial(
    x: Tensor, step: Step, weight: Tensor, bias: Tensor | None, edge_weight: Tensor, neighbour: Tensor, slot: Tensor
) -> Tensor:
    r"""A step and a labelled graph convolution: :math:`\mathbf{b} + \sum_k A_k \, \mathrm{step}(\mathbf{X}) W_k`.

    Args:
        x: Features ``[F, V, C_in]``.
        step: What stands before the convolution.
        weight: ``[K * C_in, C_out]``.
        bias: ``[C_out]``, or one for each joint ``[V, C_out]``.
        edge_weight: ``[E]``.
        neighbour: Where each edge comes from ``[E]``.
        slot: Where it goes: root times K plus label ``[E]``.

    Returns:
        Features ``[F, V, C_out]``.
    """
    of_batch = step.norm is not None and step.norm.training
    stats = statistics(step, x)
    out: Tensor = _SpatialBlocks.apply(  # type: ignore[no-untyped-call]
        x, weight, bias, edge_weight, neighbour, slot, (step.relu, of_batch), *stats
    )
    return out
