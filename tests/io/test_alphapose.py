"""AlphaPose's results: frames, people, and what is refused."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stgcn_pyg.io import read_alphapose
from stgcn_pyg.skeleton import COCO_17, H36M_17, HALPE_26
from tests.strategies import few
from tests.writers import write_alphapose

people = hnp.arrays(np.float32, (3, 17, 3), elements=st.floats(0.125, 1, width=32))


@given(people, st.permutations(range(3)))
@few
def test_what_was_written_is_read_in_whatever_order(pose: np.ndarray, order: list[int]) -> None:
    pose[:, :, :2] += np.arange(17)[:, None]
    with TemporaryDirectory() as folder:
        path = write_alphapose(Path(folder) / "run.json", [[one] for one in pose.astype(np.float64)])
        results = json.loads(path.read_text())
        path.write_text(json.dumps([results[i] for i in order]))
        (sequence,) = read_alphapose(path, fps=25)
    assert (sequence.pos == pose[..., :2]).all()
    assert (sequence.score == pose[..., 2]).all()
    assert (sequence.name, sequence.fps, sequence.skeleton, sequence.facts) == ("run", 25, COCO_17, {})


def detection(**changes: Any) -> dict[str, Any]:
    return {"image_id": "0.jpg", "keypoints": [50.0, 60.0, 0.9] * 17, "score": 2.9} | changes


def write(folder: Path, *detections: object) -> Path:
    path = folder / "run.json"
    path.write_text(json.dumps(detections))
    return path


@pytest.mark.parametrize("image", ["7.jpg", "0007.png", 7, "video2_0007.jpg", "clip1/frame0007.jpeg"])
def test_the_number_of_a_frame_is_the_last_of_its_name(tmp_path: Path, image: str | int) -> None:
    (sequence,) = read_alphapose(write(tmp_path, detection(image_id=image)))
    assert sequence.frame.tolist() == [7]


def test_frames_without_a_detection_are_frames_without_joints(tmp_path: Path) -> None:
    (sequence,) = read_alphapose(write(tmp_path, detection(image_id="12.jpg"), detection(image_id="9.jpg")))
    assert sequence.frame.tolist() == [9, 10, 11, 12]
    assert sequence.in_view.tolist() == [True, False, False, True]


def test_people_come_in_order_of_importance(tmp_path: Path) -> None:
    left = np.random.default_rng(0).uniform(1, 20, (17, 3))
    left[:, 2] = 0.5
    right = left + np.array([100, 0, 0.4])
    frames = [[left, right] if t % 2 else [right, left] for t in range(4)]
    path = write_alphapose(tmp_path / "run.json", frames)
    first, second = read_alphapose(path, people=5)
    assert (first.pos > 100)[..., 0].all()
    assert (second.pos < 100).all()
    assert [one.facts["person"] for one in (first, second)] == [0, 1]
    assert len(read_alphapose(path)) == 1


def test_the_layout_goes_by_the_number_of_joints(tmp_path: Path) -> None:
    assert read_alphapose(write(tmp_path, detection(keypoints=[1.0] * 78)))[0].skeleton is HALPE_26
    assert read_alphapose(write(tmp_path, detection()), H36M_17)[0].skeleton is H36M_17


@pytest.mark.parametrize(
    ("detections", "message"),
    [
        ([], "nobody is detected in it"),
        ([1], "detection 0 has no 'image_id' or no 'keypoints'"),
        ([{"keypoints": []}], "detection 0 has no 'image_id'"),
        ([detection(image_id="a.jpg")], "detection 0: no number of a frame in image_id 'a.jpg'"),
        ([detection(image_id=[1])], "no number of a frame"),
        ([detection(image_id="a/1.jpg"), detection(image_id="b/1.jpg")], r"images of several videos \(a/, b/\)"),
        ([detection(), detection(image_id="999999.jpg")], "frame 999999 comes next after frame 0; a stray one?"),
        ([detection(keypoints=[1.0] * 50)], "detection 0 has 50 numbers in 'keypoints', not three a joint"),
        ([detection(keypoints=[])], "something else is among them|has 0 numbers"),
        ([detection(keypoints=[[1.0] * 3] * 17)], r"keypoints must be numbers \[any\], not \[17, 3\]"),
        ([detection(keypoints=["1"] * 51)], "something else is among them"),
        ([detection(keypoints=[1e300] * 51)], "has a number that is not finite"),
        ([detection(keypoints=[1.0] * 57)], "19 joints a frame; layouts known"),
        ([detection(), detection(keypoints=[1.0] * 78)], "people of 17 joints, but of 26 too"),
    ],
)
def test_what_are_no_results_is_refused(tmp_path: Path, detections: list[object], message: str) -> None:
    with pytest.raises(ValueError, match=rf"run\.json(: |: .*)({message})"):
        read_alphapose(write(tmp_path, *detections))


def test_other_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text('{"people": []}')
    with pytest.raises(ValueError, match="no list of detections, so not AlphaPose's results"):
        read_alphapose(path)


def test_real_results(real_data: Path) -> None:
    found = {path.stem: read_alphapose(path) for path in (real_data / "alphapose").iterdir()}
    lengths = {name: len(sequence) for name, (sequence,) in found.items()}
    assert lengths == {"jacky_dance": 57, "jacky_run": 162, "jacky_walk": 230}
    assert {sequence.skeleton for (sequence,) in found.values()} == {COCO_17}
    for (sequence,) in found.values():
        nose, ankle = (sequence.pos[:, COCO_17.index(joint), 1].mean() for joint in ("nose", "left_ankle"))
        assert nose < ankle  # pixels, counted from the top
