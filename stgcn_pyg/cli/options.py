"""Options that several commands have."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

Root = Annotated[Path, typer.Option(help="Folder of the recordings: flat, or with a folder raw in it.")]
Fps = Annotated[
    float | None,
    typer.Option(help="Frames a second of the recordings, whatever their files say."),
]

Layout = Annotated[
    str, typer.Option("--skeleton", metavar="NAME", help="Joint layout of the recordings. [default: the model's]")
]


def parse_numbers(text: str) -> list[int]:
    """Numbers and ranges, separated by commas.

    Raises:
        ValueError: If there is anything else.

    Example:
        >>> parse_numbers("16-18,25")
        [16, 17, 18, 25]
    """
    numbers: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdigit() or (dash and not last.isdigit()) or (dash and int(last) < int(first)):
            raise ValueError(f"{text!r} is no list of numbers such as 16-20,23")
        numbers.extend(range(int(first), int(last or first) + 1))
    return sorted(set(numbers))


def choose_subjects(protocol: str, train: str, val: str, test: str) -> dict[str, Sequence[int]]:
    """The protocol's subjects, or the given ones if any are given.

    Raises:
        ValueError: If some are given, but none to train on.
    """
    from stgcn_pyg.datasets.protocol import find_protocol

    given = {"train": train, "val": val, "test": test}
    if not any(given.values()):
        return dict(find_protocol(protocol))
    if not train:
        raise ValueError("give --train-subjects too")
    return {split: parse_numbers(text) if text else [] for split, text in given.items()}
