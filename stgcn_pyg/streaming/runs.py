"""Where a stream breaks, as frames come."""

from collections.abc import Iterator

from stgcn_pyg.streaming.frame import Frame


class StreamingRuns:
    """The runs that :func:`~stgcn_pyg.sequence.cut_runs` cuts a recording into.

    Frames in which nobody is seen go before the first sight of somebody, stay if somebody is seen again within
    ``max_gap`` seconds, and end the run if not. So they are held back until either is known, and no others are.

    Args:
        fps: Frames a second.
        max_gap: Seconds without anybody in view after which a run ends.

    Example:
        >>> import numpy as np
        >>> def frame(number, seen):
        ...     return Frame(np.ones((2, 2), np.float32), np.full(2, seen, np.float32), number)
        >>> runs = StreamingRuns(fps=2, max_gap=1.0)
        >>> for number, seen in enumerate([0, 1, 0, 0, 1, 0, 0, 0, 1]):
        ...     print(number, [event and event.number for event in runs.push(frame(number, seen))])
        0 []
        1 [1]
        2 []
        3 []
        4 [2, 3, 4]
        5 []
        6 []
        7 [None]
        8 [8]
    """

    def __init__(self, fps: float, max_gap: float) -> None:
        self.longest = max_gap * fps
        self._last: int | None = None  # sight of somebody in the run that goes on, if one does
        self._held: list[Frame] = []

    def push(self, frame: Frame) -> Iterator[Frame | None]:
        """Yield the frames that stay, as far as it is known by now, and None where a run ends."""
        if frame.score.any():
            if self._last is not None and frame.number - self._last - 1 > self.longest:
                yield from self.end()
            yield from self._held
            self._held = []
            self._last = frame.number
            yield frame
        elif self._last is not None:
            if frame.number - self._last > self.longest:  # too long, even if somebody comes with the next frame
                yield from self.end()
            else:
                self._held.append(frame)

    def end(self) -> Iterator[None]:
        """End the run that goes on, if one does."""
        self._held = []
        if self._last is not None:
            self._last = None
            yield None
