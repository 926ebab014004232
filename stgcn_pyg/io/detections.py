"""From the people detected in each frame to sequences of the main ones."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from stgcn_pyg.io.content import sequence_in
from stgcn_pyg.io.tracking import follow_people
from stgcn_pyg.sequence import FloatArray, SkeletonSequence
from stgcn_pyg.skeleton import Skeleton

MAX_GAP = 100_000
"""More frames than this without a detection (over an hour) are a stray frame number, not a pause."""


def follow_detections(
    path: Path,
    detections: Mapping[int, Sequence[FloatArray]],
    skeleton: Skeleton,
    *,
    fps: float | None,
    people: int,
    name: str = "",
) -> list[SkeletonSequence]:
    """The main people of a recording, from the people ``[V, 3]`` (x, y, score) detected in each of its frames.

    Time runs from the first frame number to the last; a number without a detection is a frame in which every
    joint is missing. Where several people are asked for, the fact ``person`` counts them from 0.

    Raises:
        ValueError: If there is no frame, or a number is far from the one before.
    """
    times = sorted(detections)
    if not times:
        raise ValueError(f"{path}: nobody is detected in it")
    for before, after in pairwise(times):
        if after - before > MAX_GAP:
            raise ValueError(f"{path}: frame {after} comes next after frame {before}; a stray one?")
    frame = np.arange(times[0], times[-1] + 1)
    shape = (-1, skeleton.num_joints, 3)
    found = [np.array(detections.get(time, []), np.float32).reshape(shape) for time in frame.tolist()]
    return [
        sequence_in(
            path,
            pose[..., :2],
            pose[..., 2],
            skeleton,
            fps=fps,
            name=name,
            frame=frame,
            facts={"person": number} if people > 1 else {},
        )
        for number, pose in enumerate(follow_people(found, people))
    ]
