"""A recording as a moving picture, beside it what a model makes of it so far."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from tqdm import tqdm

from stgcn_pyg.plots.body import Body, side_legend
from stgcn_pyg.plots.film import WRITERS, Picture
from stgcn_pyg.plots.moments import USUAL_FPS, frames_between, seconds_of, spread_over
from stgcn_pyg.plots.so_far import predict_so_far
from stgcn_pyg.plots.view import View
from stgcn_pyg.recognizer import QUIET, Recognizer
from stgcn_pyg.sequence import FloatArray, IntArray, SkeletonSequence

MOST_PREDICTIONS = 50
"""Moments at which a clip's prediction is made anew, at most."""


HEIGHT, BARS = 3.4, 3.6
"""Inches that the body is high, and that the bars beside it are wide with their names."""


def plot_clip(
    sequence: SkeletonSequence,
    clip: Path,
    recognizer: Recognizer | None = None,
    start: float | None = None,
    seconds: float = 10.0,
) -> None:
    """Draw a recording as a GIF or MP4 at its own frame rate.

    With a recognizer, bars beside the body show its probabilities from all frames of the recording up to that
    moment: nothing is known of what comes later.

    Args:
        sequence: The recording; one whose rate is not known is shown at 25 frames a second.
        clip: The file to write; its ending says what is made, ``.gif`` or ``.mp4``.
        recognizer: What predicts.
        start: Seconds into the recording where the clip begins; the first sight of somebody if left out.
        seconds: How long it is, at most.

    Raises:
        ValueError: If the file has another ending, or there are no frames then.
        ImportError: If an MP4 is asked for without PyAV.
    """
    if clip.suffix.lower() not in WRITERS:
        raise ValueError(f"{clip}: a clip ends in {' or '.join(WRITERS)}")
    frames = frames_between(sequence, start, seconds)
    pictures = _pictures(sequence, frames, recognizer)
    WRITERS[clip.suffix.lower()](pictures, clip, sequence.fps or USUAL_FPS)


def _pictures(sequence: SkeletonSequence, frames: IntArray, recognizer: Recognizer | None) -> Iterator[Picture]:
    """The picture of each frame."""
    view, time = View.of(sequence), seconds_of(sequence)
    low, high = view.window(frames)
    width = HEIGHT * float(np.clip((high - low)[0] / (high - low)[1], 0.6, 1.6))
    widths = (width, BARS) if recognizer else (width,)
    figure = Figure(figsize=(sum(widths) + 0.9, HEIGHT + 1.1), dpi=100, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    left, *right = figure.subplots(1, len(widths), width_ratios=widths, squeeze=False)[0]
    body = Body(left, sequence.skeleton)
    _frame_scene(left, view, frames)
    if handles := side_legend(sequence.skeleton):
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=9, frameon=False)
    bars = _Bars(right[0], recognizer, sequence, frames) if recognizer else None
    figure.suptitle(sequence.name, fontsize=11)
    moment = left.set_title(" ", fontsize=10)
    for t in tqdm(frames, "drawing", **QUIET):
        body.pose(view.pos[t])
        absent = "" if view.seen[t].any() else ": nobody in view"
        moment.set_text(f"{time[t]:.2f} s{absent}" if sequence.fps else f"frame {sequence.frame[t]}{absent}")
        if bars is not None:
            bars.show(t)
        canvas.draw()  # type: ignore[no-untyped-call]
        figure.set_layout_engine("none")  # as the first frame has it, so that nothing trembles
        yield np.asarray(canvas.buffer_rgba())[..., :3].copy()  # type: ignore[no-untyped-call]


def _frame_scene(axes: Axes, view: View, frames: IntArray) -> None:
    """Axes around everything that is seen in the clip."""
    low, high = view.window(frames)
    axes.set(
        xlim=(low[0], high[0]),
        ylim=(high[1], low[1]) if view.downwards else (low[1], high[1]),
        xlabel=view.labels[0],
        ylabel=view.labels[1],
        aspect="equal",
    )
    axes.grid(alpha=0.25)


class _Bars:
    """Bars of the probabilities so far."""

    def __init__(self, axes: Axes, recognizer: Recognizer, sequence: SkeletonSequence, frames: IntArray) -> None:
        self.moments = spread_over(frames, MOST_PREDICTIONS)
        self.probabilities = predict_so_far(recognizer, [sequence], sequence.frame[self.moments])
        classes = recognizer.classes
        self.bars = axes.barh(classes, np.zeros(len(classes)), color="0.75")
        self.texts = [axes.text(0, y, "", va="center", fontsize=9) for y in range(len(classes))]
        axes.set(xlim=(0, 1.15), xlabel="probability, from the frames so far", xticks=(0, 0.25, 0.5, 0.75, 1))
        axes.invert_yaxis()
        axes.spines[["top", "right"]].set_visible(False)

    def show(self, t: int) -> None:
        """Show the last prediction up to a frame."""
        row: FloatArray = self.probabilities[int(np.searchsorted(self.moments, t, side="right")) - 1]
        known = bool(np.isfinite(row).all())
        for number, (bar, text) in enumerate(zip(self.bars, self.texts, strict=True)):
            value = float(row[number]) if known else 0.0
            best = known and number == int(row.argmax())
            bar.set_width(value)
            bar.set_color("tab:purple" if best else "0.75")
            text.set(x=value + 0.02, text=f"{value:.2f}" if known else "", weight="bold" if best else "normal")
