"""What is timed of streams is what a stream does, and the table follows from it."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import streaming
from stgcn_pyg.models import STGCN
from stgcn_pyg.recognizer import Recognizer


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return streaming.recognizer_of(1 / 16)


def network(recognizer: Recognizer) -> STGCN:
    return recognizer.networks[0].eval()


def test_contestants_are_asserted_to_be_the_same(recognizer: Recognizer) -> None:
    streaming.assert_equal(network(recognizer))


@pytest.mark.parametrize("num_streams", [1, 4])
def test_the_products_alone_are_all_operations_of_a_cycle(recognizer: Recognizer, num_streams: int) -> None:
    live, streams = streaming.streams_of(network(recognizer), num_streams)
    alone = streaming.products(live, streams)
    with FlopCounterMode(display=False) as whole:
        streaming.cycle(live, streams)
    classifier = live.stride * num_streams * 2 * 16 * 6
    assert streaming.operations(alone) == whole.get_total_flops() - classifier > 0


def test_streams_are_in_different_phases(recognizer: Recognizer) -> None:
    live, streams = streaming.streams_of(network(recognizer), 8)
    counts = live.units[0].temporal.ring.count[streams]
    assert sorted(counts % live.stride) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert live.has_logits(streams).all()


def test_a_table_has_every_row_and_the_targets(recognizer: Recognizer) -> None:
    many = streaming.many_streams(network(recognizer), (1, 2), rounds=1)
    results: dict[str, Any] = {
        "threads": {1: {"one_stream": streaming.one_stream(recognizer, (8,), rounds=1), "many_streams": many}},
        "offline_operations_a_frame": streaming.offline_operations(1 / 16),
        "bytes_a_stream": 1_500_000,
        "bytes_of_weights": 12_000_000,
    }
    ours = results["threads"][1]["one_stream"][0]
    assert 0.8 < ours["operations_a_frame"] / results["offline_operations_a_frame"] <= 1.1
    text = streaming.table(results)
    assert "| 1 | window of 8 frames, hop 4 |" in text
    assert all(f"| {target} | {bound} {value:g} |" in text for target, (bound, value) in streaming.TARGETS.items())
    assert f"| at least 200 | {ours['frames_per_second']:.2f} |" in text
    assert "1.50 MB" in text
