"""Readers: files of pose estimators and of data sets in, :class:`~stgcn_pyg.sequence.SkeletonSequence` out.

A reader keeps what was recorded: coordinates in their own units, every frame in its place in time. It decides
nothing about what is good enough to learn from.
"""

from stgcn_pyg.io.arrays import read_array
from stgcn_pyg.io.kth_annotations import Subsequences, read_subsequences
from stgcn_pyg.io.ntu import read_ntu
from stgcn_pyg.io.nw_ucla import NW_UCLA_ACTIONS, read_nw_ucla
from stgcn_pyg.io.openpose import read_openpose, read_openpose_folder
from stgcn_pyg.io.recordings import read_recordings
from stgcn_pyg.io.tracking import follow, follow_people
from stgcn_pyg.io.utd_mhad import read_utd_mhad

__all__ = [
    "NW_UCLA_ACTIONS",
    "Subsequences",
    "follow",
    "follow_people",
    "read_array",
    "read_ntu",
    "read_nw_ucla",
    "read_openpose",
    "read_openpose_folder",
    "read_recordings",
    "read_subsequences",
    "read_utd_mhad",
]
