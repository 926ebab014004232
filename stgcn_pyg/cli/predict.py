"""``stgcn-pyg predict``."""

from pathlib import Path
from typing import Annotated

import typer

from stgcn_pyg.cli.options import Fps, Layout, choose_layout, warn_of_rates
from stgcn_pyg.cli.reading import read_paths, say_formats


def predict(
    recordings: Annotated[
        list[Path], typer.Argument(help="Files of any known format, folders of them, or of OpenPose's JSON frames.")
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

    `stgcn-pyg predict alphapose-results.json S001C001P001R001A013.skeleton --model runs/kth`

    `stgcn-pyg predict coco.npy --model runs/kth --skeleton COCO_17`
    """
    import json

    from rich.console import Console
    from rich.table import Column, Table

    from stgcn_pyg.recognizer import Recognizer

    recognizer = Recognizer.from_pretrained(model)
    layout = choose_layout(skeleton, recognizer)
    sequences, formats = read_paths(recordings, layout, fps)
    warn_of_rates(sequences, recognizer)
    probabilities = recognizer.predict(sequences)
    say_formats(formats)
    if as_json:
        for sequence, row in zip(sequences, probabilities.tolist(), strict=True):
            scores = dict(zip(recognizer.classes, (round(value, 4) for value in row), strict=True))
            action = max(scores, key=scores.__getitem__)
            typer.echo(json.dumps({"recording": sequence.name, "action": action, "scores": scores}))
        return
    table = Table(Column("recording", overflow="fold"), "frames", "action", "probability", "next")
    for sequence, row in zip(sequences, probabilities, strict=True):
        values, numbers = row.topk(min(2, len(row)))
        best, *others = numbers.tolist()
        runner = [
            f"{recognizer.classes[number]} {value:.2f}" for number, value in zip(others, values[1:], strict=True)
        ]
        table.add_row(sequence.name, str(len(sequence)), recognizer.classes[best], f"{values[0]:.2f}", *runner)
    Console().print(table)
