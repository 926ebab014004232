"""Pools keep the mean they say, at every frame, of each stream."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.sequence import IntArray
from stgcn_pyg.streaming import AllFrames, Forgetting, SlidingWindow
from stgcn_pyg.streaming.pooling import Pooling
from tests.strategies import many, normal

RATE = 4.0
WEIGHTS = {
    AllFrames(): lambda age: age >= 0,
    SlidingWindow(1.5): lambda age: age < 6,
    SlidingWindow(0.01): lambda age: age < 1,
    Forgetting(0.5): lambda age: 0.5 ** (age / 2),
}


@many
@given(
    pooling=st.sampled_from(list(WEIGHTS)),
    pushes=st.lists(st.lists(st.integers(0, 2), unique=True, min_size=1), min_size=1, max_size=30),
)
def test_a_pool_has_the_mean_of_the_frames_it_counts(pooling: Pooling, pushes: list[list[int]]) -> None:
    pool = pooling.start(num_streams=1, channels=2, rate=RATE)
    pool.grow(3)
    had: list[list[torch.Tensor]] = [[], [], []]
    frames = normal(len(pushes), 3, 2)
    for streams, frame in zip(pushes, frames, strict=True):
        pool.add(np.array(streams), frame[streams])
        for stream in streams:
            had[stream].append(frame[stream])
    every = np.arange(3)
    assert pool.has_frames(every).tolist() == [bool(rows) for rows in had]
    for stream, rows in enumerate(had):
        if rows:
            age: IntArray = np.arange(len(rows))[::-1]
            weight = torch.tensor(np.array(WEIGHTS[pooling](age), dtype=float))
            expected = (weight[:, None] * torch.stack(rows)).sum(dim=0) / weight.sum()
            torch.testing.assert_close(pool.mean(np.array([stream]))[0], expected, rtol=1e-12, atol=1e-12)
    pool.clear(np.array([1]))
    assert not pool.has_frames(np.array([1]))[0]
    pool.add(np.array([1]), frames[0, :1])
    torch.testing.assert_close(pool.mean(np.array([1])), frames[0, :1])


def test_what_a_window_takes_it_gives_back() -> None:
    """After many frames, some of them large, nothing of those outside is left."""
    pool = SlidingWindow(1.0).start(num_streams=1, channels=1, rate=RATE)
    one = np.array([0])
    for value in [*normal(5000, 1, 1) * 1e4, *torch.ones(4, 1, 1)]:
        pool.add(one, value)
    torch.testing.assert_close(pool.mean(one).item(), 1.0, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_a_time_that_is_none_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="a window lasts more than 0 seconds"):
        SlidingWindow(seconds)
    with pytest.raises(ValueError, match="a half-life lasts more than 0 seconds"):
        Forgetting(seconds)
