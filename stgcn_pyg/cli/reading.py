"""Recordings that a command is given, in whatever format."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from stgcn_pyg.io.formats import UnknownFormat
    from stgcn_pyg.pose import Video
    from stgcn_pyg.sequence import SkeletonSequence
    from stgcn_pyg.skeleton import Skeleton


def read_paths(
    paths: Sequence[Path], skeleton: "Skeleton", fps: float | None, people: int = 1
) -> "tuple[list[SkeletonSequence], dict[Path, str]]":
    """Read files, and all files of folders; of each recording up to so many people.

    Returns:
        The recordings, and of which formats each path is.

    Raises:
        FileNotFoundError: If there is nothing at a path, or no recording in a folder.
        ValueError: If a file cannot be read.
    """
    from stgcn_pyg.io import find_formats, read_formats

    sequences: list[SkeletonSequence] = []
    formats: dict[Path, str] = {}
    for path in paths:
        files = find_formats(path)
        counts = Counter(form.name for form in files.values())
        formats[path] = ", ".join(name if count == 1 else f"{count} x {name}" for name, count in counts.items())
        sequences += read_formats(files, skeleton, fps=fps, people=people)
    return sequences, formats


def say_formats(formats: dict[Path, str]) -> None:
    """Say on standard error which formats were found."""
    for path, found in formats.items():
        typer.echo(f"{path}: read as {found}", err=True)


def open_video(path: Path, unknown: "UnknownFormat") -> "Video":
    """The video at a path where no recording of a known format was found.

    Raises:
        ValueError: If there is none, with what was said of recordings.
    """
    from stgcn_pyg.pose import Video

    try:
        return Video(path)
    except (ValueError, ImportError) as error:
        raise ValueError(f"{unknown}; as a video, {error}") from error
