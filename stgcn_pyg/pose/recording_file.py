"""Recordings as files."""

from pathlib import Path

import numpy as np

from stgcn_pyg.files import draft
from stgcn_pyg.sequence import SkeletonSequence


def write_recording(sequence: SkeletonSequence, path: Path) -> None:
    """Write a recording as :func:`~stgcn_pyg.io.read_array` reads it, whole or not at all."""
    with draft(path) as whole:
        np.savez_compressed(whole, pos=sequence.pos, score=sequence.score, fps=np.float64(sequence.fps or 0))
