"""From one layout to another: what is carried over, what is derived, and what is missing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.sequence import SkeletonSequence, convert_layout, missing_joints
from stgcn_pyg.sequence.sequence import FARTHEST
from stgcn_pyg.skeleton import (
    BLAZEPOSE_33,
    BODY_25,
    COCO_17,
    COCO_WHOLEBODY_133,
    DERIVED_JOINTS,
    H36M_17,
    HALPE_26,
    KINECT_20,
    NTU_25,
    OPENPOSE_18,
    SKELETONS,
    Skeleton,
)
from tests.recordings import random_sequence

layouts = st.sampled_from(list(SKELETONS.values()))
seeds = st.integers(0, 10_000)


def recorded(skeleton: Skeleton, seed: int, num_dims: int = 2) -> SkeletonSequence:
    return random_sequence(4, 2, skeleton=skeleton, missing=0.3, seed=seed, num_dims=num_dims, fps=30, name="clip")


def same(a: SkeletonSequence, b: SkeletonSequence) -> bool:
    arrays = all(np.array_equal(getattr(a, key), getattr(b, key)) for key in ("pos", "score", "frame"))
    return arrays and (a.skeleton, a.fps, a.name) == (b.skeleton, b.fps, b.name)


def mirrored(sequence: SkeletonSequence) -> SkeletonSequence:
    order, across = sequence.skeleton.mirror_index, np.array([-1, *[1] * (sequence.num_dims - 1)])
    return replace(sequence, pos=sequence.pos[:, order] * across, score=sequence.score[:, order])


@given(layouts, seeds, st.sampled_from([2, 3]))
def test_the_same_layout_is_left_alone(layout: Skeleton, seed: int, num_dims: int) -> None:
    sequence = recorded(layout, seed, num_dims)
    assert same(convert_layout(sequence, layout), sequence)
    assert missing_joints(layout, layout) == ()


@given(layouts, layouts, seeds, st.sampled_from([2, 3]))
def test_every_joint_is_carried_over_derived_or_missing(
    layout: Skeleton, wanted: Skeleton, seed: int, num_dims: int
) -> None:
    sequence = recorded(layout, seed, num_dims)
    converted = convert_layout(sequence, wanted)
    assert (converted.skeleton, converted.fps, converted.name) == (wanted, sequence.fps, sequence.name)
    assert (converted.num_dims, converted.frame.tolist()) == (num_dims, sequence.frame.tolist())
    for v, joint in enumerate(wanted.joints):
        pos, score = converted.pos[:, v], converted.score[:, v]
        if joint in layout.joints:
            assert (pos == sequence.pos[:, layout.index(joint)]).all()
            assert (score == sequence.score[:, layout.index(joint)]).all()
        elif set(DERIVED_JOINTS.get(joint, ("nothing",))) <= set(layout.joints):
            sources = [layout.index(source) for source in DERIVED_JOINTS[joint]]
            seen = (sequence.score[:, sources] > 0).all(axis=1)
            assert (score == sequence.score[:, sources].min(axis=1)).all()
            assert np.allclose(pos[seen], sequence.pos[:, sources].mean(axis=1)[seen], rtol=1e-5)
        else:
            assert (score == 0).all()
            assert joint in missing_joints(layout, wanted)
        assert (score <= sequence.score.max(axis=1)).all()


@given(layouts, layouts, seeds)
def test_there_and_back_keeps_what_both_have(layout: Skeleton, other: Skeleton, seed: int) -> None:
    sequence = recorded(layout, seed)
    back = convert_layout(convert_layout(sequence, other), layout)
    shared = [layout.index(joint) for joint in layout.joints if joint in other.joints]
    assert (back.pos[:, shared] == sequence.pos[:, shared]).all()
    assert (back.score[:, shared] == sequence.score[:, shared]).all()


@given(layouts, layouts, seeds, st.data())
def test_the_order_of_the_joints_does_not_matter(
    layout: Skeleton, wanted: Skeleton, seed: int, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(layout.num_joints)))
    sequence = recorded(layout, seed)
    shuffled = SkeletonSequence(
        pos=sequence.pos[:, order],
        score=sequence.score[:, order],
        skeleton=replace(layout, joints=tuple(layout.joints[v] for v in order)),
        fps=sequence.fps,
        name=sequence.name,
        frame=sequence.frame,
    )
    assert same(convert_layout(shuffled, wanted), convert_layout(sequence, wanted))
    assert same(convert_layout(shuffled, layout), sequence)


@given(layouts, layouts, seeds)
def test_a_mirrored_recording_becomes_a_mirrored_recording(layout: Skeleton, wanted: Skeleton, seed: int) -> None:
    sequence = recorded(layout, seed)
    first, then = convert_layout(mirrored(sequence), wanted), mirrored(convert_layout(sequence, wanted))
    assert np.allclose(first.pos, then.pos, rtol=1e-5, atol=1e-5)
    assert np.array_equal(first.score, then.score)


def test_a_derived_joint_by_hand() -> None:
    pos = np.zeros((3, 17, 2), np.float32)
    score = np.zeros((3, 17), np.float32)
    left, right = COCO_17.index("left_hip"), COCO_17.index("right_hip")
    pos[:, left], pos[:, right] = (2, 4), (6, 5)
    score[:, left], score[:, right] = (0.9, 0.9, 0), (0.5, 0, 0.7)
    converted = convert_layout(SkeletonSequence(pos, COCO_17, score), BODY_25)
    mid_hip = BODY_25.index("mid_hip")
    assert converted.pos[:, mid_hip].tolist() == [[4, 4.5], [0, 0], [0, 0]]
    assert converted.score[:, mid_hip].tolist() == [0.5, 0, 0]
    assert converted.missing[:, BODY_25.index("neck")].all()


@pytest.mark.parametrize(
    ("layout", "wanted", "missing"),
    [
        (COCO_WHOLEBODY_133, COCO_17, set()),
        (COCO_WHOLEBODY_133, BODY_25, set()),
        (COCO_17, OPENPOSE_18, set()),
        (HALPE_26, BODY_25, set()),
        (BLAZEPOSE_33, COCO_17, set()),
        (BLAZEPOSE_33, BODY_25, {"left_small_toe", "right_small_toe"}),
        (COCO_WHOLEBODY_133, BLAZEPOSE_33, set()),
        (COCO_WHOLEBODY_133, NTU_25, {"upper_neck"}),
        (NTU_25, KINECT_20, {"lower_spine"}),
        (BLAZEPOSE_33, KINECT_20, {"lower_spine"}),
        (COCO_17, H36M_17, {"upper_neck", "head_top"}),
    ],
    ids=lambda value: value.name if isinstance(value, Skeleton) else "",
)
def test_what_will_be_missing_is_said(layout: Skeleton, wanted: Skeleton, missing: set[str]) -> None:
    assert set(missing_joints(layout, wanted)) == missing


def test_layouts_that_share_nothing_are_refused() -> None:
    quadruped = Skeleton("quadruped", ("withers", "tail"), (("withers", "tail"),))
    sequence = SkeletonSequence(np.ones((3, 2, 2), np.float32), quadruped, name="dog")
    with pytest.raises(
        ValueError, match=r"dog: quadruped gives no joint of BODY_25; .* withers, tail and there nose"
    ):
        convert_layout(sequence, BODY_25)


def test_numbers_at_the_edge_of_what_is_taken_stay_within() -> None:
    sequence = SkeletonSequence(np.full((1, 17, 2), np.nextafter(np.float32(FARTHEST), 0)), COCO_17)
    assert np.isfinite(convert_layout(sequence, BODY_25).pos).all()
