"""``extract``, ``prepare kth`` and ``predict`` on videos, as a user types them."""

import json
import warnings
from pathlib import Path
from zipfile import ZipFile

import av
import pytest
from PIL import Image
from typer.testing import CliRunner

from stgcn_pyg.cli import app
from stgcn_pyg.datasets import KTHSkeletonDataset
from stgcn_pyg.io import read_compact
from stgcn_pyg.skeleton import BODY_25, COCO_17
from tests.command_line import call
from tests.videos import BRIGHT, WIDTH, write_video


def stamps(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def test_extract_writes_a_recording_for_each_video_once(tmp_path: Path) -> None:
    videos = [write_video(tmp_path / f"{name}.avi") for name in ("one", "two")]
    asked = ("--out", tmp_path / "out", "--estimator", BRIGHT)
    assert "one.avi: 10 frames at 25 a second, a person in 60% (" in call("extract", videos[0], *asked)
    before = stamps(tmp_path / "out")
    said = call("extract", *videos, *asked)
    assert "one.npz is there already" in said
    assert "two.avi: 10 frames" in said
    assert before.items() <= stamps(tmp_path / "out").items()
    assert [*sorted(before), "two.npz"] == sorted(stamps(tmp_path / "out"))
    sequence = read_compact(tmp_path / "out" / "one.npz")
    assert (sequence.fps, sequence.skeleton, int(sequence.in_view.sum())) == (25, COCO_17, 6)


def test_the_layout_is_what_is_asked_for(tmp_path: Path) -> None:
    call(
        "extract",
        write_video(tmp_path / "a.avi"),
        "--out",
        tmp_path,
        "--estimator",
        BRIGHT,
        "--skeleton",
        "BODY_25",
    )
    assert read_compact(tmp_path / "a.npz").skeleton == BODY_25


def test_overlays_show_the_videos_frames(tmp_path: Path) -> None:
    video = write_video(tmp_path / "walk.avi")
    for ending in ("png", "mp4"):
        call("extract", video, "--out", tmp_path / ending, "--estimator", BRIGHT, "--overlay", ending)
    with Image.open(tmp_path / "png" / "walk.png") as sheet:
        assert sheet.size[0] % (4 * WIDTH) == 0
    with av.open(str(tmp_path / "mp4" / "walk.mp4")) as film:
        assert len(list(film.decode(video=0))) == 10


def test_an_overlay_is_drawn_of_a_recording_that_is_there(tmp_path: Path) -> None:
    asked = ("extract", write_video(tmp_path / "walk.avi"), "--out", tmp_path, "--estimator", BRIGHT)
    call(*asked)
    recorded = (tmp_path / "walk.npz").stat().st_mtime_ns
    assert "is there already" in call(*asked, "--overlay", "png")
    drawn = stamps(tmp_path)
    assert "walk.png" in drawn
    assert drawn["walk.npz"] == recorded
    call(*asked, "--overlay", "png")
    assert stamps(tmp_path) == drawn


def test_a_folder_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a folder; name the videos in it"):
        call("extract", tmp_path, "--out", tmp_path / "out", "--estimator", BRIGHT)


def test_what_is_no_video_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    good = write_video(tmp_path / "good.avi")
    bad = tmp_path / "bad.avi"
    bad.write_text("hello")
    words = ["extract", bad, tmp_path / "nowhere.avi", good, "--out", tmp_path / "out", "--estimator", BRIGHT]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 1
    assert f"error: {bad}: not a video" in result.output
    assert "nowhere.avi" in result.output
    assert "could not be read: 2 of 3 videos" in result.output
    assert list(stamps(tmp_path / "out")) == ["good.npz"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a/clip.avi", "b/clip.avi"], "would both be clip.npz"),
        (["clip.avi", "--overlay", "gif"], "--overlay is mp4 or png, not 'gif'"),
        (["clip.avi", "--skeleton", "BODY_26"], "BODY_26"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CliRunner().invoke(app, ["extract", *words, "--estimator", BRIGHT], catch_exceptions=False)


def test_predict_names_the_action_in_a_video(tmp_path: Path) -> None:
    video = write_video(tmp_path / "walk.avi", fps=25).rename(tmp_path / "walk")  # known by its content
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        line = call("predict", video, "--model", "synthetic_kth", "--estimator", BRIGHT, "--json")
    assert json.loads(line)["recording"] == "walk"
    said = " ".join(str(one.message) for one in warned)
    assert "recorded at 25 frames a second; resampled to 5" in said
    assert "recorded as COCO_17" in said


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """KTH's videos as they come: in a zip file and beside it, one of them cut off."""
    folder = tmp_path / "source"
    folder.mkdir()
    one = write_video(folder / "clip.avi", fps=25)
    with ZipFile(folder / "boxing.zip", "w") as archive:
        archive.write(one, "person01_boxing_d1_uncomp.avi")
    one.rename(folder / "person02_walking_d4_uncomp.avi")
    return folder


def test_prepare_makes_a_root_that_the_data_set_reads(tmp_path: Path, source: Path) -> None:
    root = tmp_path / "kth"
    listed = tmp_path / "list.txt"
    listed.write_text("person01_boxing_d1 frames 3-5, 6-8\nperson02_walking_d4 frames 3-8\n")
    asked = ("prepare", "kth", source, "--out", root, "--estimator", BRIGHT)
    said = call(*asked, "--subsequences", listed)
    assert "2 of 2 recordings made, 0 were there" in said
    kept = root / "00sequences.txt"
    assert f"3 samples of 6 actions: stgcn-pyg train --root {root} --subsequences {kept}" in said
    before = stamps(root / "raw")
    assert "0 of 2 recordings made, 2 were there" in call(*asked)
    assert stamps(root / "raw") == before
    dataset = KTHSkeletonDataset(root, "all", graph="uniform", subsequences=kept)
    assert (dataset.fps, dataset.skeleton) == (25, BODY_25)
    assert sorted(data.num_frames for data in dataset) == [3, 3, 6]
    assert {path.name for path in tmp_path.iterdir()} == {"kth", "source", "list.txt"}


def test_prepare_passes_over_what_is_damaged(tmp_path: Path, source: Path) -> None:
    (source / "running.zip").write_bytes(b"PK\x03\x04, cut off")
    (source / "person03_jogging_d1_uncomp.avi").write_bytes(b"RIFF")
    words = ["prepare", "kth", str(source), "--out", str(tmp_path / "kth"), "--estimator", BRIGHT]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 1
    assert "running.zip: not a whole zip file" in result.output
    assert "person03_jogging_d1_uncomp.avi: not a video" in result.output
    assert "2 of 3 recordings made" in result.output
    assert "could not be read: 1 videos, 1 zip files" in result.output
    assert len(stamps(tmp_path / "kth" / "raw")) == 2


@pytest.mark.usefixtures("blazepose")
@pytest.mark.filterwarnings("ignore:recorded")
def test_from_a_real_video_to_its_action(real_data: Path) -> None:
    video = real_data / "kth_videos" / "person04_running_d1_uncomp.avi"
    assert json.loads(call("predict", video, "--model", "synthetic_kth", "--json"))["action"] == "running"
