"""Poses as lines of text."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stgcn_pyg.io import read_openpose_lines
from stgcn_pyg.skeleton import BODY_25, COCO_17
from tests.strategies import few
from tests.writers import read_or_refuse, write_lines

poses = hnp.arrays(np.float32, (3, 25, 3), elements=st.floats(0.125, 1, width=32))


@given(poses, st.sampled_from(["running", "7", ""]))
@few
def test_what_was_written_is_read(pose: np.ndarray, label: str) -> None:
    pose[1, 3] = 0
    with TemporaryDirectory() as folder:
        path = write_lines(Path(folder) / "poses.txt", pose.astype(np.float64), label)
        sequence = read_openpose_lines(path, fps=25)
    assert (sequence.pos == pose[..., :2]).all()
    assert (sequence.score == pose[..., 2]).all()
    assert (sequence.name, sequence.fps, sequence.skeleton) == ("poses", 25, BODY_25)
    assert sequence.facts == {"running": {"action": "running"}, "7": {"label": 7}, "": {}}[label]


def test_lines_that_show_different_things_say_nothing_of_all(tmp_path: Path) -> None:
    path = tmp_path / "poses.txt"
    path.write_text("1 2 1 " * 17 + "running\n\n" + "1 2 1 " * 17 + "walking\r\n")
    sequence = read_openpose_lines(path)
    assert (len(sequence), sequence.facts, sequence.skeleton) == (2, {}, COCO_17)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n \n", ": no line with a pose"),
        ("1 2", ", line 1: 2 entries are not x, y and score of joints and a label"),
        ("1 2 3 4 5", ", line 1: 5 entries are not"),
        ("running", ", line 1: 1 entries are not"),
        ("1 2 1 " * 17 + "\n1 2 1", ", line 2: 3 entries, but 51 in the first"),
        ("1 2 1 " * 17 + "\n" + "1 x 1 " * 17, ", line 2: not x, y and score of each joint"),
        ("1 2 1 " * 19, ": 19 joints a frame; layouts known"),
        ("1 nan 1 " * 17, ": frame 0, joint 'nose' is at"),
        ("1 1e300 1 " * 17, ": frame 0, joint 'nose' is at"),
    ],
)
def test_what_are_no_poses_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "poses.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=rf"poses\.txt{message}"):
        read_openpose_lines(path)


@given(st.text(alphabet="0123456789. -e\nna", max_size=80))
@few
def test_any_text_is_read_or_refused(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "poses.txt"
        path.write_text(text)
        read_or_refuse(read_openpose_lines, path)


def test_real_lines(real_data: Path) -> None:
    (path,) = (real_data / "kth_openpose_running").iterdir()
    sequence = read_openpose_lines(path)
    assert (len(sequence), sequence.skeleton, sequence.facts) == (10_824, BODY_25, {"action": "running"})
    assert 0.11 < sequence.missing.mean() < 0.13
