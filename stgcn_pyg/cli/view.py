"""``stgcn-pyg view``."""

from pathlib import Path
from typing import Annotated

import typer

from stgcn_pyg.cli.one_recording import Name, Recording, Shown, read_shown
from stgcn_pyg.cli.options import Fps
from stgcn_pyg.cli.reading import say_formats


def view(
    recording: Recording,
    out: Annotated[Path, typer.Option(help="The page to write (.html).")] = Path("view.html"),
    model: Annotated[Path | None, typer.Option(help="Run folder, or a built-in model: synthetic_kth.")] = None,
    fps: Fps = None,
    skeleton: Shown = "",
    name: Name = None,
    people: Annotated[int, typer.Option(help="People to show, at most; a model is shown them all.", min=1)] = 1,
) -> None:
    """Make a page that plays a recording in any browser: one file, which needs no network.

    Play, pause, step, scrub; missing joints are counted, and what is in three dimensions can be turned. With a
    model a chart shows the prediction from the frames so far.

    **Examples**

    `stgcn-pyg view person16_boxing_d1_uncomp.npy --fps 5 --out boxing.html`

    `stgcn-pyg view openpose_output/ --model runs/kth --fps 25 --people 2`
    """
    if out.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"{out}: what is written is a page, so its name must end in .html")

    from stgcn_pyg.view import write_player

    recognizer, bodies, formats = read_shown(recording, model, skeleton, fps, name, people)
    write_player(bodies, out, recognizer)
    say_formats(formats)
    typer.echo(f"{bodies[0].name}: {out}")
