"""Another frame rate, as frames come."""

from collections.abc import Iterator
from math import ceil, floor

import numpy as np

from stgcn_pyg.sequence.rate import interpolate, places
from stgcn_pyg.streaming.frame import Frame


class StreamingResample:
    """The frames that :func:`~stgcn_pyg.sequence.resample` makes of a recording, each as soon as it can be told.

    A frame that lies between two recorded ones is known with the later of them.

    Args:
        fps: Frames a second that come.
        wanted: Frames a second that go on.

    Example:
        >>> halve = StreamingResample(fps=10, wanted=5)
        >>> nothing = np.zeros((25, 2), np.float32), np.zeros(25, np.float32)
        >>> [frame.number for number in range(4, 11) for frame in halve.push(Frame(*nothing, number))]
        [2, 3, 4, 5]
    """

    def __init__(self, fps: float, wanted: float) -> None:
        self.ratio = fps / wanted
        self._first = 0
        self._step = 0  # of the next frame that is wanted
        self._before: Frame | None = None

    def push(self, frame: Frame) -> Iterator[Frame]:
        """Yield what is known now."""
        if self._before is None:
            self._first = frame.number
        before, self._before = self._before, frame
        # Of the places that time has jumped over, nothing is known.
        self._step = max(self._step, ceil((frame.number - 1 - self._first) / self.ratio) - 1)
        while (place := float(places(self._first, np.array(self._step), self.ratio))) <= frame.number:
            self._step += 1
            number = round(self._first / self.ratio) + self._step - 1
            if place == frame.number:
                yield frame._replace(number=number)
            elif before is not None and floor(place) == before.number == frame.number - 1:
                yield _between(before, frame, place - floor(place), number)

    def clear(self) -> None:
        """Begin anew."""
        self._step, self._before = 0, None


def _between(low: Frame, high: Frame, weight: float, number: int) -> Frame:
    pos = interpolate(low.pos[None], high.pos[None], np.array([weight]))[0]
    score = np.minimum(low.score, high.score)
    return Frame(np.where(score[:, None] > 0, pos, np.float32(0)), score, number)
