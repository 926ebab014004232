"""Another frame rate: what is kept, what lies between, and what is not made up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.sequence import SkeletonSequence, resample
from stgcn_pyg.skeleton import BODY_25
from tests.recordings import random_sequence
from tests.strategies import many, seeds

rates = st.sampled_from([4.0, 5.0, 7.5, 10.0, 12.5, 15.0, 25.0, 29.97, 30.0, 50.0])


def line(num_frames: int, fps: float) -> SkeletonSequence:
    """A body whose joints move one unit a second."""
    seconds = np.arange(num_frames) / fps
    return SkeletonSequence(np.tile(seconds[:, None, None], (1, 25, 2)).astype(np.float32), BODY_25, fps=fps)


@given(st.integers(1, 60), seeds)
@many
def test_its_own_rate_changes_nothing(num_frames: int, seed: int) -> None:
    sequence = random_sequence(num_frames, seed=seed)
    assert resample(sequence, 25.0) is sequence


@given(st.integers(2, 80), rates, rates)
@many
def test_a_steady_motion_stays_what_it_is(num_frames: int, fps: float, wanted: float) -> None:
    moved = resample(line(num_frames, fps), wanted)
    np.testing.assert_allclose(moved.pos[:, 0, 0], moved.frame / wanted, atol=1e-4)
    assert moved.fps == wanted
    assert (np.diff(moved.frame) == 1).all()
    duration = (num_frames - 1) / fps
    assert duration - 1 / wanted - 1e-6 < moved.frame[-1] / wanted <= duration + 1e-6


@given(st.lists(st.integers(6, 20), min_size=1, max_size=3), st.integers(2, 5), seeds)
@many
def test_a_whole_fraction_takes_every_so_many_frames(lengths: list[int], step: int, seed: int) -> None:
    sequence = random_sequence(*lengths, missing=0.3, seed=seed)
    fewer = resample(sequence, 25.0 / step)
    taken = sequence.frame % step == 0  # the first frame is number 0
    np.testing.assert_array_equal(fewer.frame, sequence.frame[taken] // step)
    np.testing.assert_array_equal(fewer.pos, sequence.pos[taken])
    np.testing.assert_array_equal(fewer.score, sequence.score[taken])


@given(st.lists(st.integers(3, 20), min_size=1, max_size=3), rates, seeds)
@many
def test_up_and_back_down_is_where_it_began(lengths: list[int], fps: float, seed: int) -> None:
    sequence = random_sequence(*lengths, missing=0.2, fps=fps, seed=seed)
    again = resample(resample(sequence, 3 * fps), fps)
    np.testing.assert_array_equal(again.frame, sequence.frame)
    np.testing.assert_allclose(again.pos, sequence.pos, atol=1e-3)
    np.testing.assert_array_equal(again.score, sequence.score)


def test_nothing_is_made_up_between_missing_joints_or_across_a_jump() -> None:
    sequence = random_sequence(4, 4, seed=1)
    score = sequence.score.copy()
    score[1, 7] = 0
    with_gap = SkeletonSequence(sequence.pos, BODY_25, score, fps=25, frame=sequence.frame)
    twice = resample(with_gap, 50)
    assert (twice.score[[1, 2, 3], 7] == 0).all()  # beside and at the missing one
    assert (twice.score[:7, :7] > 0).all()
    jump = np.flatnonzero(np.diff(twice.frame) > 1)
    assert len(jump) == 1
    assert twice.frame[jump[0]] == 6
    assert twice.frame[jump[0] + 1] == 2 * sequence.frame[4]


def test_scores_are_the_lower_of_the_two() -> None:
    score = np.full((2, 25), 0.9, np.float32)
    score[1] = 0.4
    between = resample(SkeletonSequence(np.zeros((2, 25, 2), np.float32), BODY_25, score, fps=10), 20)
    np.testing.assert_allclose(between.score[:, 0], [0.9, 0.4, 0.4])


def test_what_cannot_be_resampled_is_refused() -> None:
    with pytest.raises(ValueError, match="recording: its frame rate is not known"):
        resample(random_sequence(5, fps=None), 25)
    with pytest.raises(ValueError, match="0 frames a second is not a rate"):
        resample(random_sequence(5), 0)
    for slow in (1e-5, 1e-300, 5e-324):
        with pytest.raises(ValueError, match=r"frames 0 to 4 at .* would be .* at 25; give the rate it was"):
            resample(random_sequence(5, fps=slow), 25)


@given(st.integers(1, 9), st.integers(0, 100), rates, rates)
@many
def test_the_first_frame_always_stays(num_frames: int, first: int, fps: float, wanted: float) -> None:
    sequence = random_sequence(num_frames, fps=fps)
    late = SkeletonSequence(sequence.pos, BODY_25, fps=fps, frame=sequence.frame + first)
    moved = resample(late, wanted)
    np.testing.assert_array_equal(moved.pos[0], sequence.pos[0])
    assert abs(moved.frame[0] / wanted - first / fps) <= 0.5 / wanted + 1e-9
