"""Pictures one after another as a file: GIF by Pillow, MP4 by PyAV."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_rgb
from PIL import Image

from stgcn_pyg.files import draft
from stgcn_pyg.plots.sides import COLORS

Picture = npt.NDArray[np.uint8]
"""Height, width and the colours red, green, blue: ``[H, W, 3]``."""

INKS = (*COLORS.values(), "black", "tab:purple", "0.75")
"""The colours of clips; a GIF has them in :data:`SHADES` steps from white, the same in all its pictures."""

SHADES = 12


def write_gif(pictures: Iterable[Picture], path: Path, fps: float) -> None:
    """Write a GIF that is repeated for ever.

    Its clock ticks in hundredths of a second, so pictures last one tick more or less where the rate asks for it;
    faster than 50 a second, which viewers slow down, the clip takes longer than the recording.
    """
    palette = _palette()
    images = [Image.fromarray(picture).quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    ends = np.round(np.arange(1, len(images) + 1) * 100 / fps).astype(int)
    durations = [10 * max(2, int(tick)) for tick in np.diff(ends, prepend=0)]
    with draft(path) as whole:
        images[0].save(whole, "GIF", save_all=True, append_images=images[1:], duration=durations, loop=0)


def _palette() -> Image.Image:
    """An image whose palette has all inks in all shades."""
    strength = np.linspace(0, 1, SHADES)[:, None]
    shades = [1 - strength * (1 - np.array(to_rgb(ink))) for ink in INKS]
    palette = Image.new("P", (1, 1))
    palette.putpalette((np.concatenate(shades) * 255).round().astype(np.uint8).tobytes())
    return palette


def write_mp4(pictures: Iterable[Picture], path: Path, fps: float) -> None:
    """Write an MP4: H.264, or MPEG-4 where PyAV has no encoder for that.

    Raises:
        ImportError: If PyAV is not installed, with the extra that brings it.
    """
    try:
        import av
    except ModuleNotFoundError:
        raise ImportError(
            f"{path}: MP4 needs PyAV; `pip install 'stgcn-pyg[video]'` brings it, and a name that ends in .gif "
            "needs nothing"
        ) from None
    codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    with draft(path) as whole, av.open(str(whole), "w", format="mp4") as film:
        stream = cast("av.VideoStream", film.add_stream(codec, rate=Fraction(fps).limit_denominator(1000)))
        stream.pix_fmt = "yuv420p"
        for number, picture in enumerate(pictures):
            even = picture[: len(picture) // 2 * 2, : picture.shape[1] // 2 * 2]  # as both codecs want it
            if number == 0:
                stream.height, stream.width = even.shape[:2]
            film.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24")))
        film.mux(stream.encode(None))


WRITERS: dict[str, Callable[[Iterable[Picture], Path, float], None]] = {".gif": write_gif, ".mp4": write_mp4}
"""What writes a clip, by the ending of its name."""
