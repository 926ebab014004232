"""From a body in the world to pixels of a 160 x 120 picture: four scenarios, as in KTH."""

from dataclasses import dataclass

import numpy as np

from stgcn_pyg.synthetic.body import Array

WIDTH, HEIGHT = 160, 120
"""The size of the picture in pixels."""

DISTANCE = 9.0
"""How far away the person stands, in metres."""


@dataclass(frozen=True)
class Scenario:
    """What a scenario is like.

    Args:
        scale: Pixels a metre where the person stands.
        zoom: The largest factor by which the scale changes in the course of a recording.
        turn: How far the camera's viewpoint strays from the usual one, in radians (standard deviation).
        noise: How hard the joints are to find, as a factor.
    """

    scale: float
    zoom: float
    turn: float
    noise: float


SCENARIOS = {
    1: Scenario(scale=47, zoom=1.0, turn=0.08, noise=1.0),
    2: Scenario(scale=41, zoom=1.5, turn=0.2, noise=1.0),
    3: Scenario(scale=48, zoom=1.0, turn=0.08, noise=1.8),
    4: Scenario(scale=54, zoom=1.0, turn=0.25, noise=0.8),
}
"""Outdoors; outdoors with changing scale; outdoors in other clothes; indoors, closer and from another side."""


def place_in_world(joints: Array, heading: Array, track: Array) -> Array:
    """Turn a body to its heading and put it on its place.

    Args:
        joints: Joints in the body's axes, ``[T, V, 3]``.
        heading: Where the body looks, in radians, ``[T]``: 0 to the picture's right, -pi/2 at the camera.
        track: Where it stands, ``[T, 2]``: to the right and away from the camera, in metres.

    Returns:
        Joints ``[T, V, 3]``: to the right, up, and away from the camera.
    """
    forward, up, right = np.moveaxis(joints, -1, 0)
    cosine, sine = np.cos(heading)[:, None], np.sin(heading)[:, None]
    x = forward * cosine + right * sine + track[:, :1]
    z = forward * sine - right * cosine + track[:, 1:]
    return np.stack([x, up, z], axis=-1)


def project(world: Array, scale: Array, center: tuple[float, float]) -> Array:
    r"""See joints through a pinhole :math:`d` away: :math:`u = u_0 + s x d / (d + z)`, and so for the height.

    Args:
        world: Joints ``[T, V, 3]`` in metres.
        scale: Pixels a metre at the distance :math:`d`, ``[T]``.
        center: The pixel :math:`(u_0, v_0)` that the camera's axis meets, 0.9 m above the ground.
    """
    x, up, z = np.moveaxis(world, -1, 0)
    nearness = scale[:, None] * DISTANCE / (DISTANCE + z)
    return np.stack([center[0] + nearness * x, center[1] - nearness * (up - 0.9)], axis=-1)
