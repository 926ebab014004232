"""Files of any format at a path: what is found by looking, in files and in folders, and what is left alone."""

import json
import pickle
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.io import FORMATS, find_format, find_formats, read_sequences
from stgcn_pyg.io.formats import OPENPOSE_FRAMES
from stgcn_pyg.skeleton import BODY_25, COCO_17, H36M_17
from tests.strategies import few
from tests.writers import EXAMPLES, read_or_refuse

JSON_FRAME = {"people": [{"pose_keypoints_2d": [1.0] * 75}]}


def save(path: Path, num_frames: int) -> None:
    np.save(path, np.ones((num_frames, 25, 3), np.float32))


def test_every_format_has_an_example() -> None:
    assert {form.name for form in FORMATS} == EXAMPLES.keys() | {OPENPOSE_FRAMES.name}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_format_is_found_whatever_the_file_is_called(tmp_path: Path, name: str) -> None:
    path = tmp_path / "recording.txt"
    path.write_bytes(EXAMPLES[name](tmp_path).read_bytes())
    assert find_format(path).name == name
    sequences = read_sequences(path, BODY_25, fps=12.5, people=2)
    assert {sequence.fps for sequence in sequences} == {12.5}
    assert sequences[0].in_view.all()


@pytest.mark.parametrize("name", EXAMPLES)
@given(data=st.data())
@few
def test_damage_is_refused_by_name_or_does_no_harm(name: str, data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = EXAMPLES[name](Path(folder))
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(0, 3))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
        read_or_refuse(lambda path: read_sequences(path, BODY_25), path)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@few
def test_any_file_is_read_or_refused(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        read_or_refuse(read_sequences, path)


def test_a_file_and_a_folder_of_files(tmp_path: Path) -> None:
    save(tmp_path / "b.npy", 3)
    save(tmp_path / "a.npy", 2)
    assert [s.name for s in read_sequences(tmp_path / "b.npy")] == ["b"]
    assert [(s.name, len(s), s.fps) for s in read_sequences(tmp_path, fps=5)] == [("a", 2, 5), ("b", 3, 5)]


def test_a_folder_of_every_format(tmp_path: Path) -> None:
    for write in EXAMPLES.values():
        write(tmp_path)
    for t in range(2):
        (tmp_path / f"clip_{t:012d}_keypoints.json").write_text(json.dumps(JSON_FRAME))
    assert Counter(form.name for form in find_formats(tmp_path).values()) == {form.name: 1 for form in FORMATS}
    assert {"clip", "gestures_0", "wave"} <= {sequence.name for sequence in read_sequences(tmp_path, BODY_25)}


def test_the_layout_that_is_said_is_for_files_that_do_not_say_theirs(tmp_path: Path) -> None:
    (alphapose,) = read_sequences(EXAMPLES["AlphaPose JSON"](tmp_path), BODY_25)
    assert alphapose.skeleton is COCO_17
    (alphapose,) = read_sequences(EXAMPLES["AlphaPose JSON"](tmp_path), H36M_17)
    assert alphapose.skeleton is H36M_17
    (ntu,) = read_sequences(EXAMPLES["NTU RGB+D .skeleton"](tmp_path), BODY_25)
    assert ntu.skeleton.name == "NTU_25"
    with pytest.raises(ValueError, match="25 joints a frame, but COCO_17 has 17"):
        read_sequences(EXAMPLES["NumPy array"](tmp_path), COCO_17)


def test_hidden_files_are_left_alone_and_unknown_ones_are_named(tmp_path: Path) -> None:
    save(tmp_path / "a.npy", 2)
    (tmp_path / "._a.npy").write_bytes(b"what some systems put beside every file")
    assert [s.name for s in read_sequences(tmp_path)] == ["a"]
    (tmp_path / "README.md").write_text("[Poses](https://example.org) of people")
    (tmp_path / "b.npy").mkdir()
    with pytest.warns(UserWarning, match=r"no recordings of a known format: README\.md$") as warned:
        assert [s.name for s in read_sequences(tmp_path)] == ["a"]
    assert len(warned) == 1


def test_frames_of_openpose_are_a_folder(tmp_path: Path) -> None:
    for t in range(2):
        (tmp_path / f"clip_{t:012d}_keypoints.json").write_text(json.dumps(JSON_FRAME))
    (sequence,) = read_sequences(tmp_path)
    assert (sequence.name, len(sequence), find_format(tmp_path)) == ("clip", 2, OPENPOSE_FRAMES)
    with pytest.raises(ValueError, match=f"folders of frames; give the folder {tmp_path}"):
        read_sequences(tmp_path / "clip_000000000000_keypoints.json")


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no recording of a known format is .* \(it is empty\)"):
        read_sequences(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"missing\.npy"):
        read_sequences(tmp_path / "missing.npy")
    (tmp_path / "inner").mkdir()
    with pytest.raises(FileNotFoundError, match=r"\(name one of the folders in it, such as .*inner\)"):
        read_sequences(tmp_path)
    save(tmp_path / "a.npy", 2)
    with pytest.raises(ValueError, match="at least 1 person"):
        read_sequences(tmp_path / "a.npy", people=0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"the file is empty \(0 bytes\)"),
        (b"once upon a time", "none of the formats that are known: .*NTU RGB.D .skeleton, OpenPose lines"),
        (b'{"a": 1}', "none of the formats that are known"),
        (b"[]", "none of the formats that are known"),
        (b'{"a": ', "is damaged: not whole JSON"),
        (b"\0" * 100, "none of the formats that are known"),
        (b"RIFF\0\0\0\0AVI LIST", r"a video \(AVI\), not poses; `stgcn-pyg extract '.*my recording'` finds those"),
        (b"\0\0\0\x18ftypisom", r"a video \(MP4 or MOV\)"),
        (b"\x1a\x45\xdf\xa3", r"a video \(MKV or WebM\)"),
    ],
)
def test_other_files_are_refused_with_what_is_known(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "my recording"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_sequences(path)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_examples_are_not_taken_for_each_other(tmp_path: Path, name: str) -> None:
    path = EXAMPLES[name](tmp_path)
    known: list[Callable[..., object]] = [form.read for form in FORMATS if form.name not in (name, "NumPy array")]
    if name in ("NumPy collection", "stgcn_pyg .npz"):
        return
    for read in known:
        with pytest.raises((ValueError, OSError)):
            read(path, None, 1)


def test_a_pickle_that_would_execute_something_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "poses.pkl"
    path.write_bytes(pickle.dumps(print))
    with pytest.raises(ValueError, match=r"it asks for 'builtins\.print', which could execute anything"):
        read_sequences(path)


def test_all_real_recordings(real_data: Path) -> None:
    expected = {
        "nw_ucla": ("Northwestern-UCLA JSON", 1020, 44_144),
        "utd_mhad": ("UTD-MHAD .mat", 431, 29_199),
        "ntu": ("NTU RGB+D .skeleton", 1, 55),
        "alphapose": ("AlphaPose JSON", 3, 449),
        "kth_openpose_running": ("OpenPose lines", 1, 10_824),
        "kth_poses_5fps": ("NumPy array", 120, 8108),
        "robot_camera_body25.npz": ("NumPy collection", 272, 272 * 92),
        "openpose_json/seated_speaker": ("OpenPose JSON frames", 1, 200),
    } | {
        f"openpose_json/{clip}_{n}": ("OpenPose JSON frames", 1, frames)
        for clip, frames in (("sitting", 300), ("sleeping", 300), ("standing", 240))
        for n in (0, 2)
    }
    for place, (name, count, num_frames) in expected.items():
        assert {form.name for form in find_formats(real_data / place).values()} == {name}
        sequences = read_sequences(real_data / place)
        assert (place, len(sequences), sum(map(len, sequences))) == (place, count, num_frames)


def test_what_is_no_recording_of_the_real_files_is_refused(real_data: Path) -> None:
    with pytest.raises(ValueError, match="has no 'keypoint': the file lists recordings, but holds no poses"):
        read_sequences(real_data / "mmaction2" / "sample.pkl")
    for path in (real_data / "kth_annotations").iterdir():
        with pytest.raises(ValueError, match="none of the formats that are known"):
            find_format(path)
    for path in (real_data / "kth_videos").iterdir():
        with pytest.raises(ValueError, match=r"a video \(AVI\)"):
            find_format(path)
    known = {"nw_ucla", "utd_mhad", "ntu", "alphapose", "kth_openpose_running", "kth_poses_5fps", "openpose_json"}
    others = {"robot_camera_body25.npz", "mmaction2", "kth_annotations", "kth_videos", "README.md"}
    assert {path.name for path in real_data.iterdir()} == known | others
