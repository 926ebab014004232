"""Frames pushed one at a time give the scores of the whole recording, whatever is missing of it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.io import read_array
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import SkeletonSequence, convert_layout, resample
from stgcn_pyg.skeleton import BODY_25, COCO_17, NTU_25, Skeleton
from stgcn_pyg.streaming import Pose, StreamBatch, StreamingRecognizer
from stgcn_pyg.transforms import SkeletonFeatures
from tests.recordings import random_body, random_sequence
from tests.strategies import few, randomized, seeds, skeletons

STREAMS = ["joint", "bone", "joint_motion", "bone_motion", "root_motion", "score"]
seldom = settings(few, max_examples=10)
"""How often laws are tried that differ from others in a little."""

FPS = 5.0
"""So few that the second after which a run ends is soon over."""


def build(
    skeleton: Skeleton = BODY_25, fps: float | None = FPS, fitted: bool = True, num_dims: int = 2, **how: Any
) -> Recognizer:
    """A small model in double precision, as if trained."""
    features = SkeletonFeatures(skeleton, STREAMS)
    if fitted:
        features.fit([random_body(9, 4, skeleton=skeleton, num_dims=num_dims, missing=0.2)])
    facts: dict[str, Any] = {"channels": ((3, 1), (4, 2), (4, 2)), "kernel_size": 5}
    recognizer = Recognizer(
        SkeletonGraph.build(skeleton), ["walk", "run", "box"], features, fps, num_dims, **facts | how
    )
    randomized(recognizer.model)
    return recognizer


@st.composite
def recordings(
    draw: st.DrawFn, skeleton: Skeleton = BODY_25, fps: float | None = FPS, num_dims: int = 2
) -> SkeletonSequence:
    """Recordings with missing joints, frames of nobody (but not all of them), jumps in time and in space.

    Of some, the first frames show one joint, so that the body has no extent.
    """
    times = st.sampled_from([1, 1, 1, 1, 2, 4, 5, 6, 7, 9])
    steps = draw(st.lists(times, min_size=1, max_size=25))
    seen = draw(st.lists(st.sampled_from([True, True, False]), min_size=len(steps), max_size=len(steps)))
    seen[draw(st.integers(0, len(seen) - 1))] = True
    missing = draw(st.sampled_from([0.0, 0.2, 0.6]))
    whole = random_sequence(
        len(steps), skeleton=skeleton, num_dims=num_dims, missing=missing, fps=fps, seed=draw(seeds)
    )
    score = whole.score * np.array(seen)[:, None]
    bare = draw(st.sampled_from([0, 0, 3]))
    score[:bare, 1:], score[:bare, 0] = 0, np.array(seen)[:bare]
    jumps = np.cumsum([draw(st.sampled_from([0, 0, 0, 0, 900])) for _ in steps])
    unit = draw(st.sampled_from([1, 0.01]))  # pixels or metres
    pos = (whole.pos + jumps[:, None, None].astype(np.float32)) * np.float32(unit)
    return replace(whole, pos=pos, score=score, frame=np.cumsum(steps) + draw(st.integers(-3, 9)))


def in_double(recognizer: Recognizer, sequence: SkeletonSequence) -> Tensor:
    """The offline model's logits ``[classes]``, of which everything is computed in double precision."""
    sequence = convert_layout(sequence, recognizer.graph.skeleton)
    if rate := recognizer.other_rate(sequence.fps):
        sequence = resample(sequence, rate)
    data = SkeletonData.from_sequence(replace(sequence, fps=sequence.fps or recognizer.fps))
    data.pos = data.pos.double()
    with torch.no_grad():
        logits: Tensor = recognizer.model(recognizer.features(data.attach(recognizer.graph)))
    return logits[0]


def stream(recognizer: Recognizer, sequence: SkeletonSequence) -> StreamingRecognizer:
    """A stream that has had a recording, frame by frame, to its end."""
    live = StreamingRecognizer(recognizer, sequence.fps, sequence.skeleton)
    for pos, score, number in zip(sequence.pos, sequence.score, sequence.frame, strict=True):
        live.push(pos, score, int(number))
    live.flush()
    return live


def assert_law(recognizer: Recognizer, sequence: SkeletonSequence) -> None:
    """The logits in both precisions, and the probabilities that ``predict`` gives."""
    logits = stream(recognizer, sequence).logits
    assert logits is not None
    torch.testing.assert_close(logits, in_double(recognizer, sequence), rtol=1e-9, atol=1e-9)
    recognizer.model.float()
    live = stream(recognizer, sequence)
    assert live.logits is not None
    with torch.inference_mode():
        data = recognizer.prepare(sequence)
        torch.testing.assert_close(live.logits, recognizer.model(data)[0], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(live.flush(), recognizer.predict([sequence])[0], rtol=1e-4, atol=1e-4)


@few
@given(recordings(), st.booleans(), st.booleans())
def test_frames_one_at_a_time_are_the_recording(sequence: SkeletonSequence, residual: bool, causal: bool) -> None:
    assert_law(build(residual=residual, causal=causal), sequence)


@seldom
@given(data=st.data(), skeleton=skeletons(), num_dims=st.sampled_from([2, 3]), fitted=st.booleans())
def test_so_it_is_on_any_body(data: st.DataObject, skeleton: Skeleton, num_dims: int, fitted: bool) -> None:
    sequence = data.draw(recordings(skeleton, num_dims=num_dims))
    assert_law(build(skeleton, num_dims=num_dims, fitted=fitted, channels=((2, 1), (3, 2))), sequence)


@seldom
@given(recordings())
def test_so_it_is_of_networks_that_vote(sequence: SkeletonSequence) -> None:
    assert_law(build(members=2, channels=((2, 1), (3, 2))), sequence)


@pytest.mark.filterwarnings("ignore:recorded at")
@few
@given(data=st.data(), fps=st.sampled_from([1.0, 2.5, 4.0, 5.05, 6.0, 7.5, 10.0, 12.0, 25.0, 29.97]))
def test_so_it_is_at_another_rate(data: st.DataObject, fps: float) -> None:
    sequence = data.draw(recordings(fps=fps))
    if resample(sequence, FPS).in_view.any():  # somebody is seen in the frames that are left
        assert_law(build(channels=((2, 1), (3, 2))), sequence)


@pytest.mark.filterwarnings("ignore:recorded as")
@seldom
@given(data=st.data(), layout=st.sampled_from([COCO_17, NTU_25]))
def test_so_it_is_in_another_layout(data: st.DataObject, layout: Skeleton) -> None:
    sequence = data.draw(recordings(layout))
    if convert_layout(sequence, BODY_25).in_view.any():
        assert_law(build(channels=((2, 1), (3, 2))), sequence)


@pytest.mark.parametrize("joint", ["nose", "mid_hip"])
@pytest.mark.parametrize("first", [0, 6], ids=["of a stream", "of a later run"])
def test_a_body_without_extent_does_not_move(joint: str, first: int) -> None:
    """The first frames of a run show one joint; in a later one, the body has the extent that it had before."""
    sequence = random_sequence(6, 6, fps=FPS)
    score = sequence.score.copy()
    score[first : first + 3] = np.arange(25) == BODY_25.index(joint)
    assert_law(build(), replace(sequence, pos=sequence.pos * np.float32(0.01), score=score))


@pytest.mark.parametrize("fps", [None, 25.0])
def test_where_no_rate_is_known(fps: float | None) -> None:
    assert_law(build(fps=None), random_sequence(9, 4, fps=fps, missing=0.2))


def test_a_real_recording(real_data: Path) -> None:
    path = sorted(real_data.rglob("*_uncomp.npy"))[0]
    assert_law(build(), read_array(path, BODY_25, fps=FPS))


# When it is known


@pytest.mark.filterwarnings("ignore:recorded at")
@pytest.mark.parametrize("fps", [2.5, 5.0, 10.0, 15.0, 25.0, 12.0])
@pytest.mark.parametrize("causal", [False, True], ids=["centred", "causal"])
def test_the_first_scores_come_after_the_delay(causal: bool, fps: float) -> None:
    """Two frames of a kernel's half in two units, two of two frames in the third."""
    live = StreamingRecognizer(build(causal=causal), fps)
    assert live.delay == (0 if causal else np.ceil(8 * fps / FPS))
    assert live.delay_seconds == live.delay / fps
    scores = [live.push(pos) for pos in random_sequence(live.delay + 1).pos]
    assert [score is None for score in scores] == [True] * live.delay + [False]


def test_a_delay_is_in_frames_alone_where_no_rate_is_known() -> None:
    live = StreamingRecognizer(build(fps=None))
    assert (live.delay, live.delay_seconds) == (8, None)
    assert repr(live).endswith("parameters), delay=8)")


@few
@given(recordings(), st.integers(1, 25))
def test_a_causal_model_has_at_every_frame_the_scores_of_the_recording_so_far(
    sequence: SkeletonSequence, num_frames: int
) -> None:
    recognizer = build(causal=True)
    so_far = sequence.select(slice(num_frames), "so far")
    live = StreamingRecognizer(recognizer, FPS)
    scores = [live.push(so_far.select(slice(t, t + 1), "frame")) for t in range(len(so_far))]
    if so_far.in_view.any():
        expected = in_double(recognizer, so_far).softmax(dim=0)
        torch.testing.assert_close(scores[-1], expected, rtol=1e-9, atol=1e-9)
    else:
        assert scores[-1] is None


@pytest.mark.filterwarnings("ignore:recorded at")
@few
@given(data=st.data(), fps=st.sampled_from([FPS, 12.0]), num_frames=st.integers(1, 25))
def test_a_peek_is_the_recording_so_far_and_changes_nothing(
    data: st.DataObject, fps: float, num_frames: int
) -> None:
    recognizer = build()
    sequence = data.draw(recordings(fps=fps))
    so_far = sequence.select(slice(num_frames), "so far")
    live = StreamingRecognizer(recognizer, fps)
    for t in range(len(sequence)):
        live.push(sequence.select(slice(t, t + 1), "frame"))
        if t == len(so_far) - 1:
            peeked = live.peek()
    rate = recognizer.other_rate(fps)
    if (resample(so_far, rate) if rate else so_far).in_view.any():
        expected = in_double(recognizer, so_far).softmax(dim=0)
        torch.testing.assert_close(peeked, expected, rtol=1e-9, atol=1e-9)
    else:
        assert peeked is None
    last, undisturbed = live.flush(), stream(recognizer, sequence).flush()
    assert (last is None and undisturbed is None) or torch.equal(last, undisturbed)  # type: ignore[arg-type]


def test_a_run_ends_as_soon_as_nobody_was_seen_for_too_long() -> None:
    """Without waiting for somebody to come back; until then the scores stand."""
    recognizer = build()
    sequence = random_sequence(20)
    live = StreamingRecognizer(recognizer, FPS)
    for pos in sequence.pos:
        standing = live.push(pos)
    assert standing is not None
    for _ in range(5):
        assert torch.equal(live.push(None), standing)  # type: ignore[arg-type]
    whole = in_double(recognizer, replace(sequence, fps=FPS)).softmax(dim=0)
    torch.testing.assert_close(live.push(None), whole, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(live.push(None), whole, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(live.flush(), whole, rtol=1e-9, atol=1e-9)


def test_there_are_no_scores_before_somebody_is_seen() -> None:
    live = StreamingRecognizer(build(causal=True))
    assert [live.push(None) for _ in range(20)] == [None] * 20
    assert live.flush() is None
    assert live.logits is None
    assert live.push(np.ones((25, 2))) is not None


def test_frames_after_a_flush_begin_a_new_run() -> None:
    recognizer = build()
    sequence = random_sequence(9, 4, fps=FPS)
    live = StreamingRecognizer(recognizer)
    for t, pos in enumerate(sequence.pos):
        if t == 9:
            live.flush()
        live.push(pos, number=int(sequence.frame[t]))
    torch.testing.assert_close(live.flush(), in_double(recognizer, sequence).softmax(dim=0), rtol=1e-9, atol=1e-9)


def test_what_is_reset_is_as_if_new() -> None:
    recognizer = build()
    sequence = random_sequence(9, 4, fps=FPS, missing=0.2)
    live = stream(recognizer, random_sequence(30, seed=1, fps=FPS))
    live.reset()
    assert live.logits is None
    for pos, score, number in zip(sequence.pos, sequence.score, sequence.frame, strict=True):
        live.push(pos, score, number)
    assert torch.equal(live.flush(), stream(recognizer, sequence).flush())  # type: ignore[arg-type]


@pytest.mark.parametrize("inside", [True, False])
def test_it_may_be_made_and_used_in_inference_mode_or_not(inside: bool) -> None:
    recognizer = build()
    sequence = random_sequence(9, fps=FPS)
    with torch.inference_mode(inside):
        live = StreamingRecognizer(recognizer)
        live.push(sequence.pos[0])
    live.reset()
    for pos in sequence.pos[:-1]:
        live.push(pos)
    with torch.inference_mode(not inside):
        live.push(sequence.pos[-1])
        live.peek()
        assert torch.equal(live.flush(), stream(recognizer, sequence).flush())  # type: ignore[arg-type]
    live.reset()


def test_it_takes_the_same_memory_however_long_it_is() -> None:
    live = StreamingRecognizer(build(causal=True))
    empty = live.state_bytes
    for pos in random_sequence(300).pos:
        live.push(pos)
    assert live.state_bytes == empty > 0


def test_training_goes_on_apart_from_it() -> None:
    recognizer = build()
    live = StreamingRecognizer(recognizer)
    expected = stream(recognizer, random_sequence(9, fps=FPS)).logits
    with torch.no_grad():
        for values in recognizer.model.parameters():
            values.zero_()
    for pos in random_sequence(9).pos:
        live.push(pos)
    live.flush()
    torch.testing.assert_close(live.logits, expected, rtol=0, atol=0)


# What comes in


def test_every_form_of_a_frame_is_the_same() -> None:
    recognizer = build(causal=True)
    sequence = random_sequence(5, 3, fps=FPS, missing=0.3)
    single = [sequence.select(slice(t, t + 1), "frame") for t in range(len(sequence))]
    rows = list(zip(sequence.pos, sequence.score, sequence.frame.tolist(), strict=True))
    streams = [StreamingRecognizer(recognizer) for _ in range(4)]
    for frame, (pos, score, number) in zip(single, rows, strict=True):
        scores = [
            streams[0].push(frame),
            streams[1].push(pos, score, number),
            streams[2].push(Pose(pos.tolist(), score.tolist(), number)),
            streams[3].push(torch.from_numpy(pos.copy()), score, number),
        ]
        assert all(torch.equal(one, scores[0]) for one in scores[1:])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.ones((17, 2)), r"camera: a frame is positions \[25, 2\] and scores \[25\] of BODY_25, not \[17, 2\]"),
        (np.ones((25, 3)), r"not \[25, 3\] and \[25\]"),
        (Pose(np.ones((25, 2)), np.ones(24)), r"not \[25, 2\] and \[24\]"),
        (np.full((25, 2), np.nan), "camera: frame 0, joint 'nose' is at"),
        (np.full((25, 2), 1e30), "camera: frame 0, joint 'nose' is at"),
        (Pose(np.ones((25, 2)), np.full(25, np.nan)), "with score nan"),
        (Pose(np.ones((25, 2)), number=3), "camera: frame 3 after frame 3; frame numbers must increase"),
        (random_sequence(2), "a frame at a time, not 2"),
        (random_sequence(1, fps=FPS), "frame 0 after frame 3"),
        (random_sequence(1, fps=30), "a frame of 30 a second, but the stream is of 5"),
        (random_sequence(1, skeleton=COCO_17), "a frame of COCO_17, but the stream is of BODY_25"),
    ],
)
def test_a_frame_that_cannot_be_taken_is_refused_and_nothing_is_lost(bad: Any, message: str) -> None:
    live, twin = (StreamingRecognizer(build(causal=True), name="camera") for _ in range(2))
    for pos in random_sequence(4).pos:
        live.push(pos), twin.push(pos)
    with pytest.raises(ValueError, match=message):
        live.push(bad)
    after = random_sequence(1, seed=5).pos[0]
    assert torch.equal(live.push(after), twin.push(after))  # type: ignore[arg-type]


def test_a_missing_joint_may_be_anywhere() -> None:
    one, other = (StreamingRecognizer(build(causal=True)) for _ in range(2))
    score = np.ones(25)
    score[3] = 0
    pos = random_sequence(1).pos[0]
    nowhere = pos.copy()
    nowhere[3] = np.nan
    assert torch.equal(one.push(pos, score), other.push(nowhere, score))  # type: ignore[arg-type]


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused(fps: float) -> None:
    with pytest.raises(ValueError, match=r"garden: .* frames a second is not a rate"):
        StreamingRecognizer(build(), fps, name="garden")


def test_scores_are_not_given_twice() -> None:
    with pytest.raises(ValueError, match="a Pose has scores and a number of its own"):
        StreamingRecognizer(build()).push(Pose(np.ones((25, 2))), number=3)


def test_another_rate_and_layout_are_told_and_strangers_refused() -> None:
    with pytest.warns(UserWarning, match="recorded at 10 frames a second; resampled to 5"):
        StreamingRecognizer(build(), fps=10)
    with pytest.warns(UserWarning, match="recorded as COCO_17, which does not give all joints"):
        StreamingRecognizer(build(), skeleton=COCO_17)
    dog = Skeleton("dog", ("withers", "tail"), (("withers", "tail"),))
    with pytest.raises(ValueError, match="dog gives no joint of BODY_25"):
        StreamingRecognizer(build(), skeleton=dog)


# Many streams


@pytest.mark.filterwarnings("ignore:recorded")
@seldom
@given(
    samples=st.lists(
        st.tuples(st.sampled_from([(BODY_25, FPS), (BODY_25, 12.0), (COCO_17, FPS)]), st.integers(0, 20), seeds),
        min_size=1,
        max_size=5,
    )
)
def test_many_streams_are_each_as_if_alone(samples: list[Any]) -> None:
    """Of several rates and layouts; each starts when it will, and where one has stopped another may start."""
    recognizer = build(channels=((2, 1), (3, 2)))
    sequences = [
        random_sequence(7, 5, skeleton=skeleton, fps=fps, missing=0.2, seed=seed)
        for (skeleton, fps), _, seed in samples
    ]
    streams = StreamBatch(recognizer)
    number: dict[int, int] = {}
    final: dict[int, Tensor | None] = {}
    for time in range(20 + 12 + 1):
        at = {i: time - start for i, (_, start, _) in enumerate(samples)}
        for i, t in at.items():
            if t == 12:
                final[i] = streams.close(number[i])
            elif t == 0:
                number[i] = streams.open(sequences[i].fps, sequences[i].skeleton)
        poses = {
            number[i]: Pose(sequences[i].pos[t], sequences[i].score[t], int(sequences[i].frame[t]))
            for i, t in at.items()
            if 0 <= t < 12
        }
        assert streams.push(poses).keys() == poses.keys()
    assert len(streams) == 0
    for i, sequence in enumerate(sequences):
        torch.testing.assert_close(final[i], stream(recognizer, sequence).flush(), rtol=1e-9, atol=1e-9)


def test_nothing_is_taken_of_any_stream_where_one_frame_cannot_be() -> None:
    streams = StreamBatch(build(causal=True))
    one, other = streams.open(name="one"), streams.open(name="other")
    with pytest.raises(ValueError, match="other: a frame is positions"):
        streams.push({one: np.ones((25, 2)), other: np.ones((3, 2))})
    assert streams.logits(one) is None
    assert streams.push({}) == {}


def test_a_stream_that_is_not_open_is_named() -> None:
    streams = StreamBatch(build())
    closed = streams.open()
    streams.close(closed)
    streams.open()
    with pytest.raises(KeyError, match=r"no stream 1 is open \(open: 2\)"):
        streams.push({closed: None})
