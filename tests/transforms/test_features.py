"""Features as one value: normalisation, streams, standardisation, and what they must not see."""

import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.transforms import Flip, InputStreams, NormalizePose, SkeletonFeatures, Standardize
from tests.recordings import random_body

STREAMS = ["joint", "bone", "joint_motion", "bone_motion", "root_motion", "score"]

TRAINING = [random_body(9, 4, missing=0.2, seed=seed) for seed in range(8)]
FITTED = SkeletonFeatures(BODY_25, STREAMS).fit(TRAINING)


@pytest.mark.parametrize("num_dims", [2, 3])
def test_features_are_normalisation_and_streams_and_once_fitted_standardisation(num_dims: int) -> None:
    features = SkeletonFeatures(BODY_25, ["bone", "score"])
    recordings = [random_body(5, num_dims=num_dims, missing=0.2, seed=seed) for seed in range(3)]
    by_hand = [InputStreams(BODY_25, ["bone", "score"])(NormalizePose(BODY_25)(data)) for data in recordings]
    assert torch.equal(features(recordings[0]).x, by_hand[0].x)
    assert features.num_channels(num_dims) == by_hand[0].x.shape[-1]
    expected = Standardize.of(by_hand)(by_hand[0]).x
    assert features.fit(recordings) is features
    assert torch.equal(features(recordings[0]).x, expected)
    assert "x" not in recordings[0]


def test_the_usual_streams() -> None:
    assert repr(SkeletonFeatures(BODY_25)) == "SkeletonFeatures(BODY_25, joint, root_motion, joint_motion)"


@pytest.mark.parametrize("fitted", [True, False])
def test_features_come_back_from_json(fitted: bool) -> None:
    features = SkeletonFeatures(BODY_25, STREAMS)
    if fitted:
        features.fit(TRAINING)
    back = SkeletonFeatures.from_dict(BODY_25, json.loads(json.dumps(features.to_dict())))
    assert repr(back) == repr(features)
    assert torch.equal(back(TRAINING[0]).x, features(TRAINING[0]).x)


def test_features_see_nothing_of_place_size_and_score() -> None:
    """Neither where a body stands nor how sure the estimator was may tell the action."""
    data = TRAINING[0]
    other = data.clone()
    other.pos = (3 * data.pos + 50) * (data.score > 0)[..., None]
    other.score = (data.score > 0) * 0.9
    torch.testing.assert_close(FITTED(other).x, FITTED(data).x)


@settings(max_examples=30)
@given(st.integers(1, 12), st.integers(0, 100))
def test_a_frames_features_need_no_later_frame(num_frames: int, seed: int) -> None:
    data = random_body(5, 7, missing=0.3, seed=seed)
    so_far = FITTED(data.select_frames(slice(num_frames))).x
    torch.testing.assert_close(so_far, FITTED(data).x[:num_frames])


def test_augmentation_comes_before_standardisation() -> None:
    features = SkeletonFeatures(BODY_25, STREAMS).fit(TRAINING)
    assert features.standardize is not None
    data = TRAINING[0]
    by_hand = features.standardize(features.streams(Flip(BODY_25)(features.normalize(data))))
    assert torch.equal(features.augmented(Flip(BODY_25))(data).x, by_hand.x)
    assert torch.equal(features.augmented()(data).x, features(data).x)


# --- standardisation


def test_every_channel_of_every_joint_has_mean_0_and_variance_1() -> None:
    features = SkeletonFeatures(BODY_25, STREAMS).fit(TRAINING)
    shown = [features(data) for data in TRAINING]
    x, seen = torch.cat([data.x for data in shown]), torch.cat([data.score > 0 for data in shown])
    assert (x[~seen] == 0).all()
    for v in set(range(25)) - {BODY_25.index("mid_hip")}:
        values = x[seen[:, v], v, :2]  # the pose
        torch.testing.assert_close(values.mean(dim=0), values.new_zeros(2), atol=1e-5, rtol=0)
        torch.testing.assert_close(values.std(dim=0, correction=0), values.new_ones(2), atol=1e-5, rtol=0)


def test_what_does_not_vary_is_left_alone() -> None:
    features = SkeletonFeatures(BODY_25, ["joint", "score"]).fit(TRAINING)
    x = features(TRAINING[0]).x
    seen = TRAINING[0].score > 0
    assert torch.equal(x[..., 2], seen.to(x.dtype))  # a joint that was seen can be told from one that was not
    assert x[:, BODY_25.index("mid_hip"), :2].abs().max() < 1e-9


def test_a_joint_that_was_never_seen_is_0() -> None:
    blind = [data.clone() for data in TRAINING]
    for data in blind:
        data.pos[:, 3], data.score[:, 3] = 0, 0
    features = SkeletonFeatures(BODY_25).fit(blind)
    assert features(TRAINING[0]).x.isfinite().all()
    assert (features(blind[0]).x[:, 3] == 0).all()


def test_there_must_be_recordings_to_standardise_by() -> None:
    with pytest.raises(ValueError, match="no recordings to standardise by"):
        SkeletonFeatures(BODY_25).fit([])
