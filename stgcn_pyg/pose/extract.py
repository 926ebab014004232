"""A video as a recording."""

import warnings

import numpy as np
from tqdm import tqdm

from stgcn_pyg.io import follow
from stgcn_pyg.pose.catalogue import load_estimator
from stgcn_pyg.pose.video import Video
from stgcn_pyg.sequence import SkeletonSequence, convert_layout
from stgcn_pyg.skeleton import Skeleton


def extract(video: Video, estimator: str = "blazepose", skeleton: Skeleton | None = None) -> SkeletonSequence:
    """The main person of a video as a recording at the video's frame rate, in pixels.

    Frames in which nobody is seen have no joints. Warns if frames come at uneven intervals.

    Args:
        video: The video.
        estimator: The pose estimator; see :func:`~stgcn_pyg.pose.load_estimator`.
        skeleton: The joint layout to bring it into; the estimator's own if left out.

    Raises:
        ValueError: If the video cannot be read.
        ImportError: If a library that is needed is not installed.
    """
    finder = load_estimator(estimator)
    numbers, poses = [], []
    pictures = tqdm(video, video.path.name, video.num_frames or None, unit=" frames", disable=None, leave=False)
    seen = 0
    for number, seconds, picture in pictures:
        numbers.append(number)
        poses.append(finder.estimate(picture, seconds))
        seen += len(poses[-1]) > 0
        pictures.set_postfix_str(f"a person in {seen / len(poses):.0%}", refresh=False)
    _warn_of_intervals(video, numbers)
    person = follow(poses)
    sequence = SkeletonSequence(
        pos=person[..., :2],
        skeleton=finder.skeleton,
        score=person[..., 2],
        fps=video.fps,
        name=video.path.stem,
        frame=np.array(numbers),
        facts={"estimator": finder.name},
    )
    return sequence if skeleton is None else convert_layout(sequence, skeleton)


def _warn_of_intervals(video: Video, numbers: list[int]) -> None:
    """Say how frames at uneven intervals were brought to one rate."""
    skipped = numbers[-1] + 1 - len(numbers)
    if skipped or video.left_out:
        warnings.warn(
            f"{video.path}: its frames come at uneven intervals; each was placed by its time at {video.fps:.4g} a "
            f"second, the mean: {skipped} places stayed empty and {video.left_out} frames were left out",
            stacklevel=3,
        )
