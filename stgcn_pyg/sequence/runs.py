"""Where a recording breaks: unbroken runs of frames in which somebody is in view."""

import numpy as np
import numpy.typing as npt

from stgcn_pyg.sequence.sequence import IntArray, SkeletonSequence


def cut_runs(sequence: SkeletonSequence, max_gap: float = 1.0) -> tuple[npt.NDArray[np.bool_], IntArray]:
    """Cut a recording into unbroken runs: where nobody was seen for longer than ``max_gap`` seconds.

    A shorter absence stays in, as frames with missing joints; so does a frame number that is skipped. The
    empty frames of a longer one, and those before the first and after the last sight of somebody, go. A
    recording in which nobody was ever seen stays whole.

    Args:
        sequence: The recording.
        max_gap: Seconds; frames of a recording whose rate is not known count as 1/25 s.

    Returns:
        Which frames stay ``[T]``, and the run number of each that does.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> seen = np.array([1, 1, 0, 1, 0, 0, 0, 1])[:, None].repeat(25, axis=1)
        >>> keep, run = cut_runs(SkeletonSequence(np.ones((8, 25, 2)), BODY_25, score=seen, fps=2))
        >>> keep.astype(int).tolist(), run.tolist()
        ([1, 1, 1, 1, 0, 0, 0, 1], [0, 0, 0, 0, 1])
    """
    seen = np.flatnonzero(sequence.in_view)
    if seen.size == 0:
        return np.ones(len(sequence), dtype=bool), np.zeros(len(sequence), dtype=np.int64)
    absent = np.diff(sequence.frame[seen]) - 1
    cut = absent > max_gap * (sequence.fps or 25.0)
    starts, stops = seen[np.r_[True, cut]], seen[np.r_[cut, True]] + 1
    run = np.full(len(sequence), -1, dtype=np.int64)
    for number, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        run[start:stop] = number
    keep = run >= 0
    return keep, run[keep]
