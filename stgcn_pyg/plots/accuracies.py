"""Accuracies of several settings, published and measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from stgcn_pyg.plots.palette import PALETTE
from stgcn_pyg.plots.save import save

MARKERS = "os^D"


@dataclass(frozen=True)
class Measured:
    """Accuracies of the runs of one setting in one mode.

    Attributes:
        values: One for each run that has an accuracy.
        interval: Their mean and its interval; NaN bounds where there is none.
        note: What is to be said besides, such as that some are not run.
    """

    values: Sequence[float]
    interval: tuple[float, float, float] | None = None
    note: str = ""


def plot_accuracies(
    cells: Mapping[str, Mapping[str, Measured]],
    published: Mapping[str, float],
    picture: Path,
    title: str,
    chance: float,
    quantity: str = "test accuracy",
) -> None:
    """Draw the accuracies of every setting: a cross where the paper says one, and a row of runs for each mode.

    Args:
        cells: For each setting what was measured in each mode, in the same modes for all.
        published: What the paper prints.
        picture: The PNG file to write.
        title: What stands above.
        chance: What guessing would come to, a dotted line.
        quantity: What the axis says.
    """
    modes = list(next(iter(cells.values())))
    figure = Figure(figsize=(8.4, 1.7 + (0.3 + 0.26 * len(modes)) * len(cells)), layout="constrained")
    axes = figure.subplots()
    rows = np.linspace(-0.5, 0.5, 2 * len(modes) + 3)[1::2]  # the paper's, then one for each mode
    for y, (name, measured) in enumerate(cells.items()):
        if y % 2:
            axes.axhspan(y - 0.5, y + 0.5, color="0.96", zorder=0)
        if name in published:
            axes.plot(published[name], y + rows[0], "x", color="black", markersize=8, markeredgewidth=2, zorder=4)
        for number, mode in enumerate(modes):
            _draw(axes, measured[mode], y + rows[number + 1], number)
    axes.axvline(chance, color="0.35", linestyle=":", linewidth=1.2)
    axes.set_yticks(range(len(cells)), [fill(name, 26) for name in cells])
    axes.set(xlim=(-0.01, 1.01), ylim=(len(cells) - 0.5, -0.5), xlabel=quantity)
    axes.set_title(title, fontsize=11)
    axes.grid(axis="x", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    handles = _legend(modes, bool(published))
    figure.legend(handles=handles, loc="outside lower center", ncols=2, fontsize=9)
    save(figure, picture)


def _draw(axes: Axes, measured: Measured, y: float, number: int) -> None:
    """The runs of one mode: light points, spread a little, below their mean and its interval."""
    color, marker = PALETTE[number], MARKERS[number]
    spread = np.linspace(-0.09, 0.09, len(measured.values)) if len(measured.values) > 1 else np.zeros(1)
    if measured.values:
        points: dict[str, Any] = {"s": 18, "alpha": 0.5, "linewidths": 0, "zorder": 2}
        axes.scatter(measured.values, y + spread, color=color, marker=marker, **points)
    if measured.interval is not None:
        mean, low, high = measured.interval
        if not isnan(low):
            axes.plot([max(low, 0), min(high, 1)], [y, y], color=color, linewidth=1.8, zorder=3)
        axes.plot(mean, y, marker, color=color, markersize=7, markeredgecolor="white", zorder=4)
    if measured.note:
        place = axes.get_yaxis_transform()
        axes.text(1.01, y, measured.note, transform=place, va="center", fontsize=8, color=color)


def _legend(modes: Sequence[str], published: bool) -> list[Line2D]:
    """A mark for the paper, for each mode and for chance."""
    handles = []
    if published:
        handles.append(Line2D([], [], color="black", marker="x", linestyle="", label="published number"))
    for number, name in enumerate(modes):
        label = f"{name}: mean, 95 % interval, runs"
        handles.append(Line2D([], [], color=PALETTE[number], marker=MARKERS[number], label=label))
    handles.append(Line2D([], [], color="0.35", linestyle=":", label="chance"))
    return handles
