"""Pictures as PNG files, there whole or not at all."""

from pathlib import Path

from matplotlib.figure import Figure

from stgcn_pyg.files import draft

DPI = 120
"""Pixels an inch."""


def save(figure: Figure, picture: Path) -> None:
    """Write a figure as a PNG file."""
    with draft(picture) as path:
        figure.savefig(path, dpi=DPI, format="png")
