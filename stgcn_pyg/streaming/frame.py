"""One frame of one body, checked at the door."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from stgcn_pyg.sequence import FloatArray, SkeletonSequence
from stgcn_pyg.sequence.sequence import FARTHEST
from stgcn_pyg.skeleton import Skeleton


class Frame(NamedTuple):
    """A frame as a stream goes on with it.

    Attributes:
        pos: Positions ``[V, D]``, 0 where missing.
        score: Scores ``[V]``, 0 where missing.
        number: Its number.
    """

    pos: FloatArray
    score: FloatArray
    number: int


class Pose(NamedTuple):
    """What a stream may be given for a frame; positions alone do as well.

    Attributes:
        pos: Positions ``[V, D]``, or None where nobody was seen.
        score: How sure the pose estimator was of each joint ``[V]``, 0 = missing; all 1 if left out.
        number: The frame's number; that of the frame before and 1 if left out.
    """

    pos: npt.ArrayLike | None
    score: npt.ArrayLike | None = None
    number: int | None = None


PoseLike = Pose | SkeletonSequence | npt.ArrayLike | None
"""A pose, a recording of one frame (with its number), positions ``[V, D]``, or None where nobody was seen."""


class Door:
    """Checks what comes in of one stream, and numbers it.

    Args:
        skeleton: The layout that its poses are in.
        num_dims: Their coordinates D.
        fps: Their frames a second, if known.
        name: What to call it in messages.

    Attributes:
        last: The number of the last frame that was let in.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> door = Door(BODY_25, num_dims=2, fps=25, name="camera")
        >>> door.last = 6
        >>> door.check(np.ones((25, 2))).number, door.check(Pose(np.ones((25, 2)), number=9)).number
        (7, 9)
    """

    def __init__(self, skeleton: Skeleton, num_dims: int, fps: float | None, name: str) -> None:
        self.skeleton = skeleton
        self.shape = (skeleton.num_joints, num_dims)
        self.fps = fps
        self.name = name
        self.last: int | None = None

    def check(self, pose: PoseLike) -> Frame:
        """A frame of what came; whoever goes on with it sets ``last``.

        Raises:
            ValueError: If it is not of this stream's layout, coordinates or rate, its number is not above the last
                one's, or a joint that is not missing has a score that is not finite or a coordinate that is not or
                is too large.
        """
        if isinstance(pose, SkeletonSequence):
            pose = self._single(pose)
        elif not isinstance(pose, Pose):
            pose = Pose(pose)
        number = (-1 if self.last is None else self.last) + 1 if pose.number is None else int(pose.number)
        if self.last is not None and number <= self.last:
            raise ValueError(f"{self.name}: frame {number} after frame {self.last}; frame numbers must increase")
        pos, score = self._arrays(pose)
        return Frame(pos, score, number)

    def _single(self, sequence: SkeletonSequence) -> Pose:
        if len(sequence) != 1:
            raise ValueError(f"{self.name}: a frame at a time, not {len(sequence)}; select(slice(t, t + 1)) is one")
        if sequence.skeleton != self.skeleton:
            raise ValueError(
                f"{self.name}: a frame of {sequence.skeleton.name}, but the stream is of {self.skeleton.name}; "
                "give it skeleton= where it begins"
            )
        if sequence.fps is not None and sequence.fps != self.fps:
            raise ValueError(
                f"{self.name}: a frame of {sequence.fps:g} a second, but the stream is of {self.fps or 'unknown'}; "
                "give it fps= where it begins"
            )
        return Pose(sequence.pos[0], sequence.score[0], int(sequence.frame[0]))

    def _arrays(self, pose: Pose) -> tuple[FloatArray, FloatArray]:
        if pose.pos is None:
            return np.zeros(self.shape, np.float32), np.zeros(self.shape[0], np.float32)
        with np.errstate(over="ignore"):
            pos = np.asarray(pose.pos, np.float32)
            score = np.ones(self.shape[0], np.float32) if pose.score is None else np.asarray(pose.score, np.float32)
        if pos.shape != self.shape or score.shape != self.shape[:1]:
            raise ValueError(
                f"{self.name}: a frame is positions {list(self.shape)} and scores {list(self.shape[:1])} of "
                f"{self.skeleton.name}, not {list(pos.shape)} and {list(score.shape)}"
            )
        seen = score > 0
        near = (np.abs(pos) < FARTHEST).all(axis=1)
        if not ((near | ~seen) & np.isfinite(score)).all():
            SkeletonSequence(pos[None], self.skeleton, score[None], name=self.name)  # raises, and says which
        return np.where(seen[:, None], pos, np.float32(0)), np.where(seen, score, np.float32(0))
