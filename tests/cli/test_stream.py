"""``stgcn-pyg stream``, as a user types it."""

import io
import json
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from stgcn_pyg.cli.live_output import LiveLine
from stgcn_pyg.io import read_sequences, write_compact
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.pose import Picture, camera
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import FloatArray
from stgcn_pyg.skeleton import BODY_25, COCO_17
from stgcn_pyg.streaming import Answer, Forgetting, Pooling, SlidingWindow, StreamingRecognizer
from tests.command_line import call
from tests.recordings import random_sequence
from tests.videos import BRIGHT, BrightSpots, spot, write_video

FPS = 25.0
NAMES = ["walk", "run", "box"]


@pytest.fixture(scope="module", params=[False, True], ids=["centred", "causal"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("model"), causal=request.param)


def build(folder: Path, fps: float = FPS, causal: bool = True) -> Path:
    """A small network of COCO_17, as BRIGHT finds people."""
    graph = SkeletonGraph.build(COCO_17)
    Recognizer(graph, NAMES, fps=fps, channels=((3, 1), (4, 2)), kernel_size=3, causal=causal).save_pretrained(
        folder
    )
    return folder


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "walk.npz"
    write_compact(random_sequence(12, 7, skeleton=COCO_17, fps=FPS, missing=0.3, name="walk"), path)
    return path


def run(*words: object) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The lines of JSON, and the summary."""
    *lines, last = [json.loads(line) for line in call("stream", *words, "--json").splitlines()]
    return lines, last["summary"]


def predicted(path: Path, model: Path, *more: object) -> dict[str, float]:
    scores: dict[str, float] = json.loads(call("predict", path, "--model", model, "--json", *more))["scores"]
    return scores


def test_every_frame_of_a_recording_and_in_the_end_what_predict_says(recording: Path, model: Path) -> None:
    lines, summary = run(recording, "--model", model, "--every", 0)
    (sequence,) = read_sequences(recording)
    assert [line["frame"] for line in lines] == sequence.frame.tolist()
    assert [line["time"] for line in lines] == pytest.approx((sequence.frame / FPS).tolist(), abs=1e-3)
    assert [line["seen_joints"] for line in lines] == (sequence.score > 0).sum(axis=1).tolist()
    assert all(line["action"] == max(line["scores"], key=line["scores"].get) for line in lines)
    assert summary["scores"] == pytest.approx(predicted(recording, model), abs=2e-4)
    assert lines[-1]["scores"] == pytest.approx(summary["scores"], abs=2e-4)  # not behind, whatever the delay
    assert (summary["frames"], summary["dropped"]) == (19, 0)
    parts = ["network"] if summary["delay_frames"] == 0 else ["network", "peek"]
    assert list(summary["latency_ms"]) == parts
    assert all(0 < values["median"] <= values["p95"] for values in summary["latency_ms"].values())


def test_answers_come_as_often_as_asked_for(recording: Path, model: Path) -> None:
    lines, _ = run(recording, "--model", model, "--every", 0.2)
    assert [line["frame"] for line in lines] == [0, 5, 10, 1012, 1015]


@pytest.mark.parametrize(
    ("words", "pooling"), [(("--window", 0.2), SlidingWindow(0.2)), (("--half-life", 0.1), Forgetting(0.1))]
)
def test_scores_rest_on_what_is_asked_for(
    words: tuple[object, ...], pooling: Pooling, recording: Path, model: Path
) -> None:
    live = StreamingRecognizer(Recognizer.from_pretrained(model), pooling=pooling)
    (sequence,) = read_sequences(recording)
    for t in range(len(sequence)):
        live.push(sequence.select(slice(t, t + 1), "frame"))
    expected = live.flush()
    assert expected is not None
    _, summary = run(recording, "--model", model, *words)
    assert [summary["scores"][name] for name in NAMES] == pytest.approx(expected.tolist(), abs=1e-4)
    assert summary["scores"] != predicted(recording, model)


def test_people_read_lines_and_a_summary(recording: Path, model: Path) -> None:
    said = call("stream", recording, "--model", model)
    assert "0.00 s" in said
    assert "walk: " in said
    assert "19 frames, " in said
    assert "95th percentile" in said


def test_a_long_delay_is_told_and_looked_past(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from stgcn_pyg.cli.stream import _say_delay

    live = StreamingRecognizer(Recognizer.from_pretrained("synthetic_kth"))
    _say_delay(live, 0.5)
    assert "its own scores are 15.2 s late (76 frames)" in capsys.readouterr().err
    _say_delay(StreamingRecognizer(Recognizer.from_pretrained(build(tmp_path / "model"))), 0.5)
    assert capsys.readouterr().err == ""


def test_a_video_is_what_predict_makes_of_it(model: Path, tmp_path: Path) -> None:
    video = write_video(tmp_path / "clip.avi", fps=FPS)
    lines, summary = run(video, "--model", model, "--estimator", BRIGHT, "--every", 0)
    assert [line["seen_joints"] for line in lines] == [17 * (2 <= t < 8) for t in range(10)]
    assert summary["scores"] == pytest.approx(predicted(video, model, "--estimator", BRIGHT), abs=2e-4)
    assert "pose" in summary["latency_ms"]


@pytest.mark.filterwarnings("ignore:recorded at")
def test_at_its_own_rate_a_recording_takes_its_time_and_says_the_same(tmp_path: Path) -> None:
    video = write_video(tmp_path / "clip.avi", [spot(3 * t) for t in range(15)], fps=FPS)
    slow = build(tmp_path / "model", fps=5)
    asked = (video, "--model", slow, "--estimator", BRIGHT, "--every", 0)
    begin = time.monotonic()
    lines, summary = run(*asked, "--realtime")
    assert time.monotonic() - begin > 14 / FPS
    assert summary["frames"] + summary["dropped"] == 15
    assert [line["frame"] for line in lines] == [int(line["time"] * 5 + 1e-6) for line in lines] == [0, 1, 2]
    if summary["dropped"] == 0:
        assert summary["scores"] == pytest.approx(run(*asked)[1]["scores"], abs=2e-4)


class Slow(BrightSpots):
    """Takes as long as two and a half frames."""

    def estimate(self, image: Picture, seconds: float) -> FloatArray:
        time.sleep(0.1)
        return super().estimate(image, seconds)


def test_who_is_too_slow_drops_frames_and_keeps_time(tmp_path: Path) -> None:
    video = write_video(tmp_path / "clip.avi", fps=FPS)
    asked = ("--model", build(tmp_path / "model"), "--estimator", "tests.cli.test_stream:Slow")
    lines, summary = run(video, *asked, "--realtime", "--every", 0)
    assert summary["dropped"] >= 4
    assert summary["frames"] + summary["dropped"] == 10
    assert [line["frame"] for line in lines] == [round(line["time"] * FPS) for line in lines]
    assert lines[-1]["frame"] == 9


def test_a_camera_is_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FFmpeg's test picture stands in for one: it comes as fast as it is read."""
    monkeypatch.setitem(camera.SYSTEMS, sys.platform, ("lavfi", "{}"))
    picture = "testsrc=size=64x48:rate=25:duration=0.8"
    asked = ("--model", build(tmp_path), "--estimator", BRIGHT, "--every", 0)
    lines, summary = run("--camera", picture, *asked)
    assert summary["frames"] + summary["dropped"] == 20
    assert (lines[-1]["frame"], lines[-1]["time"]) == (19, pytest.approx(0.76))


class Interrupted(BrightSpots):
    """Ctrl-C is hit while the third picture is looked at."""

    seen = 0

    def estimate(self, image: Picture, seconds: float) -> FloatArray:
        self.seen += 1
        if self.seen == 3:
            signal.raise_signal(signal.SIGINT)
        return super().estimate(image, seconds)


def test_ctrl_c_ends_it_with_a_summary(model: Path, tmp_path: Path) -> None:
    video = write_video(tmp_path / "clip.avi", fps=FPS)
    before = signal.getsignal(signal.SIGINT)
    estimator = "tests.cli.test_stream:Interrupted"
    lines, summary = run(video, "--model", model, "--estimator", estimator, "--every", 0)
    assert [line["frame"] for line in lines] == [0, 1, 2]
    assert summary["frames"] == 3
    assert sum(summary["scores"].values()) == pytest.approx(1, abs=1e-3)
    assert signal.getsignal(signal.SIGINT) is before


def test_nobody_in_view_is_told(model: Path, tmp_path: Path) -> None:
    video = write_video(tmp_path / "clip.avi", [spot(None)] * 5)
    with pytest.warns(UserWarning, match="clip: nobody is seen in any frame, so there are no scores"):
        lines, summary = run(video, "--model", model, "--estimator", BRIGHT)
    assert (lines[0]["action"], summary["action"], summary["scores"]) == (None, None, {})


def test_on_a_terminal_a_line_stays_when_the_action_changes() -> None:
    screen = io.StringIO()
    lines = LiveLine("camera", Console(file=screen, force_terminal=True, width=100))
    with lines:
        for number, action in enumerate(["walk", "walk", "run"]):
            lines.show(Answer(number, number / 2, {action: 0.75, "box": 0.25}, 17, {"network": 1.25}))
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", screen.getvalue())
    assert shown.count("0.00 s") == 1  # overwritten
    assert "0.50 s  walk 0.75 (next: box 0.25)" in shown
    assert shown.count("0.50 s") > 1  # and once more, to stay
    assert shown.splitlines()[-1].split()[:3] == ["1.00", "s", "run"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "give a recording or a video, or --camera, and not both"),
        (["RECORDING", "--camera", "0"], "and not both"),
        (["RECORDING", "--window", "1", "--half-life", "1"], "leave --window or --half-life out"),
        (["RECORDING", "--window", "0"], "a window lasts more than 0 seconds, not 0"),
        (["RECORDING", "--every", "-1"], "--every is a number of seconds, not -1"),
        (["--camera", "/dev/nowhere", "--estimator", BRIGHT], "camera /dev/nowhere: cannot be opened"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: list[str], message: str, recording: Path, tmp_path: Path) -> None:
    given = [str(recording) if word == "RECORDING" else word for word in words]
    with pytest.raises(ValueError, match=message):
        call("stream", *given, "--model", build(tmp_path / "model"))


@pytest.mark.filterwarnings("ignore:recorded as")
def test_a_recording_of_another_layout(model: Path, tmp_path: Path) -> None:
    sequence = random_sequence(6, skeleton=BODY_25, fps=FPS)
    np.save(tmp_path / "walk.npy", np.concatenate([sequence.pos, sequence.score[..., None]], axis=2))
    asked = ("--skeleton", "BODY_25", "--fps", FPS)
    _, summary = run(tmp_path / "walk.npy", "--model", model, *asked)
    assert summary["scores"] == pytest.approx(predicted(tmp_path / "walk.npy", model, *asked), abs=2e-4)
