"""Who is slow gets the newest item, and nothing is lost without being counted."""

import threading
from collections.abc import Iterator

import pytest

from stgcn_pyg.streaming import Newest


def test_who_is_slow_gets_the_newest() -> None:
    go_on = threading.Event()

    def source() -> Iterator[int]:
        yield 0
        go_on.wait(5)
        yield from range(1, 10)

    newest = Newest(source())
    numbers = iter(newest)
    assert next(numbers) == 0
    go_on.set()
    with newest._changed:
        assert newest._changed.wait_for(lambda: newest._ended, timeout=5)
    assert list(numbers) == [9]
    assert newest.dropped == 8


def test_an_error_in_the_source_is_raised_after_the_last_item() -> None:
    def source() -> Iterator[int]:
        yield 0
        raise ValueError("unplugged")

    numbers = iter(Newest(source()))
    assert next(numbers) == 0
    with pytest.raises(ValueError, match="unplugged"):
        next(numbers)


def test_who_stops_listening_stops_the_source() -> None:
    closed = threading.Event()

    def source() -> Iterator[int]:
        number = 0
        try:
            while True:
                yield (number := number + 1)
        finally:
            closed.set()

    numbers = iter(Newest(source()))
    next(numbers)
    numbers.close()  # type: ignore[attr-defined]
    assert closed.wait(5)


def test_nothing_comes_of_an_empty_source() -> None:
    assert list(Newest([])) == []
