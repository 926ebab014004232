"""Training: it learns, it can be interrupted, it is reproducible."""

from pathlib import Path
from typing import get_args

import pytest
import torch

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.models import STGCN
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.training import Recipe
from stgcn_pyg.training.fit import fit
from stgcn_pyg.training.recipe import Schedule

GRAPH = SkeletonGraph.build(BODY_25)


class Shaken(torch.utils.data.Dataset[SkeletonData]):
    """Two classes of noise that differ in their mean, with fresh noise whenever one is read."""

    def __init__(self, fail_at: int | None = None) -> None:
        self.reads = 0
        self.fail_at = fail_at

    def __len__(self) -> int:
        return 12

    def __getitem__(self, i: int) -> SkeletonData:
        self.reads += 1
        if self.reads == self.fail_at:
            raise RuntimeError("the lights went out")
        x = torch.randn(6, 25, 2) + 2 * (i % 2)
        data = SkeletonData(x=x, run=torch.zeros(6, dtype=torch.long), y=torch.tensor([i % 2]))
        return data.attach(GRAPH)


def train(
    folder: Path,
    train: Shaken,
    val: Shaken | None = None,
    seed: int = 3,
    epochs: int = 4,
    schedule: Schedule = "one-cycle",
) -> STGCN:
    torch.manual_seed(0)
    model = STGCN(GRAPH, 2, 2, channels=[(4, 1), (4, 2)], dropout=0.2)
    recipe = Recipe(epochs=epochs, batch_size=4, schedule=schedule, step_epochs=1)
    fit(
        model,
        train,
        val,
        num_classes=2,
        recipe=recipe,
        folder=folder,
        seed=seed,
        progress=False,
        accelerator="cpu",
        devices=1,
    )
    return model


def same(a: STGCN, b: STGCN) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


@pytest.mark.parametrize("schedule", get_args(Schedule))
def test_an_interrupted_run_ends_as_if_it_had_not_been(tmp_path: Path, schedule: Schedule) -> None:
    whole = train(tmp_path / "whole", Shaken(), schedule=schedule)
    with pytest.raises(RuntimeError, match="the lights went out"):
        train(tmp_path / "cut", Shaken(fail_at=30), schedule=schedule)  # in the third epoch
    resumed = Shaken()
    assert same(train(tmp_path / "cut", resumed, schedule=schedule), whole)
    assert resumed.reads == 24  # the two epochs that were missing


def test_the_schedule_matters(tmp_path: Path) -> None:
    ends = [train(tmp_path / schedule, Shaken(), epochs=2, schedule=schedule) for schedule in get_args(Schedule)]
    assert not any(same(one, other) for n, one in enumerate(ends) for other in ends[:n])


def test_an_interrupted_run_still_knows_its_best_epoch(tmp_path: Path) -> None:
    whole = train(tmp_path / "whole", Shaken(), Shaken())
    with pytest.raises(RuntimeError, match="the lights went out"):
        train(tmp_path / "cut", Shaken(fail_at=20), Shaken())  # in the second epoch
    before = torch.load(tmp_path / "cut" / "checkpoints" / "last.ckpt", weights_only=True)
    scores = [state.get("best_model_score") for state in before["callbacks"].values()]
    assert any(score is not None for score in scores)
    assert same(train(tmp_path / "cut", Shaken(), Shaken()), whole)


def test_the_seed_decides(tmp_path: Path) -> None:
    first = train(tmp_path / "a", Shaken())
    assert same(first, train(tmp_path / "b", Shaken()))
    assert not same(first, train(tmp_path / "c", Shaken(), seed=4))


def test_it_learns_and_keeps_the_best_epoch(tmp_path: Path) -> None:
    model = train(tmp_path, Shaken(), Shaken(), epochs=15)
    best = torch.load(tmp_path / "checkpoints" / "best.ckpt", weights_only=True)["state_dict"]
    assert all(torch.equal(value, best[f"model.{name}"]) for name, value in model.state_dict().items())
    log = (tmp_path / "curves" / "version_0" / "metrics.csv").read_text()
    assert "val_accuracy" in log
    assert "train_loss" in log
    model.eval()
    recordings = Shaken()
    right = [int(model(recordings[i]).argmax()) == i % 2 for i in range(12)]
    assert sum(right) >= 10


def test_a_training_that_diverges_stops_and_keeps_what_was_good(tmp_path: Path) -> None:
    train(tmp_path, Shaken(), epochs=1)
    path = tmp_path / "checkpoints" / "last.ckpt"
    good = path.read_bytes()

    class Broken(Shaken):
        def __getitem__(self, i: int) -> SkeletonData:
            data = super().__getitem__(i)
            data.x = data.x * torch.inf
            return data

    with pytest.raises(ValueError, match="diverged in epoch 2: the network has weights that are not finite"):
        train(tmp_path, Broken(), epochs=2)
    assert path.read_bytes() == good
