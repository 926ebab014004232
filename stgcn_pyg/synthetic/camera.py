"""From joints in the world to pixels of a 160 x 120 picture: four scenarios, as in KTH."""

from dataclasses import dataclass

import numpy as np

from stgcn_pyg.synthetic.body import Array

WIDTH, HEIGHT = 160, 120
"""The size of the picture in pixels."""

DISTANCE = 9.0
"""How far away the person stands, in metres."""

AXIS = 0.9
"""How high over the ground the camera looks, in metres."""


@dataclass(frozen=True)
class Scenario:
    """What a scenario is like.

    Args:
        scale: Pixels a metre where the person stands.
        zoom: The factor between the smallest and the largest scale of a recording.
        aslant: How far from straight across the picture people go, in radians, to one side or the other.
        turn: How far the camera's viewpoint strays from the usual one, in radians (standard deviation).
        pace: How fast people are, as a factor.
        clothes: How hard joints under clothes are to find, as a factor.
    """

    scale: float
    zoom: float
    aslant: float
    turn: float
    pace: float
    clothes: float


SCENARIOS = {
    1: Scenario(scale=47, zoom=1.0, aslant=0.0, turn=0.08, pace=1.0, clothes=1.0),
    2: Scenario(scale=42, zoom=1.6, aslant=0.6, turn=0.15, pace=1.0, clothes=1.0),
    3: Scenario(scale=49, zoom=1.0, aslant=0.0, turn=0.08, pace=1.0, clothes=1.8),
    4: Scenario(scale=56, zoom=1.0, aslant=0.0, turn=0.10, pace=0.85, clothes=1.0),
}
"""Outdoors; outdoors with changing scale, people going aslant; outdoors in other clothes; indoors, closer
and slower. Trunks in pixels, the zoom and the pace are those of pose estimates of KTH."""


def zooming(scenario: Scenario, time: Array, rng: np.random.Generator) -> Array:
    """Pixels a metre over time, ``[T]``: the scale of the scenario, in and out slowly if the camera zooms."""
    swing = np.sin(2 * np.pi * (rng.uniform() + rng.uniform(0.05, 0.11) * time))
    return np.asarray(scenario.scale * rng.normal(1, 0.04) * scenario.zoom ** (swing / 2))


def project(world: Array, scale: Array, center: tuple[float, float]) -> Array:
    r"""See joints through a pinhole :math:`d` away: :math:`u = u_0 + s x d / (d + z)`, and so for the height.

    Args:
        world: Joints ``[T, V, 3]`` in metres: to the right, up, and away from the camera.
        scale: Pixels a metre at the distance :math:`d`, ``[T]``.
        center: The pixel :math:`(u_0, v_0)` that the camera's axis meets, 0.9 m above the ground.
    """
    x, up, z = np.moveaxis(world, -1, 0)
    nearness = scale[:, None] * DISTANCE / (DISTANCE + z)
    return np.stack([center[0] + nearness * x, center[1] - nearness * (up - AXIS)], axis=-1)


def out_of_view(scenario: Scenario, angle: float) -> float:
    """How far from the middle somebody must go at an angle to have left the picture on either side, in metres."""
    edge = (WIDTH / 2 + 8) / (scenario.scale * scenario.zoom**-0.5)
    return float(edge / (np.cos(angle) - abs(np.sin(angle)) * edge / DISTANCE))
