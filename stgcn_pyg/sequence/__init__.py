"""One recording of one body as checked NumPy arrays, and what turns it into another: nothing of torch."""

from stgcn_pyg.sequence.layout import LayoutConversion, convert_layout, missing_joints
from stgcn_pyg.sequence.people import group_people
from stgcn_pyg.sequence.rate import resample, same_rate
from stgcn_pyg.sequence.runs import cut_runs
from stgcn_pyg.sequence.sequence import FloatArray, IntArray, SkeletonSequence

__all__ = [
    "FloatArray",
    "IntArray",
    "LayoutConversion",
    "SkeletonSequence",
    "convert_layout",
    "cut_runs",
    "group_people",
    "missing_joints",
    "resample",
    "same_rate",
]
