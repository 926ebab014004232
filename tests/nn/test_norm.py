"""Batch normalisation over timelines: on one device, and with the statistics of several."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from stgcn_pyg.nn import JointNorm, NormReLU, synchronize
from tests.strategies import normal, randomized


def test_a_joint_norm_is_over_frames_and_joints() -> None:
    norm = JointNorm(3, affine=False).double()
    x = 5 + 2 * normal(12, 25, 3)
    y = norm(x)
    torch.testing.assert_close(y.mean(dim=(0, 1)), torch.zeros(3, dtype=torch.float64), rtol=0, atol=1e-12)
    torch.testing.assert_close(norm.running_mean, 0.1 * x.mean(dim=(0, 1)))
    rows = x.flatten(0, 1)
    torch.testing.assert_close(y, ((x - rows.mean(0)) / (rows.var(0, unbiased=False) + norm.eps).sqrt()))


@pytest.mark.parametrize("training", [False, True])
def test_a_relu_stands_after_the_norm_or_before_it(training: bool) -> None:
    x = normal(12, 25, 3)
    norm, after, before = (
        randomized(part).train(training) for part in (JointNorm(3), NormReLU(3), NormReLU(3, relu_first=True))
    )
    assert torch.equal(after(x), norm(x).relu())
    norm = randomized(JointNorm(3)).train(training)
    assert torch.equal(before(x), norm(x.relu()))
    assert not torch.allclose(before(x), after(x))


@pytest.fixture
def process_group(tmp_path: Path) -> Iterator[None]:
    """A process group of this process alone; tests/training has one of two."""
    torch.distributed.init_process_group("gloo", f"file://{tmp_path / 'group'}", rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def seen(norm: JointNorm, x: Tensor) -> list[Tensor]:
    """Output, gradients and statistics after two batches."""
    x = x.clone().requires_grad_()
    norm(x + 1)
    y = norm(x)
    gradients = torch.autograd.grad((y * x.detach().sin()).sum(), [x, *norm.parameters()])
    return [y.detach(), *gradients, *norm.buffers()]


@pytest.mark.usefixtures("process_group")
@pytest.mark.parametrize(
    "how", [{}, {"momentum": None}, {"affine": False}, {"track_running_stats": False}], ids=str
)
@pytest.mark.parametrize("mean", [0, 1e4])
def test_synchronized_it_is_still_batch_norm(how: dict[str, Any], mean: float) -> None:
    x = mean + normal(12, 5, 3)
    usual, together = (JointNorm(3, **how).double() for _ in range(2))
    synchronize(together)
    for one, other in zip(seen(usual, x), seen(together, x), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-7, atol=1e-7)


@pytest.mark.usefixtures("process_group")
def test_synchronized_in_half_precision_it_computes_in_single() -> None:
    norm, x = JointNorm(3), 100 + normal(200, 5, 3)
    synchronize(norm)
    y = norm(x.bfloat16())
    assert y.dtype == torch.bfloat16
    assert norm.running_var is not None
    torch.testing.assert_close(norm.running_var, 0.9 + 0.1 * x.bfloat16().float().flatten(0, 1).var(dim=0))


def test_without_a_process_group_and_in_evaluation_nothing_is_to_be_synchronized() -> None:
    x = normal(12, 5, 3)
    for training in (True, False):
        usual, together = (randomized(NormReLU(3)).train(training) for _ in range(2))
        synchronize(together)
        assert torch.equal(usual(x), together(x))
    synchronize(together, False)
    assert repr(together) == repr(usual)
