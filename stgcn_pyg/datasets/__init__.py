"""PyG data sets of skeleton recordings, and their evaluation protocols."""

from stgcn_pyg.datasets.kth import KTH_ACTIONS, KTH_FPS, KTHSkeletonDataset
from stgcn_pyg.datasets.protocol import KTH_PROTOCOLS, Protocol, leave_one_out
from stgcn_pyg.datasets.skeleton_dataset import SkeletonDataset

__all__ = [
    "KTH_ACTIONS",
    "KTH_FPS",
    "KTH_PROTOCOLS",
    "KTHSkeletonDataset",
    "Protocol",
    "SkeletonDataset",
    "leave_one_out",
]
