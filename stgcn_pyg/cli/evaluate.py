"""``stgcn-pyg evaluate``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from stgcn_pyg.cli.options import Fps, Layout, Root, Subsequences, parse_numbers


def evaluate(
    run: Annotated[Path, typer.Argument(help="Run folder, or a built-in model: synthetic_kth.")],
    root: Root = Path("datasets/kth"),
    data: Annotated[
        str, typer.Option(metavar="NAME", help="Data set: kth, nw-ucla, ... [default: what the run was trained on]")
    ] = "",
    fps: Fps = None,
    skeleton: Layout = "",
    subjects: Annotated[str, typer.Option(help="These subjects alone, such as 16-20,23.")] = "",
    subsequences: Subsequences = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for metrics.json, report.md. [default: RUN/evaluation-NAME]")
    ] = None,
) -> None:
    """Score a trained model on other recordings.

    **Examples**

    `stgcn-pyg evaluate runs/kth --root other_poses --fps 5`

    `stgcn-pyg evaluate runs/kth --root datasets/kth --subjects 21-25`

    `stgcn-pyg evaluate runs/nw-ucla --root view3`
    """
    from stgcn_pyg.cli.tables import print_confusion
    from stgcn_pyg.experiments.evaluation import evaluate_run, open_for
    from stgcn_pyg.experiments.run import keep_run, trained_on
    from stgcn_pyg.recognizer import Recognizer
    from stgcn_pyg.skeleton import find_skeleton

    part = f"-subjects-{subjects}" if subjects else ""
    # Beside the run's own scores; a model that comes along has no folder of the user's.
    folder = out or (run if run.is_dir() else Path("runs") / run) / f"evaluation-{root.resolve().name}{part}"
    keep_run(folder)
    recognizer = Recognizer.from_pretrained(run)
    split, chosen = ("test", parse_numbers(subjects)) if subjects else ("all", [])
    how: dict[str, Any] = {"split": split, "protocol": {"test": chosen}}
    if subsequences:
        how["subsequences"] = subsequences
    layout = find_skeleton(skeleton) if skeleton else None
    how |= trained_on(run) | ({"data": data} if data else {})
    recordings = open_for(recognizer, root, fps=fps, skeleton=layout, **how)
    scores = evaluate_run(recognizer, recordings, folder, model=str(run))
    print_confusion(scores)
    typer.echo(f"{scores}\nreport: {folder / 'report.md'}")
