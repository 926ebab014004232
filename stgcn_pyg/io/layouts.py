"""What layout a file is in that does not say: the usual one of so many joints."""

from collections.abc import Mapping

from stgcn_pyg.skeleton import (
    BLAZEPOSE_33,
    BODY_25,
    COCO_17,
    COCO_WHOLEBODY_133,
    H36M_17,
    HALPE_26,
    KINECT_20,
    NTU_25,
    OPENPOSE_18,
    Skeleton,
)

USUAL_LAYOUT = {
    skeleton.num_joints: skeleton for skeleton in (BODY_25, COCO_17, OPENPOSE_18, HALPE_26, COCO_WHOLEBODY_133)
}
"""Layouts of pose estimators in pictures, by their number of joints.

Those of 20 and of 33 joints are usually recorded in space, and a third coordinate must not be taken for a score
without a word.
"""

LAYOUT_IN_SPACE = {skeleton.num_joints: skeleton for skeleton in (NTU_25, KINECT_20, H36M_17, BLAZEPOSE_33)}
"""Layouts of recordings in space, by their number of joints."""


def usual_layout(where: object, num_joints: int, usual: Mapping[int, Skeleton] = USUAL_LAYOUT) -> Skeleton:
    """The usual layout of so many joints.

    Raises:
        ValueError: If there is none.

    Example:
        >>> usual_layout("wave.npy", 17).name
        'COCO_17'
    """
    if num_joints in usual:
        return usual[num_joints]
    known = ", ".join(f"{number} ({skeleton.name})" for number, skeleton in usual.items())
    raise ValueError(
        f"{where}: {num_joints} joints a frame; layouts known by their number of joints: {known}; "
        f"pass any other as skeleton="
    )


def fitting_layout(
    where: object, num_joints: int, skeleton: Skeleton | None, usual: Mapping[int, Skeleton] = USUAL_LAYOUT
) -> Skeleton:
    """The layout that was said, if it has so many joints, else the usual one of so many.

    Raises:
        ValueError: If there is none.

    Example:
        >>> fitting_layout("wave.json", 17, BODY_25).name
        'COCO_17'
    """
    if skeleton is not None and skeleton.num_joints == num_joints:
        return skeleton
    return usual_layout(where, num_joints, usual)
