"""Options that several commands have."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stgcn_pyg.datasets import Protocol
    from stgcn_pyg.recognizer import Recognizer
    from stgcn_pyg.sequence import SkeletonSequence
    from stgcn_pyg.skeleton import Skeleton

Root = Annotated[Path, typer.Option(help="Folder of the recordings: flat, or with a folder raw in it; or a file.")]
Data = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="Data set: kth, nw-ucla, utd-mhad, ntu-rgbd, ntu-rgbd-120, folder (a folder for each action), "
        "pose-file (a .pkl of PYSKL).",
    ),
]
Fps = Annotated[
    float | None,
    typer.Option(
        help="Frames a second of the recordings, whatever their files say. "
        "[default: what these say, else a model's own rate, or the data set's in training]"
    ),
]
Rate = Annotated[
    float | None, typer.Option(help="Resample recordings to so many frames a second. [default: as they are]")
]
Subsequences = Annotated[
    Path | None,
    typer.Option(help="KTH's 00sequences.txt, to take the sub-sequences it lists. [default: whole videos]"),
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


def choose_layout(name: str, recognizer: "Recognizer") -> "Skeleton":
    """The joint layout of that name, or the model's."""
    from stgcn_pyg.skeleton import find_skeleton

    return find_skeleton(name) if name else recognizer.graph.skeleton


def warn_of_rates(sequences: "Sequence[SkeletonSequence]", recognizer: "Recognizer") -> None:
    """Say which recordings are taken to have the model's frame rate, as nothing says theirs."""
    unknown = [sequence.name for sequence in sequences if sequence.fps is None]
    if unknown and recognizer.fps:
        others = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        warnings.warn(
            f"nothing says the frame rate of {unknown[0]}{others}, so the model's {recognizer.fps:g} a second is "
            "taken; if it is another, say it with --fps",
            stacklevel=2,
        )


def check_png(picture: Path) -> None:
    """Refuse a picture that is no PNG file.

    Raises:
        ValueError: If its name ends in anything else.
    """
    if picture.suffix.lower() != ".png":
        raise ValueError(f"{picture}: the picture is a PNG file, so its name must end in .png")


def choose_protocol(data: str, name: str, seed: int, **given: str) -> "Protocol":
    """A data set's protocol of that name, or the given subjects or views if any are given.

    Args:
        data: The data set.
        name: The protocol; "" for the data set's usual one.
        seed: What random splits are drawn from.
        **given: Numbers by what the options are called: ``train_subjects``, ``test_views``, ...

    Raises:
        ValueError: If some are given, but none to train on, or both people and views.
    """
    from stgcn_pyg.datasets import find_dataset
    from stgcn_pyg.datasets.protocol import find_protocol

    dataset = find_dataset(data)
    said = [(option.partition("_"), text) for option, text in given.items() if text]
    chosen = [(split, kind, parse_numbers(text)) for (split, _, kind), text in said]
    if not chosen:
        return find_protocol(name or dataset.usual_protocol, seed, dataset.protocols)
    kinds = {kind for _, kind, _ in chosen}
    if len(kinds) > 1:
        raise ValueError("recordings are split by people or by views, not by both")
    if not any(split == "train" for split, *_ in chosen):
        raise ValueError(f"give --train-{kinds.pop()} too")
    by = {"by": kinds.pop().removesuffix("s")}
    return find_protocol(by | {split: numbers for split, _, numbers in chosen})
