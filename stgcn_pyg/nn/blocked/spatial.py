"""Norm, ReLU and labelled graph convolution of a timeline, block by block."""

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from stgcn_pyg.nn.blocked.gradient import kernel_grad
from stgcn_pyg.nn.blocked.prologue import Prologue, Step, block_size, spans, statistics

NARROW = 16
"""With fewer channels on a side, a convolution is slower than a matrix product."""


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
        sizes = torch.bincount(into, minlength=sums)
        frame = torch.arange(frames)[:, None]
        offset = (sizes.cumsum(0) - sizes + row.numel() * frame).view(-1)
        return cls((row[order] + rows * frame).view(-1), offset, order, sums)

    def add_up(self, x: Tensor, weight: Tensor) -> Tensor:
        """Rows of a block ``[f, rows, C]`` to sums ``[f, sums, C]``; ``weight`` is that of all its edges."""
        frames, _, channels = x.shape
        rows, edges = x.reshape(-1, channels), frames * self.order.numel()
        offset = self.offset[: frames * self.sums]
        total = torch.embedding_bag(rows, self.row[:edges], offset, False, 0, False, weight[:edges])[0]
        return total.view(frames, self.sums, channels)


class Neighbours:
    """Labelled edges as sums over neighbours and back, prepared once for blocks of any size.

    Args:
        neighbour: Where each edge comes from ``[E]``.
        slot: Where it goes ``[E]``: root times K plus label.
        num_nodes: V.
        num_slots: V times K.

    Raises:
        IndexError: If an edge leaves the skeleton.
    """

    def __init__(self, neighbour: Tensor, slot: Tensor, num_nodes: int, num_slots: int) -> None:
        for index, size in ((neighbour, num_nodes), (slot, num_slots)):
            if index.numel() and not 0 <= int(index.min()) <= int(index.max()) < size:
                raise IndexError(
                    f"edges lead to {int(index.min())} to {int(index.max())}, but there are 0 to {size - 1}"
                )
        self.neighbour, self.slot = neighbour, slot
        self.num_nodes, self.num_slots = num_nodes, num_slots
        self._bags: dict[int, tuple[Bags, Bags]] = {}

    def are(self, neighbour: Tensor, slot: Tensor, num_nodes: int, num_slots: int) -> bool:
        """Whether these are they."""
        same_size = (self.num_nodes, self.num_slots) == (num_nodes, num_slots)
        return same_size and torch.equal(self.neighbour, neighbour) and torch.equal(self.slot, slot)

    def bags(self, frames: int) -> tuple[Bags, Bags]:
        """Sums of neighbours for up to so many frames, and of what is handed back; the last ones are kept."""
        if frames not in self._bags:
            there = Bags.build(self.neighbour, self.slot, self.num_nodes, self.num_slots, frames)
            back = Bags.build(self.slot, self.neighbour, self.num_slots, self.num_nodes, frames)
            self._bags = {frames: (there, back)}
        return self._bags[frames]


def product(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``x [f, n, C_in]`` times ``weight [C_in, C_out]``, as the 1 x 1 convolution of a picture.

    On CPUs torch has convolutions from oneDNN and matrix products from MKL. On those that are not Intel's the
    first are twice as fast, unless there are few channels.
    """
    frames, nodes, channels = x.shape
    if min(weight.shape) < NARROW:
        return F.linear(x, weight.t(), bias)
    picture = x.reshape(1, 1, frames * nodes, channels).permute(0, 3, 1, 2)
    out = F.conv2d(picture, weight.t()[:, :, None, None], bias)
    return out.permute(0, 2, 3, 1).reshape(frames, nodes, -1)


def product_grad(x: Tensor, grad: Tensor, weight: Tensor) -> Tensor:
    """The gradient of ``weight`` in :func:`product`."""
    if min(weight.shape) < NARROW:
        return x.flatten(0, 1).t() @ grad.flatten(0, 1)
    picture, grad_picture = (part.reshape(1, 1, -1, part.shape[-1]).permute(0, 3, 1, 2) for part in (x, grad))
    return kernel_grad(picture, grad_picture, weight.t()[:, :, None, None])[:, :, 0, 0].t()


class _SpatialBlocks(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        edge_weight: Tensor,
        neighbours: Neighbours,
        step: tuple[bool, bool],
        *stats: Tensor,
    ) -> Tensor:
        relu, _ = step
        num_frames, num_nodes, size_in = x.shape
        size = min(num_frames, block_size(num_nodes * max(size_in, weight.shape[1]) * x.element_size()))
        bags, _ = neighbours.bags(size)
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
        ctx.save_for_backward(x, weight, edge_weight, *stats)
        ctx.neighbours, ctx.step, ctx.size, ctx.bias_dim = (
            neighbours,
            step,
            size,
            bias.dim() if bias is not None else 0,
        )
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, edge_weight, *stats = ctx.saved_tensors
        relu, of_batch = ctx.step
        num_frames, num_nodes, size_in = x.shape
        edge_ends = ctx.neighbours
        sum_up, hand_back = edge_ends.bags(ctx.size)
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
            grad_sums = product(g, back).reshape(stop - start, -1, size_in)
            if grad_edges is not None:
                ends = grad_sums.index_select(1, edge_ends.slot), a.index_select(1, edge_ends.neighbour)
                grad_edges += (ends[0] * ends[1]).sum((0, 2))
            if grad_x is not None:
                grad_x[start:stop] = before.backward(hand_back.add_up(grad_sums, edges_back), block, a)
        if grad_x is not None and of_batch:
            before.finish(grad_x, x, ctx.size)
        grad_bias = (None, grad.sum((0, 1)), grad.sum(0))[ctx.bias_dim] if ctx.needs_input_grad[2] else None
        return (grad_x, grad_weight, grad_bias, grad_edges, *[None] * 4, *before.grads())[: 6 + len(stats)]


def blocked_spatial(
    x: Tensor, step: Step, weight: Tensor, bias: Tensor | None, edge_weight: Tensor, neighbours: Neighbours
) -> Tensor:
    r"""A step and a labelled graph convolution: :math:`\mathbf{b} + \sum_k A_k \, \mathrm{step}(\mathbf{X}) W_k`.

    Args:
        x: Features ``[F, V, C_in]``.
        step: What stands before the convolution.
        weight: ``[K * C_in, C_out]``.
        bias: ``[C_out]``, or one for each joint ``[V, C_out]``.
        edge_weight: ``[E]``.
        neighbours: Where the edges lead.

    Returns:
        Features ``[F, V, C_out]``.
    """
    of_batch = step.norm is not None and step.norm.training
    stats = statistics(step, x)
    out: Tensor = _SpatialBlocks.apply(  # type: ignore[no-untyped-call]
        x, weight, bias, edge_weight, neighbours, (step.relu, of_batch), *stats
    )
    return out
