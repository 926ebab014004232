"""How the built-in layouts are written down: as lines of joint names."""

from itertools import pairwise

from stgcn_pyg.skeleton.skeleton import Skeleton


def declare(name: str, *, joints: str, bones: str, center: str) -> Skeleton:
    """A layout from text: joints in the order of the data, and a line for each chain of bones.

    A line with ``*`` is drawn on both sides of the body. Joints that are called the same but for ``left_`` and
    ``right_`` are each other's mirror image.

    Args:
        name: What the layout is called.
        joints: Names, with any space between them.
        bones: Lines of names; every joint is bound to the one before it in its line.
        center: The joint in the middle.

    Raises:
        ValueError: As :class:`Skeleton` does.

    Example:
        >>> arms = declare(
        ...     "arms", joints="neck left_hand right_hand", bones="neck *_hand", center="neck"
        ... )
        >>> arms.bones, arms.mirror
        ((('neck', 'left_hand'), ('neck', 'right_hand')), (('left_hand', 'right_hand'),))
    """
    names = tuple(joints.split())
    lines = bones.strip().splitlines()
    middle = [line for line in lines if "*" not in line]
    sides = dict.fromkeys(joint.partition("_")[0] for joint in names if joint.startswith(("left_", "right_")))
    limbs = [line.replace("*", side) for side in sides for line in lines if "*" in line]
    return Skeleton(
        name=name,
        joints=names,
        bones=tuple(bone for line in (*middle, *limbs) for bone in pairwise(line.split())),
        mirror=tuple((joint, f"right_{joint[5:]}") for joint in names if joint.startswith("left_")),
        center=center,
    )
