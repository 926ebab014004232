"""``stgcn-pyg edges``."""

from pathlib import Path
from typing import Annotated

import typer

from stgcn_pyg.cli.options import check_png


def edges(
    run: Annotated[Path, typer.Argument(help="Run folder of a model with learned edge weights.")],
    out: Annotated[Path, typer.Option(help="The picture to write.")] = Path("edge_weights.png"),
    member: Annotated[int, typer.Option(help="Which of several networks, from 0.", min=0)] = 0,
) -> None:
    """Draw the edge weights that a model has learned on the body, for each layer and partition.

    A model learns them if it was trained with --edge-importance.

    **Example**

    `stgcn-pyg edges runs/kth --out edge_weights.png`
    """
    check_png(out)

    from stgcn_pyg.plots import plot_edge_weights
    from stgcn_pyg.recognizer import Recognizer

    recognizer = Recognizer.from_pretrained(run)
    if member >= len(recognizer.networks):
        raise ValueError(f"{run} has {len(recognizer.networks)} networks, numbered from 0; there is no {member}")
    plot_edge_weights(recognizer.networks[member], recognizer.graph, out)
    typer.echo(out)
