"""Colours that people with any kind of colour vision tell apart."""

from typing import Literal

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#8C6D00")
"""Okabe and Ito's (2008), without black and with a dark yellow for lines on white."""

Line = Literal["-", "--", "-.", ":"]
"""A line as Matplotlib knows it."""

LINES: tuple[Line, ...] = ("-", "--", "-.", ":")
"""What tells lines of the same colour apart."""


def style(number: int) -> tuple[str, Line]:
    """Colour and line of the so-manieth thing in a picture.

    Example:
        >>> style(0), style(7)
        (('#0072B2', '-'), ('#0072B2', '--'))
    """
    return PALETTE[number % len(PALETTE)], LINES[number // len(PALETTE) % len(LINES)]
