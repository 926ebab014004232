"""How a body stands where no recording says it: a place for each joint, from the layout alone."""

from itertools import count

import numpy as np
import numpy.typing as npt

from stgcn_pyg.plots.sides import Side, joint_sides
from stgcn_pyg.skeleton import Skeleton

FloatArray = npt.NDArray[np.float64]

PLACES: dict[str, tuple[float, float]] = {
    "head_top": (0.0, 1.75),
    "head": (0.0, 1.5),
    "nose": (0.0, 1.4),
    "eye": (0.1, 1.53),
    "ear": (0.24, 1.46),
    "mouth_corner": (0.08, 1.28),
    "upper_neck": (0.0, 1.2),
    "neck": (0.0, 1.0),
    "shoulder": (0.36, 0.95),
    "elbow": (0.62, 0.5),
    "wrist": (0.84, 0.08),
    "hand": (0.94, -0.12),
    "spine": (0.0, 0.5),
    "lower_spine": (0.0, 0.2),
    "mid_hip": (0.0, 0.0),
    "hip": (0.2, -0.04),
    "knee": (0.29, -0.8),
    "ankle": (0.36, -1.55),
    "foot": (0.5, -1.68),
    "heel": (0.3, -1.72),
    "big_toe": (0.5, -1.7),
    "small_toe": (0.62, -1.66),
    # The face of layouts that have its outline.
    "chin": (0.0, 1.09),
    **{f"jaw_{n}": (0.27 * np.cos(0.196 * (n - 1)), 1.42 - 0.33 * np.sin(0.196 * (n - 1))) for n in range(1, 9)},
    **{f"brow_{n}": (0.24 - 0.04 * n, 1.6 + 0.01 * (n - 1) * (5 - n)) for n in range(1, 6)},
    **{f"nose_bridge_{n}": (0.0, 1.57 - 0.04 * n) for n in range(1, 5)},
    **{"nostril_1": (0.06, 1.35), "nostril_2": (0.03, 1.34), "nose_base": (0.0, 1.33)},
    **{"eye_outer": (0.15, 1.52), "upper_lid_1": (0.12, 1.55), "upper_lid_2": (0.08, 1.55)},
    **{"eye_inner": (0.05, 1.52), "lower_lid_1": (0.12, 1.5), "lower_lid_2": (0.08, 1.5)},
    **{"mouth_corner": (0.12, 1.23), "inner_mouth_corner": (0.09, 1.23)},
    **{"upper_lip_1": (0.09, 1.26), "upper_lip_2": (0.04, 1.28), "upper_lip": (0.0, 1.27)},
    **{"lower_lip_1": (0.09, 1.19), "lower_lip_2": (0.04, 1.17), "lower_lip": (0.0, 1.17)},
    **{"inner_upper_lip": (0.04, 1.245), "inner_lower_lip": (0.04, 1.205)},
}
"""A standing figure in body lengths (mid-hip to neck), y upwards: names without their side, on our right."""

STEP = 0.16
"""How far a joint with no place of its own is from the one it hangs from, in body lengths."""

GROUND, LOOSE = -2.2, 0.5
"""Where parts stand that hang from nothing: how high, and how far apart."""

QUARTER = np.pi / 2
"""The angle that the joints which hang from a joint with a place have between them."""


def rest_pose(skeleton: Skeleton) -> FloatArray:
    """A place for each joint of a standing body that faces us, ``[V, 2]`` with y upwards.

    Joints whose names are known (:data:`PLACES`) stand where a human body has them. Any other hangs from its
    neighbour, outwards, in an angle that it shares with its siblings. Of a layout without any known name the
    centre stands in the middle and the rest around it, the left side on our right. Parts that hang from nothing
    stand below.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> rest_pose(BODY_25)[BODY_25.index("left_wrist")].tolist()
        [0.84, 0.08]
    """
    sides = joint_sides(skeleton)
    places = {
        v: np.array(PLACES[name]) * (side, 1)
        for v, (joint, side) in enumerate(zip(skeleton.joints, sides, strict=True))
        if (name := _without_side(joint)) in PLACES
    }
    forest = _Forest(skeleton, sides, places)
    if not places:
        forest.plant(skeleton.index(skeleton.center), np.zeros(2), QUARTER, 4 * QUARTER)
    for v in list(places):
        forest.grow(v, forest.outwards(v), QUARTER)
    loose = {side: count() for side in Side}
    for v in range(skeleton.num_joints):
        if v not in places:
            step = LOOSE * next(loose[sides[v]])
            below = np.array([sides[v] * (LOOSE + step), GROUND - (step if sides[v] == Side.MIDDLE else 0)])
            forest.plant(v, below, -QUARTER, QUARTER)
    return np.array([places[v] for v in range(skeleton.num_joints)])


def _without_side(joint: str) -> str:
    return joint.removeprefix("left_").removeprefix("right_")


class _Forest:
    """Trees of joints, each drawn as a fan from the joint that it hangs from."""

    def __init__(self, skeleton: Skeleton, sides: list[Side], places: dict[int, FloatArray]) -> None:
        self.sides = sides
        self.places = places
        self.neighbours: list[list[int]] = [[] for _ in skeleton.joints]
        for a, b in skeleton.bone_index.T.tolist():
            self.neighbours[a].append(b)
            self.neighbours[b].append(a)

    def outwards(self, joint: int) -> float:
        """The angle that points away from the neighbours that have a place; from the body's middle if none has."""
        inner = [self.places[v] for v in self.neighbours[joint] if v in self.places]
        x, y = self.places[joint] - (np.mean(inner, axis=0) if inner else np.zeros(2))
        return float(np.arctan2(y, x))

    def plant(self, joint: int, place: FloatArray, direction: float, angle: float) -> None:
        """Give a joint its place, and all that hangs from it."""
        self.places[joint] = place
        self.grow(joint, direction, angle)

    def grow(self, joint: int, direction: float, angle: float) -> None:
        """Give all that hangs from a joint its place, within an angle about a direction."""
        levels = [(joint, direction, angle)]
        for parent, middle, width in levels:  # breadth first: what closes a ring hangs from the nearer end
            children = self._in_order([v for v in self.neighbours[parent] if v not in self.places], middle)
            share = width / max(len(children), 1)
            for number, child in enumerate(children):
                towards = middle - width / 2 + share * (number + 0.5)
                self.places[child] = self.places[parent] + STEP * np.array([np.cos(towards), np.sin(towards)])
                levels.append((child, towards, min(QUARTER, max(share, QUARTER / 2))))

    def _in_order(self, joints: list[int], direction: float) -> list[int]:
        """Joints counter-clockwise, those of the person's left on our right, and both sides alike."""
        turn = -1 if np.sin(direction) > 0 else 1
        return sorted(joints, key=lambda v: (turn * self.sides[v], -v * turn if self.sides[v] < 0 else v * turn))
