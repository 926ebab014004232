"""A random stretch of a recording, so that length says nothing and every epoch differs."""

import math

import torch
from torch_geometric.transforms import BaseTransform

from stgcn_pyg.data import SkeletonData


class RandomCrop(BaseTransform):
    """Keeps ``size`` consecutive frames from a random place; a shorter recording stays whole.

    Of several people the same stretch of time is kept, ``size`` frames in which at least one of them is recorded.

    Args:
        size: Frames that are kept.
        min_size: If given, a random number of frames from here to ``size`` is kept instead, short ones as
            often as long ones (uniform in the logarithm).

    Example:
        >>> run = torch.zeros(90, dtype=torch.long)
        >>> data = SkeletonData(pos=torch.rand(90, 25, 2), frame=torch.arange(90), run=run)
        >>> RandomCrop(64)(data).num_frames
        64
    """

    def __init__(self, size: int, min_size: int | None = None) -> None:
        self.size = size
        self.min_size = size if min_size is None else min_size
        if not 1 <= self.min_size <= size:
            raise ValueError(f"a crop of {self.min_size} to {size} frames is impossible")

    def forward(self, data: SkeletonData) -> SkeletonData:
        """Crop."""
        low, high = math.log(self.min_size), math.log(self.size)
        size = round(math.exp(low + (high - low) * float(torch.rand(()))))
        times, place = data.frame.unique(return_inverse=True)
        if len(times) <= size:
            return data
        start = int(torch.randint(len(times) - size + 1, ()))
        return data.select_frames((place >= start) & (place < start + size))

    def __repr__(self) -> str:
        """The sizes."""
        return f"{type(self).__name__}({self.size}, min_size={self.min_size})"
