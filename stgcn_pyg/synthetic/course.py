r"""Where a person on foot goes: to and fro past the camera, turning round beyond the edges of the picture.

The course is a long oval: two straights of length :math:`\ell`, joined by half circles of radius :math:`r`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stgcn_pyg.synthetic.body import Array

GRIP = 0.35
"""How much sideways acceleration people allow themselves in a turn, in units of gravity."""

BRAKE = 3.0
"""How hard people brake before a turn, in m/s²."""

GRAVITY = 9.81


@dataclass(frozen=True)
class Course:
    """An oval round the place before the camera.

    Args:
        straight: The length of a straight.
        radius: The radius of the turns.
        angle: Where the straights point: 0 across the picture, positive away from the camera.
        side: 1 if the turns go to the left, -1 to the right.
    """

    straight: float
    radius: float
    angle: float
    side: float

    @property
    def half(self) -> float:
        """The way from the beginning of a straight to that of the next."""
        return self.straight + np.pi * self.radius

    def at(self, way: npt.ArrayLike) -> tuple[Array, Array]:
        """Where one is after some way along the course, ``[..., 2]`` on the ground, and the heading ``[...]``."""
        number, into = np.divmod(np.asarray(way, dtype=np.float64), self.half)
        turn = ((into - self.straight) / self.radius).clip(0)  # how far round the turn
        ahead = into.clip(0, self.straight) - self.straight / 2 + self.radius * np.sin(turn)
        left = -self.radius * np.cos(turn)
        back = 1 - 2 * (number % 2)  # the second half of the oval is the first, turned about its middle
        x, z = back * ahead, back * left * self.side
        cosine, sine = np.cos(self.angle), np.sin(self.angle)
        ground = np.stack([x * cosine - z * sine, x * sine + z * cosine], axis=-1)
        return ground, self.angle + self.side * (np.pi * number + turn)

    def travel(self, speed: float, time: Array, start: float) -> Array:
        r"""How far one has come at the times ``[T]`` from ``start``, slowing down for the turns.

        The speed is constant on the straight and :math:`\sqrt{0.35\,g\,r}` at most in a turn; before and after it
        :math:`u^2` changes by :math:`2 \cdot 3\,\mathrm{m/s^2}` a metre. The time is the integral of
        :math:`1 / u` along the way, and its inverse is the way.
        """
        way = start + np.arange(0.0, speed * (time[-1] - time[0]) + 0.1, 0.05)
        into = way % self.half
        gap = np.minimum(self.straight - into, into).clip(0)  # to the nearer turn
        slow = min(speed, np.sqrt(GRIP * GRAVITY * self.radius))
        pace = np.sqrt(np.minimum(speed**2, slow**2 + 2 * BRAKE * gap))
        elapsed = np.concatenate([[0.0], np.cumsum(0.05 * 2 / (pace[1:] + pace[:-1]))])
        return np.asarray(np.interp(time - time[0], elapsed, way))
