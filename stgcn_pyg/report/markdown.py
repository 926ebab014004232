"""Pieces of Markdown."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""A table, whatever stands in its cells.

    Example:
        >>> print(table(["cell", "accuracy"], [["a|b", "0.7"]]))
        | cell | accuracy |
        |---|---|
        | a\|b | 0.7 |
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(_row(line, "" if number == 1 else " ") for number, line in enumerate(lines))


def _row(cells: Sequence[str], space: str) -> str:
    return "|" + "|".join(f"{space}{plain(cell).replace('|', chr(92) + '|')}{space}" for cell in cells) + "|"


def plain(text: str) -> str:
    """Text in one line."""
    return " ".join(text.split())


def anchor(title: str) -> str:
    """What a heading is linked by, as on GitHub.

    Example:
        >>> anchor("Table 1: partition strategies")
        'table-1-partition-strategies'
    """
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def setting_list(settings: Mapping[str, Any]) -> str:
    """Settings as they would be written in TOML, one after another.

    Example:
        >>> setting_list({"width": 0.5, "residual": False, "streams": ["joint"]})
        '`width = 0.5`, `residual = false`, `streams = ["joint"]`'
    """
    return ", ".join(f"`{name} = {_literal(value)}`" for name, value in settings.items())


def _literal(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{plain(value)}"'
        case list():
            return f"[{', '.join(map(_literal, value))}]"
        case _:
            return str(value)
