"""Accuracy in each scenario."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from stgcn_pyg.plots.save import save


def plot_scenarios(groups: Mapping[str, Mapping[str, Any]], picture: Path, synthetic: bool = False) -> None:
    """Draw the accuracy of each scenario as a bar with its 95 % interval.

    Args:
        groups: What :func:`~stgcn_pyg.metrics.accuracy_by` says of each.
        picture: The PNG file to write.
        synthetic: Say that the recordings are made up.
    """
    values = [group["accuracy"] for group in groups.values()]
    lows, highs = zip(*(group["interval"] for group in groups.values()), strict=True)
    below = np.maximum(np.subtract(values, lows), 0)  # at 0 and 1 rounding may put a bound on the wrong side
    above = np.maximum(np.subtract(highs, values), 0)
    figure = Figure(figsize=(1.6 + 1.1 * len(groups), 3.6), layout="constrained")
    axes = figure.subplots()
    axes.bar(range(len(groups)), values, width=0.6, color="#9ecae1")
    axes.errorbar(range(len(groups)), values, [below, above], fmt="none", ecolor="0.25", capsize=5)
    for x, group in enumerate(groups.values()):
        axes.text(x, 0.03, f"{group['right']} of {group['total']}", ha="center", fontsize=9)
    axes.set_xticks(range(len(groups)), list(groups))
    title = "accuracy by scenario" + (", synthetic" if synthetic else "")
    axes.set(xlabel="scenario", ylabel="accuracy (95 % interval)", ylim=(0, 1.02), title=title)
    axes.title.set_fontsize(11)
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    save(figure, picture)
