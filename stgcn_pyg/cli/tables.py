"""Tables on the terminal."""

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from stgcn_pyg.metrics import Scores


def print_confusion(scores: Scores) -> None:
    """Print true classes down and predicted ones across, if the terminal is wide enough to read it."""
    console, table = Console(), _confusion(scores)
    if Measurement.get(console, console.options.update(max_width=10_000), table).maximum <= console.width:
        console.print(table)


def _confusion(scores: Scores) -> Table:
    table = Table("true \\ predicted", *scores.classes)
    for name, row in zip(scores.classes, scores.confusion, strict=True):
        table.add_row(name, *(str(count) if count else "" for count in row))
    return table
