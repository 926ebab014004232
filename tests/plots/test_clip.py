"""Moving pictures: their rate, their length, and what they say along the way."""

import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from PIL import Image, ImageSequence

from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.plots import plot_clip
from stgcn_pyg.plots.film import INKS, write_gif, write_mp4
from stgcn_pyg.plots.so_far import predict_so_far
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.skeleton import BODY_25
from tests.recordings import random_sequence


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    torch.manual_seed(0)
    return Recognizer(SkeletonGraph.build(BODY_25), ["a", "b", "c"], channels=[(4, 1), (8, 2)])


def noise(count: int) -> list[np.ndarray]:
    return list(np.random.default_rng(0).integers(0, 255, (count, 33, 41, 3), dtype=np.uint8))


def gif_durations(path: Path) -> list[int]:
    """Milliseconds of each frame."""
    with Image.open(path) as clip:
        return [frame.info["duration"] for frame in ImageSequence.Iterator(clip)]


@pytest.mark.parametrize("fps", [5, 12.5, 25, 30, 7.3])
def test_a_gif_keeps_time(tmp_path: Path, fps: float) -> None:
    write_gif(noise(20), tmp_path / "clip.gif", fps)
    durations = gif_durations(tmp_path / "clip.gif")
    assert len(durations) == 20
    assert sum(durations) == pytest.approx(20_000 / fps, abs=5)


def test_a_gif_keeps_the_colours_of_clips(tmp_path: Path) -> None:
    inks = [np.round(255 * np.array(to_rgb(ink))).astype(np.uint8) for ink in INKS]
    write_gif([np.tile(ink, (8, 8, 1)) for ink in inks], tmp_path / "clip.gif", 10)
    with Image.open(tmp_path / "clip.gif") as clip:
        shown = [np.asarray(frame.convert("RGB"))[4, 4] for frame in ImageSequence.Iterator(clip)]
    assert np.abs(np.array(shown, int) - np.array(inks, int)).max() <= 8


@pytest.mark.parametrize("fps", [5, 12.5, 29.97])
def test_an_mp4_keeps_time(tmp_path: Path, fps: float) -> None:
    av = pytest.importorskip("av")
    write_mp4(noise(20), tmp_path / "clip.mp4", fps)
    with av.open(str(tmp_path / "clip.mp4")) as film:
        stream = film.streams.video[0]
        assert sum(1 for _ in film.decode(stream)) == 20
        assert stream.average_rate == Fraction(fps).limit_denominator(1000)
        assert (stream.width, stream.height) == (40, 32)


def test_without_pyav_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ImportError, match=r"MP4 needs PyAV; `pip install 'stgcn-pyg\[video\]'` brings it"):
        plot_clip(random_sequence(5), tmp_path / "clip.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_clip_shows_every_frame_of_its_seconds(tmp_path: Path, recognizer: Recognizer) -> None:
    sequence = random_sequence(30, missing=0.3)
    plot_clip(sequence, tmp_path / "clip.gif", recognizer, seconds=0.4)
    plot_clip(sequence, tmp_path / "bare.gif", seconds=0.4)
    for name in ("clip.gif", "bare.gif"):
        assert gif_durations(tmp_path / name) == [40] * 10


def test_nobody_in_view_makes_a_clip_all_the_same(tmp_path: Path, recognizer: Recognizer) -> None:
    sequence = random_sequence(2)
    plot_clip(replace(sequence, score=np.zeros_like(sequence.score)), tmp_path / "clip.gif", recognizer)
    assert (tmp_path / "clip.gif").stat().st_size > 0


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"clip\.avi: a clip ends in \.gif or \.mp4"):
        plot_clip(random_sequence(5), tmp_path / "clip.avi")


def test_a_prediction_so_far_knows_no_later_frame(recognizer: Recognizer) -> None:
    sequence = random_sequence(30)
    score = sequence.score.copy()
    score[:4] = 0
    late = replace(sequence, score=score)
    frames = np.array([2, 4, 20, 29])
    so_far = predict_so_far(recognizer, [late], frames)
    assert np.isnan(so_far[0]).all()
    assert np.allclose(so_far[3], recognizer.predict([late])[0], atol=1e-6)
    other = late.pos.copy()
    other[21:] += 50
    changed = predict_so_far(recognizer, [replace(late, pos=other)], frames)
    assert np.allclose(changed[1:3], so_far[1:3], atol=1e-6)
