"""Whatever recordings there are at a path."""

import json
from pathlib import Path

import numpy as np
import pytest

from stgcn_pyg.io import read_recordings
from stgcn_pyg.skeleton import BODY_25


def save(path: Path, num_frames: int) -> None:
    np.save(path, np.ones((num_frames, 25, 3), np.float32))


def test_a_file_and_a_folder_of_files(tmp_path: Path) -> None:
    save(tmp_path / "b.npy", 3)
    save(tmp_path / "a.npy", 2)
    assert [s.name for s in read_recordings(tmp_path / "b.npy", BODY_25)] == ["b"]
    assert [(s.name, len(s), s.fps) for s in read_recordings(tmp_path, BODY_25, fps=5)] == [
        ("a", 2, 5),
        ("b", 3, 5),
    ]


def test_hidden_files_are_left_alone(tmp_path: Path) -> None:
    save(tmp_path / "a.npy", 2)
    (tmp_path / "._a.npy").write_bytes(b"what some systems put beside every file")
    assert [s.name for s in read_recordings(tmp_path, BODY_25)] == ["a"]


def test_a_folder_of_openpose_frames(tmp_path: Path) -> None:
    for t in range(2):
        frame = {"people": [{"pose_keypoints_2d": [1.0] * 75}]}
        (tmp_path / f"clip_{t:012d}_keypoints.json").write_text(json.dumps(frame))
    (sequence,) = read_recordings(tmp_path, BODY_25)
    assert (sequence.name, len(sequence)) == ("clip", 2)
    with pytest.raises(ValueError, match=f"folders of frames; give the folder {tmp_path}"):
        read_recordings(tmp_path / "clip_000000000000_keypoints.json", BODY_25)


def test_an_empty_folder_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="has neither arrays"):
        read_recordings(tmp_path, BODY_25)
    with pytest.raises(FileNotFoundError, match=r"missing\.npy"):
        read_recordings(tmp_path / "missing.npy", BODY_25)
