"""OpenPose's folders of JSON files: order, time, people, and what is refused by name."""

import json
import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stgcn_pyg.io import read_openpose, read_openpose_folder
from stgcn_pyg.skeleton import BODY_25, COCO_17, Skeleton

STICK = Skeleton("stick", ("hip", "head", "hand"), (("hip", "head"), ("head", "hand")))
POSE = 25 * [0.5, 0.5, 0.9]


def frame_file(folder: Path, number: int, clip: str = "wave") -> Path:
    return folder / f"{clip}_{number:012d}_keypoints.json"


def write_frame(folder: Path, number: int, *poses: Any, clip: str = "wave") -> Path:
    """One frame as OpenPose writes it."""
    people = [{"person_id": [-1], "pose_keypoints_2d": pose, "hand_left_keypoints_2d": []} for pose in poses]
    path = frame_file(folder, number, clip)
    path.write_text(json.dumps({"version": 1.3, "people": people}))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A clip of three frames."""
    for number in range(3):
        write_frame(tmp_path, number, POSE)
    return tmp_path


recordings = hnp.arrays(
    np.float32, st.tuples(st.integers(1, 8), st.just(3), st.just(3)), elements=st.floats(0.125, 1, width=32)
)


@given(recordings, st.randoms(use_true_random=False))
def test_what_was_written_is_read_in_whatever_order_it_was_written(
    recording: np.ndarray, chance: random.Random
) -> None:
    recording[..., :2] += [[0, 0], [8, 0], [4, 8]]  # a body, whose joints move a little
    numbers = list(range(len(recording)))
    chance.shuffle(numbers)
    with TemporaryDirectory() as folder:
        for number in numbers:
            write_frame(Path(folder), number, recording[number].ravel().tolist())
        sequence = read_openpose(folder, skeleton=STICK, fps=25)
    assert (sequence.pos == recording[..., :2]).all()
    assert (sequence.score == recording[..., 2]).all()
    assert (sequence.name, sequence.fps, sequence.skeleton) == ("wave", 25, STICK)


def test_frames_are_in_the_order_of_their_numbers_not_of_their_names(tmp_path: Path) -> None:
    for number in (10, 9, 100, 8):
        (tmp_path / f"wave_{number}_keypoints.json").write_text(
            json.dumps({"people": [{"pose_keypoints_2d": 25 * [number, 1, 1]}]})
        )
    sequence = read_openpose(tmp_path)
    assert sequence.pos[~sequence.missing.all(axis=1), 0, 0].tolist() == [8, 9, 10, 100]


def test_a_number_without_a_file_is_a_frame_without_anybody(tmp_path: Path) -> None:
    for number in (5, 6, 9):
        write_frame(tmp_path, number, POSE)
    sequence = read_openpose(tmp_path)
    assert sequence.frame.tolist() == [5, 6, 7, 8, 9]
    assert sequence.missing.all(axis=1).tolist() == [False, False, True, True, False]
    assert (sequence.missing.all(axis=1) == sequence.missing.any(axis=1)).all()


def test_a_file_without_people_is_a_frame_without_anybody(folder: Path) -> None:
    write_frame(folder, 1)
    assert read_openpose(folder).missing.all(axis=1).tolist() == [False, True, False]


def test_a_clip_without_people_is_a_sequence_without_joints(tmp_path: Path) -> None:
    for number in range(4):
        write_frame(tmp_path, number)
    assert repr(read_openpose(tmp_path)) == (
        "SkeletonSequence('wave', 4 frames, BODY_25, 2D, rate unknown, 100% missing)"
    )


def test_joints_that_openpose_did_not_find_are_missing(tmp_path: Path) -> None:
    write_frame(tmp_path, 0, [*(24 * [320, 240.5, 0.75]), *(0, 0, 0)])
    sequence = read_openpose(tmp_path)
    assert sequence.missing[0].tolist() == 24 * [False] + [True]
    assert sequence.pos[0, 0].tolist() == [320, 240.5]


def test_one_person_is_followed_whatever_their_place_in_the_list(tmp_path: Path) -> None:
    near = np.random.default_rng(0).uniform(0, 100, (25, 2))
    for number in range(10):
        main = np.column_stack([near + number, np.full(25, 0.75)]).ravel().tolist()
        other = np.column_stack([near + 500, np.full(25, 0.5)]).ravel().tolist()
        write_frame(tmp_path, number, *([main, other] if number % 2 else [other, main]))
    assert (read_openpose(tmp_path).score == 0.75).all()


def test_several_people_are_sequences_of_one_name(tmp_path: Path) -> None:
    near = np.random.default_rng(0).uniform(0, 100, (25, 2))
    for number in range(6):
        far = np.column_stack([near / 2 + 500, np.full(25, 0.75)]).ravel().tolist()
        big = np.column_stack([near, np.full(25, 0.5)]).ravel().tolist()
        write_frame(tmp_path, number, *([far, big] if number % 2 else [big, far]))
    write_frame(tmp_path, 0, far, clip="alone")
    found = read_openpose_folder(tmp_path, fps=25, people=3)
    assert [(sequence.name, sequence.facts, len(sequence)) for sequence in found] == [
        *(("alone", {"person": 0}, 1), ("wave", {"person": 0}, 6), ("wave", {"person": 1}, 6))
    ]
    assert [set(sequence.score.flat) for sequence in found] == [{0.75}, {0.75}, {0.5}]
    main = read_openpose(tmp_path, clip="wave")
    assert (main.score == 0.75).all()
    assert main.facts == {}
    assert (read_openpose_folder(tmp_path, by="size")[1].score == 0.5).all()


def test_the_clips_of_a_folder_are_told_apart(folder: Path) -> None:
    write_frame(folder, 0, POSE, clip="person01_boxing_d1_uncomp")
    write_frame(folder, 1, POSE, clip="person01_boxing_d1_uncomp")
    write_frame(folder, 0, POSE, clip="wave-2")
    sequences = read_openpose_folder(folder, fps=25)
    assert [(sequence.name, len(sequence), sequence.fps) for sequence in sequences] == [
        *(("person01_boxing_d1_uncomp", 2, 25), ("wave", 3, 25), ("wave-2", 1, 25))
    ]
    assert read_openpose(folder, clip="wave").num_frames == 3
    with pytest.raises(ValueError, match=r"holds 3 clips; name one .*: person01_boxing_d1_uncomp, wave, wave-2"):
        read_openpose(folder)
    with pytest.raises(ValueError, match=r"holds no clip 'walk'; its clips: person01_boxing_d1_uncomp, wave"):
        read_openpose(folder, clip="walk")


def test_a_camera_has_no_name(tmp_path: Path) -> None:
    folder = tmp_path / "hall"
    folder.mkdir()
    (folder / "000000000007_keypoints.json").write_text('{"people": []}')
    sequence = read_openpose(folder)
    assert (sequence.name, sequence.frame.tolist()) == ("hall", [7])


def test_other_files_are_ignored(folder: Path) -> None:
    for name in ("notes.txt", "wave.json", "wave_heatmaps.json", "._wave_000000000001_keypoints.json"):
        (folder / name).write_text("not JSON")
    assert read_openpose(folder).num_frames == 3


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere: there is no such folder"):
        read_openpose(tmp_path / "nowhere")


@pytest.mark.parametrize("read", [read_openpose, read_openpose_folder])
def test_a_folder_of_something_else_is_refused(tmp_path: Path, read: Any) -> None:
    (tmp_path / "result.json").write_text("[]")
    with pytest.raises(ValueError, match=r"no OpenPose output; looked for files like CLIP_0{12}_keypoints\.json"):
        read(tmp_path)


NO_LIST = "person 0 has no list of numbers 'pose_keypoints_2d'"


def people(pose: str) -> str:
    return f'{{"people": [{{"pose_keypoints_2d": {pose}}}]}}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"not whole JSON \("),
        ("x,y,score", r"not whole JSON \("),
        ('{"version": 1.3, "people": [{"pose_keyp', r"not whole JSON \("),
        ("\xff\xfe\xfa", r"not whole JSON \("),
        ("[" * 100_000, r"not whole JSON \("),
        ("[]", "no list of 'people', so not OpenPose's output"),
        ('{"version": 1.3}', "no list of 'people'"),
        ('{"people": null}', "no list of 'people'"),
        ('{"people": {"pose_keypoints_2d": []}}', "no list of 'people'"),
        ('{"people": [3]}', NO_LIST),
        ('{"people": [{"pose_keypoints": [1, 2, 3]}]}', NO_LIST),
        (people('"1, 2, 3"'), NO_LIST),
        (people(json.dumps(25 * [1, 2, "3"])), NO_LIST),
        (people(json.dumps(25 * [1, 2, None])), NO_LIST),
        (people(json.dumps(25 * [1, 2, True])), NO_LIST),
        (people(json.dumps(25 * [[1, 2, 3]])), NO_LIST),
        (people("[]"), "person 0 has 0 numbers"),
        (people(json.dumps(POSE[:-1])), "person 0 has 74 numbers in 'pose_keypoints_2d', not three a joint"),
        (people(json.dumps([*POSE[:-1], float("nan")])), "person 0 has a number that is not finite"),
        (people(json.dumps([*POSE[:-1], float("inf")])), "person 0 has a number that is not finite"),
        (people(json.dumps([*POSE[:-1], 1e300])), "person 0 has a number that is not finite"),
        (people(json.dumps([*POSE[:-1], 1])[:-1] + "9" * 5000 + "]"), "person 0 has a number that is not finite"),
        (people(json.dumps(18 * [1, 2, 3])), r"people of 18 joints, but of 25 in wave_000000000000_keypoints"),
    ],
)
def test_a_bad_frame_is_refused(folder: Path, content: str, message: str) -> None:
    frame_file(folder, 2).write_bytes(content.encode("latin-1"))
    with pytest.raises(ValueError, match=rf"wave_000000000002_keypoints\.json: {message}"):
        read_openpose(folder)


@given(st.data())
def test_a_truncated_frame_is_refused(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = write_frame(Path(folder), 0, POSE)
        whole = path.read_text()
        path.write_text(whole[: data.draw(st.integers(0, len(whole) - 1))])
        with pytest.raises(ValueError, match=r"wave_000000000000_keypoints\.json: not whole JSON"):
            read_openpose(folder)


def test_the_layout_must_fit(folder: Path) -> None:
    with pytest.raises(ValueError, match=r"_keypoints\.json: people of 25 joints, but COCO_17 has 17; pass the"):
        read_openpose(folder, skeleton=COCO_17)


def test_two_layouts_in_one_frame_are_refused(folder: Path) -> None:
    write_frame(folder, 1, POSE, POSE[:51])
    with pytest.raises(ValueError, match=r"wave_000000000001_keypoints\.json: people of 17 joints, but of 25 in"):
        read_openpose(folder)


def test_two_files_of_one_frame_are_refused(folder: Path) -> None:
    (folder / "wave_2_keypoints.json").write_text('{"people": []}')
    with pytest.raises(ValueError, match=r"wave_2_keypoints\.json: the same frame 2 as wave_000000000002_key"):
        read_openpose(folder)


def test_a_stray_file_far_away_is_refused(folder: Path) -> None:
    write_frame(folder, 999_999_999_999, POSE)
    with pytest.raises(ValueError, match=r"wave_999999999999_keypoints\.json: no file for 999999999996 frames"):
        read_openpose(folder)


# Clip, frames, frames in which nobody was found.
REAL_CLIPS = [
    ("sitting_0", 300, 0),
    ("sitting_2", 300, 0),
    ("sleeping_0", 300, 0),
    ("sleeping_2", 300, 256),
    ("standing_0", 240, 0),
    ("seated_speaker", 200, 0),
]


@pytest.mark.parametrize(("clip", "num_frames", "num_empty"), REAL_CLIPS)
def test_real_clips(real_data: Path, clip: str, num_frames: int, num_empty: int) -> None:
    folder = real_data / "openpose_json" / clip
    sequence = read_openpose(folder)
    assert sequence.skeleton is BODY_25
    assert sequence.name == ("video" if clip == "seated_speaker" else clip)
    assert sequence.frame.tolist() == list(range(num_frames))
    assert sequence.missing.all(axis=1).sum() == num_empty
    assert sequence.pos.min() >= 0
    in_pixels = clip == "seated_speaker"
    assert (400 < sequence.pos.max() < 1000) if in_pixels else (0.5 < sequence.pos.max() <= 1)
    assert [found.name for found in read_openpose_folder(folder)] == [sequence.name]


def test_the_two_people_of_a_real_clip(real_data: Path) -> None:
    people = read_openpose_folder(real_data / "openpose_json" / "standing_2", people=2)
    assert [(person.name, person.facts["person"], int(person.in_view.sum())) for person in people] == [
        *(("standing_2", 0, 182), ("standing_2", 1, 240))
    ]


def test_the_seated_speaker_has_no_feet(real_data: Path) -> None:
    missing = read_openpose(real_data / "openpose_json" / "seated_speaker").missing
    for joint in ("left_ankle", "left_big_toe", "left_heel", "right_big_toe", "right_small_toe"):
        assert missing[:, BODY_25.index(joint)].all()
    for joint in ("nose", "neck", "right_wrist", "left_wrist", "mid_hip"):
        assert not missing[:, BODY_25.index(joint)].any()


def test_a_real_clip_of_two_people_whose_order_changes(real_data: Path) -> None:
    """One stands there from the start, the other comes in at frame 58 and is seen better."""
    folder = real_data / "openpose_json" / "standing_2"
    sequence = read_openpose(folder)
    missing = sequence.missing
    assert missing.all(axis=1).tolist() == 58 * [True] + 182 * [False]
    center = sequence.pos[58:].sum(axis=1) / (~missing[58:]).sum(axis=1)[:, None]
    assert np.linalg.norm(np.diff(center, axis=0), axis=1).max() < 0.05  # the two are 0.36 apart

    def place(path: Path, score: np.ndarray) -> int:
        scores = [person["pose_keypoints_2d"][2::3] for person in json.loads(path.read_text())["people"]]
        return [np.array_equal(np.float32(other), score) for other in scores].index(True)

    places = [place(frame_file(folder, t, "standing_2"), sequence.score[t]) for t in range(58, 240)]
    assert places[:5] == [1, 1, 1, 0, 1]
