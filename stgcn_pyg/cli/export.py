"""``stgcn-pyg export``."""

from pathlib import Path
from typing import Annotated

import typer


def export(
    run: Annotated[Path, typer.Argument(help="Run folder, or a built-in model: synthetic_kth.")],
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    format: Annotated[str, typer.Option(help="onnx, or torch (a program of torch.export).")] = "onnx",
    step: Annotated[bool, typer.Option("--step", help="A frame at a time, not whole recordings.")] = False,
    half_life: Annotated[
        float | None,
        typer.Option(help="Seconds after which a frame counts half, with --step. [default: all count alike]"),
    ] = None,
) -> None:
    """Write a model as a program for other runtimes: poses in, scores out.

    ONNX needs `pip install 'stgcn-pyg[export]'`. Beside the model lies `run_onnx.py`, which needs NumPy and ONNX
    Runtime alone.

    **Examples**

    `stgcn-pyg export runs/kth --out exported`

    `stgcn-pyg export synthetic_kth --out exported --step --half-life 2`

    `python exported/run_onnx.py recording.npy --live`

    `stgcn-pyg export runs/kth --out exported --format torch`
    """
    from stgcn_pyg.export import export_recognizer
    from stgcn_pyg.recognizer import Recognizer

    path = export_recognizer(Recognizer.from_pretrained(run), out, format, step, half_life)  # type: ignore[arg-type]
    typer.echo(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
