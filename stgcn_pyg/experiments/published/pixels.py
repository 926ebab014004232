"""The published input: pixels as they come."""

import torch
from torch_geometric.transforms import BaseTransform

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.experiments.published.graph import published_pixels


class PublishedInput(BaseTransform):
    """Raw positions ``pos`` to input features ``x`` as the published code has them.

    It takes pixels of the picture, so that place and size of the body say as much as its pose; leaves joints that
    were not seen at (0, 0) and counts them like the others; drops frames in which nobody was seen and joins what
    is before and after, as if no time had passed; and drops the scores. The package centres and scales the body,
    masks what is missing and cuts a recording where time jumps (:class:`~stgcn_pyg.transforms.SkeletonFeatures`).

    Shapes:
        - **pos** ``[T, V, 2]``, **score** ``[T, V]``
        - **x** ``[T', V, 2]``, one run

    Raises:
        ValueError: If nobody is seen in a recording; the published code cannot read such a one either.

    Example:
        >>> pos = torch.tensor([[[80.0, 60.0], [81.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]])
        >>> score = torch.tensor([[1.0, 0.0], [0.0, 0.0]])
        >>> data = PublishedInput()(SkeletonData(pos=pos, score=score, run=torch.tensor([0, 0])))
        >>> data.x.tolist()
        [[[80.0, 60.0], [0.0, 0.0]]]
    """

    def forward(self, data: SkeletonData) -> SkeletonData:
        """Take the pixels."""
        in_view = (data.score > 0).any(dim=1)
        if not in_view.any():
            raise ValueError(f"{data.get('name') or 'a recording'}: nobody is seen in any frame; leave it out")
        x = published_pixels(data)
        data = data.select_frames(in_view)
        data.x = x
        data.run = torch.zeros_like(data.run)
        return data
