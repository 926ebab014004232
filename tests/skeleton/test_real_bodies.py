"""Recorded bodies: what the layouts call left is on the left, and bones keep their lengths."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat

from stgcn_pyg.sequence import FloatArray
from stgcn_pyg.skeleton import COCO_17, KINECT_20, NTU_25, Skeleton

Reader = Callable[[Path], FloatArray]

RIGID = ("neck", "elbow", "wrist", "knee", "ankle")
"""Joints that end a long bone, which Kinect sees well; it guesses where shoulders, hips, hands and feet are."""


def ntu(folder: Path) -> FloatArray:
    """The one person of NTU's text file: lines of 12 numbers, a joint's position first."""
    (path,) = (folder / "ntu").glob("*.skeleton")
    joints = [line.split()[:3] for line in path.read_text().splitlines() if len(line.split()) == 12]
    return np.array(joints, np.float32).reshape(-1, 25, 3)


def nw_ucla(folder: Path) -> FloatArray:
    clips = [json.loads(path.read_text())["skeletons"] for path in (folder / "nw_ucla").glob("a01_s01_*.json")]
    return np.concatenate([np.array(clip, np.float32).reshape(-1, 20, 3) for clip in clips])


def utd_mhad(folder: Path) -> FloatArray:
    """In Kinect's order: UTD-MHAD counts head, neck, lower spine, mid-hip."""
    pos = np.concatenate(
        [loadmat(path)["d_skel"].transpose(2, 0, 1) for path in (folder / "utd_mhad").glob("a1_*_t1_skeleton.mat")]
    )
    return pos[:, [3, 2, 1, 0, *range(4, 20)]].astype(np.float32)


@pytest.mark.parametrize(("read", "layout"), [(ntu, NTU_25), (nw_ucla, KINECT_20), (utd_mhad, KINECT_20)])
def test_kinects_bodies_are_bodies(read: Reader, layout: Skeleton, real_data: Path) -> None:
    pos = dict(zip(layout.joints, read(real_data).transpose(1, 0, 2), strict=True))

    # Kinect's axes are right-handed: what is up crossed with what is ahead points to the body's left.
    up = pos["neck"] - pos["mid_hip"]
    ahead = sum(pos[f"{side}_foot"] - pos[f"{side}_ankle"] for side in ("left", "right"))
    left = np.cross(up, ahead)
    for joint in ("shoulder", "hip", "knee", "ankle"):
        on_the_left = ((pos[f"left_{joint}"] - pos[f"right_{joint}"]) * left).sum(axis=1) > 0
        assert on_the_left.mean() > 0.75, joint  # a mirrored order would give less than 0.25

    heights = [np.median(pos[joint][:, 1]) for joint in ("head", "neck", "mid_hip", "left_knee", "left_ankle")]
    assert heights == sorted(heights, reverse=True)

    for near, far in layout.bones:
        length = np.linalg.norm(pos[near] - pos[far], axis=1)
        assert 0.02 < np.median(length) < 0.6, (near, far)  # metres
        if far.removeprefix("left_").removeprefix("right_") in RIGID:
            assert np.median(np.abs(length / np.median(length) - 1)) < 0.15, (near, far)


def test_alphaposes_bodies_are_bodies(real_data: Path) -> None:
    people = json.loads((real_data / "alphapose" / "jacky_walk.json").read_text())
    pose = np.array([person["keypoints"] for person in people]).reshape(-1, 17, 3)
    pos = dict(zip(COCO_17.joints, pose[..., :2].transpose(1, 0, 2), strict=True))
    for side, other in (("left", "right"), ("right", "left")):
        levels = ("eye", "shoulder", "elbow", "hip", "knee", "ankle")
        heights = [np.median(pos[f"{side}_{joint}"][:, 1]) for joint in levels]
        assert heights == sorted(heights)  # pixels count downwards
        for near, far in (("eye", "ear"), ("shoulder", "elbow"), ("hip", "knee"), ("knee", "ankle")):
            here = pos[f"{side}_{near}"]
            own, across = (np.linalg.norm(pos[f"{end}_{far}"] - here, axis=1).mean() for end in (side, other))
            assert own < across, (side, near, far)
