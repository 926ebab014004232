"""Recordings: what is blanked, what cannot be changed, and what is refused."""

from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25, Skeleton

PAIR = Skeleton("pair", ("hip", "head"), (("hip", "head"),))

coordinates = st.floats(-1e6, 1e6, width=32)


def record(**changes: Any) -> SkeletonSequence:
    facts: dict[str, Any] = {"pos": np.ones((3, 2, 2)), "skeleton": PAIR, "name": "walk"}
    return SkeletonSequence(**facts | changes)


def entry(value: float, score: float = 1.0) -> dict[str, Any]:
    """A recording in which the head of frame 1 is at this height with this score."""
    pos, scores = np.ones((3, 2, 2)), np.ones((3, 2))
    pos[1, 1, 1], scores[1, 1] = value, score
    return {"pos": pos, "score": scores}


def test_repr() -> None:
    assert repr(record()) == "SkeletonSequence('walk', 3 frames, pair, 2D, rate unknown, 0% missing)"
    pos, score = np.zeros((4, 25, 3), np.float32), np.ones((4, 25), np.float32)
    score[0] = 0
    sequence = SkeletonSequence(pos, BODY_25, score, fps=29.97, name="run")
    assert repr(sequence) == "SkeletonSequence('run', 4 frames, BODY_25, 3D, 29.97 fps, 25% missing)"


def test_what_is_left_out() -> None:
    sequence = record()
    assert sequence.num_frames == len(sequence) == 3
    assert sequence.num_dims == 2
    assert sequence.fps is None
    assert (sequence.score == 1).all()
    assert sequence.frame.tolist() == [0, 1, 2]
    assert not sequence.missing.any()


def test_types_are_always_the_same() -> None:
    sequence = record(pos=[[[1, 2], [3, 4]]], score=[[1, 0]], frame=[7])
    assert [a.dtype for a in (sequence.pos, sequence.score, sequence.frame)] == ["float32", "float32", "int64"]
    assert sequence.pos.tolist() == [[[1, 2], [0, 0]]]


@given(
    hnp.arrays(np.float32, (5, 2, 3), elements=coordinates),
    hnp.arrays(np.float32, (5, 2), elements=st.floats(-1, 1, width=32)),
)
def test_missing_joints_are_blank_and_others_untouched(pos: np.ndarray, score: np.ndarray) -> None:
    sequence = record(pos=pos, score=score)
    seen = score > 0
    assert (sequence.missing == ~seen).all()
    assert (sequence.pos[seen] == pos[seen]).all()
    assert (sequence.score[seen] == score[seen]).all()
    assert (sequence.pos[~seen] == 0).all()
    assert (sequence.score[~seen] == 0).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_a_missing_joint_may_be_anywhere(value: float) -> None:
    assert record(**entry(value, score=0)).pos[1, 1].tolist() == [0, 0]


@pytest.mark.parametrize("name", ["pos", "score", "frame"])
def test_arrays_are_copies_that_cannot_be_changed(name: str) -> None:
    given: dict[str, Any] = {
        "pos": np.ones((3, 2, 2), np.float32),
        "score": np.ones((3, 2), np.float32),
        "frame": np.arange(3),
    }
    sequence = record(**given)
    with pytest.raises(ValueError, match="read-only"):
        getattr(sequence, name)[0] = 5
    given[name][0] = 5
    assert (getattr(sequence, name)[0] != 5).all()
    with pytest.raises(FrozenInstanceError):
        setattr(sequence, name, given[name])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pos": np.ones((3, 2))}, r"walk: positions must be \[T, V, 2 or 3\], not \[3, 2\]"),
        ({"pos": np.ones((3, 2, 4))}, r"not \[3, 2, 4\]"),
        ({"pos": np.ones((3, 2, 1))}, r"not \[3, 2, 1\]"),
        ({"pos": np.ones((1, 3, 2, 2))}, r"not \[1, 3, 2, 2\]"),
        ({"pos": np.ones((0, 2, 2))}, "walk: the recording has no frames"),
        ({"pos": np.ones((3, 5, 2))}, "walk: 5 joints a frame, but pair has 2; name the layout"),
        ({"score": np.ones(3)}, r"walk: scores are \[3\], positions \[3, 2, 2\]"),
        ({"score": np.ones((2, 2))}, r"scores are \[2, 2\], positions \[3, 2, 2\]"),
        ({"frame": [0, 1]}, "walk: frame numbers must be 3 increasing integers"),
        ({"frame": [0, 2, 2]}, "3 increasing integers"),
        ({"frame": [2, 1, 0]}, "3 increasing integers"),
        ({"fps": 0}, "walk: 0 frames a second is not a rate"),
        ({"fps": -25.0}, "-25.0 frames a second"),
        ({"fps": np.nan}, "nan frames a second"),
        ({"fps": np.inf}, "inf frames a second"),
        (entry(np.nan), r"walk: frame 1, joint 'head' is at \[1.0, nan\] with score 1 \(1 such entries\)"),
        (entry(-np.inf), "give missing joints the score 0"),
        (entry(1e300), r"joint 'head' is at \[1.0, inf\]"),
        (entry(-1e18), "give missing joints the score 0"),  # whose square is not finite in single precision
        (entry(1, score=np.nan), "with score nan"),
        (entry(1, score=np.inf), "with score inf"),
        (entry(1, score=-np.inf), "with score -inf"),
    ],
)
def test_bad_recordings_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        record(**changes)


def test_frame_numbers_may_jump() -> None:
    assert record(frame=[3, 4, 90]).frame.tolist() == [3, 4, 90]
