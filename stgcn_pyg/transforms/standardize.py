"""Input features in units of how much they vary in the training recordings."""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform

SMALLEST = 0.01
"""The least standard deviation: what hardly varies, such as the score stream's 1, is left alone."""


class Standardize(BaseTransform):
    r"""Gives every channel of every joint mean 0 and variance 1.

    .. math::
        \mathbf{x}'_{tvc} = \frac{\mathbf{x}_{tvc} - \mu_{vc}}{\sigma_{vc}}

    Missing joints stay at 0, which is then the mean.

    Args:
        mean: Means ``[V, C]`` over the training recordings.
        std: Standard deviations ``[V, C]``.

    Raises:
        ValueError: If they are of different shapes or not finite, or a standard deviation is not positive.

    Example:
        >>> data = Data(x=torch.tensor([[[1.0]], [[3.0]], [[0.0]]]), score=torch.tensor([[1.0], [1.0], [0.0]]))
        >>> Standardize.of([data])(data).x.flatten().tolist()
        [-1.0, 1.0, 0.0]
    """

    def __init__(self, mean: Tensor, std: Tensor) -> None:
        if mean.shape != std.shape or not (mean.isfinite().all() and std.isfinite().all() and (std > 0).all()):
            raise ValueError("means and standard deviations must be finite, of one shape, and the latter positive")
        self.mean = mean
        self.std = std

    @classmethod
    def of(cls, recordings: Iterable[Data]) -> "Standardize":
        """Measure mean and standard deviation over the frames of recordings in which a joint was seen.

        Raises:
            ValueError: If there are no recordings.
        """
        parts = [(data.x.double(), (data.score > 0).double()[..., None]) for data in recordings]
        if not parts:
            raise ValueError("there are no recordings to standardise by")
        count = torch.stack([seen.sum(dim=0) for _, seen in parts]).sum(dim=0).clamp(min=1)
        mean = torch.stack([(x * seen).sum(dim=0) for x, seen in parts]).sum(dim=0) / count
        spread = torch.stack([((x - mean).square() * seen).sum(dim=0) for x, seen in parts]).sum(dim=0)
        std = (spread / count).sqrt()
        varies = std >= SMALLEST
        return cls(torch.where(varies, mean, 0).float(), torch.where(varies, std, 1).float())

    def forward(self, data: Data) -> Data:
        """Standardise.

        Raises:
            ValueError: If the recording has other joints or channels than those that were measured.
        """
        if data.x.shape[1:] != self.mean.shape:
            raise ValueError(
                f"{data.get('name') or 'a recording'}: input of {list(data.x.shape[1:])} joints and channels, but "
                f"the training recordings had {list(self.mean.shape)}; recordings in 2 and 3 dimensions do not mix"
            )
        data.x = torch.where((data.score > 0)[..., None], (data.x - self.mean) / self.std, 0)
        return data

    def __repr__(self) -> str:
        """The shape."""
        return f"{type(self).__name__}({list(self.mean.shape)})"
