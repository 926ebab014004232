"""The command line, as a user types it."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from stgcn_pyg.cli import app, main
from stgcn_pyg.cli.options import choose_subjects, parse_numbers

runner = CliRunner()


def call(*words: object) -> str:
    result = runner.invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


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


def test_evaluate_scores_other_recordings(run: Path, root: Path) -> None:
    said = call("evaluate", run, "--root", root, "--subjects", "1")
    assert "n = 24" in said
    assert (run / f"evaluation-{root.name}-subjects-1" / "metrics.json").exists()


def test_predict_names_an_action(run: Path, root: Path) -> None:
    recording = root / "raw" / "person02_running_d1_uncomp.npy"
    assert "person02" in call("predict", recording, "--model", run)
    line = json.loads(call("predict", recording, "--model", run, "--json"))
    assert line["recording"] == "person02_running_d1_uncomp"
    assert line["action"] == max(line["scores"], key=line["scores"].get)
    assert sum(line["scores"].values()) == pytest.approx(1, abs=1e-3)


def test_info_describes_a_model_and_the_machine(run: Path) -> None:
    assert "running, walking" in call("info", run)
    assert "torch-geometric" in call("info")


def test_help_has_examples_and_is_quick_to_import() -> None:
    for command in ("demo", "train", "evaluate", "predict", "cross-validate", "synthesize", "info"):
        assert f"stgcn-pyg {command}" in call(command, "--help")
    code = "import sys, stgcn_pyg.cli; print({'torch', 'torch_geometric', 'lightning', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train", "--root", "nowhere"], "no KTH recordings in"),
        (["train", "--train-subjects", "one"], "'one' is no list of numbers such as 16-20,23"),
        (["train", "--test-subjects", "1"], "give --train-subjects too"),
        (["train", "--train-subjects", "1", "--test-subjects", "1"], "subject 1 stands in both"),
        (["train", "--protocol", "1/2/3"], "no protocol is called '1/2/3'; known: 15/5/5, 10/5/5, 8/8/9"),
        (
            ["train", "--streams", "smell", "--root", "ROOT", "--protocol", "15/5/5"],
            "no input stream is called 'smell'",
        ),
        (["train", "--partition", "random", "--root", "ROOT"], "partition 'random' is not known"),
        (["evaluate", "nowhere"], "no model in nowhere"),
        (["predict", "nowhere.npy", "--model", "RUN"], "nowhere.npy"),
        (["predict", "EMPTY", "--model", "RUN"], "empty.npy"),
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
    assert seen[0].to_dict() == Settings("datasets/kth", {"train": [1], "val": [], "test": [2]}).to_dict()


def test_a_folder_of_recordings_is_predicted(run: Path, tmp_path: Path, root: Path) -> None:
    for name in ("person02_boxing_d1_uncomp.npy", "person02_running_d1_uncomp.npy"):
        (tmp_path / name).write_bytes((root / "raw" / name).read_bytes())
    assert len(call("predict", tmp_path, "--model", run, "--json").splitlines()) == 2


@pytest.mark.parametrize("text", ["3-2", "16-", "-3", "a", "1,,2", ""])
def test_what_is_no_list_of_numbers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no list of numbers"):
        parse_numbers(text)


def test_numbers() -> None:
    assert parse_numbers("3,1-2, 2") == [1, 2, 3]
    assert choose_subjects("8/8/9", "", "", "")["val"][0] == 19
    assert choose_subjects("8/8/9", "1-2", "", "5") == {"train": [1, 2], "val": [], "test": [5]}


def test_predictions_do_not_depend_on_company(run: Path, root: Path, tmp_path: Path) -> None:
    first = root / "raw" / "person02_boxing_d1_uncomp.npy"
    np.save(tmp_path / "long.npy", np.concatenate([np.load(first)] * 5))
    alone = json.loads(call("predict", first, "--model", run, "--json"))
    both = call("predict", first, tmp_path / "long.npy", "--model", run, "--json").splitlines()
    assert json.loads(both[0])["scores"] == pytest.approx(alone["scores"], abs=2e-4)
