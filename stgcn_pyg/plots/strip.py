"""Some frames of a recording side by side."""

from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from stgcn_pyg.plots.body import Body, side_legend
from stgcn_pyg.plots.moments import frames_between, seconds_of
from stgcn_pyg.plots.save import save
from stgcn_pyg.plots.view import View
from stgcn_pyg.sequence import IntArray, SkeletonSequence

PANEL = 2.6
"""Inches that a frame is high."""

NARROWEST = 0.4
"""The least width of a frame, as a share of its height."""


def plot_strip(
    sequence: SkeletonSequence,
    picture: Path,
    prediction: str = "",
    start: float | None = None,
    seconds: float = 3.0,
    num_frames: int = 8,
) -> None:
    """Draw some frames of a recording side by side, all at the same scale, each in its own place of the picture.

    Missing joints are left out; a line below each frame says how many were seen.

    Args:
        sequence: The recording.
        picture: The PNG file to write.
        prediction: What the title says of it.
        start: Seconds into the recording where the strip begins; the first sight of somebody if left out.
        seconds: What time it spans.
        num_frames: How many frames are drawn, at most.

    Raises:
        ValueError: If there are no frames then.
    """
    between = frames_between(sequence, start, seconds)
    frames = between[:: -(-len(between) // num_frames)]  # as many as fit at even steps of time
    view, time = View.of(sequence), seconds_of(sequence)
    low, high = view.window(frames)
    middles, width = _panels(view, frames)
    width = max(width, NARROWEST * float(high[1] - low[1]))
    inches = PANEL * width / float(high[1] - low[1])
    figure = Figure(figsize=(max(7.0, len(frames) * (inches + 0.1) + 0.9), PANEL + 1.4), layout="constrained")
    row = figure.subplots(1, len(frames), squeeze=False, sharey=True)[0]
    for axes, t, middle in zip(row, frames, middles, strict=True):
        Body(axes, sequence.skeleton).pose(view.pos[t])
        seen = int(view.seen[t].sum())
        axes.set(
            title=f"{time[t]:.2f} s" if sequence.fps else f"frame {sequence.frame[t]}",
            xlabel=f"{seen} of {sequence.skeleton.num_joints} joints" if seen else "nobody in view",
            xlim=(middle - width / 2, middle + width / 2),
            aspect="equal",
        )
        axes.title.set_fontsize(10)
        axes.xaxis.label.set_fontsize(9)
        axes.xaxis.set_major_locator(MaxNLocator(2))
        axes.tick_params(labelsize=8)
        axes.grid(alpha=0.25)
    row[0].set(ylim=(high[1], low[1]) if view.downwards else (low[1], high[1]), ylabel=view.labels[1])
    figure.supxlabel(view.labels[0], fontsize=10)
    figure.suptitle(f"{sequence.name}: {prediction}" if prediction else sequence.name, fontsize=12)
    figure.legend(handles=side_legend(sequence.skeleton), loc="lower right", ncols=3, fontsize=9, frameon=False)
    save(figure, picture)


def _panels(view: View, frames: IntArray) -> tuple[list[float], float]:
    """Where the body is across the picture in each frame, and the width of the widest."""
    corners = [view.window(frames[number : number + 1]) for number in range(len(frames))]
    seen = [corner for t, corner in zip(frames, corners, strict=True) if view.seen[t].any()]
    everywhere = view.window(frames)
    middles = [
        float((low + high)[0] / 2) if view.seen[t].any() else float((everywhere[0] + everywhere[1])[0] / 2)
        for t, (low, high) in zip(frames, corners, strict=True)
    ]
    return middles, max(float((high - low)[0]) for low, high in seen or [everywhere])
