"""What the benchmarks measure is there."""

import pytest
import torch

from benchmarks.measure import peak_bytes

MANY, SIZE = 4, 8 << 20


def run() -> list[torch.Tensor]:
    return [torch.ones(SIZE // 4) for _ in range(MANY)]


def test_memory_that_was_used_and_freed_before_counts_again() -> None:
    torch.ones(30 << 18)  # after which glibc keeps what is freed of up to 60 MB
    run()
    peak = peak_bytes(run)
    if peak is None:
        pytest.skip("this system does not tell the highest use of memory")
    assert MANY * SIZE * 0.95 < peak < MANY * SIZE * 1.5
