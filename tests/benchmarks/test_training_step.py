"""The padded opponent is the same network, and a step is measured and shared out whole."""

from pathlib import Path

import pytest
import torch

from benchmarks import time_shares, training_step
from benchmarks.padded import PaddedSTGCN, pad
from stgcn_pyg.models import STGCN
from stgcn_pyg.nn.blocked import blocks, spatial

CHANNELS = [(16, 1), (32, 2), (32, 1)]


def network() -> STGCN:
    torch.manual_seed(0)
    return STGCN(training_step.GRAPH, training_step.CHANNELS, 6, CHANNELS, bias="partition")


def test_the_padded_network_is_the_same() -> None:
    ours = network()
    theirs = PaddedSTGCN(ours, training_step.GRAPH.adjacency())
    training_step.assert_equal(ours, theirs)
    theirs.units[1].temporal.weight.data[0, 0, 0] += 0.5  # type: ignore[union-attr, operator, index]
    with pytest.raises(AssertionError):
        training_step.assert_equal(ours, theirs)


def test_padding_is_zeros_after_the_end() -> None:
    padded = pad([torch.ones(3, 25, 2), torch.ones(5, 25, 2)])
    assert padded.shape == (2, 2, 5, 25)
    assert padded[0, :, 3:].eq(0).all()
    assert padded.sum() == 8 * 25 * 2


def test_the_typical_batch_has_the_median_share_of_padding() -> None:
    batch, mean = training_step.typical_batch(list(range(100, 100 + 48)))
    assert len(batch) == training_step.BATCH
    assert 1 < training_step.padding(batch) < 1.5
    assert 1 < mean < 1.5


def test_lengths_are_read_or_drawn(tmp_path: Path) -> None:
    listed = tmp_path / "00sequences.txt"
    listed.write_text("person01_boxing_d1\tframes\t1-95, 96-185\nperson01_boxing_d2\tframes\t5-60\n")
    assert training_step.all_lengths(listed) == {"whole videos": [185, 60], "sub-sequences": [95, 90, 56]}
    assert len(training_step.all_lengths(None)["whole videos"]) == 599


def test_a_step_is_measured_and_shown(tmp_path: Path) -> None:
    result = training_step.measure([20, 11], 0.125, rounds=1, device=torch.device("cpu"))
    assert result["padding"] == 40 / 31
    assert set(result["seconds"]) == set(training_step.NAMES)
    table = training_step.table({"whole videos": result})
    assert all(name in table for name in training_step.NAMES.values())
    training_step.picture({"whole videos": result}, tmp_path / "step.png")
    assert (tmp_path / "step.png").stat().st_size > 0


def test_shares_add_up_and_leave_no_trace(tmp_path: Path) -> None:
    before = spatial.product
    batch = training_step.timeline_of([torch.randn(30, 25, training_step.CHANNELS)])
    with blocks(True):
        found = time_shares.shares(network(), batch, rounds=1)
    assert set(found) == {*time_shares.PARTS, time_shares.REST}
    assert all(taken > 0 for taken in found.values())
    assert spatial.product is before
    time_shares.picture(found, tmp_path / "shares.png")
    assert (tmp_path / "shares.png").stat().st_size > 0
