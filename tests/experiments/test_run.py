"""Run folders: from synthetic files to metrics, and back from the folder."""

import csv
import json
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.datasets import KTH_ACTIONS, KTHSkeletonDataset, Protocol
from stgcn_pyg.experiments import Settings
from stgcn_pyg.experiments.cross_validation import cross_validate_runs
from stgcn_pyg.experiments.evaluation import evaluate_run
from stgcn_pyg.experiments.run import train_run
from stgcn_pyg.models import STGCN
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.skeleton import BODY_25, OPENPOSE_18
from stgcn_pyg.synthetic import write_synthetic_kth
from stgcn_pyg.training import Recipe


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic")
    write_synthetic_kth(folder / "raw", subjects=[1, 2, 3], scenarios=[1], num_frames=80)
    return folder


def settings(root: Path) -> Settings:
    return Settings(
        root=str(root),
        protocol=Protocol([1], [2], [3]),
        width=0.05,
        members=1,
        crop=16,
        min_crop=8,
        recipe=Recipe(epochs=1, batch_size=6),
    )


def test_settings_survive_json(root: Path) -> None:
    original = settings(root)
    again = Settings.from_dict(json.loads(json.dumps(original.to_dict())))
    assert again.to_dict() == original.to_dict()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layers": 10}, "layers 10 is not known; known: 9, 12"),
        ({"partition": "random"}, "partition 'random' is not known; known: uniform, distance"),
        ({"skeleton": "BODY_26"}, "no skeleton is called 'BODY_26'"),
        ({"streams": ["smell"]}, "no input stream is called 'smell'"),
        ({"width": 0}, "width is a positive factor"),
        ({"width": float("nan")}, "width is a positive factor, .* not nan"),
        ({"width": 1e308}, r"width is a positive factor, .* not 1e\+308"),
        ({"seed": -1}, "a seed is 0 or more, not -1"),
        ({"freeze": 3}, r"no units can be frozen \(3\) but those of a model to fine-tune"),
        ({"fps": -1.0}, r"fps -1\.0 is no number of frames a second"),
        ({"rate": float("nan")}, "rate nan is no number of frames a second"),
        ({"crop": -3}, "crops of 8 to -3 frames are impossible"),
        ({"min_crop": 0}, "crops of 0 to 16 frames are impossible"),
        ({"augment": "wild"}, "augment 'wild' is not known; known: strong, unmirrored, robust, paper, none"),
        ({"precision": "8"}, "precision '8' is not known; known: 32, bf16"),
        ({"norm": "middle"}, "have no norm 'middle'; known: both, once, none"),
        ({"norm": "start", "residual": True}, "have no norm 'start'; known: both, once, none"),
        ({"norm": "start", "residual": False, "relu_first": True}, "norm='start' has none; take both or end"),
        ({"linear_middle": True, "residual": True}, "linear_middle is a kind of plain unit"),
        ({"bias": "joint"}, "no bias is called 'joint'; known: channel, partition, none"),
        ({"backend": "quantum"}, "no backend is called 'quantum'; known: auto, sparse, segment, dense"),
        ({"kernel_size": 4}, "an odd number of frames, not 4"),
        ({"protocol": {"train": [1], "test": [1]}}, "subject 1 stands in both the train and the test split"),
    ],
)
def test_settings_refuse_nonsense(root: Path, change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(settings(root), **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "switches",
    [
        {"residual": False, "norm": "start", "linear_middle": True},
        {"residual": False, "norm": "end", "relu_first": True, "bias": "partition"},
        {"norm": "once", "causal": True, "backend": "sparse", "edge_importance": True, "bias": "none"},
    ],
)
def test_switches_reach_the_network_and_its_folder(root: Path, tmp_path: Path, switches: dict[str, object]) -> None:
    how = replace(settings(root), layers=9, **switches)  # type: ignore[arg-type]
    assert train_run(how, tmp_path, progress=False, accelerator="cpu") is not None
    recognizer = Recognizer.from_pretrained(tmp_path)
    architecture = how.architecture | {"backend": "auto"}  # the folder leaves it to the machine
    expected = STGCN(recognizer.graph, recognizer.networks[0].in_channels, 6, **architecture)
    assert repr(recognizer.model) == repr(expected)
    assert json.loads((tmp_path / "config.json").read_text()).items() >= switches.items()
    assert (tmp_path / "edge_weights.png").exists() == how.edge_importance


def test_every_switch_changes_the_network_or_how_it_is_computed(root: Path) -> None:
    graph = SkeletonGraph.build(BODY_25)
    changes: list[dict[str, object]] = [
        {},
        {"layers": 12},
        {"kernel_size": 5},
        {"causal": True},
        {"dropout": 0.5},
        {"edge_importance": True},
        {"bias": "partition"},
        {"bias": "none"},
        {"backend": "sparse"},
        {"norm": "once"},
        {"norm": "none"},
        {"relu_first": True},
        {"residual": False},
        {"residual": False, "linear_middle": True},
        {"residual": False, "norm": "start"},
        {"residual": False, "norm": "end"},
        {"residual": False, "relu_first": True},
    ]
    shown = [
        repr(STGCN(graph, 2, 6, **replace(settings(root), **change).architecture))  # type: ignore[arg-type]
        for change in changes
    ]
    assert len(set(shown)) == len(changes)


def test_unknown_settings_are_named(root: Path) -> None:
    with pytest.raises(ValueError, match="unknown settings: colour"):
        Settings.from_dict(settings(root).to_dict() | {"colour": "red"})
    with pytest.raises(ValueError, match=r"unknown settings: recipe\.one_cycle"):
        Settings.from_dict(settings(root).to_dict() | {"recipe": {"one_cycle": True}})


def test_a_run_leaves_everything_behind(root: Path, tmp_path: Path) -> None:
    scores = train_run(settings(root), tmp_path / "run", progress=False, accelerator="cpu")
    assert scores is not None
    assert scores.total == 6
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names >= {
        "config.json",
        "metrics.json",
        "model",
        "member0",
        "curves.png",
        "confusion.png",
        "scenarios.png",
        "report.md",
    }
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    right = [entry["true"] == entry["predicted"] for entry in metrics["recordings"]]
    assert metrics["accuracy"] == sum(right) / 6 == scores.accuracy
    for name in ("curves.png", "confusion.png", "scenarios.png"):
        with Image.open(tmp_path / "run" / name) as picture:
            assert picture.size[0] > 300
    report = (tmp_path / "run" / "report.md").read_text()
    assert f"**Accuracy {scores.accuracy:.3f}**" in report
    assert "**Synthetic** recordings" in report
    assert "Trained on 6 recordings of subjects 1." in report
    scenario = metrics["scenarios"]["d1"]
    assert scenario == {
        "accuracy": sum(right) / 6,
        "interval": list(scores.interval),
        "right": sum(right),
        "total": 6,
    }
    assert f"| d1 | 6 | {sum(right)} |" in report

    again = train_run(settings(root), tmp_path / "run", progress=False, accelerator="cpu")
    assert again is not None
    assert again.confusion == scores.confusion

    with pytest.raises(ValueError, match=r"holds a run with other settings \(seed\)"):
        train_run(replace(settings(root), seed=1), tmp_path / "run", progress=False)


def test_products_in_bfloat16_are_trained_with(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dtypes: list[torch.dtype] = []
    forward = STGCN.forward

    def seen(model: STGCN, data: SkeletonData) -> torch.Tensor:
        logits = forward(model, data)
        if model.training:
            dtypes.append(logits.dtype)
        return logits

    monkeypatch.setattr(STGCN, "forward", seen)
    half = replace(settings(root), precision="bf16")
    assert train_run(half, tmp_path, progress=False, accelerator="cpu") is not None
    assert set(dtypes) == {torch.bfloat16}
    with (tmp_path / "member0" / "curves" / "version_0" / "metrics.csv").open() as file:
        losses = [float(row["train_loss"]) for row in csv.DictReader(file) if row["train_loss"]]
    assert len(losses) == 1
    assert 0 < losses[0] < 10
    weights = Recognizer.from_pretrained(tmp_path).model.state_dict().values()
    assert {values.dtype for values in weights} == {torch.float32, torch.int64}
    assert json.loads((tmp_path / "config.json").read_text())["precision"] == "bf16"


def test_cross_validation_resumes_and_compares(root: Path, tmp_path: Path) -> None:
    base = replace(settings(root), protocol=Protocol())
    summary = cross_validate_runs(base, [1, 2], [0], tmp_path, jobs=1)
    assert [run["subject"] for run in summary["runs"]] == [1, 2]
    difference = sum(run["accuracy"] - run["forest"] for run in summary["runs"]) / 2
    assert summary["difference"][0] == pytest.approx(difference)
    assert sum(map(sum, summary["confusion"])) == 12
    assert "paired difference" in (tmp_path / "summary.md").read_text()

    with pytest.raises(ValueError, match=r"subject01-seed0 holds a run with other settings \(protocol, width\)"):
        cross_validate_runs(replace(base, width=0.1), [1, 2, 3], [0], tmp_path)
    with pytest.raises(ValueError, match="two or more"):
        cross_validate_runs(base, [1], [0], tmp_path)

    stamp = (tmp_path / "subject01-seed0" / "metrics.json").stat().st_mtime_ns
    assert cross_validate_runs(base, [1, 2], [0], tmp_path, jobs=1) == summary
    assert (tmp_path / "subject01-seed0" / "metrics.json").stat().st_mtime_ns == stamp


def test_a_failed_start_does_not_claim_the_folder(root: Path, tmp_path: Path) -> None:
    wrong = replace(settings(root), protocol=Protocol([24], test=[3]))
    with pytest.raises(ValueError, match="no recording of the train subjects"):
        train_run(wrong, tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


def test_damaged_settings_are_named(root: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ValueError, match=r"config\.json is damaged"):
        train_run(settings(root), tmp_path, progress=False)


def test_a_crop_may_be_shorter_than_the_shortest(root: Path) -> None:
    assert repr(replace(settings(root), crop=5).augmentation(BODY_25)[0]) == "RandomCrop(5, min_size=5)"


def test_a_model_of_another_layout_is_tuned_on_recordings_that_are_converted(root: Path, tmp_path: Path) -> None:
    graph = SkeletonGraph.build(OPENPOSE_18)
    Recognizer(graph, KTH_ACTIONS, fps=12.5, channels=[(4, 1), (4, 2)]).save_pretrained(tmp_path / "model")
    tuned = replace(settings(root), init=str(tmp_path / "model"), freeze=1, augment="robust")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        scores = train_run(tuned, tmp_path / "run", progress=False, accelerator="cpu")
    assert scores is not None
    assert scores.total == 6
    assert any("resampled to 12.5" in str(warning.message) for warning in said)
    config = json.loads((tmp_path / "run" / "metrics.json").read_text())["config"]
    assert config["channels"] == [[4, 1], [4, 2]]
    assert "OPENPOSE_18" in config["graph"]
    assert "width" not in config


def test_evaluation_elsewhere(root: Path, tmp_path: Path) -> None:
    train_run(settings(root), tmp_path / "run", progress=False, accelerator="cpu")
    recognizer = Recognizer.from_pretrained(tmp_path / "run")
    everything = KTHSkeletonDataset(root, "all", graph=recognizer.graph, transform=recognizer.features)
    scores = evaluate_run(recognizer, everything, tmp_path / "elsewhere")
    assert scores.total == 18
    assert (tmp_path / "elsewhere" / "report.md").exists()


def test_recordings_without_a_scenario_get_no_scores_by_scenario(root: Path, tmp_path: Path) -> None:
    def forget(data: SkeletonData) -> SkeletonData:
        del data.scenario
        return recognizer.features(data)  # type: ignore[no-any-return]

    recognizer = Recognizer(SkeletonGraph.build(BODY_25), KTH_ACTIONS, channels=[(2, 1)])
    evaluate_run(recognizer, KTHSkeletonDataset(root, "all", graph=recognizer.graph, transform=forget), tmp_path)
    assert "scenarios" not in json.loads((tmp_path / "metrics.json").read_text())
    assert "scenario" not in (tmp_path / "report.md").read_text()
    assert not (tmp_path / "scenarios.png").exists()


def test_members_differ_and_vote(root: Path, tmp_path: Path) -> None:
    train_run(replace(settings(root), members=2), tmp_path, progress=False, accelerator="cpu")
    recognizer = Recognizer.from_pretrained(tmp_path)
    data = KTHSkeletonDataset(root, "all", graph=recognizer.graph, transform=recognizer.features)[0]
    first, second = (network.eval()(data).softmax(dim=1) for network in recognizer.networks)
    assert not torch.allclose(first, second, atol=1e-4)
    torch.testing.assert_close(recognizer.predict_data([data]), (first + second) / 2)
    assert {"member0", "member1"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("name", ["model", "member0", "metrics.json"])
def test_results_of_nobody_knows_which_run_are_not_written_over(root: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(ValueError, match=rf"holds {name}, but no config\.json that says of which run"):
        train_run(settings(root), tmp_path, progress=False)
