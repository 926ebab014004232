"""One recording of one body, as it was recorded: checked NumPy arrays and facts, nothing of torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from stgcn_pyg.skeleton import Skeleton

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


FARTHEST = 1e18
"""What a coordinate must stay below: the square of what is larger is not finite in single precision."""


@dataclass(frozen=True, eq=False)
class SkeletonSequence:
    """The joints of a body over time.

    A joint that was not seen has score 0, and its position is 0 whatever was given: no code needs to guess
    missing joints from coordinates. A frame in which nobody was seen has 25 (or V) missing joints.

    Args:
        pos: Joint positions ``[T, V, D]`` in the recording's own units (pixels, metres, 0..1); D is 2 or 3.
        score: How sure the pose estimator was, ``[T, V]``, 0 = missing. All 1 if left out.
        skeleton: The joint layout, V joints.
        fps: Frames a second, if known.
        name: What to call the recording in messages (usually the file's stem).
        frame: The frame numbers ``[T]`` of the recording, strictly increasing; 0..T-1 if left out. Time jumps
            where they jump.
        facts: What else the file says of it, as numbers and strings: ``label`` (its class as the file counts them),
            ``action``, ``subject``, ``view``, ``person`` (of several people in one recording, from 0), ...

    Raises:
        ValueError: If shapes disagree, there are no frames, V is not the layout's, frame numbers do not
            increase, the rate is not positive, or a joint that is not missing has a score that is not finite or
            a coordinate that is not or is :data:`FARTHEST` or more.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> sequence = SkeletonSequence(np.ones((40, 25, 2)), BODY_25, fps=25, name="demo")
        >>> sequence
        SkeletonSequence('demo', 40 frames, BODY_25, 2D, 25 fps, 0% missing)
    """

    pos: FloatArray
    skeleton: Skeleton
    score: FloatArray = field(default=None)  # type: ignore[arg-type]
    fps: float | None = None
    name: str = "recording"
    frame: IntArray = field(default=None)  # type: ignore[arg-type]
    facts: Mapping[str, int | float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check every array at the door and blank what is missing."""
        pos = _float32(self.pos)
        if pos.ndim != 3 or pos.shape[2] not in (2, 3):
            raise ValueError(f"{self.name}: positions must be [T, V, 2 or 3], not {list(pos.shape)}")
        num_frames, num_joints, _ = pos.shape
        if num_frames == 0:
            raise ValueError(f"{self.name}: the recording has no frames")
        if num_joints != self.skeleton.num_joints:
            raise ValueError(
                f"{self.name}: {num_joints} joints a frame, but {self.skeleton.name} has "
                f"{self.skeleton.num_joints}; name the layout these files are in"
            )
        score = np.ones(pos.shape[:2], np.float32) if self.score is None else _float32(self.score)
        if score.shape != pos.shape[:2]:
            raise ValueError(f"{self.name}: scores are {list(score.shape)}, positions {list(pos.shape)}")
        frame = np.arange(num_frames) if self.frame is None else np.array(self.frame, np.int64)
        if frame.shape != (num_frames,) or (np.diff(frame) <= 0).any():
            raise ValueError(f"{self.name}: frame numbers must be {num_frames} increasing integers")
        if self.fps is not None and not (np.isfinite(self.fps) and self.fps > 0):
            raise ValueError(f"{self.name}: {self.fps} frames a second is not a rate")
        self._check_finite(pos, score)
        pos[score <= 0] = score[score <= 0] = 0
        for key, value in (("pos", pos), ("score", score), ("frame", frame)):
            value.setflags(write=False)
            object.__setattr__(self, key, value)

    def _check_finite(self, pos: FloatArray, score: FloatArray) -> None:
        """Refuse numbers that would poison every sum, unless their joint is marked as missing."""
        bad = ~np.isfinite(score) | (~(np.abs(pos) < FARTHEST).all(axis=2) & ~(score <= 0))
        if bad.any():
            t, v = np.argwhere(bad)[0]
            raise ValueError(
                f"{self.name}: frame {t}, joint {self.skeleton.joints[v]!r} is at {pos[t, v].tolist()} with "
                f"score {score[t, v]:g} ({bad.sum()} such entries); give missing joints the score 0"
            )

    @property
    def num_frames(self) -> int:
        """The number of frames :math:`T`."""
        return len(self.pos)

    @property
    def num_dims(self) -> int:
        """The number of coordinates :math:`D`."""
        return int(self.pos.shape[2])

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        """Which joints were not seen, ``[T, V]``."""
        return self.score <= 0

    @property
    def in_view(self) -> npt.NDArray[np.bool_]:
        """In which frames somebody was seen, ``[T]``."""
        seen: npt.NDArray[np.bool_] = np.any(self.score > 0, axis=1)
        return seen

    def select(self, frames: npt.NDArray[np.bool_] | slice, name: str) -> "SkeletonSequence":
        """Some of the frames alone, under another name; they keep their numbers.

        Example:
            >>> from stgcn_pyg.skeleton import BODY_25
            >>> SkeletonSequence(np.ones((40, 25, 2)), BODY_25).select(slice(10, 20), name="part").frame[[0, -1]]
            array([10, 19])
        """
        return replace(self, pos=self.pos[frames], score=self.score[frames], frame=self.frame[frames], name=name)

    def __len__(self) -> int:
        """The number of frames :math:`T`."""
        return self.num_frames

    def __repr__(self) -> str:
        """The facts, not the arrays."""
        rate = "rate unknown" if self.fps is None else f"{self.fps:g} fps"
        return (
            f"SkeletonSequence({self.name!r}, {self.num_frames} frames, {self.skeleton.name}, "
            f"{self.num_dims}D, {rate}, {self.missing.mean():.0%} missing)"
        )


def _float32(values: npt.ArrayLike) -> FloatArray:
    """A copy in single precision, in which what is too large for it becomes infinite and is refused as such."""
    with np.errstate(over="ignore"):
        return np.array(values, dtype=np.float32)
