"""What is done to a block of frames before it is multiplied: batch normalisation and ReLU, forward and backward."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from stgcn_pyg.nn.norm import JointNorm, NormReLU

BLOCK_BYTES = 3 << 19
"""Bytes of a block's input or output, the larger: so small that all of its tensors stay in a CPU's cache."""


def block_size(frame_bytes: int) -> int:
    """How many frames a block has whose input or output takes ``frame_bytes`` a frame."""
    return max(1, BLOCK_BYTES // frame_bytes)


def spans(length: int, size: int) -> Iterator[tuple[int, int]]:
    """Cut ``0 .. length - 1`` into blocks.

    Example:
        >>> list(spans(5, 2))
        [(0, 2), (2, 4), (4, 5)]
    """
    return ((start, min(start + size, length)) for start in range(0, length, size))


@dataclass(frozen=True)
class Step:
    """A module that may stand before a convolution, as the blocked convolutions understand it.

    Attributes:
        norm: The batch norm, if there is one.
        relu: Whether a ReLU follows.
    """

    norm: JointNorm | None = None
    relu: bool = False

    @classmethod
    def of(cls, module: torch.nn.Module | None) -> "Step | None":
        """What a module does, or None if it is nothing that can be done block by block.

        Example:
            >>> Step.of(torch.nn.ReLU())
            Step(norm=None, relu=True)
            >>> Step.of(torch.nn.Tanh()) is None
            True
        """
        if isinstance(module, torch.nn.Sequential) and len(module) <= 1:
            return cls.of(module[0]) if len(module) else cls()
        if module is None or isinstance(module, torch.nn.Identity):
            return cls()
        if isinstance(module, torch.nn.ReLU):
            return cls(relu=True)
        # A ReLU before the norm would change its statistics, and those of several devices need all of them.
        if isinstance(module, JointNorm) and module.has_own_statistics and not getattr(module, "relu_first", False):
            return cls(module, relu=isinstance(module, NormReLU))
        return None


class Prologue:
    r"""One :class:`Step` on the blocks of one tensor: :math:`\mathbf{a} = \sigma((\mathbf{x} - \mu) s + \beta)`.

    where :math:`s = \gamma / \sqrt{\mathrm{Var} + \epsilon}`. It keeps nothing of a block. Backward, each block is
    computed once more, which costs less than storing it and reading it back would, and the two sums that batch
    normalisation's gradient needs over all frames grow from block to block.

    Args:
        step: What is done.
        stats: Mean and reciprocal standard deviation ``[C]``, and the norm's weight and bias; empty without norm.
    """

    def __init__(self, relu: bool, stats: tuple[Tensor, ...]) -> None:
        self.relu = relu
        self.stats = stats
        if stats:
            self.mean, self.rstd, self.weight, self.bias = stats
            self.scale = self.rstd * self.weight
            self.sum_grad = torch.zeros_like(self.mean)
            self.sum_grad_x = torch.zeros_like(self.mean)

    def __call__(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """A block's centred input, and what is made of it, both ``[..., C]``."""
        if not self.stats:
            return x, x.relu() if self.relu else x
        centred = x - self.mean
        y = torch.addcmul(self.bias, centred, self.scale)
        return centred, y.relu_() if self.relu else y

    def backward(self, grad: Tensor, centred: Tensor, y: Tensor) -> Tensor:
        """From the gradient of a block's output to that of its input, as far as the block alone tells it."""
        if self.relu:
            grad = torch.ops.aten.threshold_backward(grad, y, 0)
        if not self.stats:
            return grad
        rows = tuple(range(grad.dim() - 1))
        self.sum_grad += grad.sum(rows)
        self.sum_grad_x += (grad * centred).sum(rows)
        return grad * self.scale

    def finish(self, grad: Tensor, x: Tensor, size: int) -> None:
        """Add, in place, what reaches the input ``[F, V, C]`` through mean and variance of the batch."""
        count = x.shape[0] * x.shape[1]
        slope = -self.scale * self.rstd.square() * self.sum_grad_x / count
        level = -self.scale * self.sum_grad / count
        for start, stop in spans(x.shape[0], size):
            block = grad[start:stop]
            torch.addcmul(block, x[start:stop] - self.mean, slope, out=block).add_(level)

    def grads(self) -> tuple[Tensor | None, Tensor | None]:
        """Gradients of the norm's weight and bias, after the last block."""
        return (self.sum_grad_x * self.rstd, self.sum_grad) if self.stats else (None, None)


def statistics(step: Step, x: Tensor) -> tuple[Tensor, ...]:
    """What a :class:`Prologue` takes besides the step; in training, the norm's running statistics move."""
    if step.norm is None:
        return ()
    return (*step.norm.statistics(x), step.norm.weight, step.norm.bias)
