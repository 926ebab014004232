"""The forest's statistics: finite, and blind to how long a clip is."""

import numpy as np
import torch

from stgcn_pyg.baseline import clip_statistics, forest_predictions
from stgcn_pyg.data import SkeletonData
from stgcn_pyg.skeleton import BODY_25
from tests.recordings import random_sequence


def recording(*lengths: int, seed: int = 0, missing: float = 0.2) -> SkeletonData:
    return SkeletonData.from_sequence(random_sequence(*lengths, seed=seed, missing=missing))


def test_statistics_are_finite_also_where_joints_were_never_seen() -> None:
    data = recording(20)
    data.score[:, 3] = 0
    lonely = recording(1)
    statistics = clip_statistics([data, lonely], BODY_25)
    assert statistics.shape[0] == 2
    assert np.isfinite(statistics).all()


def test_a_body_that_stands_still_looks_the_same_however_long() -> None:
    def still(num_frames: int) -> SkeletonData:
        pose = torch.arange(50.0).view(1, 25, 2).expand(num_frames, -1, -1)
        frame = torch.arange(num_frames)
        return SkeletonData(pos=pose, score=torch.ones(num_frames, 25), frame=frame, run=torch.zeros_like(frame))

    short, long = clip_statistics([still(5), still(50)], BODY_25)
    assert np.allclose(short, long, atol=1e-6)


def test_the_forest_tells_slow_from_fast() -> None:
    def moving(speed: float, seed: int) -> SkeletonData:
        data = recording(20, seed=seed, missing=0.0)
        data.pos = data.pos + speed * torch.arange(20.0)[:, None, None]
        data.y = torch.tensor([int(speed > 10)])
        return data

    train = [moving(speed, seed) for seed, speed in enumerate([0.0, 50.0] * 6)]
    test = [moving(speed, 100 + seed) for seed, speed in enumerate([0.0, 50.0] * 2)]
    assert forest_predictions(train, test, BODY_25).tolist() == [0, 1, 0, 1]
