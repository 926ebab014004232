"""Tables on the terminal."""

from rich.table import Table

from stgcn_pyg.metrics import Scores


def confusion_table(scores: Scores) -> Table:
    """True classes down, predicted ones across."""
    table = Table("true \\ predicted", *scores.classes)
    for name, row in zip(scores.classes, scores.confusion, strict=True):
        table.add_row(name, *(str(count) if count else "" for count in row))
    return table
