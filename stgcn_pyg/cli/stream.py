"""``stgcn-pyg stream``."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stgcn_pyg.cli.extract import Estimator
from stgcn_pyg.cli.options import Fps, Layout

if TYPE_CHECKING:
    from stgcn_pyg.streaming import Pooling, StreamingRecognizer

LONG = 1.0
"""Seconds of delay of which the user is told."""


def stream(
    source: Annotated[
        Path | None, typer.Argument(help="A recording of any known format, or a video.", show_default=False)
    ] = None,
    model: Annotated[Path, typer.Option(help="Run folder, or a built-in model: synthetic_kth.")] = Path("runs/kth"),
    camera: Annotated[
        str,
        typer.Option(metavar="DEVICE", help="A webcam instead: 0, /dev/video2, or its name on Windows."),
    ] = "",
    fps: Fps = None,
    skeleton: Layout = "",
    estimator: Estimator = "blazepose",
    window: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Scores rest on the last seconds. [default: all frames]"),
    ] = None,
    half_life: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="A frame counts half after so many seconds.")
    ] = None,
    every: Annotated[
        float,
        typer.Option(metavar="SECONDS", help="How often to say what the model makes of it; 0: always."),
    ] = 0.5,
    realtime: Annotated[
        bool,
        typer.Option("--realtime/--fast", help="A recording or video at its own rate, or as fast as can be."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="A line of JSON each time, and one with the summary at the end.")
    ] = False,
) -> None:
    """Name the action as frames come: of a webcam, a video or a recording.

    In pictures the person is found first (`pip install 'stgcn-pyg[pose]'`), and of several the main one followed.
    Ctrl-C ends it, with a summary. After a recording's last frame the scores are those of `stgcn-pyg predict`, but
    where a window or a half-life was asked for.

    **Delay.** A model trained with `--causal` answers at once. Any other looks ahead, and its own scores are late.
    So that what is shown is not, it is asked what it makes of the stream so far (`peek`), and answers as `predict`
    would on a recording that ends there. That takes as long as many frames, so mind `--every`.

    **Time.** Of a webcam, and with `--realtime`, frames that come while others are worked on are dropped and
    counted; the others keep their place in time. Where they come faster than the model's rate, the first for each
    of the model's frames is taken.

    A line of JSON has `time` (seconds), `frame`, `action` and `scores` (null and empty until there are any),
    `seen_joints` and `latency_ms`.

    **Examples**

    `stgcn-pyg stream clip.mp4 --model runs/kth --realtime --window 5`

    `stgcn-pyg stream --camera 0 --model synthetic_kth --half-life 2`

    `stgcn-pyg stream person16_boxing_d1_uncomp.npy --model runs/kth --json --every 0`
    """
    import warnings

    from stgcn_pyg.cli.live_output import JsonLines, find_lines
    from stgcn_pyg.cli.live_source import Live, open_camera, open_source
    from stgcn_pyg.recognizer import Recognizer
    from stgcn_pyg.streaming import Session, StreamingRecognizer

    if (source is None) == (not camera):
        raise ValueError("give a recording or a video, or --camera, and not both")
    if not every >= 0:
        raise ValueError(f"--every is a number of seconds, not {every}")
    pooling = _choose_pooling(window, half_life)
    recognizer = Recognizer.from_pretrained(model)
    if source is None:
        opened = open_camera(camera, estimator, fps)
    else:
        opened = open_source(source, recognizer, skeleton, fps, estimator)
    if source is None or realtime:
        opened = Live(opened, recognizer.fps, at_own_rate=source is not None)
    live = StreamingRecognizer(recognizer, opened.fps, opened.skeleton, pooling, name=opened.name)
    _say_delay(live, every)
    session = Session(live, recognizer.classes, opened.find, every)
    lines = JsonLines() if as_json else find_lines(opened.name)
    with lines, suppress(KeyboardInterrupt), closing(opened.frames()) as frames:
        for moment in frames:
            with _uninterrupted():
                answer = session.take(moment)
                if answer is not None:
                    lines.show(answer)
    scores = session.end()
    if session.num_frames and not scores:
        warnings.warn(f"{opened.name}: nobody is seen in any frame, so there are no scores", stacklevel=1)
    lines.end(session, scores, opened.dropped)


def _choose_pooling(window: float | None, half_life: float | None) -> "Pooling":
    """Which frames the scores rest on."""
    from stgcn_pyg.streaming import AllFrames, Forgetting, SlidingWindow

    if window is not None and half_life is not None:
        raise ValueError("scores rest on a window or have a half-life: leave --window or --half-life out")
    if window is not None:
        return SlidingWindow(window)
    return AllFrames() if half_life is None else Forgetting(half_life)


def _say_delay(live: "StreamingRecognizer", every: float) -> None:
    """Say on standard error if the model looks far ahead, and what is done about it."""
    if (live.delay_seconds or 0) <= LONG:
        return
    often = f"every {every:g} s" if every else "at each frame"
    typer.echo(
        f"the model looks ahead: its own scores are {live.delay_seconds:.1f} s late ({live.delay} frames), so what "
        f"it makes of the stream so far is asked and shown {often}; one trained with --causal answers at once",
        err=True,
    )


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put Ctrl-C off to the end of what is done inside: a frame is taken wholly or not at all."""
    import signal

    asked: list[Any] = []
    before = signal.signal(signal.SIGINT, lambda *_: asked.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if asked:
        raise KeyboardInterrupt
