"""Which frames of a recording are shown, and when they were."""

import numpy as np

from stgcn_pyg.sequence import IntArray, SkeletonSequence

USUAL_FPS = 25.0
"""Frames a second where nothing says it."""


def seconds_of(sequence: SkeletonSequence) -> np.ndarray:
    """When each frame was, in seconds since frame 0, ``[T]``."""
    return np.asarray(sequence.frame / (sequence.fps or USUAL_FPS))


def frames_between(sequence: SkeletonSequence, start: float | None, seconds: float) -> IntArray:
    """The frames from a moment on, for so many seconds; from the first sight of somebody where no start is given.

    Raises:
        ValueError: If there are no frames then, or no seconds.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> clip = SkeletonSequence(np.ones((40, 25, 2)), BODY_25, fps=10)
        >>> frames_between(clip, start=1.0, seconds=0.3).tolist()
        [10, 11, 12]
    """
    if not seconds > 0:
        raise ValueError(f"{seconds:g} seconds are nothing to show")
    time = seconds_of(sequence)
    seen = np.flatnonzero(sequence.in_view)
    begin = start if start is not None else float(time[seen[0]] if len(seen) else time[0])
    chosen = np.flatnonzero((time >= begin - 1e-9) & (time < begin + seconds - 1e-9))
    if len(chosen) == 0:
        raise ValueError(
            f"{sequence.name}: no frame between {begin:g} and {begin + seconds:g} seconds; "
            f"it runs from {time[0]:g} to {time[-1]:g}"
        )
    return chosen


def spread_over(frames: IntArray, count: int) -> IntArray:
    """At most so many of some frames, evenly spread, the first and the last among them."""
    places = np.linspace(0, len(frames) - 1, min(count, len(frames)))
    chosen: IntArray = frames[np.unique(places.round().astype(int))]
    return chosen
