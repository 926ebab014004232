"""``stgcn-pyg demo``."""

from pathlib import Path
from typing import Annotated

import typer

WIDTH, RATE, CROP = 0.25, 12.5, 40
"""A narrow network, every other frame and short crops, so that it takes minutes."""


def demo(
    folder: Annotated[Path, typer.Option(help="Where recordings and the run go.")] = Path("runs/demo"),
    epochs: Annotated[int, typer.Option(help="Passes over the data.")] = 30,
) -> None:
    """Train, evaluate, report and classify on built-in synthetic recordings, in a few minutes.

    It writes synthetic recordings of the six KTH actions, trains a narrow network on short crops of 15 of
    their 25 people, tests it on 5 others, and names the action in one recording.

    **Example**

    `stgcn-pyg demo --folder runs/demo`
    """
    import torch

    from stgcn_pyg.cli.predict import predict
    from stgcn_pyg.datasets import find_protocol
    from stgcn_pyg.experiments.run import train_run
    from stgcn_pyg.experiments.settings import Settings
    from stgcn_pyg.synthetic import FPS, write_synthetic_kth
    from stgcn_pyg.training.recipe import Recipe

    torch.set_num_threads(1)  # a second gains nothing on a network this narrow, and waits where cores are busy
    paths = write_synthetic_kth(folder / "synthetic" / "raw")
    typer.echo(f"1. {len(paths)} synthetic recordings in {folder / 'synthetic' / 'raw'}")
    settings = Settings(
        root=str(folder / "synthetic"),
        protocol=find_protocol("15/5/5"),
        rate=RATE,
        width=WIDTH,
        members=1,
        crop=CROP,
        recipe=Recipe(epochs=epochs),
    )
    typer.echo(
        f"2. training a narrow network ({WIDTH:g} times the width) on every other frame of short crops (up to "
        f"{CROP} frames), so that it takes minutes"
    )
    run = folder / "run"
    scores = train_run(settings, run, accelerator="cpu")
    typer.echo(f"3. on 5 synthetic people it has not seen: {scores}\n   report: {run / 'report.md'}")
    typer.echo("   (synthetic: it shows that everything works, and says nothing about real people)")
    typer.echo("4. the action in one of their recordings:")
    predict([next(path for path in paths if "person25_running" in path.name)], model=run, fps=FPS)
