"""PyG data sets of skeleton recordings, and their evaluation protocols."""

from stgcn_pyg.datasets.catalogue import DATASETS, find_dataset
from stgcn_pyg.datasets.kinect import MHAD_ACTIONS, NWUCLA, UCLA_ACTIONS, UTDMHAD
from stgcn_pyg.datasets.kth import KTH_ACTIONS, KTH_FPS, KTHSkeletonDataset
from stgcn_pyg.datasets.ntu import NTU_ACTIONS, NTURGBD, NTURGBD120, missing_skeletons
from stgcn_pyg.datasets.own import SkeletonFolder
from stgcn_pyg.datasets.pose_file import PoseFile
from stgcn_pyg.datasets.protocol import (
    KTH_PROTOCOLS,
    Protocol,
    find_protocol,
    leave_one_out,
    random_subjects,
    rotated_subjects,
)
from stgcn_pyg.datasets.recordings import NoRecordings, RecordingDataset
from stgcn_pyg.datasets.skeleton_dataset import SkeletonDataset

__all__ = [
    "DATASETS",
    "KTH_ACTIONS",
    "KTH_FPS",
    "KTH_PROTOCOLS",
    "MHAD_ACTIONS",
    "NTURGBD",
    "NTURGBD120",
    "NTU_ACTIONS",
    "NWUCLA",
    "UCLA_ACTIONS",
    "UTDMHAD",
    "KTHSkeletonDataset",
    "NoRecordings",
    "PoseFile",
    "Protocol",
    "RecordingDataset",
    "SkeletonDataset",
    "SkeletonFolder",
    "find_dataset",
    "find_protocol",
    "leave_one_out",
    "missing_skeletons",
    "random_subjects",
    "rotated_subjects",
]
