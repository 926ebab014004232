"""``stgcn-pyg draw``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stgcn_pyg.cli.one_recording import Name, Recording, Shown, read_shown
from stgcn_pyg.cli.options import Fps
from stgcn_pyg.cli.reading import say_formats

if TYPE_CHECKING:
    from stgcn_pyg.recognizer import Recognizer
    from stgcn_pyg.sequence import SkeletonSequence


def draw(
    recording: Recording,
    out: Annotated[Path, typer.Option(help="A strip (.png), or a clip (.gif, .mp4).")] = Path("strip.png"),
    model: Annotated[Path | None, typer.Option(help="Run folder, or a built-in model: synthetic_kth.")] = None,
    fps: Fps = None,
    skeleton: Shown = "",
    name: Name = None,
    start: Annotated[
        float | None, typer.Option(help="Second to begin at. [default: first sight of somebody]")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Seconds to show. [default: 3 in a strip, 10 in a clip]")
    ] = None,
    frames: Annotated[int, typer.Option(help="Frames of a strip, at most.", min=1)] = 8,
) -> None:
    """Draw a recording, with what a model makes of it.

    In a clip the prediction is that from the frames so far; in a strip it is the whole recording's.

    **Examples**

    `stgcn-pyg draw person16_boxing_d1_uncomp.npy --fps 5 --out boxing.png`

    `stgcn-pyg draw openpose_output/ --model runs/kth --fps 25 --out clip.gif --seconds 5`
    """
    if out.suffix.lower() not in (".png", ".gif", ".mp4"):
        raise ValueError(f"{out}: the name's ending says what is drawn: .png (a strip), .gif or .mp4 (a clip)")

    from stgcn_pyg.plots import plot_clip, plot_strip

    recognizer, (sequence,), formats = read_shown(recording, model, skeleton, fps, name)
    if out.suffix.lower() == ".png":
        prediction = "" if recognizer is None else _prediction(recognizer, sequence)
        plot_strip(sequence, out, prediction, start, 3.0 if seconds is None else seconds, frames)
    else:
        plot_clip(sequence, out, recognizer, start, 10.0 if seconds is None else seconds)
    say_formats(formats)
    typer.echo(f"{sequence.name}: {out}")


def _prediction(recognizer: "Recognizer", sequence: "SkeletonSequence") -> str:
    """The two likeliest actions."""
    values, numbers = recognizer.predict([sequence])[0].topk(min(2, len(recognizer.classes)))
    first, *rest = [
        f"{recognizer.classes[number]} {value:.2f}" for value, number in zip(values, numbers, strict=True)
    ]
    return f"predicted {first}" + "".join(f" (next: {second})" for second in rest)
