"""Confusion matrices."""

from pathlib import Path

from matplotlib.figure import Figure

from stgcn_pyg.metrics import Scores
from stgcn_pyg.plots.save import save


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
    save(figure, picture)
