"""Exported features are the model's own, of whole recordings and a frame at a time."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.export.features import RecordingFeatures
from stgcn_pyg.export.frame_features import FrameFeatures
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25, NTU_25, OPENPOSE_18, Skeleton
from stgcn_pyg.transforms import SkeletonFeatures
from tests.exports import ALL_STREAMS, assert_close
from tests.recordings import random_sequence
from tests.strategies import few, run_lengths

FPS = 25.0


def recording_features(features: SkeletonFeatures, data: SkeletonData) -> Tensor:
    x: Tensor = RecordingFeatures(features, FPS)(data.pos, data.score > 0, data.frame, data.run)
    return x


def frame_features(features: SkeletonFeatures, data: SkeletonData) -> Tensor:
    """Frame by frame; what does not outlast a run is forgotten where one begins."""
    one = FrameFeatures(features, FPS, data.pos.shape[-1])
    state, frames = one.start(), []
    for t in range(len(data.pos)):
        if t and data.run[t] != data.run[t - 1]:
            state = one.start()._replace(lengths=state.lengths)
        x, state = one(data.pos[t], data.score[t] > 0, data.frame[t], state)
        frames.append(x)
    return torch.stack(frames)


both = pytest.mark.parametrize("made", [recording_features, frame_features], ids=["recording", "frame"])


@both
@few
@given(
    lengths=run_lengths,
    skeleton=st.sampled_from([BODY_25, OPENPOSE_18, NTU_25, Skeleton("two", ("a", "b"), (("a", "b"),))]),
    num_dims=st.sampled_from([2, 3]),
    missing=st.sampled_from([0.0, 0.3, 0.95]),
    streams=st.lists(st.sampled_from(ALL_STREAMS), min_size=1, unique=True),
    fitted=st.booleans(),
    lost=st.booleans(),
)
def test_they_are_the_models(
    made: object,
    lengths: list[int],
    skeleton: Skeleton,
    num_dims: int,
    missing: float,
    streams: list[str],
    fitted: bool,
    lost: bool,
) -> None:
    sequence = random_sequence(*lengths, skeleton=skeleton, num_dims=num_dims, missing=missing)
    if lost:  # every other frame's number is skipped
        sequence = SkeletonSequence(
            sequence.pos, skeleton, sequence.score, FPS, "recording", 2 * np.asarray(sequence.frame)
        )
    data = SkeletonData.from_sequence(sequence)
    features = SkeletonFeatures(skeleton, streams)
    if fitted:
        features.fit([data.clone()])
    assert callable(made)
    assert_close(made(features, data), features(data.clone()).x)


@both
def test_a_single_joint_that_moves_has_no_motion_as_it_has_no_length(made: object) -> None:
    score = np.zeros((6, 25), np.float32)
    score[:, 3] = 1
    pos = np.arange(6, dtype=np.float32)[:, None, None].repeat(25, 1).repeat(2, 2)
    data = SkeletonData.from_sequence(SkeletonSequence(pos, BODY_25, score, FPS))
    features = SkeletonFeatures(BODY_25)
    assert callable(made)
    assert not features(data.clone()).x.any()
    assert not made(features, data).any()
