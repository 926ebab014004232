"""What a pose estimator is."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from stgcn_pyg.sequence import FloatArray
from stgcn_pyg.skeleton import Skeleton

Picture = npt.NDArray[np.uint8]
"""Height, width and the colours red, green, blue: ``[H, W, 3]``."""


class PoseEstimator(Protocol):
    """Finds people in the pictures of one video, given in their order.

    Attributes:
        skeleton: The joint layout of what it finds, V joints.
        name: What it is called.
        licence: The licence of its networks.
    """

    skeleton: Skeleton
    name: str
    licence: str

    def estimate(self, image: Picture, seconds: float) -> FloatArray:
        """Find people in the next picture.

        Args:
            image: The picture ``[H, W, 3]``.
            seconds: Its time.

        Returns:
            The P people ``[P, V, 3]``: x and y in pixels of that picture and the score, 0 where a joint is
            missing; ``[0, V, 3]`` where nobody is seen.
        """
        ...
