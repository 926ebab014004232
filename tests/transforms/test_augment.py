"""Augmentations: that the network is shown them, what they keep, and how they are drawn."""

from itertools import permutations, product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform

from stgcn_pyg.data import SkeletonData, TimelineBatch
from stgcn_pyg.skeleton import BODY_25, COCO_17, Skeleton
from stgcn_pyg.transforms import (
    DropJoints,
    DropRootMotion,
    Flip,
    Jitter,
    NormalizePose,
    RandomChoice,
    Rotate,
    Scale,
    SkeletonFeatures,
    Stretch,
    Translate,
    Turn,
    kth_augmentation,
)
from stgcn_pyg.transforms.augment import KTH_TORSO
from tests.recordings import random_body, same

PLANE = [Flip(BODY_25), Rotate(), Scale(), Translate(), Stretch(), Jitter(), DropRootMotion(), DropJoints(BODY_25)]
ALL = [*PLANE, Turn()]
STREAMS = ["joint", "bone", "joint_motion", "bone_motion", "root_motion", "score"]

seeds = st.integers(0, 1000)
every_augmentation = pytest.mark.parametrize("augmentation", ALL, ids=lambda each: type(each).__name__)


def normalized(*runs: int, num_dims: int = 2, missing: float = 0.2, seed: int = 0) -> SkeletonData:
    """A normalised recording."""
    data: SkeletonData = NormalizePose(BODY_25)(random_body(*runs, num_dims=num_dims, missing=missing, seed=seed))
    return data


def mirrored(data: SkeletonData, skeleton: Skeleton, axis: float) -> SkeletonData:
    """The recording that a camera would have made of the mirrored scene."""
    mirror = skeleton.mirror_index
    image: SkeletonData = data.clone()
    image.score = data.score[:, mirror]
    image.pos = data.pos[:, mirror].clone()
    image.pos[..., 0] = (2 * axis - image.pos[..., 0]) * (image.score > 0)
    return image


# --- what the network sees of them


@pytest.mark.parametrize(("augmentation", "num_dims"), [*product(PLANE, [2]), *product(ALL, [3])])
def test_each_one_changes_what_the_network_is_shown(augmentation: BaseTransform, num_dims: int) -> None:
    """Normalisation comes before them: after them it would undo scaling and translation."""
    features = SkeletonFeatures(BODY_25)
    data = random_body(6, num_dims=num_dims, missing=0.2)
    plain = features(data).x
    for seed in range(6):
        torch.manual_seed(seed)
        augmented = features.augmented(augmentation)(data).x
        assert augmented.shape == plain.shape
        assert (augmented - plain).abs().max() > 0.01


@every_augmentation
def test_each_one_changes_what_was_asked_for_and_leaves_the_recording_alone(augmentation: BaseTransform) -> None:
    data = normalized(4, 3)
    before = data.clone()
    augmented = augmentation(data)
    assert same(data, before)
    for key in ("frame", "run", "y", "fps", "name"):
        assert augmented[key] is data[key], key
    assert "pos" not in augmented


@every_augmentation
@settings(max_examples=30)
@given(num_dims=st.sampled_from([2, 3]), seed=seeds)
def test_missing_joints_stay_at_0(augmentation: BaseTransform, num_dims: int, seed: int) -> None:
    torch.manual_seed(seed)
    augmented = augmentation(normalized(4, 2, num_dims=num_dims, missing=0.5, seed=seed))
    assert (augmented.x[augmented.score == 0] == 0).all()


@every_augmentation
def test_each_one_is_reproducible_from_torchs_seed(augmentation: BaseTransform) -> None:
    def drawn(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        x: torch.Tensor = augmentation(normalized(3, num_dims=3)).x
        return x

    outcomes = [drawn(seed) for seed in range(12)]
    assert all(torch.equal(drawn(seed), outcome) for seed, outcome in enumerate(outcomes))
    different = {tuple(outcome.flatten().tolist()) for outcome in outcomes}
    assert len(different) > 1 or isinstance(augmentation, Flip | DropRootMotion | DropJoints)


# --- flip


@settings(max_examples=30)
@given(st.sampled_from([BODY_25, COCO_17]), st.sampled_from([2, 3]), st.floats(-200, 200), seeds)
def test_the_features_of_a_mirrored_scene_are_the_flipped_features(
    skeleton: Skeleton, num_dims: int, axis: float, seed: int
) -> None:
    data = random_body(4, 3, skeleton=skeleton, num_dims=num_dims, missing=0.3, seed=seed)
    features = SkeletonFeatures(skeleton, STREAMS)
    seen_mirrored = features(mirrored(data, skeleton, axis))
    flipped = features.augmented(Flip(skeleton))(data)
    torch.testing.assert_close(seen_mirrored.x, flipped.x, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(seen_mirrored.motion, flipped.motion, rtol=1e-6, atol=1e-6)
    assert torch.equal(seen_mirrored.score, flipped.score)


@settings(max_examples=30)
@given(st.sampled_from([2, 3]), seeds)
def test_flipping_twice_changes_nothing(num_dims: int, seed: int) -> None:
    data = normalized(4, num_dims=num_dims, seed=seed)
    twice = Flip(BODY_25)(Flip(BODY_25)(data))
    for key in ("x", "score", "motion"):
        assert torch.equal(twice[key], data[key]), key


def test_flipping_exchanges_left_and_right_and_turns_the_way_round() -> None:
    data = normalized(4, num_dims=3)
    flipped = Flip(BODY_25)(data)
    left, right, nose = (BODY_25.index(joint) for joint in ("left_wrist", "right_wrist", "nose"))
    sign = torch.tensor([-1.0, 1, 1])
    for here, there in ((left, right), (right, left), (nose, nose)):
        assert torch.equal(flipped.x[:, here], sign * data.x[:, there])
        assert torch.equal(flipped.score[:, here], data.score[:, there])
    assert torch.equal(flipped.motion, sign * data.motion)


# --- rotation, scaling, translation


@settings(max_examples=30)
@given(st.floats(-180, 180), st.sampled_from([2, 3]), seeds)
def test_turning_keeps_lengths(degrees: float, num_dims: int, seed: int) -> None:
    data = normalized(4, num_dims=num_dims, seed=seed)
    turned = Rotate([degrees])(data)
    torch.testing.assert_close(torch.cdist(turned.x, turned.x), torch.cdist(data.x, data.x), rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(turned.motion.norm(dim=-1), data.motion.norm(dim=-1))
    assert torch.equal(turned.x[..., 2:], data.x[..., 2:])


def test_turning_by_a_right_angle() -> None:
    body = Data(x=torch.tensor([[[1.0, 0], [0, 2]]]), motion=torch.tensor([[0.0, 3]]), score=torch.ones(1, 2))
    turned = Rotate([90])(body)
    torch.testing.assert_close(turned.x, torch.tensor([[[0.0, 1], [-2, 0]]]))
    torch.testing.assert_close(turned.motion, torch.tensor([[-3.0, 0]]))


@settings(max_examples=30)
@given(st.floats(0.1, 10), seeds)
def test_scaling_is_about_the_root_and_scales_motion_too(factor: float, seed: int) -> None:
    data = normalized(4, seed=seed)
    scaled = Scale([factor])(data)
    torch.testing.assert_close(scaled.x, data.x * factor)
    torch.testing.assert_close(scaled.motion, data.motion * factor)


@pytest.mark.parametrize("num_dims", [2, 3])
def test_translation_shifts_all_joints_that_were_seen_and_no_motion(num_dims: int) -> None:
    data = normalized(4, num_dims=num_dims)
    shifted = Translate([(0.25, -0.5)])(data)
    expected = torch.tensor([0.25, -0.5, 0][:num_dims], dtype=data.x.dtype)
    difference = shifted.x - data.x
    torch.testing.assert_close(difference[data.score > 0], expected.expand(int((data.score > 0).sum()), -1))
    assert torch.equal(shifted.motion, data.motion)


@pytest.mark.parametrize("num_dims", [2, 3])
def test_stretching_scales_each_axis_by_a_factor_of_its_own(num_dims: int) -> None:
    data = normalized(4, num_dims=num_dims)
    factors = []
    for seed in range(50):
        torch.manual_seed(seed)
        stretched = Stretch(0.2)(data)
        factor = stretched.x[0, 0] / data.x[0, 0]
        torch.testing.assert_close(stretched.x, data.x * factor)
        torch.testing.assert_close(stretched.motion, data.motion * factor)
        factors.append(factor.log())
    drawn = torch.stack(factors)
    assert -0.2 <= drawn.min() < -0.15
    assert 0.15 < drawn.max() <= 0.2
    assert (drawn[:, 0] - drawn[:, 1]).abs().max() > 0.1


def test_jitter_is_noise_of_the_size_that_was_asked_for() -> None:
    data = normalized(40)
    torch.manual_seed(0)
    noise = (Jitter(0.1)(data).x - data.x)[data.score > 0]
    assert noise.std().item() == pytest.approx(0.1, rel=0.1)
    assert noise.mean().item() == pytest.approx(0, abs=0.01)
    assert torch.equal(Jitter(0.1)(data).motion, data.motion)


def test_dropping_the_roots_motion_drops_that_alone() -> None:
    data = normalized(4)
    stopped = DropRootMotion()(data)
    assert torch.equal(stopped.motion, torch.zeros_like(data.motion))
    assert torch.equal(stopped.x, data.x)


def test_dropped_joints_are_missing_throughout_and_no_others() -> None:
    data = normalized(5, missing=0.2)
    fewer = DropJoints(BODY_25)(data)
    limbs = ("nose", "neck", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    kept = torch.tensor([joint.endswith(limbs) for joint in BODY_25.joints])
    assert kept.sum() == 15
    assert torch.equal(fewer.x[:, kept], data.x[:, kept])
    assert torch.equal(fewer.score[:, kept], data.score[:, kept])
    assert not fewer.score[:, ~kept].any()
    assert torch.equal(DropJoints(BODY_25, ["tail"])(data).x, data.x)


def test_the_papers_choices() -> None:
    data = normalized(2, missing=0)
    seen: dict[str, set[tuple[float, ...]]] = {"degrees": set(), "factor": set(), "pixels": set()}
    for seed in range(80):
        torch.manual_seed(seed)
        turned, scaled, shifted = (augmentation(data).x for augmentation in (Rotate(), Scale(), Translate()))
        a, b = data.x[0, 0], turned[0, 0]
        angle = torch.atan2(a[0] * b[1] - a[1] * b[0], a @ b).rad2deg()
        seen["degrees"].add((round(angle.item()),))
        seen["factor"].add((round((scaled[0, 0, 0] / a[0]).item(), 4),))
        seen["pixels"].add(tuple(((shifted - data.x)[0, 0] * KTH_TORSO).round().tolist()))
    assert seen["degrees"] == {(-15,), (-10,), (-5,), (5,), (10,), (15,)}
    assert seen["factor"] == {(0.95,), (1.05,), (1.1,)}
    assert seen["pixels"] == {(5, 5), (0, 5), (5, 0)}


# --- drawing


class Mark(BaseTransform):
    """Writes down that it was applied."""

    def __init__(self, name: str) -> None:
        self.name = name

    def forward(self, data: Data) -> Data:
        data.marks = (*data.marks, self.name)
        return data


def test_two_distinct_ones_half_of_the_time_in_any_order() -> None:
    choice = RandomChoice([Mark(name) for name in "abcd"], count=2, probability=0.5)
    counts: dict[tuple[str, ...], int] = {}
    for seed in range(2400):
        torch.manual_seed(seed)
        marks = choice(Data(marks=())).marks
        counts[marks] = counts.get(marks, 0) + 1
    assert set(counts) == {(), *permutations("abcd", 2)}
    assert 1080 < counts.pop(()) < 1320  # 4.9 standard deviations about 1200
    assert all(50 < count < 150 for count in counts.values())  # over 5 about 100


@pytest.mark.parametrize("count", [0, len(ALL) + 1, -1])
def test_as_many_as_there_are_can_be_chosen(count: int) -> None:
    with pytest.raises(ValueError, match=f"cannot choose {count} of {len(ALL)} transforms"):
        RandomChoice(ALL, count=count)


def test_never_and_always() -> None:
    data = normalized(3)
    torch.manual_seed(0)
    for _ in range(20):
        assert torch.equal(RandomChoice(ALL, probability=0)(data).x, data.x)
        assert not torch.equal(RandomChoice(ALL, count=4)(data).x, data.x)


def test_samples_that_were_augmented_and_samples_that_were_not_make_a_batch() -> None:
    pipeline = SkeletonFeatures(BODY_25).augmented(kth_augmentation(BODY_25))
    data = random_body(4)
    plain = SkeletonFeatures(BODY_25)(data).x
    torch.manual_seed(0)
    samples = [pipeline(data) for _ in range(16)]
    unchanged = [torch.equal(sample.x, plain) for sample in samples]
    assert True in unchanged
    assert False in unchanged
    assert TimelineBatch.from_data_list(samples).num_graphs == 16


def test_they_print_what_they_do() -> None:
    assert repr(kth_augmentation(BODY_25)) == (
        "RandomChoice([Flip(BODY_25), Rotate([-15, -10, -5, 5, 10, 15]), Scale([0.95, 1.05, 1.1]), "
        "Translate([[0.1953125, 0.1953125], [0.0, 0.1953125], [0.1953125, 0.0]])], count=2, probability=0.5)"
    )
