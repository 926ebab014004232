"""``stgcn-pyg prepare``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stgcn_pyg.cli.extract import Estimator

if TYPE_CHECKING:
    from stgcn_pyg.pose.kth_videos import KTHVideo

prepare = typer.Typer(help="Make a data set of what its owners distribute.", no_args_is_help=True)


@prepare.callback()
def _prepare() -> None:
    """Make a data set of what its owners distribute."""


@prepare.command()
def kth(
    source: Annotated[
        Path, typer.Argument(help="Folder of KTH's zip files (boxing.zip, ...), or of its videos; or one zip file.")
    ],
    out: Annotated[Path, typer.Option(help="Root of the data set; recordings go into raw in it.")] = Path(
        "datasets/kth"
    ),
    subsequences: Annotated[
        Path | None,
        typer.Option(help="KTH's 00sequences.txt: also cut the videos into the sub-sequences it lists."),
    ] = None,
    estimator: Estimator = "blazepose",
) -> None:
    """Find the person in KTH's videos and make the data set that `train --root` reads.

    Needs `pip install 'stgcn-pyg[pose]'`; see `stgcn-pyg extract --help` for estimators and licences. Nothing is
    unpacked; a recording that is there already is not made again, so the same command goes on after an
    interruption. Damaged zip files and videos are named and passed over. KTH states no licence: ask its authors
    before you pass its videos, or skeletons made from them, on.

    **Examples**

    `stgcn-pyg prepare kth ~/Downloads/kth --out datasets/kth`

    `stgcn-pyg prepare kth ~/Downloads/kth --out datasets/kth --subsequences 00sequences.txt`
    """
    from stgcn_pyg.io import read_subsequences
    from stgcn_pyg.pose.kth_videos import find_kth_videos

    if subsequences is not None:
        read_subsequences(subsequences)  # before the hour of work, not after it
    videos, errors = find_kth_videos(source)
    for error in errors:
        typer.secho(f"error: {error}", fg="red", err=True)
    made, failed = _make_recordings(videos, out / "raw", estimator)
    typer.echo(f"{made} of {len(videos)} recordings made, {len(videos) - made - failed} were there: {out / 'raw'}")
    if len(videos) > failed:
        _process(out, subsequences)
    if failed or errors:
        typer.secho(f"could not be read: {failed} videos, {len(errors)} zip files", fg="red", err=True)
        raise typer.Exit(1)


def _make_recordings(videos: "list[KTHVideo]", raw: Path, estimator: str) -> tuple[int, int]:
    """Extract what is not there yet; how many were made, and how many could not be."""
    import sys

    from tqdm import tqdm

    from stgcn_pyg.pose.catalogue import load_estimator
    from stgcn_pyg.pose.extract import extract
    from stgcn_pyg.pose.kth_videos import write_kth_array
    from stgcn_pyg.skeleton import BODY_25

    todo = [video for video in videos if not (raw / f"{video.name}.npz").exists()]
    if todo:
        load_estimator(estimator)  # what it lacks is no fault of the videos'
    failed = 0
    with tqdm(total=len(videos), initial=len(videos) - len(todo), unit=" videos", disable=None) as progress:
        for listed in todo:
            try:
                sequence = extract(listed.open(), estimator, BODY_25)
            except (ValueError, OSError) as error:
                progress.write(f"error: {error}", file=sys.stderr)
                failed += 1
            else:
                write_kth_array(sequence, raw / f"{listed.name}.npz")
            progress.update()
    return len(todo) - failed, failed


def _process(root: Path, subsequences: Path | None) -> None:
    """Make the processed data set, with a copy of the list beside it, and say how to use it."""
    import shutil

    from stgcn_pyg.datasets import KTHSkeletonDataset
    from stgcn_pyg.files import draft

    option = ""
    if subsequences is not None:
        kept = root / "00sequences.txt"
        if not kept.exists() or not kept.samefile(subsequences):
            with draft(kept) as whole:
                shutil.copyfile(subsequences, whole)
        subsequences, option = kept, f" --subsequences {kept}"
    dataset = KTHSkeletonDataset(root, "all", graph="uniform", subsequences=subsequences)
    typer.echo(f"{len(dataset)} samples of {dataset.num_classes} actions: stgcn-pyg train --root {root}{option}")
