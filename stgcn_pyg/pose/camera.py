"""The pictures of a webcam."""

import sys
from collections.abc import Iterator

from stgcn_pyg.pose.estimator import Picture
from stgcn_pyg.pose.video import upright

SYSTEMS = {
    "linux": ("v4l2", "/dev/video{}"),
    "darwin": ("avfoundation", "{}:none"),
    "win32": ("dshow", "video={}"),
}
"""On each system FFmpeg's name for cameras, and what one is called; on Windows they have names, not numbers."""


class Camera:
    """A webcam.

    Args:
        device: Its number, its file (``/dev/video2``) or its name (on Windows).
        form: FFmpeg's name for what it is; the system's cameras if left out.

    Attributes:
        fps: Frames a second that it announces; in poor light many give fewer.

    Raises:
        ImportError: If PyAV is not installed, with the extra that brings it.
        ValueError: If there is no such camera, or it cannot be read.

    Example:
        >>> camera = Camera("testsrc=size=64x48:rate=25", form="lavfi")  # FFmpeg's test picture
        >>> pictures = iter(camera)
        >>> [(round(seconds, 2), picture.shape) for (seconds, picture), _ in zip(pictures, range(2))]
        [(0.0, (48, 64, 3)), (0.04, (48, 64, 3))]
        >>> pictures.close()
        >>> camera.fps
        25.0
    """

    def __init__(self, device: str, form: str | None = None) -> None:
        try:
            import av
        except ModuleNotFoundError:
            raise ImportError("cameras need PyAV; `pip install 'stgcn-pyg[pose]'` brings it (package av)") from None
        usual, name = SYSTEMS.get(sys.platform, SYSTEMS["linux"])
        self.name = device if form or (not device.isdigit() and usual == "v4l2") else name.format(device)
        try:
            self._container = av.open(self.name, "r", format=form or usual)
        except (av.FFmpegError, ValueError) as error:
            raise ValueError(
                f"camera {self.name}: cannot be opened ({error}); is it the right one, and is no other program "
                "using it?"
            ) from error
        self.fps = float(self._container.streams.video[0].average_rate or 25)

    def __iter__(self) -> Iterator[tuple[float, Picture]]:
        """Yield seconds since the first picture and picture of each frame, until the camera is closed."""
        import av

        start: float | None = None
        with self._container as container:
            try:
                for frame in container.decode(video=0):
                    seconds = float(frame.time or 0)
                    start = seconds if start is None else start
                    yield seconds - start, upright(frame)
            except av.FFmpegError as error:
                raise ValueError(f"camera {self.name}: gives no more pictures ({error.strerror})") from error
