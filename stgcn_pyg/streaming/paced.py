"""A recording at its own rate."""

import time
from collections.abc import Iterable, Iterator

from stgcn_pyg.streaming.moment import Moment


def paced(source: Iterable[Moment]) -> Iterator[Moment]:
    """Yield each frame when its time has come, as a camera would.

    Example:
        >>> begin = time.monotonic()
        >>> [moment.number for moment in paced([Moment(0, 0.0, None), Moment(1, 0.05, None)])]
        [0, 1]
        >>> time.monotonic() - begin >= 0.05
        True
    """
    begin = time.monotonic()
    for moment in source:
        time.sleep(max(0.0, begin + moment.seconds - time.monotonic()))
        yield moment
