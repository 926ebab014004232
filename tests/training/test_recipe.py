"""The recipe: its optimiser, its schedule, what it refuses."""

from typing import get_args

import pytest
import torch

from stgcn_pyg.training import Recipe
from stgcn_pyg.training.recipe import Schedule


def test_only_weights_decay() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    weights, others = Recipe(weight_decay=0.1).optimizer(model).param_groups
    assert [p.dim() for p in weights["params"]] == [2]
    assert [p.dim() for p in others["params"]] == [1, 1, 1]
    assert weights["weight_decay"] == 0.1
    assert others["weight_decay"] == 0.0


def test_frozen_parameters_are_not_optimised() -> None:
    model = torch.nn.Linear(3, 4)
    model.weight.requires_grad_(False)
    assert [len(group["params"]) for group in Recipe().optimizer(model).param_groups] == [0, 1]


def rates(recipe: Recipe, num_steps: int) -> list[float]:
    """The learning rate of every step of a training."""
    optimizer = recipe.optimizer(torch.nn.Linear(3, 4))
    scheduler = recipe.scheduler(optimizer, num_steps)
    seen = []
    for _ in range(num_steps):
        seen.append(optimizer.param_groups[0]["lr"])
        assert {group["lr"] for group in optimizer.param_groups} == {seen[-1]}
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
    return seen


def test_one_cycle_rises_to_the_rate_and_falls_to_nothing() -> None:
    seen = rates(Recipe(learning_rate=0.5, schedule="one-cycle"), 100)
    assert max(seen) == pytest.approx(0.5)
    assert seen.index(max(seen)) == 15
    assert seen[:16] == sorted(seen[:16])
    assert seen[15:] == sorted(seen[15:], reverse=True)
    assert seen[0] < 0.05
    assert seen[-1] < 1e-3


def test_a_constant_rate_is_constant() -> None:
    recipe = Recipe(learning_rate=0.5, schedule="constant")
    assert rates(recipe, 10) == [0.5] * 10
    assert recipe.scheduler(recipe.optimizer(torch.nn.Linear(3, 4)), num_steps=10) is None


@pytest.mark.parametrize("batches", [1, 3, 7])
def test_steps_fall_at_the_beginning_of_an_epoch(batches: int) -> None:
    """As torch's own StepLR has it, once an epoch."""
    recipe = Recipe(epochs=50, learning_rate=0.5, schedule="step", step_epochs=29, step_factor=0.3)
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    theirs = torch.optim.lr_scheduler.StepLR(optimizer, step_size=29, gamma=0.3)
    expected = []
    for _ in range(50):
        expected += [theirs.get_last_lr()[0]] * batches
        optimizer.step()
        theirs.step()
    assert rates(recipe, 50 * batches) == pytest.approx(expected)


def test_a_cosine_is_torchs() -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=20)
    expected = []
    for _ in range(20):
        expected.append(theirs.get_last_lr()[0])
        optimizer.step()
        theirs.step()
    assert rates(Recipe(learning_rate=0.5, schedule="cosine"), 20) == pytest.approx(expected)


@pytest.mark.parametrize("schedule", get_args(Schedule))
def test_every_schedule_has_a_rate_of_its_own_that_is_the_highest_at_most(schedule: Schedule) -> None:
    recipe = Recipe(learning_rate=0.5, schedule=schedule)
    seen = rates(recipe, 80)
    assert seen == [0.5 * recipe.rate(step, 80) for step in range(80)]
    assert 0 < min(seen) <= max(seen) <= 0.5
    others = [
        rates(Recipe(learning_rate=0.5, schedule=other), 80) for other in get_args(Schedule) if other != schedule
    ]
    assert seen not in others


def test_an_unknown_schedule_is_refused() -> None:
    with pytest.raises(ValueError, match="schedule 'warm' is not known; known: constant, step, one-cycle, cosine"):
        Recipe(schedule="warm")  # type: ignore[arg-type]


@pytest.mark.parametrize("share", [-0.1, 1, 2])
def test_label_smoothing_is_a_share(share: float) -> None:
    with pytest.raises(ValueError, match="label_smoothing is a share from 0 to 1"):
        Recipe(label_smoothing=share)


@pytest.mark.parametrize("name", ["epochs", "batch_size", "learning_rate", "step_epochs", "step_factor"])
def test_nonsense_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be positive, not 0"):
        Recipe(**{name: 0})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("clip", -1.0, "clip is 0 or more, not -1"),
        ("weight_decay", float("nan"), "weight_decay is 0 or more, not nan"),
        ("max_frames", 0, "a batch has at least 1 frame, not max_frames=0"),
    ],
)
def test_limits_that_are_none_are_refused(name: str, value: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Recipe(**{name: value})  # type: ignore[arg-type]
