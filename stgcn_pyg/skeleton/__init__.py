"""Joint layouts: the value that declares one, and those of the usual pose estimators, cameras and data sets.

A joint that lies at the same point of the body has the same name in all of them, so that recordings go from one
layout to another (:func:`stgcn_pyg.sequence.convert_layout`).
"""

from stgcn_pyg.skeleton.blazepose import BLAZEPOSE_33
from stgcn_pyg.skeleton.catalogue import SKELETONS, find_skeleton
from stgcn_pyg.skeleton.coco import COCO_17, COCO_WHOLEBODY_133, HALPE_26
from stgcn_pyg.skeleton.h36m import H36M_17
from stgcn_pyg.skeleton.kinect import KINECT_20, NTU_25
from stgcn_pyg.skeleton.openpose import BODY_25, OPENPOSE_18
from stgcn_pyg.skeleton.skeleton import DERIVED_JOINTS, IntArray, Skeleton, hop_distances

__all__ = [
    "BLAZEPOSE_33",
    "BODY_25",
    "COCO_17",
    "COCO_WHOLEBODY_133",
    "DERIVED_JOINTS",
    "H36M_17",
    "HALPE_26",
    "KINECT_20",
    "NTU_25",
    "OPENPOSE_18",
    "SKELETONS",
    "IntArray",
    "Skeleton",
    "find_skeleton",
    "hop_distances",
]
