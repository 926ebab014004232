"""Recordings as NumPy arrays: what is read, and what is refused by name."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stgcn_pyg.io import read_array, read_collection
from stgcn_pyg.io.layouts import USUAL_LAYOUT
from stgcn_pyg.skeleton import BODY_25, COCO_17, Skeleton

STICK = Skeleton("stick", ("hip", "head", "hand"), (("hip", "head"), ("head", "hand")))

finite = st.floats(-1e4, 1e4, width=32)
recordings = hnp.arrays(np.float32, st.tuples(st.integers(1, 6), st.just(3), st.just(3)), elements=finite)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("arrays")


def save(path: Path, array: Any) -> Path:
    np.save(path, array)
    return path


def save_all(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def poses(*shape: int) -> np.ndarray:
    """Numbers of that shape, none of them 0."""
    return np.random.default_rng(0).uniform(0.1, 1, shape).astype(np.float32)


@given(recordings)
def test_what_was_saved_is_read(folder: Path, recording: np.ndarray) -> None:
    sequence = read_array(save(folder / "wave.npy", recording), STICK, fps=30)
    seen = recording[..., 2] > 0
    assert (sequence.missing == ~seen).all()
    assert (sequence.pos[seen] == recording[seen][:, :2]).all()
    assert (sequence.score[seen] == recording[seen][:, 2]).all()
    assert (sequence.name, sequence.fps, sequence.skeleton) == ("wave", 30, STICK)


@given(recordings)
def test_every_way_to_save_it_reads_the_same(folder: Path, recording: np.ndarray) -> None:
    pos, score = recording[..., :2], recording[..., 2]
    expected = read_array(save(folder / "a.npy", recording), STICK)
    for path in (
        save(folder / "b.npy", np.asfortranarray(recording.astype(">f8"))),
        save_all(folder / "c.npz", whatever=recording),
        save_all(folder / "d.npz", pos=recording, label=3),
        save_all(folder / "e.npz", keypoints=pos, score=score),
    ):
        sequence = read_array(path, STICK)
        assert (sequence.pos == expected.pos).all()
        assert (sequence.score == expected.score).all()


def test_a_joint_at_the_origin_is_missing_in_two_columns(tmp_path: Path) -> None:
    pos = poses(4, 25, 2)
    pos[1, 3] = 0
    pos[2, 5, 0] = 0  # on the border of the picture, but seen
    sequence = read_array(save(tmp_path / "wave.npy", pos))
    assert np.argwhere(sequence.missing).tolist() == [[1, 3]]
    assert set(sequence.score.ravel()) == {0, 1}


def test_the_score_decides_in_three_columns(tmp_path: Path) -> None:
    recording = poses(4, 25, 3)
    recording[1, 3, :2] = 0  # at the origin, but seen there
    recording[2, 5] = np.nan, np.nan, 0  # how some tools write a missing joint
    sequence = read_array(save(tmp_path / "wave.npy", recording))
    assert np.argwhere(sequence.missing).tolist() == [[2, 5]]


def test_three_coordinates_where_the_scores_are_apart(tmp_path: Path) -> None:
    sequence = read_array(save_all(tmp_path / "wave.npz", pos=poses(4, 25, 3), score=np.ones((4, 25))))
    assert repr(sequence) == "SkeletonSequence('wave', 4 frames, BODY_25, 3D, rate unknown, 0% missing)"


def test_the_rate_in_the_file_and_the_rate_that_is_said(tmp_path: Path) -> None:
    path = save_all(tmp_path / "wave.npz", keypoints=poses(4, 25, 2), fps=25)
    assert read_array(path).fps == 25
    assert read_array(path, fps=30).fps == 30


def test_the_usual_layouts(tmp_path: Path) -> None:
    assert read_array(save(tmp_path / "a.npy", poses(1, 25, 2))).skeleton is BODY_25
    assert read_array(str(save(tmp_path / "b.npy", poses(1, 17, 2)))).skeleton is COCO_17
    for count, skeleton in USUAL_LAYOUT.items():
        assert read_array(save(tmp_path / "c.npy", poses(1, count, 3))).skeleton is skeleton


def test_what_is_not_needed_is_not_read(tmp_path: Path) -> None:
    extra = np.array([{"unpickling": "runs code"}], dtype=object)
    assert read_array(save_all(tmp_path / "wave.npz", pos=poses(4, 25, 2), extra=extra)).num_frames == 4


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npy"):
        read_array(tmp_path / "nowhere.npy")


with_a_nan = poses(4, 25, 2)
with_a_nan[2, 1, 0] = np.nan
with_infinity = poses(4, 25, 3)
with_infinity[2, 1, 0] = np.inf


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (poses(25, 2), r"one recording a file, \[T, V, 2 or 3\], not an array of \[25, 2\]"),
        (poses(8, 4, 25, 2), r".*not an array of \[8, 4, 25, 2\]"),
        (poses(4, 25, 4), r".*not an array of \[4, 25, 4\]"),
        (np.float64(3), r".*not an array of \[\]"),
        (poses(0, 25, 3), "the recording has no frames"),
        (poses(4, 20, 3), r"20 joints a frame; layouts known .*: 25 \(BODY_25\), 17 \(COCO_17\).*skeleton="),
        (with_a_nan, r"frame 2, joint 'neck' is at \[nan, .*give missing joints the score 0"),
        (with_infinity, r"frame 2, joint 'neck' is at \[inf, "),
        (poses(4, 25, 2).astype(np.float64) * 1e300, r"frame 0, joint 'nose' is at \[inf, inf\]"),
        (np.full((4, 25, 2), None), "not a whole NumPy file of numbers .*[Oo]bject"),
        (np.full((4, 25, 2), "1"), "pos must be real numbers, not <U1"),
        (np.full((4, 25, 2), 1j), "pos must be real numbers, not complex128"),
        (np.full((4, 25, 2), True), "pos must be real numbers, not bool"),
    ],
)
def test_bad_arrays_are_refused(tmp_path: Path, array: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=rf"bad\.npy: {message}"):
        read_array(save(tmp_path / "bad.npy", array))
    with pytest.raises(ValueError, match=rf"bad\.npz: {message}"):
        read_array(save_all(tmp_path / "bad.npz", array=array))


def test_the_layout_that_is_said_must_fit(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"bad\.npy: 25 joints a frame, but COCO_17 has 17"):
        read_array(save(tmp_path / "bad.npy", poses(4, 25, 3)), COCO_17)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, "holds nothing; give one array the name pos or keypoints"),
        ({"train": poses(4, 25, 2), "test": poses(4, 25, 2)}, "holds train, test; give one array the name pos or"),
        ({"pos": poses(4, 25, 2), "keypoints": poses(4, 25, 2)}, "holds pos, keypoints; give one array"),
        ({"pos": poses(4, 25, 2), "score": poses(4)}, r"scores are \[4\], positions \[4, 25, 2\]"),
        ({"pos": poses(4, 25, 2), "score": np.full((4, 25), "1")}, "score must be real numbers, not <U1"),
        ({"pos": poses(4, 25, 2), "score": np.full((4, 25), np.nan)}, "frame 0, joint 'nose' .* with score nan"),
        ({"pos": poses(4, 25, 2), "fps": [25, 30]}, r"fps must be one number, not an array of \[2\]"),
        ({"pos": poses(4, 25, 2), "fps": "fast"}, "fps must be real numbers, not <U4"),
        ({"pos": poses(4, 25, 2), "fps": 0}, r"0\.0 frames a second is not a rate"),
    ],
)
def test_bad_archives_are_refused(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=rf"bad\.npz: {message}"):
        read_array(save_all(tmp_path / "bad.npz", **arrays))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"the file is empty \(0 bytes\)"),
        (b"x,y,score\n1,2,1\n", "not a whole NumPy file of numbers"),
        (b"\x93NUMPY", "not a whole NumPy file of numbers"),
        (b"PK\x03\x04", "not a whole NumPy file of numbers"),
        (b"PK\x05\x06" + bytes(18), "holds nothing"),
    ],
)
@pytest.mark.parametrize("name", ["bad.npy", "bad.npz"])
def test_files_that_are_something_else_are_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=f"{name}: {message}"):
        read_array(tmp_path / name)


def test_a_file_that_claims_more_than_fits_into_memory_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "bad.npy", poses(4, 25, 2))
    header = path.read_bytes().replace(b"(4, 25, 2)", b"(10000000000000,25,2)").replace(b" " * 11 + b"\n", b"\n")
    path.write_bytes(header)
    with pytest.raises(ValueError, match=r"bad\.npy: not a whole NumPy file of numbers"):
        read_array(path)


@pytest.mark.parametrize("save_as", [np.save, np.savez, np.savez_compressed])
@given(data=st.data())
def test_a_truncated_file_is_refused(folder: Path, save_as: Any, data: st.DataObject) -> None:
    path = folder / f"cut.{'npy' if save_as is np.save else 'npz'}"
    save_as(path, poses(4, 25, 3))
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(ValueError, match=r"cut\.np"):
        read_array(path)


@pytest.mark.parametrize("save_as", [np.save, np.savez, np.savez_compressed])
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_by_name(folder: Path, save_as: Any, data: st.DataObject) -> None:
    path = folder / f"hurt.{'npy' if save_as is np.save else 'npz'}"
    save_as(path, poses(1, 25, 3))
    content = bytearray(path.read_bytes())
    places = st.integers(0, len(content) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=3)):
        content[place] = value
    path.write_bytes(content)
    try:
        read_array(path)
        message = f"{path} has only other numbers now"
    except ValueError as error:
        message = str(error)
    assert str(path) in message


def test_all_of_kth_poses(real_data: Path) -> None:
    sequences = [read_array(path, fps=5) for path in sorted((real_data / "kth_poses_5fps").glob("*.npy"))]
    assert len(sequences) == 120
    assert sum(map(len, sequences)) == 8108
    assert {sequence.skeleton for sequence in sequences} == {BODY_25}
    never_seen = np.all([sequence.missing.all(axis=0) for sequence in sequences], axis=0)
    assert {joint for joint, never in zip(BODY_25.joints, never_seen, strict=True) if never} == {
        f"{side}_{part}" for side in ("left", "right") for part in ("eye", "ear", "small_toe", "heel")
    }
    assert sequences[0].name == "person16_boxing_d1_uncomp"
    # Pixels of a picture of 160 x 120, and where limbs reach out of it.
    assert -30 < min(sequence.pos.min() for sequence in sequences) < 0
    assert 160 < max(sequence.pos.max() for sequence in sequences) < 190


def test_a_file_of_many_recordings_is_refused(real_data: Path) -> None:
    with pytest.raises(ValueError, match=r"robot_camera_body25\.npz: one recording a file.*\[272, 92, 25, 2\]"):
        read_array(real_data / "robot_camera_body25.npz")


def test_a_collection_is_its_recordings(tmp_path: Path) -> None:
    recordings = poses(3, 4, 25, 3)
    label = np.array([2, 0, 5])
    path = save_all(tmp_path / "waves.npz", keypoints=recordings, label=label, classes=np.array(["a", "b", "c"]))
    read = read_collection(path, fps=30)
    assert [(s.name, s.fps) for s in read] == [("waves_0", 30), ("waves_1", 30), ("waves_2", 30)]
    assert [s.facts for s in read] == [{"label": 2, "action": "c"}, {"label": 0, "action": "a"}, {"label": 5}]
    for sequence, recording in zip(read, recordings, strict=True):
        alone = read_array(save(tmp_path / "wave.npy", recording))
        assert (sequence.pos == alone.pos).all()
        assert (sequence.score == alone.score).all()
    assert [s.facts for s in read_collection(save(tmp_path / "waves.npy", recordings))] == [{}, {}, {}]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"pos": poses(4, 25, 2)}, r"recordings must be \[N, T, V, 2 or 3\], not an array of \[4, 25, 2\]"),
        ({"pos": poses(0, 4, 25, 2)}, r".*not an array of \[0, 4, 25, 2\]"),
        ({"pos": poses(2, 0, 25, 2)}, "the recording has no frames"),
        ({"pos": poses(2, 4, 20, 2)}, "20 joints a frame; layouts known"),
        ({"pos": poses(2, 4, 25, 2), "score": poses(2, 4)}, r"scores are \[2, 4\], positions \[2, 4, 25, 2\]"),
        ({"pos": poses(2, 4, 25, 2), "label": [1]}, r"labels must be 2 whole numbers, not int64 \[1\]"),
        ({"pos": poses(2, 4, 25, 2), "y": [1.5, 2]}, r"labels must be 2 whole numbers, not float64 \[2\]"),
        (
            {"pos": poses(2, 4, 25, 2), "label": [0, 1], "classes": [1, 2]},
            r"classes must be names, not int64 \[2\]",
        ),
    ],
)
def test_bad_collections_are_refused(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=rf"bad\.npz: {message}"):
        read_collection(save_all(tmp_path / "bad.npz", **arrays))


def test_a_real_collection(real_data: Path) -> None:
    recordings = read_collection(real_data / "robot_camera_body25.npz")
    assert (len(recordings), {len(recording) for recording in recordings}) == (272, {92})
    actions = {recording.facts["action"] for recording in recordings}
    assert actions == {"come", "five", "handshake", "hello", "ignore", "look_at"}
    assert not any(recording.missing.any() for recording in recordings)
