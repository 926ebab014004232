"""Videos are read frame by frame, each in its place in time, the right way up."""

import struct
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from stgcn_pyg.pose import Video
from tests.videos import SIDE, spot, write_video


def bright(picture: np.ndarray) -> tuple[float, float]:
    y, x = np.nonzero(picture.mean(axis=2) > 127)
    return float(x.mean() + 0.5), float(y.mean() + 0.5)


@pytest.mark.parametrize("ending", ["avi", "mp4", "mkv"])
@pytest.mark.parametrize("fps", [5, 25, 30000 / 1001])
def test_frames_come_in_their_order_at_the_rate(tmp_path: Path, ending: str, fps: float) -> None:
    video = Video(write_video(tmp_path / f"clip.{ending}", [spot(4 * t) for t in range(12)], fps))
    frames = list(video)
    assert video.fps == pytest.approx(fps, rel=1e-3)
    assert video.num_frames in (0, 12)  # Matroska does not say
    assert [number for number, _, _ in frames] == list(range(12))
    assert [seconds for _, seconds, _ in frames] == pytest.approx(np.arange(12) / fps, abs=2e-3)
    assert [bright(picture)[0] for _, _, picture in frames] == pytest.approx(4 * np.arange(12) + SIDE / 2, abs=0.6)
    assert len(list(video)) == 12  # again from its beginning


def test_frames_at_uneven_intervals_are_numbered_by_their_time(tmp_path: Path) -> None:
    times = [0, 40, 80, 90, 240, 280, 320, 360]
    pictures = [spot(4 * t) for t in range(len(times))]
    video = Video(write_video(tmp_path / "clip.mkv", pictures, milliseconds=times))
    frames = list(video)
    numbers = [number for number, _, _ in frames]
    assert numbers == sorted(set(numbers))
    assert video.left_out == len(times) - len(frames)
    seconds = [seconds for _, seconds, _ in frames]
    assert np.array(numbers) / video.fps == pytest.approx(seconds, abs=0.51 / video.fps)


def turned(path: Path) -> Path:
    """The MP4 with the note that players turn it clockwise by a quarter, as telephones write it."""
    content = bytearray(path.read_bytes())
    start = content.index(b"tkhd") + 44
    assert struct.unpack(">9i", content[start : start + 36])[::4] == (1 << 16, 1 << 16, 1 << 30)
    content[start : start + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    return path


def test_pictures_are_upright(tmp_path: Path) -> None:
    lying = write_video(tmp_path / "clip.mp4", [spot(2, 2)] * 3)
    (_, _, before), *_ = Video(lying)
    (_, _, after), *_ = Video(turned(lying))
    assert np.array_equal(after, np.rot90(before, -1))
    x, y = bright(after)
    assert x > after.shape[1] / 2 > y > 0  # from the left upper corner to the right one


def sound(path: Path) -> Path:
    with av.open(str(path), "w") as film:
        stream = film.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.rate = 8000
        assert isinstance(stream, av.AudioStream)
        film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return path


def bad(folder: Path, what: str) -> Path:
    path = folder / "clip.avi"
    match what:
        case "text":
            path.write_text("hello, this is a text\n" * 100)
        case "empty":
            path.touch()
        case "array":
            np.save(path.with_suffix(".npy"), np.ones((5, 25, 3)))
            return path.with_suffix(".npy")
        case "sound":
            return sound(path.with_suffix(".wav"))
        case "head":
            path.write_bytes(write_video(path).read_bytes()[:1000])
        case "half":
            noise = np.random.default_rng(0).integers(0, 255, (40, 48, 64, 3), np.uint8)
            content = write_video(path, noise).read_bytes()
            path.write_bytes(content[: len(content) // 2])
        case "picture":
            path = path.with_suffix(".png")
            Image.fromarray(spot(3)).save(path)
        case "playlist":
            other = write_video(folder / "other.ts")
            path = folder / "list.m3u8"
            path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{other}\n#EXT-X-ENDLIST\n")
        case "folder":
            return folder
    return path


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("text", "clip.avi: not a video, or a damaged one"),
        ("empty", "clip.avi: the file is empty"),
        ("array", "clip.npy: not a video"),
        ("sound", "clip.wav: no moving pictures"),
        ("head", "clip.avi: "),
        ("half", r"clip.avi: ends after \d+ of the 40 frames"),
        ("picture", "clip.png: no moving pictures"),
        ("playlist", "list.m3u8: "),
        ("nothing", "clip.avi"),
        ("folder", "."),
    ],
)
def test_what_is_no_whole_video_is_refused_by_name(tmp_path: Path, what: str, message: str) -> None:
    path = bad(tmp_path, what)
    with pytest.raises((ValueError, OSError), match=message) as error:
        list(Video(path))
    assert "\n" not in str(error.value)
