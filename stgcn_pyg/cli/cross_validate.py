"""``stgcn-pyg cross-validate``."""

from pathlib import Path
from typing import Annotated

import typer

from stgcn_pyg.cli.options import Fps, Root, parse_numbers


def cross_validate(
    root: Root = Path("datasets/kth"),
    out: Annotated[Path, typer.Option(help="Folder; finished runs in it are not repeated.")] = Path("runs/loso"),
    fps: Fps = None,
    subjects: Annotated[str, typer.Option(help="Each of these is left out in turn.")] = "1-25",
    seeds: Annotated[int, typer.Option(help="How many seeds.", min=1)] = 3,
    jobs: Annotated[int, typer.Option(help="Runs at a time.", min=1)] = 2,
    epochs: Annotated[int, typer.Option(help="Passes over the data.")] = 40,
    width: Annotated[float, typer.Option(help="Factor on the channels.")] = 0.5,
) -> None:
    """Leave one subject out: train on all others, test on them, with seeds, against a random forest.

    **Example**

    `stgcn-pyg cross-validate --root poses --fps 5 --subjects 16-20 --seeds 3 --out runs/loso`
    """
    from stgcn_pyg.datasets import Protocol
    from stgcn_pyg.experiments.cross_validation import cross_validate_runs
    from stgcn_pyg.experiments.settings import Settings
    from stgcn_pyg.training.recipe import Recipe

    settings = Settings(str(root), Protocol(), fps=fps, width=width, recipe=Recipe(epochs=epochs))
    cross_validate_runs(settings, parse_numbers(subjects), range(seeds), out, jobs)
    typer.echo((out / "summary.md").read_text())
