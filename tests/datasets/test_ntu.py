"""NTU RGB+D: files by their names, the published protocols, and the recordings that are left out."""

import re
from pathlib import Path

import numpy as np
import pytest

from stgcn_pyg.datasets import NTU_ACTIONS, NTURGBD, NTURGBD120, missing_skeletons, ntu
from stgcn_pyg.skeleton import NTU_25
from tests.writers import write_ntu

MISSING = "S001C002P005R002A008"


def write(folder: Path, name: str, num_people: int = 1, num_frames: int = 12) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(int(name[-3:]))
    bodies = {
        str(number): {time: rng.random((25, 3)) * [0.3, 1.7, 0.3] + [number, 0, 3] for time in range(num_frames)}
        for number in range(num_people)
    }
    write_ntu(folder / f"{name}.skeleton", num_frames, bodies)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in (
        "S001C001P001R001A001",
        "S002C002P001R001A060",
        "S017C003P003R002A002",
        "S018C001P008R001A061",
        "S019C002P046R001A120",
        "S032C003P106R002A120",
    ):
        write(tmp_path / "ntu", name)
    return tmp_path / "ntu"


def numbers(dataset: NTURGBD, fact: str) -> set[int]:
    return {int(data[fact]) for data in dataset}


def test_for_60_actions_the_files_of_60_are_taken(root: Path) -> None:
    dataset = NTURGBD(root, "all")
    assert {data.name for data in dataset} == {
        "S001C001P001R001A001",
        "S002C002P001R001A060",
        "S017C003P003R002A002",
    }
    assert dataset.num_classes == 60
    assert numbers(dataset, "y") == {0, 59, 1}
    assert (dataset.skeleton, dataset.fps) == (NTU_25, 30)
    assert dataset[0].pos.shape[1:] == (25, 3)


def test_for_120_actions_all_are_taken(root: Path) -> None:
    dataset = NTURGBD(root, "all", num_actions=120)
    assert len(dataset) == 6
    assert dataset.num_classes == 120
    assert [data.name for data in NTURGBD120(root, "all")] == [data.name for data in dataset]
    with pytest.raises(ValueError, match="has 60 or 120 actions, not 61"):
        NTURGBD(root, num_actions=61)


def test_people_cameras_or_setups_are_kept_apart(root: Path) -> None:
    def splits(protocol: str, fact: str) -> tuple[set[int], set[int]]:
        train, test = (NTURGBD120(root, split, protocol) for split in ("train", "test"))
        assert len(train) + len(test) == 6
        return numbers(train, fact), numbers(test, fact)

    assert splits("cross-subject", "subject") == ({1, 8, 46}, {3, 106})
    assert splits("cross-view", "camera") == ({2, 3}, {1})
    assert splits("cross-setup", "setup") == ({2, 18, 32}, {1, 17, 19})


def test_protocols_hold_everybody_once() -> None:
    people, cameras, setups = (
        NTURGBD.protocols[name](0) for name in ("cross-subject", "cross-view", "cross-setup")
    )
    assert sorted((*people.train, *people.test)) == list(range(1, 107))
    assert (len(people.train), len(people.test)) == (53, 53)
    assert len({*people.train} & {*range(1, 41)}) == 20  # half of NTU RGB+D 60's, too
    assert sorted((*cameras.train, *cameras.test)) == [1, 2, 3]
    assert sorted((*setups.train, *setups.test)) == list(range(1, 33))


def test_both_people_of_a_mutual_action_are_kept(tmp_path: Path) -> None:
    write(tmp_path, "S001C001P001R001A050", num_people=2)
    both, one = NTURGBD(tmp_path)[0], NTURGBD(tmp_path, people=1)[0]
    assert both.pos.shape[0] == 24  # frames of one after those of the other
    assert one.pos.shape[0] == 12
    assert NTURGBD(tmp_path).num_classes == 60


def test_actions_are_distinct() -> None:
    assert len(set(NTU_ACTIONS)) == 120


def test_the_authors_list_535_recordings_302_of_them_of_60_actions() -> None:
    names = missing_skeletons()
    assert len(names) == 535
    assert all(re.fullmatch(r"S\d{3}C00[123]P\d{3}R00[12]A\d{3}", name) for name in names)
    setups, labels = ([int(name[at : at + 3]) for name in names] for at in (1, 17))
    assert sum(setup <= 17 for setup in setups) == 302
    assert all((setup <= 17) == (label <= 60) for setup, label in zip(setups, labels, strict=True))
    lines = Path(ntu.__file__).with_name("ntu_missing.txt").read_text().splitlines()
    assert sorted(names) == [line for line in lines if not line.startswith("#")]  # none is there twice


def test_recordings_without_a_skeleton_are_left_out_and_counted(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root / "more", MISSING)
    write(root / "more", "S001C001P001R002A002", num_people=0)
    assert len(NTURGBD(root, "all")) == 3
    said = "left out of 5 recordings: 1 that the authors list as missing or incomplete, 1 in which nobody is seen"
    assert said in capsys.readouterr().err
    assert len(NTURGBD(root, "all")) == 3
    assert capsys.readouterr().err == ""  # read from the cache


def test_nothing_is_said_where_nothing_is_left_out(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    NTURGBD(root, "all")
    assert "left out" not in capsys.readouterr().err


def test_a_label_that_is_none_is_refused(root: Path) -> None:
    write(root, "S001C001P001R001A000")
    with pytest.raises(ValueError, match="S001C001P001R001A000: its label is 0, but labels are 1 to 60"):
        NTURGBD(root)


def test_an_empty_folder_is_told_what_to_hold(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no NTU RGB\+D recordings.*SsssCcccPpppRrrrAaaa.skeleton"):
        NTURGBD(tmp_path)


def test_a_real_recording(real_data: Path) -> None:
    (data,) = NTURGBD120(real_data / "ntu", "all", graph="uniform")
    assert NTU_ACTIONS[int(data.y)] == "squat down"
    assert (int(data.subject), int(data.camera), int(data.setup)) == (11, 2, 27)
    assert data.pos.shape == (55, 25, 3)
    with pytest.raises(FileNotFoundError, match="no NTU"):
        NTURGBD(real_data / "ntu")
