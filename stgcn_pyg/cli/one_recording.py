"""The one recording that a command is about."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stgcn_pyg.cli.reading import read_paths

if TYPE_CHECKING:
    from stgcn_pyg.sequence import SkeletonSequence
    from stgcn_pyg.skeleton import Skeleton

Recording = Annotated[
    Path, typer.Argument(help="A file of any known format, or a folder of one recording's OpenPose JSON frames.")
]
Name = Annotated[str | None, typer.Option(help="Which one, by its name, where a folder holds several.")]


def read_one(
    path: Path, skeleton: "Skeleton", fps: float | None, name: str | None
) -> "tuple[SkeletonSequence, dict[Path, str]]":
    """Read a recording.

    Returns:
        The recording, and of which format the path is.

    Raises:
        FileNotFoundError: If there is nothing at that path.
        ValueError: If there is not exactly one recording, or of that name.
    """
    recordings, formats = read_paths([path], skeleton, fps)
    named = [recording for recording in recordings if name in (None, recording.name)]
    if len(named) != 1:
        known = ", ".join(recording.name for recording in recordings[:10]) + ", ..." * (len(recordings) > 10)
        wanted = "name one with --name" if name is None else f"not exactly one is called {name!r}"
        raise ValueError(f"{path}: {wanted}; its recordings: {known}")
    return named[0], formats
