"""The network a frame at a time is the network: for every variant of it, whatever the runs."""

from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.models import NINE_LAYERS, STGCN, TWELVE_LAYERS, scaled
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.streaming.network import StreamingNetwork
from stgcn_pyg.streaming.spatial import TOGETHER
from tests.strategies import few, graphs, randomized, recording, run_lengths

GRAPH = SkeletonGraph.build(BODY_25)
ONE = np.array([0])

each_kind = pytest.mark.parametrize("residual", [False, True], ids=["plain", "residual"])

plain_norms = st.sampled_from(["both", "start", "end", "once", "none"])
residual_norms = st.sampled_from(["both", "once", "none"])


@st.composite
def variants(draw: st.DrawFn, residual: bool) -> dict[str, Any]:
    """Settings of a network, of which every one is drawn."""
    norm = draw(residual_norms if residual else plain_norms)
    beside_relu = ("both",) if residual else ("both", "end")
    return {
        "residual": residual,
        "channels": draw(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=1, max_size=4)),
        "kernel_size": draw(st.sampled_from([1, 3, 5, 9])),
        "causal": draw(st.booleans()),
        "edge_importance": draw(st.booleans()),
        "bias": draw(st.sampled_from(["channel", "partition", "none"])),
        "linear_middle": not residual and draw(st.booleans()),
        "norm": norm,
        "relu_first": norm in beside_relu and draw(st.booleans()),
        "backend": draw(st.sampled_from(["auto", "sparse", "dense"])),
        "dropout": 0.5,
    }


def build(graph: SkeletonGraph = GRAPH, **how: Any) -> STGCN:
    """A network in double precision, as if trained."""
    return randomized(STGCN(graph, in_channels=2, num_classes=3, **how))


def streamed(network: STGCN, data: SkeletonData) -> Tensor:
    """Logits of a recording whose frames were pushed one at a time."""
    live = StreamingNetwork(network, num_streams=1)
    x = data.x.to(network.classifier.weight)
    for start, stop in zip(data.ptr, data.ptr[1:], strict=False):
        for t in range(int(start), int(stop)):
            live.push(ONE, x[t : t + 1])
        live.end(ONE)
    return live.logits(ONE)


def assert_close(one: Tensor, other: Tensor, tolerance: float) -> None:
    torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)


@each_kind
@few
@given(graph=graphs(), lengths=run_lengths, data=st.data())
def test_frame_by_frame_is_offline(
    residual: bool, graph: SkeletonGraph, lengths: list[int], data: st.DataObject
) -> None:
    network = build(graph, **data.draw(variants(residual)))
    sample = recording(graph, *lengths)
    with torch.no_grad():
        assert_close(streamed(network, sample), network(sample), 1e-9)
        sample.x = sample.x.float()
        assert_close(streamed(network.float(), sample), network(sample), 1e-4)


@each_kind
@pytest.mark.parametrize("causal", [False, True], ids=["centred", "causal"])
@pytest.mark.parametrize("layers", [NINE_LAYERS, TWELVE_LAYERS], ids=["9+1", "12"])
@torch.no_grad()
def test_so_it_is_at_the_papers_depths(residual: bool, causal: bool, layers: Any) -> None:
    network = build(residual=residual, causal=causal, channels=scaled(layers, 1 / 16), edge_importance=True)
    sample = recording(GRAPH, 3, 41)
    assert_close(streamed(network, sample), network(sample), 1e-9)
    sample.x = sample.x.float()
    assert_close(streamed(network.float(), sample), network(sample), 1e-4)


@pytest.mark.parametrize(("causal", "delay"), [(False, 76), (True, 0)], ids=["centred", "causal"])
def test_it_is_behind_by_what_its_kernels_look_ahead(causal: bool, delay: int) -> None:
    """4 frames in each of 5 units, 4 of 2 frames in each of 3, 4 of 4 frames in each of 2."""
    live = StreamingNetwork(build(causal=causal, channels=scaled(NINE_LAYERS, 1 / 64)), num_streams=1)
    assert (live.delay, live.stride) == (delay, 4)
    there = []
    for frame in recording(GRAPH, delay + 1).x:
        there.append(bool(live.has_logits(ONE).all()))
        live.push(ONE, frame[None])
    assert there == [False] * (delay + 1)
    assert live.has_logits(ONE).all()


@each_kind
@few
@given(data=st.data(), starts=st.lists(st.integers(0, 6), min_size=2, max_size=5))
def test_streams_of_any_phases_together_are_each_alone(
    residual: bool, data: st.DataObject, starts: list[int]
) -> None:
    """Each begins at a time of its own, and at some times some of them have no frame."""
    network = build(**data.draw(variants(residual)))
    samples = [recording(GRAPH, 9, 4, seed=number) for number in range(len(starts))]
    live = StreamingNetwork(network, num_streams=len(starts))
    rng = np.random.default_rng(sum(starts))
    at = [-start for start in starts]
    while any(t < 13 for t in at):
        ended = np.array([s for s, t in enumerate(at) if t in (9, 13)], dtype=np.int64)
        new = np.array([s for s, t in enumerate(at) if 0 <= t < 13 and rng.random() < 0.8], dtype=np.int64)
        live.end(ended[np.isin(ended, new)])
        live.push(new, torch.stack([samples[s].x[at[s]] for s in new]) if new.size else torch.zeros(0, 25, 2))
        at = [t + (s in new or t < 0) for s, t in enumerate(at)]
    live.end(np.arange(len(starts)))
    with torch.no_grad():
        expected = torch.cat([network(sample) for sample in samples])
    assert_close(live.logits(np.arange(len(starts))), expected, 1e-9)


def test_more_streams_than_are_computed_together() -> None:
    network = build(channels=((2, 1), (3, 2)), kernel_size=3)
    streams = np.arange(TOGETHER + 3)
    live = StreamingNetwork(network, num_streams=2)
    live.grow(len(streams))
    samples = [recording(GRAPH, 5, seed=number) for number in range(len(streams))]
    for t in range(5):
        live.push(streams, torch.stack([sample.x[t] for sample in samples]))
    live.end(streams)
    with torch.no_grad():
        assert_close(live.logits(streams), torch.cat([network(sample) for sample in samples]), 1e-9)


def test_a_network_in_training_is_streamed_as_in_evaluation_and_left_alone() -> None:
    network = build(channels=((2, 1), (3, 2)), dropout=0.5)
    sample = recording(GRAPH, 7)
    with torch.no_grad():
        expected = network(sample)
    network.train()
    before = {name: values.clone() for name, values in network.state_dict().items()}
    assert_close(streamed(network, sample), expected, 1e-9)
    assert network.training
    assert all(torch.equal(values, before[name]) for name, values in network.state_dict().items())


@each_kind
@torch.no_grad()
def test_a_frame_costs_what_it_costs_offline(residual: bool) -> None:
    network = build(residual=residual, channels=scaled(NINE_LAYERS, 1 / 16), backend="sparse")
    data = recording(GRAPH, 120)
    with FlopCounterMode(display=False) as offline:
        network(data)
    with FlopCounterMode(display=False) as live:
        streamed(network, data)
    assert 0.8 < live.get_total_flops() / offline.get_total_flops() < 1.1


def test_what_it_keeps_does_not_grow() -> None:
    live = StreamingNetwork(build(channels=((2, 1), (3, 2))), num_streams=1)
    sizes = []
    for frame in recording(GRAPH, 60).x:
        live.push(ONE, frame[None])
        sizes.append(live.nbytes)
    assert len(set(sizes)) == 1
    live.grow(3)
    assert live.nbytes == 3 * sizes[0]


def test_units_of_ones_own_are_refused() -> None:
    network = build(channels=((2, 1),))
    network.units[0] = torch.nn.Identity()
    with pytest.raises(TypeError, match="what to make of a Identity frame by frame is not known"):
        StreamingNetwork(network, num_streams=1)


@pytest.mark.parametrize("causal", [True, False])
def test_a_run_that_ended_leaves_nothing_behind(causal: bool) -> None:
    network = build(channels=((2, 1), (3, 2)), causal=causal)
    first, second = recording(GRAPH, 9), recording(GRAPH, 7, seed=1)
    live = StreamingNetwork(network, num_streams=1)
    for data, _ in product((first, second), range(2)):
        live.clear(ONE)
        for frame in data.x:
            live.push(ONE, frame[None])
        live.end(ONE)
        with torch.no_grad():
            assert_close(live.logits(ONE), network(data), 1e-9)
