"""A user's own recordings need no code: a folder for each action."""

import json
from pathlib import Path

import numpy as np
import pytest

from stgcn_pyg.datasets import SkeletonFolder
from stgcn_pyg.io import write_compact
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25, COCO_17


def write(folder: Path, name: str, num_joints: int = 25, num_frames: int = 20) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / f"{name}.npy", np.random.default_rng(len(name)).random((num_frames, num_joints, 3)) + 0.1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for action in ("jump", "wave"):
        for number in range(5):
            write(tmp_path / action, f"clip{number}")
    return tmp_path


def test_folders_are_the_actions(root: Path) -> None:
    dataset = SkeletonFolder(root, "all")
    assert dataset.classes == ("jump", "wave")
    assert {(data.name.partition("/")[0], int(data.y)) for data in dataset} == {("jump", 0), ("wave", 1)}


def test_every_split_has_every_action(root: Path) -> None:
    sizes = [len(SkeletonFolder(root, split)) for split in ("train", "val", "test")]
    assert sizes == [6, 2, 2]
    for split in ("train", "val", "test"):
        assert {int(data.y) for data in SkeletonFolder(root, split)} == {0, 1}


def test_recordings_may_be_split_by_hand(tmp_path: Path) -> None:
    for split, count in (("train", 3), ("test", 2)):
        for action in ("jump", "wave"):
            for number in range(count):
                write(tmp_path / split / action, f"clip{number}")
    assert len(SkeletonFolder(tmp_path, "train", "folders")) == 6
    test = SkeletonFolder(tmp_path, "test", "folders")
    assert {data.name for data in test} == {f"test/{a}/clip{n}" for a in ("jump", "wave") for n in (0, 1)}


def test_formats_and_layouts_may_be_mixed(root: Path) -> None:
    pos = np.random.default_rng(0).random((20, 17, 2)).astype(np.float32) + 1
    write_compact(SkeletonSequence(pos, COCO_17, fps=25, name="coco"), root / "wave" / "coco.npz")
    frames = root / "jump" / "openpose"
    frames.mkdir()
    for t in range(3):
        person = {"pose_keypoints_2d": [1.0 + t, 2.0, 0.9] * 25}
        (frames / f"clip_{t:012d}_keypoints.json").write_text(json.dumps({"people": [person]}))
    dataset = SkeletonFolder(root, "all")
    names = {data.name for data in dataset}
    assert {"wave/coco", "jump/clip"} <= names
    assert dataset.skeleton == BODY_25
    coco = next(data for data in dataset if data.name == "wave/coco")
    assert coco.pos.shape[1] == 25
    assert (coco.score[:, BODY_25.index("left_heel")] == 0).all()


def test_another_folder_has_the_models_classes(root: Path) -> None:
    (root / "wave").rename(root / "wave2")
    with pytest.raises(ValueError, match="'wave2' is no action of jump, wave"):
        SkeletonFolder(root, "all", classes=("jump", "wave"))


def test_the_same_name_may_stand_in_two_actions(root: Path) -> None:
    assert len({data.name for data in SkeletonFolder(root, "all")}) == 10


def test_an_empty_folder_is_told_what_to_hold(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="a folder for each action"):
        SkeletonFolder(tmp_path)


def test_a_new_file_makes_a_new_cache(root: Path) -> None:
    assert len(SkeletonFolder(root, "all")) == 10
    write(root / "wave", "clip5")
    assert len(SkeletonFolder(root, "all")) == 11


def test_the_cache_of_one_models_classes_is_not_anothers(root: Path) -> None:
    for classes in (("jump", "wave"), ("wave", "sit", "jump")):
        dataset = SkeletonFolder(root, "all", classes=classes)
        assert {(data.name.partition("/")[0], classes[int(data.y)]) for data in dataset} == {
            ("jump", "jump"),
            ("wave", "wave"),
        }


def test_another_frame_in_a_clips_folder_makes_a_new_cache(root: Path) -> None:
    frame = root / "jump" / "clip" / "clip_000000000000_keypoints.json"
    frame.parent.mkdir()
    for x in (1.5, 100.5):  # nothing but the file itself changes
        frame.write_text(json.dumps({"people": [{"pose_keypoints_2d": [x, 2.0, 0.9] * 25}]}))
        dataset = SkeletonFolder(root, "all")
        assert next(data for data in dataset if data.name == "jump/clip").pos[0, 0, 0] == x


def test_what_archives_of_macos_leave_is_no_action(root: Path) -> None:
    (root / "__MACOSX" / "wave").mkdir(parents=True)
    (root / "__MACOSX" / "wave" / "._clip0.npy").write_bytes(b"\0\5\26\7")
    (root / "wave" / "._clip0.npy").write_bytes(b"\0\5\26\7")
    assert SkeletonFolder(root, "all").classes == ("jump", "wave")
