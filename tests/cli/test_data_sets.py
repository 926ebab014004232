"""Data sets from their own files to a tested model, as a user types it."""

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from stgcn_pyg.recognizer import Recognizer
from tests.command_line import call
from tests.writers import write_ntu, write_nw_ucla

SMALL = ("--members", 1, "--epochs", 1, "--width", 0.05, "--crop", 16, "--accelerator", "cpu", "--no-progress")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def scored(folder: Path) -> list[str]:
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["total"] == len(metrics["recordings"])
    return sorted(recording["name"] for recording in metrics["recordings"])


def test_ntu_rgbd_is_trained_on_and_others_are_scored(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for subject in (1, 2, 3):  # 1 and 2 are trained on, 3 is tested
        for action in (1, 23):
            folder = tmp_path / ("other" if subject == 3 else "ntu")
            folder.mkdir(exist_ok=True)
            pos = rng.random((20, 25, 3)) * [0.3, 1.7, 0.3]
            name = f"S001C00{subject}P00{subject}R001A{action:03d}.skeleton"
            write_ntu(folder / name, 20, {"1": dict(enumerate(pos))})
    shutil.copytree(tmp_path / "other", tmp_path / "ntu" / "tested")
    run = tmp_path / "run"
    assert "test accuracy" in call("train", "--data", "ntu-rgbd", "--root", tmp_path / "ntu", "--out", run, *SMALL)
    tested = ["S001C003P003R001A001", "S001C003P003R001A023"]
    assert scored(run) == tested
    assert len(Recognizer.from_pretrained(run).classes) == 60
    call("evaluate", run, "--root", tmp_path / "other")
    assert scored(run / "evaluation-other") == tested


def test_a_pose_file_is_trained_on_and_another_is_scored(tmp_path: Path) -> None:
    poses = np.random.default_rng(0).random((6, 1, 20, 17, 3)) * 0.5
    clips = [{"frame_dir": f"clip{i}", "label": i % 3, "keypoint": pose} for i, pose in enumerate(poses)]
    names = [clip["frame_dir"] for clip in clips]
    file, other, run = tmp_path / "poses.pkl", tmp_path / "other.pkl", tmp_path / "run"
    splits = {"xsub_train": names[:3], "xsub_val": names[3:]}
    file.write_bytes(pickle.dumps({"split": splits, "annotations": clips}))
    other.write_bytes(pickle.dumps(clips[:2]))
    how = ("--data", "pose-file", "--protocol", "xsub")
    assert "test accuracy" in call("train", *how, "--root", file, "--out", run, *SMALL)
    assert scored(run) == names[3:]
    model = Recognizer.from_pretrained(run)
    assert model.classes == ("class 0", "class 1", "class 2")
    assert model.graph.skeleton.name == "H36M_17"  # 17 joints in space
    call("evaluate", run, "--root", other)
    assert scored(run / "evaluation-other.pkl") == names[:2]
    assert "subjects" not in (run / "report.md").read_text()  # of whom nothing is known


def test_who_has_not_the_tested_view_trains_all_the_same(tmp_path: Path) -> None:
    for view in (1, 2, 3):
        for label in (1, 2):
            folder = tmp_path / ("third" if view == 3 else "ucla")
            folder.mkdir(exist_ok=True)
            pos = np.random.default_rng(view).random((20, 20, 3)) + 1
            write_nw_ucla(folder / f"a{label:02d}_s01_e00_v{view:02d}.json", pos, label=label)
    run = tmp_path / "run"
    with pytest.warns(UserWarning, match=r"the model is not tested: .*no recording of the test views \[3\]"):
        said = call("train", "--data", "nw-ucla", "--root", tmp_path / "ucla", "--out", run, *SMALL)
    assert "no test recordings, so no score" in said
    call("evaluate", run, "--root", tmp_path / "third")
    assert scored(run / "evaluation-third") == ["a01_s01_e00_v03", "a02_s01_e00_v03"]


def test_a_folder_for_each_action_needs_no_code(tmp_path: Path) -> None:
    for action in ("jump", "wave"):
        for number in range(5):
            path = tmp_path / "mine" / action / f"clip{number}.npy"
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, np.random.default_rng(number).random((20, 25, 3)) + 0.1)
    run = tmp_path / "run"
    said = call("train", "--data", "folder", "--root", tmp_path / "mine", "--fps", 25, "--out", run, *SMALL)
    assert "test accuracy" in said
    shutil.move(tmp_path / "mine" / "wave", tmp_path / "other" / "wave")  # jump is not there
    call("evaluate", run, "--root", tmp_path / "other", "--fps", 25)
    assert scored(run / "evaluation-other") == [f"wave/clip{number}" for number in range(5)]


def test_a_trained_network_learns_other_actions_of_a_folder(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for data, actions in (("first", ("jump", "wave")), ("second", ("sit", "wave", "jump"))):
        for action in actions:
            (tmp_path / data / action).mkdir(parents=True)
            for number in range(5):
                np.save(tmp_path / data / action / f"clip{number}.npy", rng.random((20, 25, 3)) + 0.1)
    how = ("--data", "folder", "--fps", 25, "--root")
    call("train", *how, tmp_path / "first", "--out", tmp_path / "run", *SMALL)
    small = [word for word in SMALL if word not in ("--members", "--width", 0.05)]
    small.remove(1)  # of --members
    tuned = tmp_path / "tuned"
    assert "test accuracy" in call(
        "train", "--from", tmp_path / "run", *how, tmp_path / "second", "--out", tuned, *small
    )
    assert Recognizer.from_pretrained(tuned).classes == ("jump", "sit", "wave")
    with pytest.raises(ValueError, match="sub-sequences are KTH's; recordings of folder have none"):
        call("evaluate", tuned, "--root", tmp_path / "second", "--subsequences", tmp_path / "list.txt")
