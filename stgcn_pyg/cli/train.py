"""``stgcn-pyg train``."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stgcn_pyg.cli.options import choose_protocol
from stgcn_pyg.cli.training import TRAINING, with_training_options

if TYPE_CHECKING:
    from stgcn_pyg.experiments import Settings

SPLIT = "Who is trained and tested on"


@with_training_options
def train(
    settings: "Settings",
    out: Annotated[Path, typer.Option(help="Run folder; a run interrupted there goes on.")] = Path("runs/kth"),
    protocol: Annotated[
        str,
        typer.Option(
            help="KTH: 15/5/5 (default), 10/5/5, 8/8/9, random-subjects, scenarios, stratified. "
            "NW-UCLA: cross-view, view-1-to-2. UTD-MHAD: cross-subject. NTU RGB+D: cross-subject, cross-view, "
            "cross-setup. folder: stratified, folders. pose-file: file, xsub, xview, xset, split1 to split3.",
            rich_help_panel=SPLIT,
        ),
    ] = "",
    split_seed: Annotated[int, typer.Option(help="What random splits are drawn from.", rich_help_panel=SPLIT)] = 0,
    train_subjects: Annotated[
        str, typer.Option(help="Or these subjects, such as 16-20,23.", rich_help_panel=SPLIT)
    ] = "",
    val_subjects: Annotated[str, typer.Option(help="Validate on these.", rich_help_panel=SPLIT)] = "",
    test_subjects: Annotated[str, typer.Option(help="Test on these.", rich_help_panel=SPLIT)] = "",
    train_views: Annotated[str, typer.Option(help="Or these views, such as 1,2.", rich_help_panel=SPLIT)] = "",
    val_views: Annotated[str, typer.Option(help="Validate on these.", rich_help_panel=SPLIT)] = "",
    test_views: Annotated[str, typer.Option(help="Test on these.", rich_help_panel=SPLIT)] = "",
    workers: Annotated[int, typer.Option(help="Processes that load.", rich_help_panel=TRAINING)] = 0,
    accelerator: Annotated[str, typer.Option(help="auto, cpu, gpu, ...", rich_help_panel=TRAINING)] = "auto",
    devices: Annotated[int, typer.Option(help="How many; several train by DDP.", rich_help_panel=TRAINING)] = 1,
    sync_batch_norm: Annotated[
        bool, typer.Option(help="Batch norms over all devices.", rich_help_panel=TRAINING)
    ] = False,
    progress: Annotated[bool, typer.Option(help="Progress bars.", rich_help_panel=TRAINING)] = True,
) -> None:
    """Train a network on recordings, and test it on others.

    The run folder gets the model, the settings, checkpoints, curves, and for the test recordings metrics.json,
    a confusion matrix, accuracy by scenario and report.md.

    **Examples**

    `stgcn-pyg train --root datasets/kth --out runs/kth`

    `stgcn-pyg train --root poses --fps 5 --train-subjects 16-19 --test-subjects 20 --out runs/test20`

    `stgcn-pyg train --data nw-ucla --root nw_ucla --out runs/nw-ucla`

    `stgcn-pyg train --data pose-file --root ntu60_3danno.pkl --protocol xsub --out runs/ntu60`

    `stgcn-pyg train --data folder --root my_recordings --out runs/mine`

    `stgcn-pyg train --protocol scenarios --rate 12.5 --subsequences 00sequences.txt --out runs/scenarios`

    `stgcn-pyg train --from runs/synthetic --freeze 4 --root poses --fps 5 --learning-rate 1e-3 --out runs/tuned`

    `stgcn-pyg train --plain --dropout 0.5 --augment paper --learning-rate 1e-4 --schedule constant --epochs 500`
    """
    from stgcn_pyg.experiments.run import train_run

    chosen = choose_protocol(
        settings.data,
        protocol,
        split_seed,
        train_subjects=train_subjects,
        val_subjects=val_subjects,
        test_subjects=test_subjects,
        train_views=train_views,
        val_views=val_views,
        test_views=test_views,
    )
    scores = train_run(
        replace(settings, protocol=chosen),
        out,
        num_workers=workers,
        progress=progress,
        accelerator=accelerator,
        devices=devices,
        sync_batchnorm=sync_batch_norm,
    )
    from lightning.pytorch.utilities import rank_zero_only  # slow to import, and by now it is

    say = rank_zero_only(typer.echo)  # of several devices' processes, the first
    if scores is None:
        say(f"model: {out / 'model'} (no test recordings, so no score)")
    else:
        say(f"test {scores}\nreport: {out / 'report.md'}")
