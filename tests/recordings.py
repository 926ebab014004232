"""Random recordings to state laws on."""

import numpy as np
import torch
from torch import Tensor

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.sequence import FloatArray, SkeletonSequence
from stgcn_pyg.skeleton import BODY_25, Skeleton

JUMP = 1000
"""Frames by which time jumps between two runs."""


def random_sequence(
    *lengths: int,
    skeleton: Skeleton = BODY_25,
    num_dims: int = 2,
    missing: float = 0.0,
    fps: float | None = 25.0,
    name: str = "recording",
    seed: int = 0,
) -> SkeletonSequence:
    """A body that drifts through a picture, in runs of these lengths; a share of its joints is missing.

    Every frame has at least one joint, so that the runs are the ones asked for.
    """
    rng = np.random.default_rng(seed)
    num_frames = sum(lengths)
    pose = rng.normal(scale=20, size=(num_frames, skeleton.num_joints, num_dims))
    drift = 80 + rng.normal(scale=3, size=(num_frames, 1, num_dims)).cumsum(axis=0)
    score: FloatArray = rng.uniform(0.1, 1, size=pose.shape[:2]).astype(np.float32)
    score[rng.random(pose.shape[:2]) < missing] = 0
    score[np.arange(num_frames), rng.integers(skeleton.num_joints, size=num_frames)] = 0.5
    frame = np.arange(num_frames) + JUMP * np.arange(len(lengths)).repeat(lengths)
    return SkeletonSequence((pose + drift).astype(np.float32), skeleton, score, fps, name, frame)


def random_body(
    *lengths: int,
    skeleton: Skeleton = BODY_25,
    num_dims: int = 2,
    missing: float = 0.0,
    fps: float | None = 25.0,
    seed: int = 0,
) -> SkeletonData:
    """The same as data, in double precision."""
    sequence = random_sequence(*lengths, skeleton=skeleton, num_dims=num_dims, missing=missing, fps=fps, seed=seed)
    data = SkeletonData.from_sequence(sequence, y=seed % 6)
    data.pos = data.pos.double()
    return data


def same(a: SkeletonData, b: SkeletonData) -> bool:
    """Whether two recordings carry exactly the same."""
    first, second = a.to_dict(), b.to_dict()
    return first.keys() == second.keys() and all(_equal(first[key], second[key]) for key in first)


def _equal(a: object, b: object) -> bool:
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return a.dtype == b.dtype and torch.equal(a, b)
    return type(a) is type(b) and a == b
