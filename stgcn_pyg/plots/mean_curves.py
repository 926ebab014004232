"""Learning curves of several settings, each a mean over runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from stgcn_pyg.plots.palette import style
from stgcn_pyg.plots.save import save

QUANTITIES = {
    "train_loss": "training loss (nats)",
    "train_accuracy": "training accuracy",
    "val_loss": "validation loss (nats)",
    "val_accuracy": "validation accuracy",
}
"""What can be drawn, and what its axis says."""

Points = Sequence[tuple[float, float]]
"""Epochs and values of one run."""


@dataclass(frozen=True)
class CurvePanel:
    """One pair of axes.

    Attributes:
        title: What stands above it.
        measure: One of :data:`QUANTITIES`.
        curves: For each setting the curves of its runs; none where it was not run.
        diverged: For each setting those of them that end because the loss became indefinite.
        published: Published final values, marked by dashed lines.
        chance: What guessing would come to, a dotted line.
    """

    title: str
    measure: str
    curves: Mapping[str, Sequence[Points]]
    diverged: Mapping[str, Sequence[Points]]
    published: Mapping[str, float]
    chance: float | None = None


def plot_mean_curves(panels: Sequence[Sequence[CurvePanel]], picture: Path, title: str) -> None:
    """Draw rows of panels, each with the mean curve of every setting and a band from least to greatest.

    A cross ends the curve of a run that diverged. What was not run is named in its panel.

    Args:
        panels: Rows of panels, all as long and about the same settings.
        picture: The PNG file to write.
        title: What stands above all.
    """
    rows, columns = len(panels), len(panels[0])
    figure = Figure(figsize=(1 + 4.6 * columns, 1.4 + 3.3 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharey="row")
    for axes_row, panel_row in zip(grid, panels, strict=True):
        for axes, panel in zip(axes_row, panel_row, strict=True):
            _draw(axes, panel)
        axes_row[0].set_ylabel(QUANTITIES[panel_row[0].measure])
    for axes in grid[-1]:
        axes.set_xlabel("epoch")
    figure.suptitle(title, fontsize=12)
    handles = _legend([panel for row in panels for panel in row])
    longest = max(len(str(handle.get_label())) for handle in handles)
    fitting = max(1, int(11 * figure.get_figwidth() / (longest + 8)))  # letters an inch, and room for the line
    figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), fitting), fontsize=9)
    save(figure, picture)


def _draw(axes: Axes, panel: CurvePanel) -> None:
    """One panel."""
    losses = panel.measure.endswith("loss")
    for number, (name, curves) in enumerate(panel.curves.items()):
        color, line = style(number)
        if points := _over_runs(curves):
            epochs, means, lows, highs = np.asarray(points).T
            axes.fill_between(epochs, lows, highs, color=color, alpha=0.12, linewidth=0)
            axes.plot(epochs, means, line, color=color, linewidth=1.6, marker="." if len(epochs) == 1 else "")
        for ended in filter(None, panel.diverged.get(name, ())):
            axes.plot(*ended[-1], "x", color=color, markersize=8, markeredgewidth=2)
        if name in panel.published:
            axes.axhline(panel.published[name], color=color, linestyle=(0, (6, 4)), linewidth=1.0)
    if panel.chance is not None:
        axes.axhline(panel.chance, color="0.35", linestyle=":", linewidth=1.2)
    if losses and _spread([y for curves in panel.curves.values() for points in curves for _, y in points]) > 50:
        axes.set_yscale("log")
    if not losses:
        axes.set_ylim(0, 1.02)
    axes.set_title(_title(panel), fontsize=10)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if not any(panel.curves.values()):
        axes.set_xticks([])
        said: dict[str, Any] = {
            "ha": "center",
            "va": "center",
            "fontsize": 14,
            "color": "0.4",
            "backgroundcolor": "white",
        }
        axes.text(0.5, 0.45, "not run", transform=axes.transAxes, **said)


def _over_runs(curves: Sequence[Points]) -> list[tuple[float, float, float, float]]:
    """Epoch, mean, least and greatest value over the runs that have one there."""
    values: dict[float, list[float]] = {}
    for points in curves:
        for epoch, value in points:
            values.setdefault(epoch, []).append(value)
    return [(epoch, sum(ys) / len(ys), min(ys), max(ys)) for epoch, ys in sorted(values.items())]


def _spread(values: Sequence[float]) -> float:
    """The greatest value by the least, 1 where some are not positive."""
    return max(values) / min(values) if values and min(values) > 0 else 1.0


def _title(panel: CurvePanel) -> str:
    """The panel's title, with what was not run and what diverged."""
    lines = [panel.title]
    missing = [name for name, curves in panel.curves.items() if not curves]
    if missing and len(missing) < len(panel.curves):
        lines.append(f"not run: {'; '.join(missing)}")
    ended = [f"{name} ({len(runs)} of {len(panel.curves[name])})" for name, runs in panel.diverged.items() if runs]
    if ended:
        lines.append(f"diverged (cross): {'; '.join(ended)}")
    return "\n".join(fill(line, 62) for line in lines)


def _legend(panels: Sequence[CurvePanel]) -> list[Line2D]:
    """A line for each setting, and what the lines across mean."""
    handles = []
    for number, name in enumerate(panels[0].curves):
        color, line = style(number)
        handles.append(Line2D([], [], color=color, linestyle=line, label=name))
    if any(panel.published for panel in panels):
        label = "published final value"
        handles.append(Line2D([], [], color="0.35", linestyle=(0, (6, 4)), linewidth=1.0, label=label))
    if any(panel.chance is not None for panel in panels):
        handles.append(Line2D([], [], color="0.35", linestyle=":", label="chance"))
    return handles
