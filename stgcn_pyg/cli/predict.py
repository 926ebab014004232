"""``stgcn-pyg predict``."""

from pathlib import Path
from typing import Annotated

import typer

from stgcn_pyg.cli.options import Fps, Layout


def predict(
    recordings: Annotated[
        list[Path], typer.Argument(help="Arrays (.npy, .npz), folders of them, or of OpenPose's JSON frames.")
    ],
    model: Annotated[Path, typer.Option(help="Run folder, or a built-in model: synthetic_kth.")] = Path("runs/kth"),
    fps: Fps = None,
    skeleton: Layout = "",
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each recording.")] = False,
) -> None:
    """Name the action in recordings.

    **Examples**

    `stgcn-pyg predict person16_boxing_d1_uncomp.npy --model runs/kth --fps 5`

    `stgcn-pyg predict person16_boxing_d1_uncomp.npy --model synthetic_kth --fps 5`

    `stgcn-pyg predict clips/*.npy openpose_output/ --model runs/kth --json`

    `stgcn-pyg predict alphapose.npy --model runs/kth --skeleton COCO_17`
    """
    import json

    from rich.console import Console
    from rich.table import Table

    from stgcn_pyg.io import read_recordings
    from stgcn_pyg.recognizer import Recognizer
    from stgcn_pyg.skeleton import find_skeleton

    recognizer = Recognizer.from_pretrained(model)
    layout = find_skeleton(skeleton) if skeleton else recognizer.graph.skeleton
    sequences = [sequence for path in recordings for sequence in read_recordings(path, layout, fps=fps)]
    probabilities = recognizer.predict(sequences)
    if as_json:
        for sequence, row in zip(sequences, probabilities.tolist(), strict=True):
            scores = dict(zip(recognizer.classes, (round(value, 4) for value in row), strict=True))
            action = max(scores, key=scores.__getitem__)
            typer.echo(json.dumps({"recording": sequence.name, "action": action, "scores": scores}))
        return
    table = Table("recording", "frames", "action", "probability", "next")
    for sequence, row in zip(sequences, probabilities, strict=True):
        (first, second), (best, runner_up) = row.topk(2)
        runner = f"{recognizer.classes[runner_up]} {second:.2f}"
        table.add_row(sequence.name, str(len(sequence)), recognizer.classes[best], f"{first:.2f}", runner)
    Console().print(table)
