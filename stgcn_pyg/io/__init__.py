"""Readers: files of pose estimators and of data sets in, :class:`~stgcn_pyg.sequence.SkeletonSequence` out.

A reader keeps what was recorded: coordinates in their own units, every frame in its place in time. It decides
nothing about what is good enough to learn from. :func:`read_sequences` finds the one for a file by looking into it.
"""

from stgcn_pyg.io.alphapose import read_alphapose
from stgcn_pyg.io.arrays import read_array, read_collection
from stgcn_pyg.io.coco import read_coco
from stgcn_pyg.io.compact import read_compact, write_compact
from stgcn_pyg.io.deeplabcut import read_deeplabcut
from stgcn_pyg.io.formats import FORMATS, Format, find_format
from stgcn_pyg.io.kth_annotations import Subsequences, read_subsequences
from stgcn_pyg.io.mediapipe import read_mediapipe
from stgcn_pyg.io.ntu import read_ntu
from stgcn_pyg.io.nw_ucla import NW_UCLA_ACTIONS, read_nw_ucla
from stgcn_pyg.io.openpose import read_openpose, read_openpose_folder
from stgcn_pyg.io.openpose_lines import read_openpose_lines
from stgcn_pyg.io.pyskl import read_pyskl, read_pyskl_splits
from stgcn_pyg.io.recordings import find_formats, read_formats, read_sequences
from stgcn_pyg.io.sleap import read_sleap
from stgcn_pyg.io.tracking import Follower, follow, follow_people
from stgcn_pyg.io.utd_mhad import read_utd_mhad

__all__ = [
    "FORMATS",
    "NW_UCLA_ACTIONS",
    "Follower",
    "Format",
    "Subsequences",
    "find_format",
    "find_formats",
    "follow",
    "follow_people",
    "read_alphapose",
    "read_array",
    "read_coco",
    "read_collection",
    "read_compact",
    "read_deeplabcut",
    "read_formats",
    "read_mediapipe",
    "read_ntu",
    "read_nw_ucla",
    "read_openpose",
    "read_openpose_folder",
    "read_openpose_lines",
    "read_pyskl",
    "read_pyskl_splits",
    "read_sequences",
    "read_sleap",
    "read_subsequences",
    "read_utd_mhad",
    "write_compact",
]
