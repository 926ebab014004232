"""The fast path on CPUs: a norm, a ReLU and a convolution at once, on blocks of frames that stay in the cache.

A timeline is larger than any cache, so that done one after another each of the three waits for memory, and
fresh memory is slow. Block by block only the convolution's output is written, and only its input is kept for the
gradient. The layers in :mod:`stgcn_pyg.nn` are the plain twins that this is tested against.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import torch
from torch import Tensor

from stgcn_pyg.nn.blocked.prologue import Step
from stgcn_pyg.nn.blocked.spatial import NARROW, Neighbours, blocked_spatial
from stgcn_pyg.nn.blocked.temporal import blocked_temporal

__all__ = ["NARROW", "Neighbours", "Step", "blocked_spatial", "blocked_temporal", "blocks", "blocks_pay"]

SMALL = 1 << 18
"""Numbers of a layer's input or output below which it fits in the cache as a whole, and blocks only cost."""

_wanted: ContextVar[bool | None] = ContextVar("blocks", default=None)


@contextmanager
def blocks(wanted: bool) -> Iterator[None]:
    """Inside, layers compute in blocks whatever their input, or never; to compare and to test.

    Example:
        >>> with blocks(False):
        ...     blocks_pay(torch.rand(1000, 25, 64), out_channels=64)
        False
    """
    token = _wanted.set(wanted)
    try:
        yield
    finally:
        _wanted.reset(token)


def blocks_pay(x: Tensor, out_channels: int) -> bool:
    """Whether a timeline should be computed in blocks: long ones in float32 on a CPU."""
    if torch.compiler.is_compiling():
        return False
    wanted = _wanted.get()
    if wanted is not None:
        return wanted
    return (
        x.dtype == torch.float32
        and (x.shape[-1] >= NARROW or not torch.is_grad_enabled())  # backward, few channels are not worth it
        and x.shape[:-1].numel() * max(x.shape[-1], out_channels) >= SMALL
        and x.device.type == "cpu"
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and not torch.is_autocast_enabled("cpu")
    )
