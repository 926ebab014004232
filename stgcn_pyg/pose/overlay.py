"""A skeleton drawn on the pictures that it was found in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from stgcn_pyg.files import draft
from stgcn_pyg.plots.film import write_mp4
from stgcn_pyg.plots.sides import COLORS, bone_sides
from stgcn_pyg.pose.estimator import Picture
from stgcn_pyg.pose.video import Video
from stgcn_pyg.sequence import FloatArray, SkeletonSequence
from stgcn_pyg.skeleton import Skeleton

TALL = 360
"""Pixels that a picture is high at least; smaller ones are enlarged by a whole number."""

COLUMNS, ROWS = 4, 3
"""Frames of a sheet."""

SURE = 0.5
"""The score of a joint from which on its bones are drawn strong; below they are thin."""


def write_film(video: Video, sequence: SkeletonSequence, path: Path) -> None:
    """Write all frames as an MP4, at the video's rate.

    Args:
        video: The video.
        sequence: What was found in it, in pixels.
        path: The file.
    """
    write_mp4(_pictures(video, sequence, range(len(sequence))), path, video.fps)


def write_sheet(video: Video, sequence: SkeletonSequence, path: Path) -> None:
    """Write frames at even steps of time as one PNG."""
    chosen = np.unique(np.linspace(0, len(sequence) - 1, COLUMNS * ROWS).round().astype(int))
    sheet: Image.Image | None = None
    for n, picture in enumerate(_pictures(video, sequence, chosen.tolist())):
        height, width = picture.shape[:2]
        sheet = sheet or Image.new("RGB", (COLUMNS * width, -(-len(chosen) // COLUMNS) * height), "white")
        sheet.paste(Image.fromarray(picture), (n % COLUMNS * width, n // COLUMNS * height))
    assert sheet is not None, "a recording has a frame"
    with draft(path) as whole:
        sheet.save(whole)


OVERLAYS: dict[str, Callable[[Video, SkeletonSequence, Path], None]] = {"mp4": write_film, "png": write_sheet}
"""What draws a recording on its video, by the ending of the file."""


def _pictures(video: Video, sequence: SkeletonSequence, chosen: range | list[int]) -> Iterator[Picture]:
    """Some frames with the skeleton and their time."""
    wanted = set(chosen)
    for t, (_, seconds, picture) in enumerate(video):
        if t in wanted:
            absent = "" if sequence.in_view[t] else "  nobody"
            yield _draw(picture, sequence.pos[t], sequence.score[t], sequence.skeleton, f"{seconds:.2f} s{absent}")


def _draw(picture: Picture, pos: FloatArray, score: FloatArray, skeleton: Skeleton, text: str) -> Picture:
    larger = max(1, -(-TALL // picture.shape[0]))
    image = Image.fromarray(picture).resize((picture.shape[1] * larger, picture.shape[0] * larger))
    pen, thick = ImageDraw.Draw(image), max(2, image.height // 180)
    for (a, b), side in zip(skeleton.bone_index.T, bone_sides(skeleton), strict=True):
        if score[a] > 0 and score[b] > 0:
            width = thick if min(score[a], score[b]) >= SURE else max(1, thick // 2)
            pen.line([*(pos[a] * larger), *(pos[b] * larger)], fill=COLORS[side], width=width)
    pen.text((6, 4), text, fill="white", stroke_width=2, stroke_fill="black", font_size=max(12, image.height // 20))
    return np.asarray(image)
