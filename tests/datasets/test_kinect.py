"""The Kinect data sets: files by their names, labels from 1, published splits."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stgcn_pyg.datasets import MHAD_ACTIONS, NWUCLA, UCLA_ACTIONS, UTDMHAD, NoRecordings, RecordingDataset
from stgcn_pyg.skeleton import KINECT_20
from tests.writers import write_nw_ucla, write_utd_mhad


def write_ucla(folder: Path, label: int, subject: int, view: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pos = np.random.default_rng(label * 100 + subject).random((12, 20, 3)) + 1
    write_nw_ucla(folder / f"a{label:02d}_s{subject:02d}_e00_v{view:02d}.json", pos, label=label)


def write_mhad(folder: Path, label: int, subject: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pos = np.random.default_rng(label * 100 + subject).random((50, 20, 3)) + 1
    write_utd_mhad(folder / f"a{label}_s{subject}_t1_skeleton.mat", pos)


@pytest.fixture
def ucla(tmp_path: Path) -> Path:
    for view in (1, 2, 3):
        for label in (1, 2, 10):
            write_ucla(tmp_path / "ucla", label, subject=view, view=view)
    return tmp_path / "ucla"


@pytest.fixture
def mhad(tmp_path: Path) -> Path:
    for subject in (1, 2, 3):
        for label in (1, 27):
            write_mhad(tmp_path / "mhad", label, subject)
    return tmp_path / "mhad"


def test_views_1_and_2_are_trained_on_and_3_is_tested(ucla: Path) -> None:
    train, test = NWUCLA(ucla), NWUCLA(ucla, "test")
    assert {int(data["view"]) for data in train} == {1, 2}
    assert {int(data["view"]) for data in test} == {3}
    assert len(train) + len(test) == len(NWUCLA(ucla, "all")) == 9
    assert {int(data["view"]) for data in NWUCLA(ucla, "test", "view-1-to-2")} == {2}
    assert {int(data.subject) for data in NWUCLA(ucla, "test", {"train": [1], "test": [3]})} == {3}


def test_odd_people_are_trained_on_and_even_ones_are_tested(mhad: Path) -> None:
    assert {int(data.subject) for data in UTDMHAD(mhad)} == {1, 3}
    assert {int(data.subject) for data in UTDMHAD(mhad, "test")} == {2}


def test_labels_count_from_1_and_classes_from_0(ucla: Path, mhad: Path) -> None:
    assert {(data.name[:3], int(data.y)) for data in NWUCLA(ucla)} == {("a01", 0), ("a02", 1), ("a10", 9)}
    assert {int(data.y) for data in UTDMHAD(mhad)} == {0, 26}
    assert len(UCLA_ACTIONS) == NWUCLA(ucla).num_classes == 10
    assert len(MHAD_ACTIONS) == UTDMHAD(mhad).num_classes == 27


def test_joints_are_those_of_the_first_kinect_in_metres(ucla: Path, mhad: Path) -> None:
    for dataset in (NWUCLA(ucla), UTDMHAD(mhad)):
        assert dataset.skeleton == KINECT_20
        assert dataset.fps == 30
        assert dataset[0].pos.shape[1:] == (20, 3)


@pytest.mark.parametrize(("dataset", "match"), [(NWUCLA, "no NW-UCLA.*aAA_sSS"), (UTDMHAD, "no UTD-MHAD.*aA_sS")])
def test_an_empty_folder_is_told_what_to_hold(
    tmp_path: Path, dataset: Callable[[Path], RecordingDataset], match: str
) -> None:
    with pytest.raises(FileNotFoundError, match=match):
        dataset(tmp_path)


def test_a_label_that_is_none_is_refused(ucla: Path) -> None:
    write_ucla(ucla, label=11, subject=1, view=1)
    with pytest.raises(ValueError, match=r"a11_s01_e00_v01: its label is 11, but labels are 1 to 10"):
        NWUCLA(ucla)


def test_a_split_of_nobody_is_said(ucla: Path) -> None:
    with pytest.raises(NoRecordings, match=r"no recording of the test views \[4\]"):
        NWUCLA(ucla, "test", {"train": [1], "test": [4], "by": "view"})


def test_what_recordings_do_not_say_cannot_split_them(mhad: Path) -> None:
    with pytest.raises(ValueError, match="nothing says its view, by which to split; known: subject"):
        UTDMHAD(mhad, protocol={"train": [1], "by": "view"})


def test_the_real_recordings_are_all_there(
    real_data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    ucla, mhad = NWUCLA(real_data / "nw_ucla", "all"), UTDMHAD(real_data / "utd_mhad", "all")
    assert (len(ucla), len(mhad)) == (1020, 431)
    assert sorted({int(data.y) for data in ucla}) == list(range(10))
    assert sorted({int(data.y) for data in mhad}) == list(range(27))
    assert sorted({int(data.subject) for data in ucla}) == list(range(1, 11))
    assert {int(data.subject) for data in mhad} == {1, 3, 5, 7}
