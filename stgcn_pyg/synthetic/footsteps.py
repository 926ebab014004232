r"""Where the feet are: planted on a footprint in stance, on the way to the next in swing.

A stride is one cycle of a phase :math:`\varphi`; the left foot is half a cycle behind the right one. A foot is in
stance for the first :math:`\beta` (the duty factor) of its cycle and swings for the rest. With
:math:`\beta > 1/2` both feet are on the ground twice a cycle (walking), with :math:`\beta < 1/2` neither is
(flight). A footprint lies where the hips are in the middle of its stance, or a little behind, so that the stride is
as long as the hips move in a cycle, at any speed and on any course, and nothing slides.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from stgcn_pyg.synthetic.body import SIDES, Array, Body, Feet, turned, vector


@dataclass(frozen=True)
class Stride:
    """How the feet move in a cycle.

    Args:
        duty: The share of the cycle that a foot is on the ground.
        strike: How far the toes point up when the heel comes down, in radians.
        toe_off: How far they point down when they leave the ground.
        swing_pitch: How far they point down at most, in early swing.
        lift: How high a foot is lifted beyond what its pitch lifts it, in metres.
        width: How far a footprint lies from the middle line, in metres.
        behind: How far a footprint lies behind the hips of mid-stance, in metres.
        toes_out: How far the toes point outward, in radians.
    """

    duty: float
    strike: float
    toe_off: float
    swing_pitch: float
    lift: float
    width: float
    behind: float
    toes_out: float

    def pitch(self, cycle: Array) -> Array:
        """How far the toes point down at places of the cycle, in 0..1: smooth between a few known moments."""
        stance, swing = self.duty, 1 - self.duty
        when = np.array([0, 0.18 * stance, 0.5 * stance, stance, stance + 0.28 * swing, stance + 0.8 * swing])
        what = np.array([-self.strike, 0, 0, self.toe_off, self.swing_pitch, -0.7 * self.strike])
        when, what = np.concatenate([when - 1, when, when + 1]), np.tile(what, 3)
        return np.asarray(PchipInterpolator(when, what)(cycle))


Place = Callable[[Array], tuple[Array, Array]]
"""Where the hips are on the ground ``[..., 2]``, and their heading ``[...]``, at phases ``[...]``."""


def footsteps(stride: Stride, body: Body, phase: Array, place: Place, rng: np.random.Generator) -> Feet:
    r"""The feet of a body on its way.

    In stance the sole is turned about the heel as long as the toes point up, and about the toes when they point
    down: with the pitch :math:`\theta`, the pivot :math:`p` ahead of the ankle and the ankle's height :math:`h`,
    the ankle is :math:`p(1 - \cos\theta) + h\sin\theta` ahead of its place over the flat foot and
    :math:`p\sin\theta - h(1 - \cos\theta)` above it. In swing the foot goes on to the next footprint by
    :math:`3v^2 - 2v^3` of the way, :math:`v = w^{1.2}`, :math:`w` being the share of the swing (a late arrival: the
    foot must not outrun the leg), and is lifted by :math:`\sin^2(\pi w^{0.7})`.

    Args:
        stride: How the feet move.
        body: Whose feet.
        phase: The phase of the right foot in cycles, ``[T]``, 0 when its heel comes down.
        place: Where the hips are at a phase.
        rng: Draws how far each footprint strays.
    """
    tracks = [_foot(stride, body, phase, i, place, rng) for i in range(len(SIDES))]
    return Feet(*(np.stack(parts) for parts in zip(*tracks, strict=True)))


def _foot(
    stride: Stride, body: Body, phase: Array, i: int, place: Place, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    sign = SIDES[i][1]
    number, cycle = np.divmod(phase + i / 2, 1)
    step = (number - number[0]).astype(int)
    prints, heading = place(number[0] + np.arange(step[-1] + 2) + stride.duty / 2 - i / 2)
    stray = rng.normal(0, 0.008, (2, len(prints)))
    offset = turned(vector(stray[0] - stride.behind, 0, sign * stride.width + stray[1]), heading)
    prints = vector(prints[:, 0], 0, prints[:, 1]) + offset
    heading = heading - sign * stride.toes_out

    swing = ((cycle - stride.duty) / (1 - stride.duty)).clip(0, 1)
    late = swing**1.2
    share = late**2 * (3 - 2 * late)
    yaw = heading[step] + share * np.diff(heading)[step]
    pitch = stride.pitch(cycle)
    pivot = np.where(pitch > 0, body.toe, -body.heel)
    ahead = pivot * (1 - np.cos(pitch)) + body.ankle * np.sin(pitch)
    above = body.ankle * np.cos(pitch) + pivot * np.sin(pitch) + stride.lift * np.sin(np.pi * swing**0.7) ** 2
    flat = prints[step] + share[:, None] * np.diff(prints, axis=0)[step]
    return flat + turned(vector(ahead, above, 0), yaw), yaw, pitch
