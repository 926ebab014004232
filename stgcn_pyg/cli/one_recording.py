"""The one recording that a command is about."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stgcn_pyg.cli.options import warn_of_rates
from stgcn_pyg.cli.reading import read_paths

if TYPE_CHECKING:
    from stgcn_pyg.recognizer import Recognizer
    from stgcn_pyg.sequence import SkeletonSequence
    from stgcn_pyg.skeleton import Skeleton

Recording = Annotated[
    Path, typer.Argument(help="A file of any known format, or a folder of one recording's OpenPose JSON frames.")
]
Shown = Annotated[
    str,
    typer.Option(
        "--skeleton", metavar="NAME", help="Joint layout of the recording. [default: the model's, or BODY_25]"
    ),
]
Name = Annotated[str | None, typer.Option(help="Which one, by its name, where a folder holds several.")]


def read_shown(
    path: Path, model: Path | None, skeleton: str, fps: float | None, name: str | None, people: int = 1
) -> "tuple[Recognizer | None, list[SkeletonSequence], dict[Path, str]]":
    """Read up to so many people of a recording that is shown, perhaps with what a model makes of it.

    Returns:
        The model, if one is named; the main person and the others, at the model's rate where nothing says theirs;
        and of which format the path is.
    """
    from stgcn_pyg.recognizer import Recognizer
    from stgcn_pyg.skeleton import BODY_25, find_skeleton

    recognizer = None if model is None else Recognizer.from_pretrained(model)
    layout = BODY_25 if recognizer is None else recognizer.graph.skeleton
    bodies, formats = read_people(path, find_skeleton(skeleton) if skeleton else layout, fps, name, people)
    if recognizer is not None:
        warn_of_rates(bodies[:1], recognizer)
        bodies = [replace(body, fps=body.fps or recognizer.fps) for body in bodies]
    return recognizer, bodies, formats


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
