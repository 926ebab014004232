"""Late fusion: weights, what they are fitted on, and runs that belong together."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from stgcn_pyg.datasets import Protocol
from stgcn_pyg.experiments import Settings
from stgcn_pyg.experiments.cross_validation import cross_validate_runs
from stgcn_pyg.experiments.fusion import fit_weights, fuse, fuse_folds, fuse_runs
from stgcn_pyg.experiments.run import train_run
from stgcn_pyg.synthetic import write_synthetic_kth
from stgcn_pyg.training import Recipe
from tests.strategies import few, normal, seeds

STREAMS = ("joint", "bone_motion")


def random_scores(num_models: int, num_samples: int, seed: int) -> tuple[Tensor, Tensor]:
    """Probabilities of models that know the class a little, and the classes."""
    y = torch.randint(4, (num_samples,), generator=torch.Generator().manual_seed(seed))
    hint = torch.nn.functional.one_hot(y, 4) * torch.linspace(0, 2, num_models)[:, None, None]
    return (normal(num_models, num_samples, 4, seed=seed) + hint).softmax(dim=2).float(), y


def likelihood(probabilities: Tensor, weights: Tensor, y: Tensor) -> float:
    return float(fuse(probabilities, weights)[torch.arange(len(y)), y].log().mean())


@given(st.integers(1, 5), st.integers(1, 20), seeds)
@few
def test_a_fusion_is_a_distribution_between_those_it_is_made_of(models: int, samples: int, seed: int) -> None:
    probabilities, _ = random_scores(models, samples, seed)
    weights = normal(models, seed=seed).abs().float() + 0.01
    fused = fuse(probabilities, weights)
    torch.testing.assert_close(fused.sum(dim=1), torch.ones(samples))
    assert (fused <= probabilities.amax(dim=0) + 1e-6).all()
    assert (fused >= probabilities.amin(dim=0) - 1e-6).all()
    torch.testing.assert_close(fuse(probabilities, 7 * weights), fused)


@given(st.integers(2, 4), st.integers(5, 40), seeds)
@few
def test_no_other_weights_are_likelier_than_the_fitted(models: int, samples: int, seed: int) -> None:
    probabilities, y = random_scores(models, samples, seed)
    fitted = fit_weights(probabilities, y)
    assert fitted.sum() == pytest.approx(1, abs=1e-5)
    best = likelihood(probabilities, fitted, y)
    others = [*torch.eye(models), torch.ones(models), *normal(20, models, seed=seed).abs().float()]
    assert best >= max(likelihood(probabilities, weights, y) for weights in others) - 1e-4


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0], "1 weights do not go with 2 runs"),
        ([1.0, -1.0], "weights are 0 or more"),
        ([0.0, 0.0], "not all 0"),
        ([float("nan"), 1.0], "weights are 0 or more"),
    ],
)
def test_weights_that_are_none(weights: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fuse(torch.full((2, 3, 4), 0.25), torch.tensor(weights))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic")
    write_synthetic_kth(folder / "raw", subjects=[1, 2, 3], scenarios=[1], num_frames=30)
    return folder


@pytest.fixture(scope="module")
def settings(root: Path) -> Settings:
    small = {"width": 0.05, "members": 1, "crop": 16, "min_crop": 8, "recipe": Recipe(epochs=1, batch_size=6)}
    return Settings(str(root), Protocol([1], [2], [3]), **small)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def runs(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("runs")
    for stream in STREAMS:
        train_run(replace(settings, streams=(stream,)), folder / stream, progress=False, accelerator="cpu")
    return [folder / stream for stream in STREAMS]


def probabilities_of(run: Path) -> list[float]:
    return [entry["probability"] for entry in json.loads((run / "metrics.json").read_text())["recordings"]]


def test_runs_are_fused_and_say_how(runs: list[Path], tmp_path: Path) -> None:
    scores = fuse_runs(runs, tmp_path, weights=[3, 1])
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["accuracy"] == scores.accuracy
    assert [entry["weight"] for entry in metrics["fused"]] == [0.75, 0.25]
    assert [entry["streams"] for entry in metrics["fused"]] == [[stream] for stream in STREAMS]
    for entry, run in zip(metrics["fused"], runs, strict=True):
        assert entry["accuracy"] == pytest.approx(json.loads((run / "metrics.json").read_text())["accuracy"])
    assert f"| {runs[0]} | joint | 0.75 |" in (tmp_path / "report.md").read_text()


def test_all_weight_on_one_run_is_that_run(runs: list[Path], tmp_path: Path) -> None:
    fuse_runs(runs, tmp_path, weights=[0, 1])
    assert probabilities_of(tmp_path) == pytest.approx(probabilities_of(runs[1]), abs=2e-4)


def test_weights_are_fitted_on_validation_recordings(runs: list[Path], tmp_path: Path) -> None:
    fuse_runs(runs, tmp_path, fit=True)
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["weights"] == "fitted"
    assert sum(entry["weight"] for entry in metrics["fused"]) == pytest.approx(1, abs=1e-3)


def test_other_recordings_can_be_scored(runs: list[Path], root: Path, tmp_path: Path) -> None:
    scores = fuse_runs(runs, tmp_path, root=root, fps=None, split="test", protocol={"test": [1, 2]})
    assert scores.total == 12


def test_what_does_not_belong_together_is_refused(runs: list[Path], settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="fusion needs two runs or more, not 1"):
        fuse_runs(runs[:1], tmp_path)
    with pytest.raises(FileNotFoundError, match=r"no run in .*nowhere: it has no config\.json"):
        fuse_runs([*runs, tmp_path / "nowhere"], tmp_path)
    other = replace(settings, protocol=Protocol([1], test=[2]))
    train_run(other, tmp_path / "other", progress=False, accelerator="cpu")
    with pytest.raises(ValueError, match=r"other and .*joint cannot be fused: their recordings"):
        fuse_runs([runs[0], tmp_path / "other"], tmp_path / "fused")
    with pytest.raises(ValueError, match="fitted on validation recordings, which not every run has"):
        fuse_runs([runs[0], tmp_path / "other"], tmp_path / "fused", fit=True)


def test_recordings_of_the_same_names_elsewhere_are_others(
    runs: list[Path], settings: Settings, tmp_path: Path
) -> None:
    write_synthetic_kth(tmp_path / "twins" / "raw", seed=1, subjects=[1, 2, 3], scenarios=[1], num_frames=30)
    twins = replace(settings, root=str(tmp_path / "twins"))
    train_run(twins, tmp_path / "other", progress=False, accelerator="cpu")
    with pytest.raises(ValueError, match=r"other and .*joint cannot be fused: their recordings"):
        fuse_runs([runs[0], tmp_path / "other"], tmp_path / "fused")


def test_cross_validations_are_fused_fold_by_fold(settings: Settings, tmp_path: Path) -> None:
    folders = [tmp_path / stream for stream in STREAMS]
    for stream, folder in zip(STREAMS, folders, strict=True):
        base = replace(settings, protocol=Protocol(), streams=(stream,))
        cross_validate_runs(base, [1, 2], [0], folder, jobs=1)
    summary = fuse_folds(folders, tmp_path / "fused")
    assert [run["subject"] for run in summary["runs"]] == [1, 2]
    assert summary["synthetic"]
    assert sum(map(sum, summary["confusion"])) == 12
    alone = {str(folder): json.loads((folder / "summary.json").read_text())["accuracy"][0] for folder in folders}
    assert {name: values[0] for name, values in summary["alone"].items()} == pytest.approx(alone)
    assert summary["difference"][0] == pytest.approx(summary["fused"][0] - max(alone.values()))
    assert fuse_folds(folders, tmp_path / "fused") == summary
    for number, weights in enumerate(([1, 0], [0, 1])):  # asked again for other weights, they count
        again = fuse_folds(folders, tmp_path / "fused", weights)
        assert again["fused"][0] == pytest.approx(alone[str(folders[number])])
    with pytest.raises(FileNotFoundError, match=r"neither a run nor the runs of a cross-validation in .*nowhere"):
        fuse_folds([folders[0], tmp_path / "nowhere"], tmp_path / "again")


def test_nothing_is_fused_into_a_run(runs: list[Path]) -> None:
    before = (runs[0] / "metrics.json").read_bytes()
    with pytest.raises(ValueError, match="is a run folder, whose own scores would be lost"):
        fuse_runs(runs, runs[0])
    with pytest.raises(ValueError, match="is a run folder, whose own scores would be lost"):
        fuse_folds([runs[0].parent, runs[0].parent], runs[0].parent)
    assert (runs[0] / "metrics.json").read_bytes() == before
