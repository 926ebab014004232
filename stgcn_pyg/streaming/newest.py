"""Who is too slow for a camera takes its newest frame."""

from collections.abc import Iterable, Iterator
from threading import Condition, Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Newest(Generic[Item]):
    """Reads a source as fast as it comes, and hands on its newest item whenever the next one is asked for.

    Items that came meanwhile are dropped, so that who is slow stays up to date. The last item is always handed on.

    Args:
        source: What is read, in a thread of its own; errors in it are raised where items are asked for.

    Attributes:
        dropped: How many items so far were never handed on.

    Example:
        >>> newest = Newest(range(1000))
        >>> numbers = list(newest)
        >>> numbers[-1], len(numbers) + newest.dropped
        (999, 1000)
    """

    def __init__(self, source: Iterable[Item]) -> None:
        self.source = source
        self.dropped = 0
        self._items: list[Item] = []  # none or one
        self._ended = False
        self._error: Exception | None = None
        self._changed = Condition()

    def __iter__(self) -> Iterator[Item]:
        """Yield the newest items to the source's end."""
        thread = Thread(target=self._read, daemon=True)  # one that waits for a camera must not keep a program
        thread.start()
        try:
            while items := self._take():
                yield items[0]
        finally:
            self._ended = True
            thread.join(timeout=1)
        if self._error is not None:
            raise self._error

    def _take(self) -> list[Item]:
        """The newest item, once there is one; none after the last."""
        with self._changed:
            # Not for ever at a time: some systems let nothing interrupt that.
            while not self._changed.wait_for(lambda: self._items or self._ended, timeout=0.1):
                pass
            items, self._items = self._items, []
            return items

    def _read(self) -> None:
        try:
            for item in self.source:
                with self._changed:
                    self.dropped += len(self._items)
                    self._items = [item]
                    self._changed.notify()
                if self._ended:
                    return
        except Exception as error:
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify()
