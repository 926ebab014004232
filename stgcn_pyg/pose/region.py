"""A turned square of a picture, as pose networks look at it."""

from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin

import numpy as np
import numpy.typing as npt
from PIL import Image

from stgcn_pyg.sequence import FloatArray

WIDER = 1.25
"""How much wider BlazePose looks than twice the distance from the hips to the point that says the body's size."""


@dataclass(frozen=True)
class Region:
    """A square of a picture, in pixels, turned clockwise.

    Attributes:
        x: Its middle, from the left.
        y: Its middle, from the top.
        size: The length of a side.
        angle: By how much it is turned, in radians.

    Example:
        >>> Region.around(np.array([80.0, 60.0]), np.array([80.0, 20.0]))
        Region(x=80.0, y=60.0, size=100.0, angle=0.0)
    """

    x: float
    y: float
    size: float
    angle: float = 0.0

    @classmethod
    def whole(cls, image: Image.Image) -> "Region":
        """The smallest upright square around a picture."""
        return cls(image.width / 2, image.height / 2, max(image.size))

    @classmethod
    def around(cls, hips: npt.NDArray[np.floating], rim: npt.NDArray[np.floating]) -> "Region":
        """The square around a body, with the head upwards.

        Args:
            hips: The middle of its hips ``[2]``.
            rim: A point above its head (towards which it is upright) on the circle around all of it ``[2]``.
        """
        across, down = float(rim[0] - hips[0]), float(rim[1] - hips[1])
        angle = pi / 2 - atan2(-down, across)
        return cls(float(hips[0]), float(hips[1]), 2 * WIDER * hypot(across, down), angle)

    def crop(self, image: Image.Image, side: int) -> FloatArray:
        """The region as a picture ``[1, side, side, 3]`` with colours from 0 to 1, black beyond the edge."""
        shrink = max(1, int(self.size / side))  # averages first, as single points of large pictures are noise
        if shrink > 1:
            image = image.reduce(shrink)
        step = self.size / side / shrink
        across, along = step * cos(self.angle), step * sin(self.angle)
        x, y = self.x / shrink, self.y / shrink
        left, top = x - (across - along) * side / 2, y - (along + across) * side / 2
        part = image.transform(
            (side, side),
            Image.Transform.AFFINE,
            (across, -along, left, along, across, top),
            resample=Image.Resampling.BILINEAR,
        )
        return np.asarray(part, np.float32)[None] / np.float32(255)

    def place(self, points: npt.NDArray[np.floating]) -> FloatArray:
        """Where points ``[..., 2]`` of the region (0..1) are in the picture, in pixels."""
        turn = np.array([[cos(self.angle), sin(self.angle)], [-sin(self.angle), cos(self.angle)]])
        placed: FloatArray = ((points - 0.5) * self.size @ turn + (self.x, self.y)).astype(np.float32)
        return placed
