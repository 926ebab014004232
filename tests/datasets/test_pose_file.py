"""PYSKL's and MMAction2's annotation files, with their own splits."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stgcn_pyg.datasets import NoRecordings, PoseFile, pose_file
from stgcn_pyg.skeleton import COCO_17, H36M_17, NTU_25, Skeleton

SPLITS = {
    "xsub_train": [f"clip{number}" for number in range(6)],
    "xsub_val": ["clip6", "clip7"],
    "xview_train": ["clip0", "clip7"],
    "xview_val": ["clip1"],
}


def write(path: Path, num_joints: int = 17, num_dims: int = 2, people: int = 1, **changes: Any) -> Path:
    rng, apart = np.random.default_rng(0), np.arange(1, people + 1)[:, None, None, None]
    clips = [
        {
            "frame_dir": f"clip{number}",
            "label": number % 4,
            "total_frames": 20,
            "img_shape": (240, 320),
            "keypoint": rng.random((people, 20, num_joints, num_dims)) + apart,
        }
        for number in range(8)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps({"split": SPLITS, "annotations": clips} | changes))
    return path


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "data" / "poses.pkl")


def names(dataset: PoseFile) -> list[str]:
    return [data.name for data in dataset]


def test_the_files_own_splits_are_taken(file: Path) -> None:
    assert names(PoseFile(file, "train", "xsub")) == SPLITS["xsub_train"]
    assert names(PoseFile(file, "test", "xsub")) == SPLITS["xsub_val"]
    assert names(PoseFile(file, "train", "xview")) == SPLITS["xview_train"]
    assert names(PoseFile(file, "test", "xview")) == SPLITS["xview_val"]
    everything = PoseFile(file, "all", "xsub")
    assert len(everything) == 8
    assert everything[7].split == "xsub_val xview_train"
    own = {"train": ["xview_val"], "test": ["xsub_val"], "by": "split"}
    assert names(PoseFile(file, "train", own)) == ["clip1"]


@pytest.mark.parametrize(
    ("protocol", "splits"),
    [
        ("file", {"train": "train", "val": "val", "test": "test"}),
        ("xset", {"train": "xset_train", "test": "xset_val"}),
        ("split1", {"train": "train1", "test": "test1"}),
        ("split2", {"train": "train2", "test": "test2"}),
        ("split3", {"train": "train3", "test": "test3"}),
    ],
)
def test_protocols_go_by_the_names_in_use(tmp_path: Path, protocol: str, splits: dict[str, str]) -> None:
    members = {name: [f"clip{number}"] for number, name in enumerate(splits.values())}
    file = write(tmp_path / "poses.pkl", split=members)
    for split, name in splits.items():
        assert names(PoseFile(file, split, protocol)) == members[name]


def test_a_split_that_is_not_there_is_told_with_those_that_are(file: Path, tmp_path: Path) -> None:
    match = (
        r"no recording of the train splits \['train'\].*own splits: xsub_train, xsub_val, xview_train, xview_val"
    )
    with pytest.raises(NoRecordings, match=match):
        PoseFile(file)
    bare = write(tmp_path / "bare.pkl", split={})
    with pytest.raises(NoRecordings, match="own splits: none; the protocol stratified deals"):
        PoseFile(bare)
    assert len(PoseFile(bare, "all", graph="uniform")) == 8


def test_files_without_splits_are_dealt(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    clips = [
        {"frame_dir": str(number), "label": number % 2, "keypoint": rng.random((1, 9, 17, 2))}
        for number in range(10)
    ]
    file = tmp_path / "list.pkl"
    file.write_bytes(pickle.dumps(clips))
    assert [len(PoseFile(file, split, "stratified")) for split in ("train", "val", "test")] == [6, 2, 2]


@pytest.mark.parametrize(
    ("num_joints", "num_dims", "layout"), [(17, 2, COCO_17), (25, 3, NTU_25), (17, 3, H36M_17)]
)
def test_the_layout_goes_by_joints_and_dimensions(
    tmp_path: Path, num_joints: int, num_dims: int, layout: Skeleton
) -> None:
    dataset = PoseFile(write(tmp_path / "poses.pkl", num_joints, num_dims), protocol="xsub")
    assert dataset.skeleton == layout
    assert dataset[0].pos.shape == (20, num_joints, num_dims)
    assert (dataset.fps, dataset.num_classes) == (30, 4)


def test_a_layout_of_as_many_joints_may_be_said(tmp_path: Path) -> None:
    file = write(tmp_path / "poses.pkl", 17, 3)
    assert PoseFile(file, protocol="xsub").skeleton == H36M_17
    assert PoseFile(file, protocol="xsub", skeleton=COCO_17).skeleton == COCO_17
    assert PoseFile(file, protocol="xsub", skeleton=NTU_25).skeleton == H36M_17


def test_several_people_may_be_kept(tmp_path: Path) -> None:
    file = write(tmp_path / "poses.pkl", 25, 3, people=2)
    lengths = [PoseFile(file, protocol="xsub", people=people)[0].pos.shape[0] for people in (1, 2)]
    assert lengths == [20, 40]


def test_classes_are_numbered_or_named(file: Path) -> None:
    assert PoseFile(file, "all", "xsub").classes == ("class 0", "class 1", "class 2", "class 3")
    assert PoseFile(file, "all", "xsub", classes=("a", "b", "c", "d", "e")).num_classes == 5
    with pytest.raises(ValueError, match="the label of clip2 is 2, but labels are 0 to 1"):
        PoseFile(file, "all", "xsub", classes=("a", "b"), force_reload=True)


def test_a_recording_without_a_label_is_refused(tmp_path: Path) -> None:
    clip = {"frame_dir": "clip0", "keypoint": np.ones((1, 20, 17, 2))}
    with pytest.raises(ValueError, match=r"poses\.pkl: clip0 has no label"):
        PoseFile(write(tmp_path / "poses.pkl", annotations=[clip]), "all")


def test_the_file_is_read_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = PoseFile(file, "train", "xsub")

    def read(*args: object, **how: object) -> None:
        raise AssertionError("it is in the cache")

    monkeypatch.setattr(pose_file, "read_pyskl_splits", read)
    again = PoseFile(file, "test", "xsub")
    assert (again.classes, again.skeleton) == (first.classes, first.skeleton)
    assert [path.name for path in file.parent.iterdir()] == ["poses.pkl"]  # its folder stays as it is


def test_another_content_makes_another_cache(file: Path) -> None:
    assert len(PoseFile(file, "train", "xsub")) == 6
    write(file, 25, 3)
    assert PoseFile(file, "train", "xsub").skeleton == NTU_25


def test_a_damaged_cache_is_made_again(file: Path, cache: Path) -> None:
    PoseFile(file, "all", "xsub")
    (contents,) = cache.rglob("contents.json")
    contents.write_text("{")
    assert len(PoseFile(file, "all", "xsub")) == 8


def test_nothing_in_the_file_is_executed(tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[Any, ...]:
            return (tmp_path.joinpath("harm").touch, ())

    file = tmp_path / "poses.pkl"
    file.write_bytes(pickle.dumps({"split": {}, "annotations": [Harm()]}))
    with pytest.raises(ValueError, match=r"poses\.pkl: not a pickle of arrays and plain containers"):
        PoseFile(file, "all", "xsub")
    assert not (tmp_path / "harm").exists()


def test_it_is_the_file_itself_that_is_wanted(file: Path) -> None:
    for wrong in (file.parent, file.with_name("other.pkl")):
        with pytest.raises(FileNotFoundError, match=r"give the \.pkl file of annotations itself"):
            PoseFile(wrong)


def test_the_real_sample_has_no_keypoints(real_data: Path) -> None:
    with pytest.raises(ValueError, match="no 'keypoint'"):
        PoseFile(real_data / "mmaction2" / "sample.pkl", "all")
