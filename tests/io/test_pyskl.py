"""Annotation pickles of PYSKL and MMAction2: what is read of them, and what is refused."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stgcn_pyg.io import read_pyskl, read_pyskl_splits
from stgcn_pyg.skeleton import BODY_25, COCO_17, KINECT_20, NTU_25, OPENPOSE_18
from tests.strategies import few
from tests.writers import dump_pickle, write_pyskl

score = hnp.arrays(np.float16, (1, 4, 17), elements=st.floats(0.125, 1, width=16))


def pose(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(1, 9, shape).astype(np.float16)


def annotation(name: str = "jump", **changes: Any) -> dict[str, object]:
    shape = {"img_shape": (1080, 1920), "original_shape": (1080, 1920), "total_frames": 4}
    return {"frame_dir": name, "label": 2, "keypoint": pose(1, 4, 17, 2), **shape} | changes


@given(score, st.integers(2, 5))
@few
def test_what_was_written_is_read(score: np.ndarray, protocol: int) -> None:
    with TemporaryDirectory() as folder:
        written = annotation(keypoint_score=score, label=np.int64(7))
        path = write_pyskl(Path(folder) / "a.pkl", [written], protocol, train=["jump"], val=[])
        (sequence,), splits = read_pyskl_splits(path, fps=30)
    assert (sequence.pos == pose(1, 4, 17, 2)[0]).all()
    assert (sequence.score == score[0]).all()
    assert (sequence.name, sequence.fps, sequence.skeleton, sequence.facts) == ("jump", 30, COCO_17, {"label": 7})
    assert splits == {"train": ["jump"], "val": []}


@pytest.mark.parametrize(
    ("joints", "dims", "skeleton"),
    [(17, 2, COCO_17), (18, 2, OPENPOSE_18), (25, 2, BODY_25), (25, 3, NTU_25), (20, 3, KINECT_20)],
)
def test_the_layout_goes_by_joints_and_dimensions(tmp_path: Path, joints: int, dims: int, skeleton: object) -> None:
    keypoint = pose(1, 4, joints, dims)
    keypoint[0, 1, 2] = 0
    (sequence,) = read_pyskl(write_pyskl(tmp_path / "a.pkl", [annotation(keypoint=keypoint)]))
    assert (sequence.skeleton, sequence.num_dims) == (skeleton, dims)
    assert np.argwhere(sequence.missing).tolist() == [[1, 2]]


def test_a_list_of_annotations_alone_has_no_splits(tmp_path: Path) -> None:
    path = dump_pickle(tmp_path / "a.pkl", [annotation("a", label=None), annotation("b")])
    sequences, splits = read_pyskl_splits(path)
    assert ([one.name for one in sequences], splits) == (["a", "b"], {})
    assert [dict(one.facts) for one in sequences] == [{}, {"label": 2}]


def test_people_are_followed_in_pictures_and_kept_in_space(tmp_path: Path) -> None:
    left, right = pose(4, 17, 2), pose(4, 17, 2) + np.float16(100)
    keypoint = np.stack([left, right])
    keypoint[:, 2] = keypoint[::-1, 2]  # as detections come
    path = write_pyskl(tmp_path / "a.pkl", [annotation(keypoint=keypoint)])
    both = read_pyskl(path, people=2)
    assert sorted(float(one.pos.mean().round(-2)) for one in both) == [0, 100]
    assert all(np.ptp(one.pos, axis=0).max() < 50 for one in both)
    assert [(one.name, one.facts["person"]) for one in both] == [("jump", 0), ("jump", 1)]
    assert len(read_pyskl(path)) == 1

    bodies = np.stack([pose(4, 25, 3), np.zeros((4, 25, 3)), pose(4, 25, 3) + 10])
    path = write_pyskl(tmp_path / "b.pkl", [annotation(keypoint=bodies)])
    assert [float(one.pos.mean()) > 10 for one in read_pyskl(path, people=3)] == [False, True]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "no list of annotations, so not of PYSKL or MMAction2"),
        ("text", "no list of annotations"),
        ([1], "no list of annotations"),
        ([], "its list of annotations is empty"),
        ([annotation(keypoint=[1.0])], "annotation 'jump': keypoint must be an array, not list"),
        ([annotation(keypoint=pose(4, 17, 2))], r"keypoint must be \[M, T, V, 2 or 3\], not \[4, 17, 2\]"),
        ([annotation(keypoint=pose(0, 4, 17, 2))], r"not \[0, 4, 17, 2\]"),
        ([annotation(keypoint=pose(1, 4, 17, 4))], r"not \[1, 4, 17, 4\]"),
        ([annotation(keypoint=pose(1, 4, 19, 2))], r"annotation 'jump': 19 joints a frame; layouts known"),
        ([annotation(keypoint_score=pose(4, 17))], r"scores are \[4, 17\], keypoints \[1, 4, 17, 2\]"),
        ([annotation(keypoint=pose(1, 4, 17, 2) * np.nan)], "a number that is not finite; give missing joints"),
        ([annotation(label="jump")], "label must be a whole number, not str"),
        ([annotation(frame_dir=3)], "the name of annotation 0 is int, not a text"),
        ([annotation(), annotation()], "two annotations are called 'jump'"),
        ([{"frame_dir": "jump"}], "has no 'keypoint': the file lists recordings, but holds no poses"),
        ({"split": ["train"], "annotations": [annotation()]}, "split must be lists of names"),
        ({"split": {"train": "jump"}, "annotations": [annotation()]}, "split must be lists of names"),
        ({"split": {"train": [1]}, "annotations": [annotation()]}, "split must be lists of names"),
    ],
)
def test_what_is_no_annotation_is_refused(tmp_path: Path, content: object, message: str) -> None:
    with pytest.raises(ValueError, match=rf"a\.pkl: .*{message}|a\.pkl: {message}"):
        read_pyskl(dump_pickle(tmp_path / "a.pkl", content))


def test_the_same_bytes_over_and_over_are_refused(tmp_path: Path) -> None:
    keypoint = pose(1, 400, 17, 2)
    path = dump_pickle(tmp_path / "a.pkl", [annotation(str(n), keypoint=keypoint) for n in range(100)])
    assert path.stat().st_size < 2 * keypoint.nbytes
    with pytest.raises(ValueError, match="its arrays are larger than the file"):
        read_pyskl(path)


def test_names_that_unfold_without_end_are_refused_at_once(tmp_path: Path) -> None:
    name: object = "x"
    for _ in range(100):
        name = (name, name)
    for bad in ({"frame_dir": name}, annotation(label=name), annotation(keypoint=name)):
        with pytest.raises(ValueError, match=r"a\.pkl"):
            read_pyskl(dump_pickle(tmp_path / "a.pkl", [bad]))


def test_the_real_sample_has_no_poses(real_data: Path) -> None:
    with pytest.raises(ValueError, match=r"sample\.pkl: annotation '\S+' has no 'keypoint'"):
        read_pyskl(real_data / "mmaction2" / "sample.pkl")
