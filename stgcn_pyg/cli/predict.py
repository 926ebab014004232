"""``stgcn-pyg predict``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stgcn_pyg.cli.extract import Estimator
from stgcn_pyg.cli.options import Fps, Layout, choose_layout, warn_of_rates
from stgcn_pyg.cli.reading import open_video, read_paths, say_formats

if TYPE_CHECKING:
    from stgcn_pyg.sequence import SkeletonSequence
    from stgcn_pyg.skeleton import Skeleton


def predict(
    recordings: Annotated[
        list[Path],
        typer.Argument(help="Files of any known format, folders of them or of OpenPose's JSON frames, videos."),
    ],
    model: Annotated[Path, typer.Option(help="Run folder, or a built-in model: synthetic_kth.")] = Path("runs/kth"),
    fps: Fps = None,
    skeleton: Layout = "",
    estimator: Estimator = "blazepose",
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each recording.")] = False,
) -> None:
    """Name the action in recordings, or in videos.

    In a video the person is found first, as `stgcn-pyg extract` does it (`pip install 'stgcn-pyg[pose]'`).

    **Examples**

    `stgcn-pyg predict person16_boxing_d1_uncomp.npy --model runs/kth --fps 5`

    `stgcn-pyg predict person16_boxing_d1_uncomp.npy --model synthetic_kth --fps 5`

    `stgcn-pyg predict clips/*.npy openpose_output/ --model runs/kth --json`

    `stgcn-pyg predict alphapose-results.json S001C001P001R001A013.skeleton --model runs/kth`

    `stgcn-pyg predict coco.npy --model runs/kth --skeleton COCO_17`

    `stgcn-pyg predict clip.mp4 --model runs/kth`
    """
    import json

    from rich.console import Console
    from rich.table import Column, Table

    from stgcn_pyg.recognizer import Recognizer

    recognizer = Recognizer.from_pretrained(model)
    layout = choose_layout(skeleton, recognizer)
    sequences: list[SkeletonSequence] = []
    formats: dict[Path, str] = {}
    for path in recordings:
        found, known = _read(path, layout, fps, estimator)
        sequences += found
        formats |= known
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


def _read(
    path: Path, layout: "Skeleton", fps: float | None, estimator: str
) -> "tuple[list[SkeletonSequence], dict[Path, str]]":
    """The recordings at a path, or that of the video there, and what was found."""
    from dataclasses import replace

    from stgcn_pyg.io.formats import UnknownFormat

    try:
        return read_paths([path], layout, fps)
    except UnknownFormat as unknown:
        from stgcn_pyg.pose import extract

        video = open_video(path, unknown)
        sequence = extract(video, estimator)
        return [replace(sequence, fps=fps or sequence.fps)], {path: f"video, its person found by {estimator}"}
