"""The pose about its root in body lengths: what must not matter to it, and a plain loop that it equals."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25, COCO_17, Skeleton
from stgcn_pyg.transforms import NormalizePose
from stgcn_pyg.transforms.normalize_pose import TELEPORT
from tests.recordings import JUMP, random_body

STICK = Skeleton("stick", ("mid_hip", "neck", "hand"), (("mid_hip", "neck"), ("neck", "hand")))
HAND = Skeleton("hand", ("tip", "wrist", "thumb"), (("wrist", "tip"), ("wrist", "thumb")), center="wrist")
"""A body without hips and neck."""

skeletons = st.sampled_from([STICK, HAND, COCO_17, BODY_25])
seeds = st.integers(0, 1000)


def stick(pos: Any, score: Any = None, frame: Any = None) -> SkeletonData:
    """A recording of the stick, one frame a second, by hand."""
    return SkeletonData.from_sequence(SkeletonSequence(pos, STICK, score=score, fps=1, frame=frame))


def plain(data: SkeletonData, skeleton: Skeleton) -> tuple[Tensor, Tensor]:
    """Pose and motion by loops over frames, as the docstring tells it."""
    pos, seen = data.pos.numpy(), data.score.numpy() > 0
    at_root = list(skeleton.sources("mid_hip") or [skeleton.index(skeleton.center)])
    at_neck = list(skeleton.sources("neck"))
    roots: list[np.ndarray | None] = []
    since: list[int] = []  # the frame in which each frame's root was seen
    for start, stop in zip(data.ptr[:-1].tolist(), data.ptr[1:].tolist(), strict=True):
        root, was_seen, at = None, False, start
        for t in range(start, stop):
            if seen[t, at_root].all():
                root, was_seen, at = pos[t, at_root].mean(axis=0), True, t
            elif seen[t].any() and not was_seen:
                root, at = pos[t, seen[t]].mean(axis=0), t
            roots.append(root)
            since.append(at)

    x, motion = np.zeros_like(pos), np.zeros_like(pos[:, 0])
    torso: list[float] = []
    reach: list[float] = []
    for t, root in enumerate(roots):
        if at_neck and seen[t, [*at_neck, *at_root]].all():
            torso.append(float(np.linalg.norm(pos[t, at_neck].mean(axis=0) - root)))
        if seen[t].any():
            reach.append(float(np.linalg.norm(pos[t, seen[t]] - root, axis=1).mean()))
        lengths = [r for r in torso if r > 0] or [r for r in reach if r > 0]
        scale = sum(lengths) / len(lengths) if lengths else 1.0
        if root is not None:
            x[t, seen[t]] = (pos[t, seen[t]] - root) / scale
        before = None if t in data.ptr else roots[t - 1]
        if root is not None and before is not None and lengths:
            step = (root - before) / scale / float(data.frame[t] - data.frame[since[t - 1]])
            if np.linalg.norm(step) <= TELEPORT:
                motion[t] = step * (data.fps.item() if "fps" in data else 1)
    return torch.from_numpy(x), torch.from_numpy(motion)


@settings(max_examples=50)
@given(
    skeletons,
    st.lists(st.integers(1, 6), min_size=1, max_size=3),
    st.sampled_from([0.0, 0.3, 0.8, 0.97]),
    st.sampled_from([2, 3]),
    st.sampled_from([None, 25.0]),
    seeds,
)
def test_it_is_what_plain_loops_compute(
    skeleton: Skeleton, runs: list[int], missing: float, num_dims: int, fps: float | None, seed: int
) -> None:
    data = random_body(*runs, skeleton=skeleton, num_dims=num_dims, missing=missing, fps=fps, seed=seed)
    nobody = torch.from_numpy(np.random.default_rng(seed).random(data.num_frames) < 0.3)
    data.pos[nobody], data.score[nobody] = 0, 0
    x, motion = plain(data, skeleton)
    data = NormalizePose(skeleton)(data)
    torch.testing.assert_close(data.x, x, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(data.motion, motion, rtol=1e-9, atol=1e-9)


@settings(max_examples=50)
@given(
    skeletons,
    st.floats(0.01, 100),
    st.lists(st.floats(-1000, 1000), min_size=3, max_size=3),
    st.sampled_from([2, 3]),
    st.sampled_from([0.0, 0.4]),
    seeds,
)
def test_where_the_body_stands_and_how_large_it_appears_does_not_matter(
    skeleton: Skeleton, factor: float, offset: list[float], num_dims: int, missing: float, seed: int
) -> None:
    data = random_body(5, 4, skeleton=skeleton, num_dims=num_dims, missing=missing, seed=seed)
    moved = data.clone()
    moved.pos = (data.pos * factor + torch.tensor(offset[:num_dims])) * (data.score > 0)[..., None]
    there, here = NormalizePose(skeleton)(moved), NormalizePose(skeleton)(data)
    torch.testing.assert_close(there.x, here.x, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(there.motion, here.motion, rtol=1e-6, atol=1e-5)


@given(seeds)
def test_the_root_is_the_origin_and_the_torso_the_unit(seed: int) -> None:
    data = NormalizePose(BODY_25)(random_body(9, seed=seed))
    torso = data.x[:, BODY_25.index("neck")] - data.x[:, BODY_25.index("mid_hip")]
    assert (data.x[:, BODY_25.index("mid_hip")].abs() < 1e-9).all()
    assert torso[0].norm().item() == pytest.approx(1)


@settings(max_examples=50)
@given(
    skeletons,
    st.lists(st.integers(1, 5), min_size=1, max_size=3),
    st.sampled_from([0.0, 0.5, 0.9]),
    st.integers(1, 15),
    seeds,
)
def test_a_frame_needs_no_later_frame(
    skeleton: Skeleton, runs: list[int], missing: float, num_frames: int, seed: int
) -> None:
    data = random_body(*runs, skeleton=skeleton, missing=missing, seed=seed)
    whole = NormalizePose(skeleton)(data).select_frames(slice(num_frames))
    so_far = NormalizePose(skeleton)(data.select_frames(slice(num_frames)))
    torch.testing.assert_close(so_far.x, whole.x)
    torch.testing.assert_close(so_far.motion, whole.motion)


@settings(max_examples=50)
@given(skeletons, st.sampled_from([2, 3]), seeds)
def test_missing_joints_are_at_0(skeleton: Skeleton, num_dims: int, seed: int) -> None:
    data = random_body(6, 3, skeleton=skeleton, num_dims=num_dims, missing=0.5, seed=seed)
    missing = data.score == 0
    data = NormalizePose(skeleton)(data)
    assert (data.x[missing] == 0).all()
    assert data.x.isfinite().all()
    assert data.motion.isfinite().all()


def test_hips_and_shoulders_stand_in_for_mid_hip_and_neck() -> None:
    data = random_body(5, skeleton=COCO_17)
    by_derived = NormalizePose(COCO_17)(data)
    hips, shoulders = (
        data.pos[:, [COCO_17.index(f"{side}_{joint}") for side in ("left", "right")]].mean(dim=1)
        for joint in ("hip", "shoulder")
    )
    scale = (shoulders - hips).norm(dim=-1).cumsum(dim=0) / torch.arange(1, 6)
    torch.testing.assert_close(by_derived.x, (data.pos - hips[:, None]) / scale[:, None, None])


def test_a_missing_root_stays_where_it_was_last_seen() -> None:
    pos = [[[0.0, 0], [0, 2], [1, 1]], [[9, 9], [4, 2], [5, 1]], [[4, 0], [4, 2], [5, 1]]]
    data = NormalizePose(STICK)(stick(pos, [[1, 1, 1], [0, 1, 1], [1, 1, 1]]))
    assert data.x[:, 2].tolist() == [[0.5, 0.5], [2.5, 0.5], [0.5, 0.5]]
    assert data.motion.tolist() == [[0, 0], [0, 0], [1, 0]]  # the way made unseen, over the time it took


def test_before_the_root_is_seen_the_centre_of_what_is_seen_stands_in() -> None:
    pos = [[[9.0, 9], [0, 2], [2, 2]], [[9, 9], [4, 2], [6, 2]], [[5, 0], [5, 2], [9, 9]]]
    data = NormalizePose(STICK)(stick(pos, [[0, 1, 1], [0, 1, 1], [1, 1, 0]]))
    assert data.x.tolist() == [
        [[0, 0], [-1, 0], [1, 0]],
        [[0, 0], [-1, 0], [1, 0]],
        [[0, 0], [0, 1], [0, 0]],
    ]
    assert data.motion.tolist() == [[0, 0], [4, 0], [0, -1]]


def test_a_root_is_not_carried_over_into_the_next_run() -> None:
    pos = [[[0.0, 0], [0, 2], [1, 1]], [[9, 9], [60, 2], [62, 2]]]
    data = NormalizePose(STICK)(stick(pos, [[1, 1, 1], [0, 1, 1]], frame=[0, 50]))
    assert data.ptr.tolist() == [0, 1, 2]
    assert data.x[1].tolist() == [[0, 0], [-0.5, 0], [0.5, 0]]
    assert data.motion.tolist() == [[0, 0], [0, 0]]


def test_coming_into_view_is_no_motion() -> None:
    standing = [[[30.0, 40], [30, 42], [31, 41]]] * 4
    data = stick(standing, [[1, 1, 1], [0, 0, 0], [1, 1, 1], [1, 1, 1]])
    data = data.select_frames(slice(1, None))  # as a crop may begin
    assert (NormalizePose(STICK)(data).motion == 0).all()


@pytest.mark.parametrize(("distance", "motion"), [(4.4, 4.4), (4.6, 0.0)])
def test_a_body_that_is_suddenly_elsewhere_has_not_moved_there(distance: float, motion: float) -> None:
    pose, step = np.array([[0.0, 0], [0, 1], [1, 1]]), np.array([1, 0])
    data = NormalizePose(STICK)(stick(np.stack([pose, pose + distance * step, pose + (distance + 1) * step])))
    assert data.motion[:, 0].tolist() == pytest.approx([0, motion, 1], abs=1e-5)
    assert data.motion[:, 1].tolist() == [0, 0, 0]


def test_without_a_torso_the_mean_reach_is_the_unit() -> None:
    pos = np.array([[[3, 0], [0, 0], [0, 5]]], np.float32)
    data = SkeletonData.from_sequence(SkeletonSequence(pos, HAND))
    assert NormalizePose(HAND)(data).x.tolist() == [[[9 / 8, 0], [0, 0], [0, 15 / 8]]]


def test_how_fast_a_body_without_extent_moves_is_not_known() -> None:
    """Its motion would be in the recording's own units, and change with the distance of the camera."""
    data = NormalizePose(STICK)(stick([[[3.0, 4]] * 3, [[5, 4]] * 3]))
    assert (data.x == 0).all()
    assert (data.motion == 0).all()


@pytest.mark.parametrize("num_dims", [2, 3])
def test_nobody_is_all_zeros(num_dims: int) -> None:
    pos, score = np.ones((4, 25, num_dims), np.float32), np.zeros((4, 25), np.float32)
    nobody = SkeletonSequence(pos, BODY_25, score=score)
    data = NormalizePose(BODY_25)(SkeletonData.from_sequence(nobody))
    assert torch.equal(data.x, torch.zeros(4, 25, num_dims))
    assert torch.equal(data.motion, torch.zeros(4, num_dims))


def test_motion_is_a_second_whatever_the_rate() -> None:
    slow, fast, unknown = (NormalizePose(BODY_25)(random_body(6, fps=fps)) for fps in (25.0, 50.0, None))
    torch.testing.assert_close(fast.motion, 2 * slow.motion)
    torch.testing.assert_close(25 * unknown.motion, slow.motion)
    assert torch.equal(fast.x, slow.x)


def test_skipped_frame_numbers_are_time() -> None:
    data = random_body(6)
    motion = NormalizePose(BODY_25)(data).motion
    data.frame = 3 * data.frame + 7
    torch.testing.assert_close(NormalizePose(BODY_25)(data).motion, motion / 3)


def test_a_run_begins_at_rest() -> None:
    data = NormalizePose(BODY_25)(random_body(4, 3))
    assert data.frame[4] == JUMP + 4
    assert (data.motion[[0, 4]] == 0).all()
    assert (data.motion[[1, 2, 3, 5, 6]] != 0).all()


def test_the_recording_itself_is_left_alone() -> None:
    data = random_body(4)
    pos = data.pos.clone()
    normalized = NormalizePose(BODY_25)(data)
    assert "x" not in data
    assert torch.equal(normalized.pos, pos)
    assert repr(NormalizePose(BODY_25)) == "NormalizePose(BODY_25)"
