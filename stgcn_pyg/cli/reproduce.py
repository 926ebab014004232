"""``stgcn-pyg reproduce``."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stgcn_pyg.cli.report import report

if TYPE_CHECKING:
    from stgcn_pyg.experiments.reproduction import Asked, Recordings

RECORDINGS = Path("datasets/kth")
"""Where recordings are looked for if nothing is said."""

DEVICES = ("cpu", "cuda", "mps")
"""What trainings run on."""

QUICK: dict[str, Any] = {"seeds": 2, "epochs": 2, "width": 0.1, "crop": 24}
"""How much is spent when all that counts is whether it works."""

QUICK_SYNTHETIC: dict[str, Any] = {"subjects": range(1, 6), "scenarios": (1, 2), "num_frames": 100}
"""What on, where there are no recordings."""


def reproduce(
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="Experiments, or all.")],
    root: Annotated[
        Path | None, typer.Option(help=f"Folder of KTH recordings. [default: {RECORDINGS}, else synthetic ones]")
    ] = None,
    fps: Annotated[float | None, typer.Option(help="Their frames a second, whatever their files say.")] = None,
    skeleton: Annotated[str, typer.Option(help="Their joint layout.")] = "BODY_25",
    out: Annotated[Path, typer.Option(help="Folder; finished trainings in it are not repeated.")] = Path(
        "runs/paper"
    ),
    mode: Annotated[str, typer.Option(help="correct, published or both.")] = "both",
    seeds: Annotated[
        int | None, typer.Option(help="Trainings of each network, on other people each. [default: 5]", min=1)
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="At most. [default: the paper's]", min=1)] = None,
    width: Annotated[float | None, typer.Option(help="Factor on the channels. [default: the paper's, 1]")] = None,
    crop: Annotated[
        int | None, typer.Option(help="Train on random crops of so many frames. [default: whole recordings]", min=1)
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(help="Trainings at a time. [default: as many as cores; 1 on a GPU]", min=1)
    ] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda or mps. [default: cuda where it is]")] = "",
    quick: Annotated[bool, typer.Option("--quick", help="Tiny, but for what is said: does it run?")] = False,
) -> None:
    """Run the paper's experiments again, as it means them and as its published code computes them, and report.

    Experiments: table-1, final-table, normalisation, figure-10, unregularised, dropout, augmentation, figures-4-5,
    figure-6, figures-7-8, section-5-5, figure-9, section-5-6; all.

    At the paper's size, each training takes hours on a CPU: `--epochs`, `--width` and `--crop` make it smaller, and
    the report says so. An interrupted run goes on where it was; experiments share trainings that are the same.

    **Examples**

    `stgcn-pyg reproduce table-1 --quick`

    `stgcn-pyg reproduce table-1 figure-10 --root poses --fps 5 --epochs 40 --width 0.5 --crop 64 --out runs/paper`

    `stgcn-pyg reproduce all --root datasets/kth --device cuda`
    """
    from stgcn_pyg.experiments.experiment import EXPERIMENTS, MODES, Experiment
    from stgcn_pyg.experiments.reproduction import Asked
    from stgcn_pyg.experiments.reproduction import reproduce as run

    if mode not in (*MODES, "both"):
        raise ValueError(f"mode {mode!r} is not known; known: {', '.join(MODES)}, both")
    if device not in ("", *DEVICES):
        raise ValueError(f"device {device!r} is not known; known: {', '.join(DEVICES)}")
    experiments = [Experiment.load(name) for name in (EXPERIMENTS if "all" in names else dict.fromkeys(names))]
    said = {"seeds": seeds, "epochs": epochs, "width": width, "crop": crop}
    given = {name: value for name, value in said.items() if value is not None}
    asked = Asked(**(QUICK | given if quick else given))
    device = device or _best_device()
    recordings = _open(root, fps, skeleton, out, quick)
    typer.echo(_announcement(recordings, asked))
    run(
        experiments,
        recordings,
        out,
        asked,
        MODES if mode == "both" else [mode],
        jobs or (1 if device != "cpu" else os.cpu_count() or 1),
        device,
    )
    report(out)


def _open(root: Path | None, fps: float | None, skeleton: str, out: Path, quick: bool) -> "Recordings":
    """The recordings in a folder, those where recordings usually are, or synthetic ones."""
    from stgcn_pyg.experiments.reproduction import Recordings

    if root is None and not any(RECORDINGS.rglob("person*")):
        return Recordings.synthetic(out / "synthetic", **(QUICK_SYNTHETIC if quick else {}))
    return Recordings.open(root or RECORDINGS, fps, skeleton)


def _best_device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _announcement(recordings: "Recordings", asked: "Asked") -> str:
    """What is about to be run on."""
    facts = recordings.facts
    kind = "SYNTHETIC recordings" if facts["synthetic"] else "recordings"
    smaller = [f"{name} {value}" for name, value in vars(asked).items() if name != "seeds" and value is not None]
    return (
        f"{facts['recordings']} {kind} of {len(facts['subjects'])} people, {asked.seeds} trainings of each network"
        + (f", smaller than the paper's: {', '.join(smaller)}" if smaller else "")
    )
