"""``stgcn-pyg fuse``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from stgcn_pyg.cli.options import Fps, parse_numbers


def fuse(
    runs: Annotated[list[Path], typer.Argument(help="Run folders, or folders of cross-validations.")],
    out: Annotated[Path, typer.Option(help="Folder for metrics.json, report.md.")] = Path("runs/fused"),
    weights: Annotated[str, typer.Option(help="A weight for each, such as 1,1,0.5. [default: equal]")] = "",
    fit: Annotated[bool, typer.Option("--fit", help="Fit the weights on the runs' validation recordings.")] = False,
    root: Annotated[
        Path | None, typer.Option(help="Score the recordings of this folder. [default: the runs' test recordings]")
    ] = None,
    fps: Fps = None,
    subjects: Annotated[str, typer.Option(help="With --root: these subjects alone, such as 16-20,23.")] = "",
) -> None:
    """Score the weighted sum of several runs' scores: late fusion, such as of joint, bone and motion streams.

    **Examples**

    `for s in joint bone joint_motion bone_motion; do stgcn-pyg train --streams $s --out runs/$s; done`

    `stgcn-pyg fuse runs/joint runs/bone runs/joint_motion runs/bone_motion --fit --out runs/fused`

    `stgcn-pyg fuse runs/loso_joint runs/loso_bone --weights 1,0.5 --out runs/loso_fused`
    """
    from stgcn_pyg.experiments.evaluation import METRICS
    from stgcn_pyg.experiments.fusion import fuse_folds, fuse_runs
    from stgcn_pyg.experiments.run import CONFIG
    from stgcn_pyg.files import read_json

    given = _parse_weights(weights) if weights else None
    if given and fit:
        raise ValueError("weights are given or fitted; leave --weights or --fit out")
    if root is None and (fps is not None or subjects):
        raise ValueError("--fps and --subjects are about the recordings of --root; give that too")
    if not any((run / CONFIG).exists() for run in runs):
        if fit or root is not None:
            raise ValueError("cross-validations are fused as they were tested; leave --fit and --root out")
        _print_folds(fuse_folds(runs, out, given), out)
        return
    elsewhere: dict[str, Any] = {}
    if root is not None:
        chosen = {"split": "test", "protocol": {"test": parse_numbers(subjects)}} if subjects else {"split": "all"}
        elsewhere = {"root": root, "fps": fps, **chosen}
    scores = fuse_runs(runs, out, given, fit, **elsewhere)
    for run in read_json(out / METRICS)["fused"]:
        typer.echo(f"{run['weight']:.2f} x {run['run']} ({', '.join(run['streams'])}; alone {run['accuracy']:.3f})")
    typer.echo(f"{scores}\nreport: {out / 'report.md'}")


def _parse_weights(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f"{text!r} is no list of weights such as 1,1,0.5") from None


def _print_folds(summary: dict[str, Any], out: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    kind = "accuracy, synthetic" if summary["synthetic"] else "accuracy"
    table = Table("", kind, "95 % interval over subjects")
    best = "fused - best of them on the same tests"
    rows = {**summary["alone"], "fused": summary["fused"], best: summary["difference"]}
    for name, (mean, low, high) in rows.items():
        table.add_row(name, f"{mean:.3f}", f"{low:.3f} to {high:.3f}")
    Console().print(table)
    typer.echo(f"summary: {out / 'summary.json'}")
