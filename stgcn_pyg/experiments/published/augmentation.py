"""The published augmentation of pixels."""

import math

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform

KINDS = ("rotation", "translation", "scaling", "flip")
DEGREES = (15, -15, 5, -5, 10, -10)
FACTORS = (1.05, 1.1, 0.95)


class PublishedAugmentation(BaseTransform):
    """One matrix on the pixels ``x`` of half of the recordings, drawn as the published code draws it.

    Of four kinds two are drawn, with these mistakes:

    - They are drawn with replacement, so that a quarter of the recordings that are augmented get one kind alone.
    - A translation does nothing: pixels are multiplied as rows, with 0 for the third coordinate, by a matrix that
      is meant for columns with 1 there.
    - A flip does not let left and right joints trade places, and mirrors about the picture's left edge, so that
      every x becomes negative.
    - A rotation turns about the picture's upper left corner, and a scaling enlarges from there.

    The package draws two distinct kinds and does them to the body about its own root; see
    :func:`~stgcn_pyg.transforms.kth_augmentation`.

    Args:
        probability: How often any is applied.

    Example:
        >>> PublishedAugmentation()
        PublishedAugmentation(probability=0.5)
    """

    def __init__(self, probability: float = 0.5) -> None:
        self.probability = probability

    def forward(self, data: Data) -> Data:
        """Draw from torch's generator, and apply what was drawn."""
        if torch.rand(()) < self.probability:
            data.x = data.x @ published_matrix(*torch.randint(len(KINDS), (2,)).tolist()).to(data.x)
        return data

    def __repr__(self) -> str:
        """The probability."""
        return f"{type(self).__name__}(probability={self.probability})"


def published_matrix(*drawn: int) -> Tensor:
    """What rows of two coordinates are multiplied by, ``[2, 2]`` in double precision, for the :data:`KINDS` drawn.

    Rows meet the matrices in the reverse of the order that the published code means: flip, scaling, rotation.
    """
    kinds = {KINDS[kind] for kind in drawn}
    matrix = torch.eye(2, dtype=torch.float64)
    if "flip" in kinds:
        matrix[0, 0] = -1
    if "scaling" in kinds:
        matrix = matrix * FACTORS[int(torch.randint(len(FACTORS), ()))]
    if "rotation" in kinds:
        angle = math.radians(DEGREES[int(torch.randint(len(DEGREES), ()))])
        cos, sin = math.cos(angle), math.sin(angle)
        matrix = matrix @ matrix.new_tensor([[cos, sin], [-sin, cos]])
    return matrix
