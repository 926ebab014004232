"""Another frame rate."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from stgcn_pyg.sequence.sequence import FloatArray, IntArray, SkeletonSequence

MOST_FRAMES = 1_000_000
"""More frames than this (11 hours at 25 a second) come of a rate or of frame numbers that are none."""


SAME_RATE = 0.02
"""By how much two frame rates may differ and still be taken for the same, such as 29.97 and 30."""


def same_rate(one: float, other: float) -> bool:
    """Whether two frame rates are near enough to be taken for the same.

    Example:
        >>> same_rate(29.97, 30), same_rate(25, 30)
        (True, False)
    """
    return abs(one / other - 1) <= SAME_RATE


def resample(sequence: SkeletonSequence, fps: float) -> SkeletonSequence:
    r"""The recording as it would have been at another frame rate.

    The first frame stays. The :math:`k`-th after it is at the place :math:`u = k f / f'` among the recorded ones.
    Joints are interpolated between the two frames around it,

    .. math::
        \mathbf{p}'_k = (1 - w) \, \mathbf{p}_{\lfloor u \rfloor} + w \, \mathbf{p}_{\lfloor u \rfloor + 1},
        \qquad w = u - \lfloor u \rfloor,

    with the lower of their scores, and are missing where either is. Nothing is made up across a jump in time:
    where a frame next to :math:`u` was not recorded, there is no frame either. From 25 to 5 frames a second this is
    every fifth frame.

    Args:
        sequence: The recording; its rate must be known.
        fps: The rate that is wanted, :math:`f'`.

    Raises:
        ValueError: If the recording's rate is not known, the one wanted is no rate, or there would be more than
            :data:`MOST_FRAMES` frames.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> pos = np.arange(5.0)[:, None, None] * np.ones((5, 25, 2))
        >>> resample(SkeletonSequence(pos, BODY_25, fps=10), 5).pos[:, 0, 0].tolist()
        [0.0, 2.0, 4.0]
        >>> resample(SkeletonSequence(pos, BODY_25, fps=10), 15).pos[:4, 0, 0].tolist()[::3]
        [0.0, 2.0]
    """
    if sequence.fps is None:
        raise ValueError(f"{sequence.name}: its frame rate is not known, so it cannot be resampled to {fps:g}")
    if not (np.isfinite(fps) and fps > 0):
        raise ValueError(f"{sequence.name}: {fps} frames a second is not a rate")
    if fps == sequence.fps:
        return sequence
    first, last = int(sequence.frame[0]), int(sequence.frame[-1])
    ratio = sequence.fps / fps
    steps = (last - first) * fps / sequence.fps + 1e-6
    if steps >= MOST_FRAMES:
        raise ValueError(
            f"{sequence.name}: frames {first} to {last} at {sequence.fps:g} a second would be {steps:.3g} at "
            f"{fps:g}; give the rate it was recorded at"
        )
    step = np.arange(int(steps) + 1)
    place = places(first, step, ratio)
    (low, has_low), (high, has_high) = (_find(sequence, number) for number in (np.floor(place), np.ceil(place)))
    there = has_low & has_high
    low, high = low[there], high[there]
    return replace(
        sequence,
        pos=interpolate(sequence.pos[low], sequence.pos[high], (place - np.floor(place))[there]),
        score=np.minimum(sequence.score[low], sequence.score[high]),
        frame=round(first / ratio) + step[there],
        fps=float(fps),
    )


def places(first: int, step: IntArray, ratio: float) -> npt.NDArray[np.float64]:
    """Where the frames of another rate are among the recorded ones: step by step, ``ratio`` frames apart."""
    place = first + step * ratio
    return np.where(np.abs(place - np.round(place)) < 1e-6, np.round(place), place)  # on a frame, but for rounding


def interpolate(low: FloatArray, high: FloatArray, weight: npt.NDArray[np.float64]) -> FloatArray:
    """Positions ``[n, V, D]`` between two others, as near to the higher as ``weight [n]``."""
    weight = weight[:, None, None]
    return ((1 - weight) * low + weight * high).astype(np.float32)


def _find(sequence: SkeletonSequence, number: npt.NDArray[np.float64]) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Where the frames of these numbers are, and which of them were recorded."""
    index = np.searchsorted(sequence.frame, number).clip(max=len(sequence) - 1)
    return index, sequence.frame[index] == number
