"""Left, right and middle of a body, and their colours in every picture."""

from enum import IntEnum

from stgcn_pyg.skeleton import Skeleton


class Side(IntEnum):
    """A side of the body; its value is where a body that faces us has it: a person's left is on our right."""

    RIGHT = -1
    MIDDLE = 0
    LEFT = 1


COLORS = {Side.LEFT: "#1f77b4", Side.RIGHT: "#d95f02", Side.MIDDLE: "#4d4d4d"}
"""Blue for the person's left, orange for the right, grey between: told apart by the colour-blind too."""


def joint_sides(skeleton: Skeleton) -> list[Side]:
    """The side of each joint, by its name, or else by its place in the mirror pair that it stands in.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> joint_sides(BODY_25)[:3]
        [<Side.MIDDLE: 0>, <Side.MIDDLE: 0>, <Side.RIGHT: -1>]
    """
    sides = dict.fromkeys(skeleton.joints, Side.MIDDLE)
    for first, second in skeleton.mirror:
        swapped = "right" in first.lower() or "left" in second.lower()
        sides[first], sides[second] = (Side.RIGHT, Side.LEFT) if swapped else (Side.LEFT, Side.RIGHT)
    return list(sides.values())


def bone_sides(skeleton: Skeleton) -> list[Side]:
    """The side of each bone: that of its ends, the middle where they are of both."""
    sides = joint_sides(skeleton)
    return [Side(max(-1, min(1, sides[a] + sides[b]))) for a, b in skeleton.bone_index.T]
