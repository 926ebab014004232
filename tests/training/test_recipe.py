"""The recipe: its optimiser, its schedule, what it refuses."""

import pytest
import torch

from stgcn_pyg.training import Recipe


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


def test_one_cycle_rises_to_the_rate_and_falls_to_nothing() -> None:
    recipe = Recipe(learning_rate=0.5)
    optimizer = recipe.optimizer(torch.nn.Linear(3, 4))
    scheduler = recipe.scheduler(optimizer, num_steps=100)
    assert scheduler is not None
    rates = []
    for _ in range(100):
        rates.append(scheduler.get_last_lr()[0])
        optimizer.step()
        if len(rates) < 100:
            scheduler.step()
    assert max(rates) == pytest.approx(0.5)
    assert rates.index(max(rates)) == 15
    assert rates[0] < 0.05
    assert rates[-1] < 1e-3


def test_a_constant_rate_has_no_scheduler() -> None:
    recipe = Recipe(one_cycle=False)
    assert recipe.scheduler(recipe.optimizer(torch.nn.Linear(3, 4)), num_steps=10) is None


@pytest.mark.parametrize("share", [-0.1, 1, 2])
def test_label_smoothing_is_a_share(share: float) -> None:
    with pytest.raises(ValueError, match="label_smoothing is a share from 0 to 1"):
        Recipe(label_smoothing=share)


@pytest.mark.parametrize("name", ["epochs", "batch_size", "learning_rate"])
def test_nonsense_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be positive, not 0"):
        Recipe(**{name: 0})  # type: ignore[arg-type]
