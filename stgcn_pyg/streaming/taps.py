"""What all of a network's time goes into: a frame's joints times a kernel, for many streams at once."""

import torch
import torch.nn.functional as F
from torch import Tensor


def kernel(weight: Tensor) -> Tensor:
    """Weights ``[L, C_in, C_out]`` of L taps as :func:`taps` multiplies with them fastest."""
    return weight.permute(2, 1, 0).unsqueeze(3).contiguous(memory_format=torch.channels_last)


def taps(x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    r"""One matrix product of L tensors side by side with their weights, :math:`\sum_l \mathbf{x}_{l} \mathbf{W}_l`.

    The taps are the frames of a temporal kernel or the partitions of a spatial one. On CPUs, torch's convolutions
    of pictures whose channels stand last do this up to twice as fast as its matrix products.

    Args:
        x: ``[S, L, V, C_in]``.
        kernel: What :func:`kernel` made of ``[L, C_in, C_out]``.
        bias: ``[C_out]``.

    Returns:
        ``[S, V, C_out]``.

    Example:
        >>> x, weight = torch.randn(2, 9, 25, 4), torch.randn(9, 4, 8)
        >>> torch.allclose(taps(x, kernel(weight)), torch.einsum("slvc,lcd->svd", x, weight), atol=1e-4)
        True
    """
    out = F.conv2d(x.permute(0, 3, 1, 2), kernel, bias)  # [S, C_out, 1, V]
    return out.permute(0, 2, 3, 1).reshape(x.shape[0], x.shape[2], -1)
