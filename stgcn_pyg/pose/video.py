"""The pictures of a video file, each with its place in time."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from stgcn_pyg.pose.estimator import Picture

if TYPE_CHECKING:
    from av.container import InputContainer

WHOLE = 0.95
"""What share of the frames that a file announces must be there for it to be whole."""


class Video:
    """A video file.

    Args:
        path: The file.
        content: Its content, where it is not read from there.

    Attributes:
        fps: Frames a second: the mean, where they come at uneven intervals.
        num_frames: How many it announces; 0 if it does not say.
        left_out: How many of the frames read so far had no place of their own in time.

    Raises:
        FileNotFoundError: If there is no such file.
        ImportError: If PyAV is not installed, with the extra that brings it.
        ValueError: If it is no video, or one without moving pictures.

    Example:
        >>> path = getfixture("tmp_path") / "clip.mp4"
        >>> from stgcn_pyg.plots.film import write_mp4
        >>> write_mp4([np.zeros((48, 64, 3), np.uint8)] * 5, path, fps=25)
        >>> video = Video(path)
        >>> video.fps, [(number, picture.shape) for number, _, picture in video][-1]
        (25.0, (4, (48, 64, 3)))
    """

    def __init__(self, path: str | Path, content: BinaryIO | None = None) -> None:
        self.path = Path(path)
        self.content = content
        self.left_out = 0
        with self._open() as container:
            stream = container.streams.video[0]
            self.num_frames = int(stream.frames)
            rate = stream.average_rate or stream.guessed_rate
            if not rate:
                raise ValueError(f"{self.path}: does not say how many frames a second it has")
            self.rate = Fraction(rate)
        self.fps = float(self.rate)

    def __iter__(self) -> Iterator[tuple[int, float, Picture]]:
        """Yield number, seconds and picture of each frame, upright.

        Frames are numbered by their time at the video's mean rate, so that one that is left out in the video leaves
        a number out. Of two frames with the same number the second is left out.

        Raises:
            ValueError: If the file is damaged, has no frames or ends before it should.
        """
        self.left_out, last, read = 0, -1, 0
        start: float | None = None
        with self._open() as container:
            container.streams.video[0].thread_type = "AUTO"
            for frame in _frames(container, self.path):
                time = read / self.fps if frame.time is None else frame.time
                read += 1
                start = time if start is None else start
                number = round((time - start) * self.rate)
                if number <= last:
                    self.left_out += 1
                    continue
                last = number
                yield number, time - start, upright(frame)
        if read == 0:
            raise ValueError(f"{self.path}: the video has no frames")
        if read < WHOLE * self.num_frames:
            raise ValueError(
                f"{self.path}: ends after {read} of the {self.num_frames} frames that it announces, so it is not "
                "whole; get it again, or keep what is there with `ffmpeg -i IN -c copy OUT`"
            )

    @contextmanager
    def _open(self) -> Iterator["InputContainer"]:
        """The file, opened by PyAV."""
        try:
            import av
        except ModuleNotFoundError:
            raise ImportError(
                f"{self.path}: videos need PyAV; `pip install 'stgcn-pyg[pose]'` brings it (package av)"
            ) from None
        if self.content is None and self.path.is_dir():
            raise ValueError(f"{self.path}: a folder; name the videos in it")
        if self.content is None and self.path.stat().st_size == 0:
            raise ValueError(f"{self.path}: the file is empty (0 bytes)")
        with self.path.open("rb") if self.content is None else _rewound(self.content) as file:
            try:
                # From the open file: what stands in it cannot make PyAV open others.
                container = av.open(file, "r", options={"protocol_whitelist": "none"})
            except av.FFmpegError as error:
                raise ValueError(f"{self.path}: not a video, or a damaged one ({error.strerror})") from error
            with container:
                kind = container.format.name
                if not container.streams.video or kind.endswith("_pipe") or kind in ("image2", "tty"):
                    raise ValueError(f"{self.path}: no moving pictures in it ({container.format.long_name})")
                yield container


@contextmanager
def _rewound(content: BinaryIO) -> Iterator[BinaryIO]:
    """The content from its beginning; it stays open."""
    content.seek(0)
    yield content


def _frames(container: "InputContainer", path: Path) -> Iterator[Any]:
    """The frames of the first video stream, with errors that name the file."""
    import av

    try:
        yield from container.decode(video=0)
    except av.FFmpegError as error:
        raise ValueError(f"{path}: damaged, its pictures cannot be read ({error.strerror})") from error


def upright(frame: Any) -> Picture:
    """The picture of a frame, turned as the file says."""
    picture: Picture = frame.to_ndarray(format="rgb24")
    quarters = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, quarters)) if quarters else picture
