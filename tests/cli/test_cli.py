"""The command line, as a user types it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from stgcn_pyg.cli import main
from stgcn_pyg.cli.options import choose_protocol, parse_numbers
from stgcn_pyg.datasets import Protocol, random_subjects
from stgcn_pyg.skeleton import BODY_25, COCO_17
from tests.command_line import call


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic")
    assert "48 synthetic recordings" in call("synthesize", "--root", folder, "--subjects", "1-2")
    return folder


@pytest.fixture(scope="module")
def run(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "run"
    subjects = ["--train-subjects", "1", "--test-subjects", "2"]
    small = ["--members", 1, "--epochs", 1, "--width", 0.05, "--crop", 16, "--accelerator", "cpu", "--no-progress"]
    said = call("train", "--root", root, "--out", out, *subjects, *small)
    assert "test accuracy" in said
    return out


def test_train_writes_a_run_folder(run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["total"] == 24
    assert metrics["fps"] == 25  # as SYNTHETIC.json says
    card = (run / "model" / "README.md").read_text()
    assert f"Accuracy {metrics['accuracy']:.3f}" in card
    assert "24 test **synthetic** recordings" in card
    assert f'from_pretrained("{run}")' in card


def test_evaluate_scores_other_recordings(run: Path, root: Path) -> None:
    said = call("evaluate", run, "--root", root, "--subjects", "1")
    assert "n = 24" in said
    assert (run / f"evaluation-{root.name}-subjects-1" / "metrics.json").exists()


def test_predict_names_an_action(run: Path, root: Path) -> None:
    recording = root / "raw" / "person02_running_d1_uncomp.npy"
    assert "person02" in call("predict", recording, "--model", run, "--fps", 25)
    line = json.loads(call("predict", recording, "--model", run, "--json", "--fps", 25))
    assert line["recording"] == "person02_running_d1_uncomp"
    assert line["action"] == max(line["scores"], key=line["scores"].get)
    assert sum(line["scores"].values()) == pytest.approx(1, abs=1e-3)


def test_a_rate_that_nothing_says_is_said_to_be_the_models(run: Path, root: Path) -> None:
    recording = root / "raw" / "person02_running_d1_uncomp.npy"
    message = r"frame rate of person02_running_d1_uncomp and 1 more, so the model's 25 a second is taken"
    with pytest.warns(UserWarning, match=message):
        taken = call("predict", recording, recording, "--model", run, "--json")
    assert taken == call("predict", recording, recording, "--model", run, "--json", "--fps", 25)


def test_recordings_of_another_layout_are_taken(run: Path, root: Path, tmp_path: Path) -> None:
    name = "person02_boxing_d1_uncomp.npy"
    in_coco = [BODY_25.index(joint) for joint in COCO_17.joints]
    np.save(tmp_path / name, np.load(root / "raw" / name)[:, in_coco])
    with pytest.warns(UserWarning, match="recorded as COCO_17.*missing: left_big_toe"):
        said = call("predict", tmp_path / name, "--model", run, "--skeleton", "COCO_17", "--json", "--fps", 25)
    predicted = json.loads(said)["action"]
    with pytest.warns(UserWarning, match="recorded as COCO_17.*missing: left_big_toe"):
        call("evaluate", run, "--root", tmp_path, "--fps", 25, "--skeleton", "COCO_17", "--out", tmp_path / "out")
    (scored,) = json.loads((tmp_path / "out" / "metrics.json").read_text())["recordings"]
    assert scored["predicted"] == predicted


def test_info_describes_a_model_and_the_machine(run: Path) -> None:
    assert "running, walking" in call("info", run)
    assert "torch-geometric" in call("info")
    assert "NTU RGB+D .skeleton" in call("info")


def test_a_trained_network_is_tuned_further(run: Path, root: Path, tmp_path: Path) -> None:
    small = ["--epochs", 1, "--crop", 16, "--accelerator", "cpu", "--no-progress"]
    tuned = ["--from", run, "--freeze", 10, "--train-subjects", "2", "--test-subjects", "1"]
    assert "n = 24" in call("train", "--root", root, "--out", tmp_path / "tuned", *tuned, *small)
    before, after = (load_file(folder / "model" / "model.safetensors") for folder in (run, tmp_path / "tuned"))
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"classifier.weight", "classifier.bias"}


def test_cross_validation_takes_the_options_of_training(root: Path, tmp_path: Path) -> None:
    small = ["--members", 1, "--epochs", 1, "--width", 0.05, "--crop", 16, "--plain", "--seeds", 1, "--jobs", 1]
    assert "over 2 runs" in call("cross-validate", "--root", root, "--out", tmp_path, "--subjects", "1-2", *small)
    config = json.loads((tmp_path / "subject02-seed0" / "config.json").read_text())
    assert (config["residual"], config["width"], config["protocol"]["test"]) == (False, 0.05, [2])


def test_runs_are_fused(run: Path, tmp_path: Path) -> None:
    assert "n = 24" in call("fuse", run, run, "--weights", "1,0.5", "--out", tmp_path)
    assert json.loads((tmp_path / "metrics.json").read_text())["fused"][1]["weight"] == pytest.approx(
        1 / 3, abs=1e-4
    )


def test_an_experiment_of_the_paper_runs_on_what_is_built_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "SYNTHETIC recordings of 5 people" in call("reproduce", "figure-9", "--quick")
    assert len(list(Path("runs/paper/runs").glob("*.json"))) == 8  # two networks, two modes, two seeds


def test_recordings_are_looked_for_as_the_data_set_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lying = Path("datasets/kth/person01_boxing_d1_uncomp.npy")  # not in a folder raw
    lying.parent.mkdir(parents=True)
    lying.touch()
    with pytest.raises(ValueError, match=lying.name):
        call("reproduce", "figure-9", "--quick")
    assert not Path("runs").exists()


def test_help_has_examples_and_is_quick_to_import() -> None:
    trained = ("demo", "train", "evaluate", "fuse", "predict", "cross-validate", "reproduce")
    for command in (*trained, "stream", "report", "draw", "explain", "edges", "synthesize", "info"):
        assert f"stgcn-pyg {command}" in call(command, "--help")
    code = "import sys, stgcn_pyg.cli; print({'torch', 'torch_geometric', 'lightning', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train", "--root", "nowhere"], "no KTH recordings in"),
        (["reproduce", "table-1", "--root", "nowhere"], "no KTH recordings in"),
        (["reproduce", "table-2"], "no experiment is called 'table-2'; known: table-1"),
        (["reproduce", "table-1", "--device", "cuda:1"], "device 'cuda:1' is not known; known: cpu, cuda, mps"),
        (["reproduce", "table-1", "--mode", "wrong"], "mode 'wrong' is not known; known: correct, published, both"),
        (["train", "--train-subjects", "one"], "'one' is no list of numbers such as 16-20,23"),
        (["train", "--test-subjects", "1"], "give --train-subjects too"),
        (["train", "--train-subjects", "1", "--test-subjects", "1"], "subject 1 stands in both"),
        (
            ["train", "--protocol", "1/2/3"],
            "no protocol is called '1/2/3'; known: 15/5/5, 10/5/5, 8/8/9, random-subjects",
        ),
        (
            ["train", "--streams", "smell", "--root", "ROOT", "--protocol", "15/5/5"],
            "no input stream is called 'smell'",
        ),
        (["train", "--partition", "random", "--root", "ROOT"], "partition 'random' is not known"),
        (["train", "--schedule", "warm", "--root", "ROOT"], "schedule 'warm' is not known; known: constant, step"),
        (["train", "--norm", "start", "--root", "ROOT"], "have no norm 'start'; known: both, once, none"),
        (
            ["train", "--from", "RUN", "--width", "1", "--layers", "9"],
            "as it was trained; leave --layers, --width out",
        ),
        (["train", "--from", "nowhere"], "no model in nowhere"),
        (["evaluate", "nowhere"], "no model in nowhere"),
        (["evaluate", "RUN", "--out", "RUN"], "is a run folder, whose own scores would be lost"),
        (["fuse", "RUN", "RUN", "--out", "RUN"], "is a run folder, whose own scores would be lost"),
        (["fuse", "RUN", "RUN", "--weights", "1,a"], "'1,a' is no list of weights"),
        (["fuse", "RUN", "RUN", "--weights", "1,1", "--fit"], "leave --weights or --fit out"),
        (["fuse", "RUN", "nowhere"], "no run in nowhere"),
        (["fuse", "nowhere", "neverwhere"], "neither a run nor the runs of a cross-validation in nowhere"),
        (["fuse", "RUN", "RUN", "--fps", "5"], "--fps and --subjects are about the recordings of --root"),
        (["fuse", "nowhere", "neverwhere", "--fit"], "leave --fit and --root out"),
        (["predict", "nowhere.npy", "--model", "RUN"], "nowhere.npy"),
        (["predict", "EMPTY", "--model", "RUN"], "empty.npy"),
        (
            ["predict", "EMPTY", "--model", "RUN", "--skeleton", "COCO"],
            "no skeleton is called 'COCO'; known",
        ),
        (["synthesize", "--subjects", "0"], "subject"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line(
    words: list[str],
    message: str,
    root: Path,
    run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.npy").touch()
    places = {"ROOT": str(root), "RUN": str(run), "EMPTY": "empty.npy"}
    monkeypatch.setattr(sys, "argv", ["stgcn-pyg", *(places.get(word, word) for word in words)])
    with pytest.raises(SystemExit) as stop:
        main()
    said = capsys.readouterr().err
    assert stop.value.code == 2
    assert message in said
    assert "Traceback" not in said


def test_defaults_are_those_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    from stgcn_pyg.experiments import Settings, run

    seen: list[Settings] = []
    monkeypatch.setattr(run, "train_run", lambda settings, *args, **kwargs: seen.append(settings))
    call("train", "--train-subjects", "1", "--test-subjects", "2")
    assert seen[0].to_dict() == Settings("datasets/kth", Protocol([1], test=[2])).to_dict()


def test_every_switch_of_network_and_training_is_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    from stgcn_pyg.experiments import Settings, run

    seen: list[Settings] = []
    monkeypatch.setattr(run, "train_run", lambda settings, *args, **kwargs: seen.append(settings))
    network = "--plain --norm end --relu-first --bias partition --causal --backend sparse --edge-importance"
    recipe = "--schedule step --step-epochs 3 --step-factor 0.5 --precision bf16"
    call("train", *network.split(), *recipe.split())
    assert (
        seen[0].architecture.items()
        >= {
            "residual": False,
            "norm": "end",
            "relu_first": True,
            "bias": "partition",
            "causal": True,
            "backend": "sparse",
            "edge_importance": True,
        }.items()
    )
    chosen = seen[0].recipe
    assert (chosen.schedule, chosen.step_epochs, chosen.step_factor) == ("step", 3, 0.5)
    assert seen[0].precision == "bf16"


def test_a_folder_of_recordings_is_predicted(run: Path, tmp_path: Path, root: Path) -> None:
    for name in ("person02_boxing_d1_uncomp.npy", "person02_running_d1_uncomp.npy"):
        (tmp_path / name).write_bytes((root / "raw" / name).read_bytes())
    assert len(call("predict", tmp_path, "--model", run, "--json", "--fps", 25).splitlines()) == 2


@pytest.mark.parametrize("text", ["3-2", "16-", "-3", "a", "1,,2", ""])
def test_what_is_no_list_of_numbers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no list of numbers"):
        parse_numbers(text)


def test_numbers() -> None:
    assert parse_numbers("3,1-2, 2") == [1, 2, 3]
    assert choose_protocol("kth", "8/8/9", 0).val[0] == 19
    assert choose_protocol("kth", "", 0, train_subjects="1-2", test_subjects="5") == Protocol([1, 2], test=[5])
    assert choose_protocol("kth", "random-subjects", 1) == random_subjects(1)
    views = choose_protocol("nw-ucla", "", 0, train_views="1", test_views="2")
    assert views == Protocol([1], test=[2], by="view")
    with pytest.raises(ValueError, match="give --train-views too"):
        choose_protocol("nw-ucla", "", 0, test_views="2")
    with pytest.raises(ValueError, match="by people or by views, not by both"):
        choose_protocol("nw-ucla", "", 0, train_subjects="1", test_views="2")
    with pytest.raises(ValueError, match="no protocol is called '15/5/5'; known: cross-view, view-1-to-2"):
        choose_protocol("nw-ucla", "15/5/5", 0)


def test_predictions_do_not_depend_on_company(run: Path, root: Path, tmp_path: Path) -> None:
    first = root / "raw" / "person02_boxing_d1_uncomp.npy"
    np.save(tmp_path / "long.npy", np.concatenate([np.load(first)] * 5))
    alone = json.loads(call("predict", first, "--model", run, "--json", "--fps", 25))
    both = call("predict", first, tmp_path / "long.npy", "--model", run, "--json", "--fps", 25).splitlines()
    assert json.loads(both[0])["scores"] == pytest.approx(alone["scores"], abs=2e-4)


def test_paths_may_have_spaces_and_begin_at_home(
    run: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run folder that was moved, without its checkpoints, is a model all the same."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(run, tmp_path / "my runs" / "moved", ignore=shutil.ignore_patterns("member*"))
    shutil.copy(root / "raw" / "person02_running_d1_uncomp.npy", tmp_path / "one clip.npy")
    for words in (
        ["predict", "~/one clip.npy", "one clip.npy", "--model=~/my runs/moved", "--json", "--fps", "25"],
        ["evaluate", "my runs/moved", "--root", str(root), "--subjects", "1", "--out=~/my scores"],
        ["info", "~/my runs/moved"],
    ):
        monkeypatch.setattr(sys, "argv", ["stgcn-pyg", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        assert stop.value.code == 0
    assert capsys.readouterr().out.count('"recording": "one clip"') == 2
    assert (tmp_path / "my scores" / "metrics.json").exists()
    assert not (tmp_path / "~").exists()
