"""The layouts known by name."""

from stgcn_pyg.skeleton.blazepose import BLAZEPOSE_33
from stgcn_pyg.skeleton.coco import COCO_17, COCO_WHOLEBODY_133, HALPE_26
from stgcn_pyg.skeleton.h36m import H36M_17
from stgcn_pyg.skeleton.kinect import KINECT_20, NTU_25
from stgcn_pyg.skeleton.openpose import BODY_25, OPENPOSE_18
from stgcn_pyg.skeleton.skeleton import Skeleton

SKELETONS: dict[str, Skeleton] = {
    skeleton.name: skeleton
    for skeleton in (
        BODY_25,
        OPENPOSE_18,
        COCO_17,
        HALPE_26,
        COCO_WHOLEBODY_133,
        BLAZEPOSE_33,
        KINECT_20,
        NTU_25,
        H36M_17,
    )
}
"""The layouts known by name."""


def find_skeleton(layout: str | Skeleton) -> Skeleton:
    """The layout of that name, or the layout itself.

    Raises:
        ValueError: If no layout of that name is known.

    Example:
        >>> find_skeleton("COCO_17").num_joints
        17
    """
    if isinstance(layout, Skeleton):
        return layout
    if layout in SKELETONS:
        return SKELETONS[layout]
    raise ValueError(f"no skeleton is called {layout!r}; known: {', '.join(SKELETONS)} (or declare a Skeleton)")
