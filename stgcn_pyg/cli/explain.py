"""``stgcn-pyg explain``."""

from pathlib import Path
from typing import Annotated

import typer

from stgcn_pyg.cli.one_recording import Name, Recording, read_one
from stgcn_pyg.cli.options import Fps, Layout, check_png, choose_layout, warn_of_rates
from stgcn_pyg.cli.reading import say_formats


def explain(
    recording: Recording,
    model: Annotated[Path, typer.Option(help="Run folder, or a built-in model: synthetic_kth.")] = Path("runs/kth"),
    out: Annotated[Path | None, typer.Option(help="A picture to write as well (.png).")] = None,
    fps: Fps = None,
    skeleton: Layout = "",
    name: Name = None,
    action: Annotated[str | None, typer.Option(help="The action to explain. [default: the predicted one]")] = None,
    method: Annotated[str, typer.Option(help="occlusion or gradient.")] = "occlusion",
    top: Annotated[int, typer.Option(help="Joints and edges in the table.", min=1)] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="All joints and edges as a line of JSON.")] = False,
) -> None:
    """Say which joints and edges a prediction rests on.

    By occlusion, a joint or an edge is worth what the log-probability of the action loses without it; by gradient,
    its part in the integrated gradient.

    **Examples**

    `stgcn-pyg explain person16_boxing_d1_uncomp.npy --model runs/kth --fps 5 --out explanation.png`

    `stgcn-pyg explain person16_boxing_d1_uncomp.npy --model runs/kth --fps 5 --action handclapping --json`
    """
    if out is not None:
        check_png(out)

    import json

    from rich.console import Console
    from rich.table import Table

    from stgcn_pyg.explain import explain as explain_prediction
    from stgcn_pyg.recognizer import Recognizer

    recognizer = Recognizer.from_pretrained(model)
    sequence, formats = read_one(recording, choose_layout(skeleton, recognizer), fps, name)
    warn_of_rates([sequence], recognizer)
    explanation = explain_prediction(recognizer, sequence, action, method)
    if out is not None:
        from stgcn_pyg.plots import plot_explanation

        plot_explanation(explanation, recognizer.graph, out)
    say_formats(formats)
    if as_json:
        typer.echo(json.dumps(explanation.to_dict()))
        return
    table = Table("joint", "nats", "edge", "nats")
    for (joint, a), (edge, b) in zip(explanation.top_joints(top), explanation.top_edges(top), strict=False):
        table.add_row(joint, f"{a:.3f}", edge, f"{b:.3f}")
    typer.echo(
        f"{sequence.name}: {explanation.target}, probability {explanation.probability:.2f}; it rests on "
        f"({explanation.method})"
    )
    Console().print(table)
    if out is not None:
        typer.echo(f"picture: {out}")
