"""What the network is shown, each stream against a plain loop."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.skeleton import BODY_25, COCO_17, Skeleton
from stgcn_pyg.transforms import InputStreams, NormalizePose
from tests.recordings import random_body

STREAMS = ["joint", "bone", "joint_motion", "bone_motion", "root_motion", "score"]


def parent(skeleton: Skeleton, v: int) -> int | None:
    """A neighbour of a joint one hop nearer to the centre."""
    to_center = skeleton.hops[skeleton.index(skeleton.center)]
    nearer = [
        u for u in range(skeleton.num_joints) if skeleton.hops[u, v] == 1 and to_center[u] == to_center[v] - 1
    ]
    return nearer[0] if nearer else None


def plain(stream: str, data: SkeletonData, skeleton: Skeleton) -> Tensor:
    """A stream by loops over frames and joints."""
    num_frames, num_joints, num_dims = data.x.shape
    seen = data.score > 0
    out = torch.zeros(num_frames, num_joints, 1 if stream == "score" else num_dims, dtype=data.x.dtype)
    for t in range(num_frames):
        for v in range(num_joints):
            u = parent(skeleton, v)
            before = t - 1 if t not in data.ptr else None
            seconds = float(data.frame[t] - data.frame[t - 1]) / data.fps.item()
            if stream == "score":
                out[t, v] = seen[t, v]
            elif stream == "root_motion":
                out[t, v] = data.motion[t]
            elif stream == "joint" and seen[t, v]:
                out[t, v] = data.x[t, v]
            elif stream == "bone" and u is not None and seen[t, u] and seen[t, v]:
                out[t, v] = data.x[t, v] - data.x[t, u]
            elif stream == "joint_motion" and before is not None and seen[[before, t], v].all():
                out[t, v] = (data.x[t, v] - data.x[before, v]) / seconds
            elif (
                stream == "bone_motion"
                and before is not None
                and u is not None
                and seen[before : t + 1, [u, v]].all()
            ):
                bones = data.x[:, v] - data.x[:, u]
                out[t, v] = (bones[t] - bones[before]) / seconds
    return out


def normalized(
    *runs: int, skeleton: Skeleton = BODY_25, num_dims: int = 2, missing: float, seed: int
) -> SkeletonData:
    """A normalised recording in which a frame number is skipped."""
    data = random_body(*runs, skeleton=skeleton, num_dims=num_dims, missing=missing, seed=seed)
    data.frame[-1] += 2
    pose: SkeletonData = NormalizePose(skeleton)(data)
    return pose


@pytest.mark.parametrize("stream", STREAMS)
@settings(max_examples=30)
@given(
    runs=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    num_dims=st.sampled_from([2, 3]),
    missing=st.sampled_from([0.0, 0.2, 0.6]),
    seed=st.integers(0, 1000),
)
def test_each_stream_is_what_a_plain_loop_computes(
    stream: str, runs: list[int], num_dims: int, missing: float, seed: int
) -> None:
    stick = Skeleton(
        "stick",
        ("head", "neck", "mid_hip", "left_hand", "right_hand", "ball"),
        (("head", "neck"), ("mid_hip", "neck"), ("neck", "left_hand"), ("neck", "right_hand")),
        center="mid_hip",
    )
    data = normalized(*runs, skeleton=stick, num_dims=num_dims, missing=missing, seed=seed)
    expected = plain(stream, data, stick)
    torch.testing.assert_close(InputStreams(stick, [stream])(data).x, expected)


@pytest.mark.parametrize("stream", STREAMS)
def test_each_stream_of_the_papers_body_is_what_a_plain_loop_computes(stream: str) -> None:
    data = normalized(4, 3, missing=0.3, seed=1)
    expected = plain(stream, data, BODY_25)
    torch.testing.assert_close(InputStreams(BODY_25, [stream])(data).x, expected)


@pytest.mark.parametrize("skeleton", [BODY_25, COCO_17])
def test_bones_lead_back_to_the_centre(skeleton: Skeleton) -> None:
    data = normalized(2, skeleton=skeleton, missing=0, seed=0)
    bones = InputStreams(skeleton, ["bone"])(data).x
    center = skeleton.index(skeleton.center)
    for joint in range(skeleton.num_joints):
        total, v = torch.zeros_like(bones[:, joint]), joint
        while v != center:
            total += bones[:, v]
            v = parent(skeleton, v)  # type: ignore[assignment]
        torch.testing.assert_close(total, data.x[:, joint] - data.x[:, center])


@pytest.mark.parametrize("num_dims", [2, 3])
def test_streams_stand_side_by_side_in_their_order(num_dims: int) -> None:
    data = normalized(3, 2, num_dims=num_dims, missing=0.2, seed=2)
    for streams in (STREAMS, STREAMS[::-1], ["score", "joint"], ["bone", "bone"]):
        together = InputStreams(BODY_25, streams)
        x = together(data).x
        assert x.shape == (5, 25, together.num_channels(num_dims))
        assert torch.equal(x, torch.cat([InputStreams(BODY_25, [stream])(data).x for stream in streams], dim=-1))


def test_a_stream_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no input stream is called 'speed'; known: joint, bone, joint_motion"):
        InputStreams(BODY_25, ["joint", "speed"])
    with pytest.raises(ValueError, match="name at least one stream of joint"):
        InputStreams(BODY_25, [])
