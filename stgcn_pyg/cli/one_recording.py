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
    """Read the main person of a recording, as :func:`read_people` does."""
    (recording,), formats = read_people(path, skeleton, fps, name, 1)
    return recording, formats


def read_people(
    path: Path, skeleton: "Skeleton", fps: float | None, name: str | None, people: int
) -> "tuple[list[SkeletonSequence], dict[Path, str]]":
    """Read up to so many people of a recording.

    Returns:
        The main person and the others, and of which format the path is.

    Raises:
        FileNotFoundError: If there is nothing at that path.
        ValueError: If there is not exactly one recording, or of that name.
    """
    sequences, formats = read_paths([path], skeleton, fps, people)
    recordings = [sequence for sequence in sequences if not sequence.facts.get("person")]
    named = [recording for recording in recordings if name in (None, recording.name)]
    if len(named) != 1:
        known = ", ".join(recording.name for recording in recordings[:10]) + ", ..." * (len(recordings) > 10)
        wanted = "name one with --name" if name is None else f"not exactly one is called {name!r}"
        raise ValueError(f"{path}: {wanted}; its recordings: {known}")
    return [sequence for sequence in sequences if sequence.name == named[0].name], formats
