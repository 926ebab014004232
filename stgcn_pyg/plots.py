"""Pictures: learning curves and confusion matrices."""

import csv
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from stgcn_pyg.metrics import Scores


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
    figure.savefig(picture, dpi=120)


def _points(rows: list[dict[str, str]], column: str) -> list[tuple[int, float]]:
    """Epoch and value of a column, wherever it has one."""
    return sorted({int(row["epoch"]) + 1: float(row[column]) for row in rows if row.get(column)}.items())


def _rows(folder: Path) -> list[dict[str, str]]:
    """The rows of all versions of a log, in the order in which they were written."""
    versions = sorted(folder.glob("version_*/metrics.csv"), key=lambda log: int(log.parent.name[8:]))
    return [row for log in versions for row in csv.DictReader(log.read_text().splitlines())]


def plot_confusion(scores: Scores, picture: Path, synthetic: bool = False) -> None:
    """Draw a confusion matrix, counts in the cells and shares of each true class as their colour.

    Args:
        scores: The scores.
        picture: The PNG file to write.
        synthetic: Say that the recordings are made up.
    """
    size = len(scores.classes)
    figure = Figure(figsize=(1.6 + 0.62 * size, 1.4 + 0.58 * size), layout="constrained")
    axes = figure.subplots()
    shares = [[count / max(sum(row), 1) for count in row] for row in scores.confusion]
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for i, row in enumerate(scores.confusion):
        for j, count in enumerate(row):
            if count:
                axes.text(
                    j, i, str(count), ha="center", va="center", color="white" if shares[i][j] > 0.5 else "black"
                )
    axes.set_xticks(range(size), scores.classes, rotation=40, ha="right")
    axes.set_yticks(range(size), scores.classes)
    title = f"accuracy {scores.accuracy:.3f}, n = {scores.total}" + (" synthetic" if synthetic else "")
    axes.set(xlabel="predicted", ylabel="true", title=title)
    figure.colorbar(image, ax=axes, label="share of the true class", shrink=0.8)
    figure.savefig(picture, dpi=120)
