"""Learning curves."""

import csv
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from stgcn_pyg.plots.save import save

CURVES = ("train_loss", "train_accuracy", "val_loss", "val_accuracy")
"""The columns of a training's log."""


def plot_curves(logs: Sequence[Path], picture: Path) -> None:
    """Draw loss and accuracy over epochs from the folders of Lightning's ``CSVLogger``, a line for each.

    Args:
        logs: The folders; where a run was taken up again, a later version in it stands for the earlier.
        picture: The PNG file to write.
    """
    runs = [_rows(folder) for folder in logs]
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    for axes, what in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        for split, name, color in (("train", "training", "tab:blue"), ("val", "validation", "tab:orange")):
            lines = [points for rows in runs if (points := _points(rows, f"{split}_{what}"))]
            for number, points in enumerate(lines):  # one entry in the legend for all
                axes.plot(*zip(*points, strict=True), color=color, label=name if number == 0 else None)
        axes.set(xlabel="epoch", ylabel="cross-entropy (nats)" if what == "loss" else "accuracy")
        axes.grid(alpha=0.3)
        axes.legend()
    save(figure, picture)


def read_curves(log: Path) -> dict[str, list[Any]]:
    """The curves of one training by name, a value for each epoch; None where it is not finite or there is none."""
    rows = _rows(log)
    curves = {name: dict(_points(rows, name)) for name in CURVES}
    epochs = sorted({epoch for points in curves.values() for epoch in points})
    return {
        "epoch": epochs,
        **{name: [_finite(points.get(epoch)) for epoch in epochs] for name, points in curves.items()},
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or not isfinite(value) else round(value, 5)


def _points(rows: list[dict[str, str]], column: str) -> list[tuple[int, float]]:
    """Epoch and value of a column, wherever it has one."""
    return sorted({int(row["epoch"]) + 1: float(row[column]) for row in rows if row.get(column)}.items())


def _rows(folder: Path) -> list[dict[str, str]]:
    """The rows of all versions of a log, in the order in which they were written."""
    versions = sorted(folder.glob("version_*/metrics.csv"), key=lambda log: int(log.parent.name[8:]))
    return [row for log in versions for row in csv.DictReader(log.read_text().splitlines())]
