"""One recording of one body as checked NumPy arrays, and what turns it into another: nothing of torch."""

from stgcn_pyg.sequence.rate import resample
from stgcn_pyg.sequence.runs import cut_runs
from stgcn_pyg.sequence.sequence import FloatArray, IntArray, SkeletonSequence

__all__ = ["FloatArray", "IntArray", "SkeletonSequence", "cut_runs", "resample"]
