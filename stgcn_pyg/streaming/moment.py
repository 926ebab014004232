"""What comes of a source, and when."""

from typing import NamedTuple


class Moment(NamedTuple):
    """What a source gives: a picture, or a pose, and its place in time.

    Attributes:
        number: The frame's number at the source's rate.
        seconds: Its time since the source began.
        content: What it is of.
    """

    number: int
    seconds: float
    content: object
