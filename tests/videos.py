"""Little videos, and an estimator that finds what is in them."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from stgcn_pyg.pose import Picture
from stgcn_pyg.sequence import FloatArray
from stgcn_pyg.skeleton import COCO_17

HEIGHT, WIDTH, SIDE = 48, 64, 8


def spot(x: int | None, y: int = 16) -> Picture:
    """A dark picture with a bright square whose left upper corner is there, or without."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    if x is not None:
        picture[y : y + SIDE, x : x + SIDE] = 255
    return picture


def write_video(
    path: Path,
    pictures: Iterable[Picture] = (),
    fps: float = 25,
    milliseconds: Sequence[int] | None = None,
    codec: str = "mpeg4",
) -> Path:
    """Write pictures as a video at a rate, or each at its own time.

    A walk through the picture if none are given: there in frames 2 to 7 of 10.
    """
    pictures = list(pictures) or [spot(8 * t if 2 <= t < 8 else None) for t in range(10)]
    with av.open(str(path), "w") as film:
        stream = film.add_stream(codec, rate=Fraction(fps).limit_denominator(1000))
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        if milliseconds is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            if milliseconds is not None:
                frame.pts, frame.time_base = milliseconds[number], Fraction(1, 1000)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return path


class BrightSpots:
    """Takes every bright thing for a person all of whose joints are in its middle."""

    skeleton = COCO_17
    name = "bright"
    licence = "MIT"

    def estimate(self, image: Picture, seconds: float) -> FloatArray:
        """The bright thing in a picture ``[0 or 1, 17, 3]``."""
        y, x = np.nonzero(image.mean(axis=2) > 127)
        if not len(x):
            return np.zeros((0, 17, 3), np.float32)
        joint = [x.mean() + 0.5, y.mean() + 0.5, 0.9]
        return np.tile(np.array(joint, np.float32), (1, 17, 1))


BRIGHT = "tests.videos:BrightSpots"
"""Its name for ``load_estimator``."""
