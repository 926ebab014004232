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
    r"""One :class:`Step` on the blocks of one tensor: :math:`\mathbf{a} = \sigma(s \mathbf{x} + t)`.

    where :math:`s = \gamma / \sqrt{\mathrm{Var} + \epsilon}` and :math:`t = \beta - s \mu`. It keeps nothing of a
    block. Backward, each block is computed once more, which costs less than storing it and reading it back would,
    and the two sums that batch normalisation's gradient needs over all frames grow from block to block.

    Args:
        relu: Whether a ReLU ends the step.
        stats: Mean, variance with epsilon added, and the norm's weight and bias ``[C]``; empty without norm.
    """

    def __init__(self, relu: bool, stats: tuple[Tensor, ...]) -> None:
        self.relu = relu
        self.stats = stats
        if stats:
            self.mean, self.var, self.weight, bias = stats
            self.scale = self.weight * self.var.rsqrt()
            self.shift = bias - self.scale * self.mean
            self.grad_weight = torch.zeros_like(bias)
            self.grad_bias = torch.zeros_like(bias)

    def __call__(self, x: Tensor) -> Tensor:
        """What is made of a block ``[f, V, C]``."""
        if not self.stats:
            return x.relu() if self.relu else x
        y = torch.addcmul(self.shift, x, self.scale)
        return y.relu_() if self.relu else y

    def backward(self, grad: Tensor, x: Tensor, y: Tensor) -> Tensor:
        """From the gradient of a block's output to that of its input, as far as the block alone tells it."""
        if self.relu:
            grad = torch.ops.aten.threshold_backward(grad, y, 0)
        if not self.stats:
            return grad
        # In evaluation mode the kernel takes statistics as given, and so does a block those of its batch.
        unused = self.mean.new_empty(0)
        grad_x: Tensor
        grad_x, grad_weight, grad_bias = torch.ops.aten.native_batch_norm_backward(
            grad.flatten(0, 1),
            x.flatten(0, 1),
            self.weight,
            self.mean,
            self.var,
            unused,
            unused,
            False,
            0.0,
            [True] * 3,
        )
        self.grad_weight += grad_weight
        self.grad_bias += grad_bias
        return grad_x.view_as(x)

    def finish(self, grad: Tensor, x: Tensor, size: int) -> None:
        """Add, in place, what reaches the input ``[F, V, C]`` through mean and variance of the batch."""
        count = x.shape[0] * x.shape[1]
        slope = -self.scale * self.var.rsqrt() * self.grad_weight / count
        level = -self.scale * self.grad_bias / count - slope * self.mean
        for start, stop in spans(x.shape[0], size):
            grad[start:stop].addcmul_(x[start:stop], slope).add_(level)

    def grads(self) -> tuple[Tensor | None, Tensor | None]:
        """Gradients of the norm's weight and bias, after the last block."""
        return (self.grad_weight, self.grad_bias) if self.stats else (None, None)


def statistics(step: Step, x: Tensor) -> tuple[Tensor, ...]:
    """What a :class:`Prologue` takes besides the step; in training, the norm's running statistics move."""
    if step.norm is None:
        return ()
    return (*step.norm.statistics(x), step.norm.weight, step.norm.bias)
