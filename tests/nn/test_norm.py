"""Batch normalisation over timelines: on one device, and on several as on one."""

import torch

from stgcn_pyg.nn import JointNorm
from tests.strategies import normal


def test_a_joint_norm_is_over_frames_and_joints() -> None:
    norm = JointNorm(3, affine=False).double()
    x = 5 + 2 * normal(12, 25, 3)
    y = norm(x)
    torch.testing.assert_close(y.mean(dim=(0, 1)), torch.zeros(3, dtype=torch.float64), rtol=0, atol=1e-12)
    torch.testing.assert_close(norm.running_mean, 0.1 * x.mean(dim=(0, 1)))
    rows = x.flatten(0, 1)
    torch.testing.assert_close(y, ((x - rows.mean(0)) / (rows.var(0, unbiased=False) + norm.eps).sqrt()))
