"""Rates and runs as frames come are those of the whole recording, and nothing is held back for long."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.sequence import cut_runs, resample
from stgcn_pyg.skeleton import Skeleton
from stgcn_pyg.streaming.frame import Frame
from stgcn_pyg.streaming.rate import StreamingResample
from stgcn_pyg.streaming.runs import StreamingRuns
from tests.recordings import random_sequence
from tests.strategies import many, seeds

STICK = Skeleton("stick", ("mid_hip", "neck"), (("mid_hip", "neck"),))

rates = st.one_of(st.sampled_from([1.0, 5.0, 12.5, 15.0, 24.0, 25.0, 29.97, 30.0, 50.0]), st.floats(1, 60))
steps = st.lists(st.sampled_from([1, 1, 1, 1, 2, 3, 50]), min_size=1, max_size=40)
sights = st.lists(st.booleans(), min_size=1, max_size=60)


@many
@given(steps=steps, first=st.integers(-9, 99), fps=rates, wanted=rates, seed=seeds)
def test_resampled_as_they_come_frames_are_those_of_the_recording(
    steps: list[int], first: int, fps: float, wanted: float, seed: int
) -> None:
    sequence = random_sequence(len(steps), skeleton=STICK, missing=0.3, fps=fps, seed=seed)
    sequence = replace(sequence, frame=first + np.cumsum(steps))
    expected = resample(sequence, wanted) if fps != wanted else sequence
    live = StreamingResample(fps, wanted)
    rows = zip(sequence.pos, sequence.score, sequence.frame.tolist(), strict=True)
    frames = [frame for row in rows for frame in live.push(Frame(*row))]
    assert [frame.number for frame in frames] == expected.frame.tolist()
    assert np.array_equal([frame.pos for frame in frames], expected.pos)
    assert np.array_equal([frame.score for frame in frames], expected.score)


def frames_of(seen: Sequence[bool]) -> list[Frame]:
    return [Frame(np.full((2, 2), t, np.float32), np.full(2, sight, np.float32), t) for t, sight in enumerate(seen)]


@many
@given(seen=sights, max_gap=st.sampled_from([0.0, 0.2, 0.5, 1.0]))
def test_cut_as_they_come_runs_are_those_of_the_recording(seen: list[bool], max_gap: float) -> None:
    live = StreamingRuns(5.0, max_gap)
    events = [event for frame in frames_of(seen) for event in live.push(frame)] + list(live.end())
    run = np.cumsum([event is None for event in events])
    numbers = [(event.number, int(run[i])) for i, event in enumerate(events) if event is not None]
    score = np.array(seen, float)[:, None].repeat(2, axis=1)
    keep, expected = cut_runs(replace(random_sequence(len(seen), skeleton=STICK, fps=5.0), score=score), max_gap)
    if any(seen):
        assert numbers == list(zip(np.flatnonzero(keep).tolist(), expected.tolist(), strict=True))
        assert events[-1] is None
    else:
        assert events == []


@many
@given(seen=sights, max_gap=st.sampled_from([0.0, 0.5, 1.0]))
def test_no_more_frames_are_held_back_than_a_gap_may_have(seen: list[bool], max_gap: float) -> None:
    """A frame goes on, or is left out for good, as soon as so many have followed it."""
    live = StreamingRuns(5.0, max_gap)
    for frame in frames_of(seen):
        went_on = [event.number for event in live.push(frame) if event is not None]
        assert all(frame.number - number <= max_gap * 5 for number in went_on)
