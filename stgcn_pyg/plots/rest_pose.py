"""How a body stands where no recording says it: a place for each joint, from the layout alone."""

from itertools import count

import numpy as np
import numpy.typing as npt

from stgcn_pyg.plots.sides import Side, joint_sides
from stgcn_pyg.plots.standing import STANDING
from stgcn_pyg.skeleton import Skeleton

FloatArray = npt.NDArray[np.float64]

STEP = 10.0
"""How far a joint without a known name is from the one it hangs from, in cm."""

GROUND, LOOSE = -40.0, 25.0
"""Where parts stand that hang from nothing: how high, and how far apart, in cm."""

QUARTER = np.pi / 2
"""The angle that the joints which hang from a known joint have between them."""


def rest_pose(skeleton: Skeleton) -> FloatArray:
    """A place for each joint of a standing body that faces us, ``[V, 2]`` with y upwards.

    Joints of known names stand where a human body has them, in cm. Any other hangs from its
    neighbour, outwards, in an angle that it shares with its siblings. Of a layout without any known name the
    centre stands in the middle and the rest around it, the left side on our right. Parts that hang from nothing
    stand below.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> rest_pose(BODY_25)[BODY_25.index("left_wrist")].tolist()
        [46.0, 94.0]
    """
    sides = joint_sides(skeleton)
    places = {v: np.array(STANDING[joint]) for v, joint in enumerate(skeleton.joints) if joint in STANDING}
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
