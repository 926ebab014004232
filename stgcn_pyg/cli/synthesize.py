"""``stgcn-pyg synthesize``."""

from pathlib import Path
from typing import Annotated

import typer

from stgcn_pyg.cli.options import parse_numbers


def synthesize(
    root: Annotated[Path, typer.Option(help="Folder; recordings go into raw in it.")] = Path("datasets/synthetic"),
    subjects: Annotated[str, typer.Option(help="Which of the 25.")] = "1-25",
    seed: Annotated[int, typer.Option(help="Another seed, other people.", min=0)] = 0,
) -> None:
    """Write synthetic recordings of the six KTH actions.

    **Example**

    `stgcn-pyg synthesize --root datasets/synthetic && stgcn-pyg train --root datasets/synthetic --out runs/syn`
    """
    from stgcn_pyg.synthetic import write_synthetic_kth

    paths = write_synthetic_kth(root / "raw", seed=seed, subjects=parse_numbers(subjects))
    typer.echo(f"{len(paths)} synthetic recordings in {root / 'raw'}")
