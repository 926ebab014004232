"""PyG data sets of skeleton recordings, and their evaluation protocols."""

from stgcn_pyg.datasets.kth import KTH_ACTIONS, KTH_FPS, KTHSkeletonDataset
from stgcn_pyg.datasets.protocol import (
    KTH_PROTOCOLS,
    Protocol,
    find_protocol,
    leave_one_out,
    random_subjects,
    rotated_subjects,
)
from stgcn_pyg.datasets.skeleton_dataset import SkeletonDataset

__all__ = [
    "KTH_ACTIONS",
    "KTH_FPS",
    "KTH_PROTOCOLS",
    "KTHSkeletonDataset",
    "Protocol",
    "SkeletonDataset",
    "find_protocol",
    "leave_one_out",
    "random_subjects",
    "rotated_subjects",
]
