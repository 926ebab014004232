"""``stgcn-pyg cross-validate``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stgcn_pyg.cli.options import parse_numbers
from stgcn_pyg.cli.training import with_training_options

if TYPE_CHECKING:
    from stgcn_pyg.experiments import Settings


@with_training_options
def cross_validate(
    settings: "Settings",
    out: Annotated[Path, typer.Option(help="Folder; finished runs in it are not repeated.")] = Path("runs/loso"),
    subjects: Annotated[str, typer.Option(help="Each of these is left out in turn.")] = "1-25",
    seeds: Annotated[int, typer.Option(help="How many seeds, from --seed on.", min=1)] = 3,
    jobs: Annotated[int, typer.Option(help="Runs at a time.", min=1)] = 2,
) -> None:
    """Leave one subject out: train on all others, test on them, with seeds, against a random forest.

    **Examples**

    `stgcn-pyg cross-validate --root poses --fps 5 --subjects 16-20 --seeds 3 --out runs/loso`

    `stgcn-pyg cross-validate --root poses --fps 5 --subjects 16-20 --streams bone --members 1 --out runs/loso_bone`
    """
    from stgcn_pyg.experiments.cross_validation import cross_validate_runs

    numbers = range(settings.seed, settings.seed + seeds)
    cross_validate_runs(settings, parse_numbers(subjects), numbers, out, jobs)
    typer.echo((out / "summary.md").read_text())
