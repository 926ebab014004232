"""The paper's experiments: what is planned, what is trained, and what is not trained twice."""

import json
import multiprocessing
import os
import shutil
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rich.progress import Progress

from stgcn_pyg.experiments.experiment import EXPERIMENTS, FLAT, PAPER, Experiment, build_settings
from stgcn_pyg.experiments.parallel import progress_bar, train_in_parallel
from stgcn_pyg.experiments.reproduction import Asked, Recordings, plan, reproduce
from stgcn_pyg.experiments.settings import Settings
from stgcn_pyg.experiments.trial import Trial, run_trial
from stgcn_pyg.training import Recipe

SUBJECTS = [1, 2, 3]
TINY = Asked(seeds=2, epochs=2, width=0.05, crop=16)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Recordings:
    folder = tmp_path_factory.mktemp("synthetic")
    return Recordings.synthetic(folder, subjects=SUBJECTS, scenarios=[1], num_frames=60)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, recordings: Recordings) -> Path:
    """Two experiments that share trainings, in both modes."""
    folder = tmp_path_factory.mktemp("paper")
    small = [smaller("figure-9", 2), smaller("section-5-6", 1)]
    reproduce(small, recordings, folder, TINY, ["correct", "published"], jobs=2)
    return folder


def smaller(name: str, cells: int) -> Experiment:
    """An experiment's first networks."""
    experiment = Experiment.load(name)
    return replace(experiment, cells=experiment.cells[:cells], claims=[])


def tiny_trial(mode: str, **settings: Any) -> Trial:
    cell = Experiment.load("table-1").cells[2]
    trial = plan(cell, mode, TINY, SUBJECTS)[0]
    return replace(trial, flat={**trial.flat, **settings})


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def runs(folder: Path) -> dict[str, Any]:
    return {path.stem: read(path) for path in folder.glob("runs/*.json")}


def test_every_file_is_an_experiment_and_every_experiment_a_file() -> None:
    assert {path.stem for path in PAPER.glob("*.toml")} == {*EXPERIMENTS, "defaults"}


def test_an_unknown_experiment_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"no experiment is called 'table-2'; known: table-1, .*, all"):
        Experiment.load("table-2")


def test_recipe_and_settings_share_no_name() -> None:
    assert len(FLAT) == len(Recipe.__dataclass_fields__) + len(Settings.__dataclass_fields__)


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown settings: depth"):
        build_settings({"depth": 3}, root="poses", protocol="15/5/5")


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_at_the_papers_size_an_experiment_is_run_as_its_file_says(name: str) -> None:
    for cell in Experiment.load(name).cells:
        (trial,) = plan(cell, "correct", Asked(seeds=1), range(1, 26))
        assert dict(trial.flat) == dict(cell.settings)
        assert [len(trial.protocol.values(split)) for split in ("train", "val", "test")] == [15, 5, 5]


@pytest.mark.parametrize("asked", [{"seeds": 0}, {"epochs": -1}, {"width": 0.0}, {"crop": 0}])
def test_impossible_efforts_are_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        Asked(**asked)


def test_fewer_epochs_are_asked_for_but_never_more() -> None:
    assert Asked(epochs=60).scaled({"epochs": 1000})["epochs"] == 60
    assert Asked(epochs=60).scaled({"epochs": 20})["epochs"] == 20


def test_a_trainings_key_says_what_it_computes() -> None:
    first = tiny_trial("correct")
    assert first.key == replace(first, flat=dict(reversed(list(first.flat.items())))).key
    others = [
        tiny_trial("published"),
        tiny_trial("correct", normalization="row"),
        replace(first, seed=1),
        replace(first, protocol=replace(first.protocol, test=(9,))),
    ]
    assert len({first.key, *(other.key for other in others)}) == 5


def test_what_the_published_code_does_not_have_makes_no_other_training_of_it() -> None:
    assert tiny_trial("published").key == tiny_trial("published", normalization="row").key


def test_seeds_test_everybody_once(results: Path) -> None:
    for cell in read(results / "experiments" / "figure-9.json")["cells"]:
        for keys in cell["runs"].values():
            assert [runs(results)[key]["test_subjects"] for key in keys] == [[1], [2]]


def test_experiments_share_trainings(results: Path) -> None:
    nine, residual = (read(results / "experiments" / f"{name}.json") for name in ("figure-9", "section-5-6"))
    cells = [*nine["cells"], *residual["cells"]]
    assert {key for cell in cells for keys in cell["runs"].values() for key in keys} == set(runs(results))
    assert not (results / "unfinished").exists()


def test_a_result_has_both_readings_of_the_network(results: Path) -> None:
    for run in runs(results).values():
        readings = run["readings"]
        assert set(readings) == {"best", "last", "last_batch_means"}
        assert all(set(values) == {"validation", "test"} for values in readings.values())
        own = readings["best" if run["mode"] == "correct" else "last_batch_means"]
        assert (run["validation"], run["test"]) == (own["validation"], own["test"])
        right = sum(row[i] for i, row in enumerate(run["confusion"]))
        total = sum(map(sum, run["confusion"]))
        recorded = readings["best" if run["mode"] == "correct" else "last"]["test"]
        assert right / total == pytest.approx(recorded)
        assert readings["best"]["validation"] == pytest.approx(max(run["curve"]["val_accuracy"]), abs=1e-4)
        assert readings["last"]["validation"] == pytest.approx(run["curve"]["val_accuracy"][-1], abs=1e-4)
        assert run["curve"]["epoch"] == [1, 2]
        assert run["synthetic"]


def test_finished_trainings_are_not_repeated(results: Path, recordings: Recordings) -> None:
    before = {path: path.stat().st_mtime_ns for path in results.glob("runs/*.json")}
    gone = min(before)
    contents = read(gone)
    gone.unlink()
    small = [smaller("figure-9", 2), smaller("section-5-6", 1)]
    reproduce(small, recordings, results, TINY, ["correct", "published"], jobs=1)
    after = {path: path.stat().st_mtime_ns for path in results.glob("runs/*.json")}
    assert {path for path in after if after[path] != before[path]} == {gone}
    again = read(gone)
    assert {**again, "seconds": 0} == {**contents, "seconds": 0}  # and another time it comes out the same


def test_another_mode_and_unfinished_trainings_are_left_alone(results: Path, recordings: Recordings) -> None:
    before = read(results / "experiments" / "figure-9.json")
    kept = results / "unfinished" / "of another effort" / "last.ckpt"
    kept.parent.mkdir(parents=True)
    kept.touch()
    reproduce([smaller("figure-9", 2)], recordings, results, TINY, ["correct"])
    assert read(results / "experiments" / "figure-9.json") == before
    assert kept.exists()
    shutil.rmtree(results / "unfinished")


@pytest.mark.parametrize("subjects", [[1, 2], SUBJECTS])
def test_what_cannot_be_run_writes_nothing(subjects: list[int], recordings: Recordings, tmp_path: Path) -> None:
    others = replace(recordings, facts={**recordings.facts, "subjects": subjects})
    with pytest.raises(ValueError, match=r"three subjects or more|width is a positive factor"):
        reproduce([smaller("figure-9", 1)], others, tmp_path / "out", Asked(width=2000), ["correct"])
    assert not (tmp_path / "out").exists()


def test_results_on_other_recordings_are_refused(results: Path, tmp_path: Path) -> None:
    others = Recordings.synthetic(tmp_path, subjects=SUBJECTS, scenarios=[2], num_frames=70)
    with pytest.raises(ValueError, match=r"holds results on other recordings \(data, frames differ\)"):
        reproduce([smaller("figure-9", 1)], others, results, TINY, ["correct"])


@pytest.mark.filterwarnings("ignore:.*nan.*")
def test_divergence_is_a_result(recordings: Recordings, tmp_path: Path) -> None:
    trial = tiny_trial("correct", learning_rate=1e30)
    run_trial(trial, recordings.where, tmp_path / "runs", tmp_path / "work")
    run = read(tmp_path / "runs" / f"{trial.key}.json")
    assert run["diverged"] in (1, 2)
    assert run["test"] is None
    assert run["confusion"] is None
    assert not (tmp_path / "work").exists()


def test_recordings_of_nobody_are_left_out_of_the_published_code_alone(tmp_path: Path) -> None:
    recordings = Recordings.synthetic(tmp_path / "data", subjects=SUBJECTS, scenarios=[1], num_frames=60)
    paths = sorted((tmp_path / "data" / "raw").glob("person01_*"))
    np.save(paths[0], np.zeros_like(np.load(paths[0])))
    totals = {}
    for mode in ("correct", "published"):
        trial = tiny_trial(mode, partition="uniform")
        run_trial(trial, recordings.where, tmp_path / "runs", tmp_path / "work")
        totals[mode] = sum(map(sum, read(tmp_path / "runs" / f"{trial.key}.json")["confusion"]))
    assert totals == {"correct": 6, "published": sum(bool(np.load(path).any()) for path in paths)}


def test_the_published_code_takes_no_positions_in_space(tmp_path: Path) -> None:
    recordings = Recordings.synthetic(tmp_path / "flat", subjects=SUBJECTS, scenarios=[1], num_frames=30)
    space = tmp_path / "space" / "raw"
    space.mkdir(parents=True)
    for path in (tmp_path / "flat" / "raw").glob("*.npy"):
        flat = np.load(path)
        np.savez(space / path.stem, pos=np.insert(flat[..., :2], 2, 0, axis=2), score=flat[..., 2])
    where = {**recordings.where, "root": str(space.parent), "fps": 25.0}
    with pytest.raises(ValueError, match="takes pixels, two coordinates of a joint, not 3"):
        run_trial(tiny_trial("published"), where, tmp_path / "runs", tmp_path / "work")


def die(number: int) -> None:
    os._exit(number)


def fail(number: int) -> None:
    raise ValueError(f"task {number} is impossible")


def refuse(folder: Path, number: int) -> None:
    if number == 1:
        raise ValueError("the second is impossible")
    note(folder, number)


def outlive(folder: Path, number: int) -> None:
    (folder / str(os.getpid())).touch()
    time.sleep(120)


def killed_from_outside(folder: Path) -> None:
    train_in_parallel(outlive, [(folder, 0)], jobs=1)


def note(folder: Path, number: int) -> None:
    (folder / f"{number} {torch.get_num_threads()}").touch()


def test_every_task_is_done_by_its_share_of_the_threads(tmp_path: Path) -> None:
    train_in_parallel(note, [(tmp_path, number) for number in range(3)], jobs=torch.get_num_threads())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0 1", "1 1", "2 1"]


def test_a_tasks_error_is_passed_on() -> None:
    with pytest.raises(ValueError, match="task 7 is impossible"):
        train_in_parallel(fail, [(7,)], jobs=1)


def test_after_an_error_nothing_more_is_begun(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the second is impossible"):
        train_in_parallel(refuse, [(tmp_path, number) for number in range(5)], jobs=1)
    assert [path.name[0] for path in tmp_path.iterdir()] == ["0"]


def test_after_an_interruption_nothing_more_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "advance", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train_in_parallel(note, [(tmp_path, number) for number in range(5)], jobs=1)
    assert [path.name[0] for path in tmp_path.iterdir()] == ["0"]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_trainings_end_with_the_command(tmp_path: Path) -> None:
    command = multiprocessing.get_context("spawn").Process(target=killed_from_outside, args=(tmp_path,))
    command.start()
    until(lambda: any(tmp_path.iterdir()))
    command.kill()
    command.join()
    (training,) = (int(path.name) for path in tmp_path.iterdir())
    until(lambda: not alive(training))


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end, "it does not come to that"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked about does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_time_left_is_known_however_long_trainings_take() -> None:
    now = [0.0]
    progress = progress_bar(get_time=lambda: now[0], disable=True)
    bar = progress.add_task("trainings", total=5, completed=1)
    for now[0] in (0.0, 600.0, 1200.0):
        progress.advance(bar)
    assert progress.tasks[0].time_remaining == 600


def test_a_killed_process_is_told_of() -> None:
    with pytest.raises(ChildProcessError, match="the same command goes on where it was"):
        train_in_parallel(die, [(9,)], jobs=1)


@pytest.mark.parametrize("mode", ["correct", "published"])
def test_real_recordings_are_trained_on(mode: str, real_data: Path, tmp_path: Path) -> None:
    recordings = Recordings.open(real_data / "kth_poses_5fps", fps=5.0)
    assert (recordings.facts["recordings"], recordings.facts["subjects"]) == (120, [16, 17, 18, 19, 20])
    cell = Experiment.load("table-1").cells[2]
    (trial,) = plan(cell, mode, Asked(seeds=1, epochs=1, width=0.05, crop=8), recordings.facts["subjects"])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "never observed")  # eyes, ears, small toes and heels
        run_trial(trial, recordings.where, tmp_path, tmp_path / "work")
    run = read(tmp_path / f"{trial.key}.json")
    assert (run["train_subjects"], run["val_subjects"], run["test_subjects"]) == ([18, 19, 20], [17], [16])
    assert sum(map(sum, run["confusion"])) == 24
    assert not run["synthetic"]
