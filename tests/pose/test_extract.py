"""A video as a recording, by any estimator."""

from pathlib import Path

import numpy as np
import pytest

from stgcn_pyg.pose import Video, extract, load_estimator
from stgcn_pyg.skeleton import BODY_25, COCO_17
from tests.videos import BRIGHT, SIDE, spot, write_video


def test_the_recording_is_what_the_estimator_found(tmp_path: Path) -> None:
    sequence = extract(Video(write_video(tmp_path / "walk.avi", fps=12.5)), BRIGHT)
    assert (sequence.name, sequence.fps, sequence.skeleton) == ("walk", 12.5, COCO_17)
    assert sequence.facts == {"estimator": "bright"}
    assert np.flatnonzero(sequence.in_view).tolist() == [2, 3, 4, 5, 6, 7]
    assert sequence.pos[2:8, 0, 0] == pytest.approx(8 * np.arange(2, 8) + SIDE / 2, abs=0.6)


def test_it_is_converted_on_request(tmp_path: Path) -> None:
    sequence = extract(Video(write_video(tmp_path / "walk.avi")), BRIGHT, BODY_25)
    assert sequence.skeleton == BODY_25
    assert sequence.in_view.sum() == 6


def test_a_video_without_anybody_has_missing_frames_alone(tmp_path: Path) -> None:
    sequence = extract(Video(write_video(tmp_path / "empty.avi", [spot(None)] * 5)), BRIGHT)
    assert len(sequence) == 5
    assert sequence.missing.all()


def test_uneven_intervals_are_said(tmp_path: Path) -> None:
    pictures = [spot(4 * t) for t in range(6)]
    path = write_video(tmp_path / "clip.mkv", pictures, milliseconds=[0, 40, 80, 90, 240, 280])
    with pytest.warns(UserWarning, match=r"clip.mkv: its frames come at uneven intervals"):
        sequence = extract(Video(path), BRIGHT)
    assert np.diff(sequence.frame).max() > 1


@pytest.mark.parametrize("name", ["openpose", "tests.videos:Nobody", "tests.nowhere:Nobody", "nowhere:Nobody"])
def test_an_estimator_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        load_estimator(name)
