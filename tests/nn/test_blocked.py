"""The fast path on CPUs: in blocks, everything is what the plain layers make of it."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from stgcn_pyg.nn import (
    BlockedSpatialGraphConv,
    Edges,
    JointNorm,
    NormReLU,
    PlainUnit,
    ResidualUnit,
    TemporalConv,
    spatial_graph_conv,
)
from stgcn_pyg.nn.blocked import SMALL as SMALL_TIMELINE
from stgcn_pyg.nn.blocked import Step, blocks, blocks_pay, prologue
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.skeleton import BODY_25, Skeleton
from tests.strategies import few, graphs, many, normal, pointers, randomized, run_lengths, seeds

GRAPH = SkeletonGraph.build(BODY_25)
EDGES = Edges(GRAPH.edge_index, GRAPH.edge_type, GRAPH.edge_weight)
SMALL = SkeletonGraph.build(Skeleton("small", ("a", "b", "c"), (("a", "b"), ("b", "c"))))
LENGTHS = [7, 1, 4]

Before = Callable[[int], torch.nn.Module | None]

IN_BLOCKS: dict[str, Before] = {
    "nothing": lambda channels: None,
    "identity": lambda channels: torch.nn.Identity(),
    "relu": lambda channels: torch.nn.ReLU(),
    "norm": JointNorm,
    "norm, relu": NormReLU,
    "sequence of none": lambda channels: torch.nn.Sequential(),
    "sequence of one": lambda channels: torch.nn.Sequential(NormReLU(channels)),
}
"""What may stand before a convolution that is computed in blocks."""

PLAINLY: dict[str, Before] = {
    "relu, norm": lambda channels: NormReLU(channels, relu_first=True),
    "tanh": lambda channels: torch.nn.Tanh(),
    "sequence of two": lambda channels: torch.nn.Sequential(JointNorm(channels), torch.nn.ReLU()),
    "norm of other statistics": lambda channels: torch.nn.Sequential(
        torch.nn.BatchNorm1d(3, track_running_stats=False)
    ),
}
"""What may stand there, but is nothing for blocks; three joints are that last norm's channels."""

befores = st.sampled_from(list(IN_BLOCKS))
block_bytes = st.sampled_from([1, 300, 700, 1500, prologue.BLOCK_BYTES])
"""Blocks of one frame each, of a few, of them all; the last is seldom full."""

each_unit = pytest.mark.parametrize("kind", [PlainUnit, ResidualUnit])


class Layer(torch.nn.Module):
    """A convolution and what stands before it."""

    def __init__(self, before: torch.nn.Module | None, conv: torch.nn.Module, edges: Edges | Tensor) -> None:
        super().__init__()
        self.before = before
        self.conv = conv
        self.edges = edges if isinstance(edges, Edges) else (edges,)  # or the runs

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x, *self.edges, before=self.before)
        return y if isinstance(y, Tensor) else y[0]


def spatial(graph: SkeletonGraph, before: Before, importance: bool = True, bias: Any = "channel") -> Layer:
    """A spatial convolution of 2 features to 3, in double precision, with random parameters."""
    num_edges = graph.num_edges if importance else 0
    conv = spatial_graph_conv(2, 3, graph.num_partitions, num_edges, bias)
    edges = Edges(graph.edge_index, graph.edge_type, graph.edge_weight)
    return randomized(Layer(before(2), conv, edges))


def temporal(lengths: list[int], before: Before, **how: Any) -> Layer:
    """A temporal one."""
    return randomized(Layer(before(2), TemporalConv(2, 3, **how), pointers(lengths)))


@contextmanager
def blocks_of(size: int) -> Iterator[None]:
    """Inside, blocks have so many bytes."""
    with mock.patch.object(prologue, "BLOCK_BYTES", size):
        yield


def in_blocks(y: Tensor) -> int:
    """How many convolutions were computed in blocks on the way to a tensor."""
    seen, todo = set(), [y.grad_fn]
    while todo:
        node = todo.pop()
        if node is not None and node not in seen:
            seen.add(node)
            todo += [after for after, _ in node.next_functions]
    return sum("Blocks" in node.name() for node in seen)


def outcome(module: torch.nn.Module, x: Tensor, wanted: bool, expected_blocks: int = 1) -> dict[str, Tensor]:
    """Output, gradients and buffers of a copy of a module after one step, in blocks or plainly."""
    module, x = copy.deepcopy(module), x.detach().clone().requires_grad_()
    variables = {"x": x} | {name: values for name, values in module.named_parameters() if values.requires_grad}
    with blocks(wanted):
        y = module(x)
    assert in_blocks(y) == (expected_blocks if wanted else 0)
    gradients = torch.autograd.grad(y, list(variables.values()), normal(*y.shape, seed=7).to(y))
    return {"y": y.detach(), **dict(zip(variables, gradients, strict=True)), **dict(module.named_buffers())}


def assert_same(one: dict[str, Tensor], other: dict[str, Tensor], tolerance: float = 1e-10) -> None:
    assert one.keys() == other.keys()
    for name, values in one.items():
        torch.testing.assert_close(values, other[name], rtol=tolerance, atol=tolerance, msg=f"{name} differs")


def assert_twins(module: torch.nn.Module, x: Tensor, expected_blocks: int = 1) -> None:
    assert_same(outcome(module, x, True, expected_blocks), outcome(module, x, False))


# The two convolutions


@few
@given(graphs(), befores, st.booleans(), st.sampled_from(["channel", "partition", "none"]), st.data())
def test_spatial_convolutions_are_their_plain_twins(
    graph: SkeletonGraph, before: str, importance: bool, bias: str, data: st.DataObject
) -> None:
    layer = spatial(graph, IN_BLOCKS[before], importance, bias).train(data.draw(st.booleans(), label="training"))
    x = normal(data.draw(st.integers(2, 12), label="frames"), graph.num_nodes, 2, seed=data.draw(seeds))
    with blocks_of(data.draw(block_bytes)):
        assert_twins(layer, x)


@many
@given(run_lengths, befores, st.sampled_from([1, 3, 9]), st.integers(1, 3), st.booleans(), st.data())
def test_temporal_convolutions_are_their_plain_twins(
    lengths: list[int], before: str, kernel_size: int, stride: int, causal: bool, data: st.DataObject
) -> None:
    layer = temporal(lengths, IN_BLOCKS[before], kernel_size=kernel_size, stride=stride, causal=causal)
    layer.train(data.draw(st.booleans(), label="training"))
    x = normal(sum(lengths), 4, 2, seed=data.draw(seeds))
    with blocks_of(data.draw(block_bytes)):
        assert_twins(layer, x)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("lengths", [[1], [1, 1, 1], [1, 5, 1], [20]], ids=str)
def test_runs_of_one_frame(lengths: list[int], stride: int) -> None:
    for kernel_size in (1, 3, 9):
        with blocks_of(700):
            layer = temporal(lengths, NormReLU, kernel_size=kernel_size, stride=stride)
            assert_twins(layer.train(), normal(sum(lengths), 4, 2))


@pytest.mark.parametrize("before", IN_BLOCKS)
def test_gradients_are_derivatives(before: str) -> None:
    layers = spatial(SMALL, IN_BLOCKS[before]), temporal([1, 4, 2], IN_BLOCKS[before], kernel_size=3, stride=2)
    for layer in layers:
        layer.train()
        names = [name for name, _ in layer.named_parameters()]

        def convolve(x: Tensor, *values: Tensor, layer: Layer = layer, names: list[str] = names) -> Tensor:
            y: Tensor = torch.func.functional_call(layer, dict(zip(names, values, strict=True)), (x,))
            return y

        with blocks(True), blocks_of(200):
            x = normal(7, 3, 2).requires_grad_()
            assert in_blocks(layer(x)) == 1
            assert torch.autograd.gradcheck(convolve, (x, *layer.parameters()))


@pytest.mark.parametrize("before", PLAINLY)
def test_what_cannot_be_done_in_blocks_is_done_plainly(before: str) -> None:
    for layer in (spatial(SMALL, PLAINLY[before]), temporal(LENGTHS, PLAINLY[before])):
        assert Step.of(layer.before) is None
        assert_twins(layer.train(), normal(sum(LENGTHS), 3, 2), expected_blocks=0)


def test_graphs_of_many_frames_are_done_plainly() -> None:
    """Nodes ``[N, C]`` say nothing of frames."""
    layer = spatial(SMALL, NormReLU)
    with blocks(True):
        y, frame = layer(normal(1, 3, 2)), normal(1, 3, 2)[0]
        assert isinstance(layer.before, NormReLU)
        z = layer.conv(layer.before(frame[None])[0], *layer.edges)
    assert (in_blocks(y), in_blocks(z)) == (1, 0)
    torch.testing.assert_close(z, y[0], rtol=1e-10, atol=1e-10)


def test_a_norm_over_several_devices_needs_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    norm = NormReLU(2)
    norm.synchronized = True
    assert Step.of(norm) == Step(norm, relu=True)  # alone, it is as any other
    monkeypatch.setattr("stgcn_pyg.nn.norm._devices_work_together", lambda: True)
    assert Step.of(norm) is None


def test_steps_are_told_apart() -> None:
    norm, both = JointNorm(2), NormReLU(2)
    assert Step.of(None) == Step.of(torch.nn.Identity()) == Step.of(torch.nn.Sequential()) == Step()
    assert Step.of(torch.nn.ReLU()) == Step(relu=True)
    assert Step.of(norm) == Step(norm)
    assert Step.of(both) == Step.of(torch.nn.Sequential(both)) == Step(both, relu=True)


@pytest.mark.parametrize("wanted", [False, True])
def test_the_statistics_of_one_row_are_refused(wanted: bool) -> None:
    norm = JointNorm(2)
    with blocks(wanted), pytest.raises(ValueError, match="Expected more than 1 value per channel when training"):
        TemporalConv(2, 3)(torch.ones(1, 1, 2), pointers([1]), before=norm)
    assert norm.num_batches_tracked == (0 if wanted else 1)  # torch counts first
    assert norm.state_dict()["running_var"].tolist() == [1, 1]


# What goes in, and what comes back


def spaced(values: Tensor) -> Tensor:
    """The same numbers, with gaps between them in memory."""
    wide = values.new_full((*values.shape, 2), torch.nan)
    wide[..., 0] = values
    return wide[..., 0]


def turned(values: Tensor) -> Tensor:
    """The same numbers, in another order in memory."""
    return values.permute(2, 1, 0).contiguous().permute(2, 1, 0)


@pytest.mark.parametrize("strided", [spaced, turned])
def test_numbers_may_lie_anywhere_in_memory(strided: Callable[[Tensor], Tensor]) -> None:
    for layer in (spatial(GRAPH, NormReLU), temporal(LENGTHS, NormReLU, stride=2)):
        layer.train()
        whole = normal(sum(LENGTHS), 25, 2).requires_grad_()
        apart = strided(whole.detach()).requires_grad_()
        with blocks(True), blocks_of(700):
            y, z = layer(whole), layer(apart)
            cotangent = normal(*y.shape, seed=1)
            expected = torch.autograd.grad(y, [whole, *layer.parameters()], cotangent)
            gradients = torch.autograd.grad(z, [apart, *layer.parameters()], strided(cotangent))
        assert not apart.is_contiguous()
        assert_same(
            dict(zip("yxabcde", [z, *gradients], strict=False)), dict(zip("yxabcde", [y, *expected], strict=False))
        )


def test_gradients_may_be_the_same_everywhere() -> None:
    """As the gradient of a sum is: one number, expanded."""
    for layer in (spatial(GRAPH, JointNorm), temporal(LENGTHS, NormReLU)):
        gradients = []
        for wanted in (True, False):
            with blocks(wanted), blocks_of(700):
                gradients.append(torch.autograd.grad(layer(normal(12, 25, 2)).sum(), list(layer.parameters())))
        for one, other in zip(*gradients, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("before", IN_BLOCKS)
@pytest.mark.parametrize("training", [False, True])
def test_the_first_layers_input_needs_no_gradient(before: str, training: bool) -> None:
    x = normal(sum(LENGTHS), 25, 2)
    for layer in (spatial(GRAPH, IN_BLOCKS[before]), temporal(LENGTHS, IN_BLOCKS[before], stride=2)):
        expected = outcome(layer.train(training), x, True)
        with blocks(True):
            y = layer(x)
            gradients = torch.autograd.grad(y, list(layer.parameters()), normal(*y.shape, seed=7))
        names = [name for name, _ in layer.named_parameters()]
        assert_same(dict(zip(names, gradients, strict=True)), {name: expected[name] for name in names})


@pytest.mark.parametrize("frozen", ["conv.weight", "conv.bias", "before.weight", "before.bias"])
def test_what_is_frozen_gets_no_gradient(frozen: str) -> None:
    for layer in (spatial(GRAPH, NormReLU), temporal(LENGTHS, NormReLU, stride=2)):
        layer.get_parameter(frozen).requires_grad_(False)
        x = normal(sum(LENGTHS), 25, 2)
        assert frozen not in outcome(layer.train(), x, True)
        assert_twins(layer, x)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_without_gradients_the_output_is_the_same(mode: Callable[[], Any]) -> None:
    x = normal(sum(LENGTHS), 25, 2)
    for layer in (spatial(GRAPH, NormReLU), temporal(LENGTHS, NormReLU)):
        expected = outcome(layer, x, False)["y"]
        with mode(), blocks(True):
            y = layer(x)
        assert not y.requires_grad
        torch.testing.assert_close(y.clone(), expected, rtol=1e-10, atol=1e-10)


def test_second_derivatives_are_for_the_plain_layers() -> None:
    x = normal(sum(LENGTHS), 25, 2).requires_grad_()
    for layer in (spatial(GRAPH, NormReLU), temporal(LENGTHS, NormReLU)):
        with blocks(True):
            (slope,) = torch.autograd.grad(layer(x).square().sum(), x, create_graph=True)
        with pytest.raises(RuntimeError, match="once_differentiable"):
            slope.sum().backward()  # type: ignore[no-untyped-call]
        with blocks(False):
            (slope,) = torch.autograd.grad(layer(x).square().sum(), x, create_graph=True)
        (curvature,) = torch.autograd.grad(slope.sum(), x)
        assert curvature.isfinite().all()
        assert curvature.any()


# Whole units


def unit(kind: Any, in_channels: int = 8, out_channels: int = 8, **how: Any) -> Any:
    def build(size_in: int, size_out: int) -> BlockedSpatialGraphConv:
        conv = spatial_graph_conv(size_in, size_out, GRAPH.num_partitions, GRAPH.num_edges)
        assert isinstance(conv, BlockedSpatialGraphConv)
        return conv

    return randomized(kind(in_channels, out_channels, build, **{"kernel_size": 5} | how))


class Timeline(torch.nn.Module):
    """A unit on runs and edges that are given."""

    def __init__(self, unit: torch.nn.Module, lengths: list[int]) -> None:
        super().__init__()
        self.unit = unit
        self.ptr = pointers(lengths)

    def forward(self, x: Tensor) -> Tensor:
        torch.manual_seed(0)  # dropout
        y: Tensor = self.unit(x, self.ptr, EDGES)[0]
        return y


@each_unit
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(
    "how", [{}, {"out_channels": 4, "stride": 2, "dropout": 0.5}, {"relu_first": True}], ids=str
)
def test_units_are_their_plain_twins(kind: Any, training: bool, how: dict[str, Any]) -> None:
    module = Timeline(unit(kind, **how), LENGTHS).train(training)
    shortcut = kind is ResidualUnit and "stride" in how  # a convolution too
    # A ReLU before its norm is done plainly; the first norm of a plain unit has none.
    plainly = 0 if "relu_first" not in how else 2 if kind is ResidualUnit else 1
    with blocks_of(20_000):
        assert_twins(module, normal(sum(LENGTHS), 25, 8), expected_blocks=2 + shortcut - plainly)


@each_unit
def test_single_precision_is_close_to_double(kind: Any) -> None:
    module = Timeline(unit(kind, stride=2), LENGTHS).train()
    x = normal(sum(LENGTHS), 25, 8)
    exact = outcome(module, x, False)
    rough = outcome(module.float(), x.float(), True, expected_blocks=3 if kind is ResidualUnit else 2)
    # A bias before a norm has no gradient but what rounding leaves of the others.
    largest = max(float(values.abs().max()) for values in exact.values())
    assert_same({name: values.to(exact[name]) for name, values in rough.items()}, exact, 2e-6 * largest)


def saved(module: torch.nn.Module, x: Tensor, wanted: bool) -> dict[int, int]:
    """What is kept for the gradient: the place and the number of bytes of each tensor that is no parameter."""
    kept: dict[int, int] = {}
    known = {values.data_ptr() for values in module.parameters()}

    def keep(values: Tensor) -> Tensor:
        if values.data_ptr() not in known:
            kept[values.data_ptr()] = max(values.nbytes, kept.get(values.data_ptr(), 0))
        return values

    with blocks(wanted), torch.autograd.graph.saved_tensors_hooks(keep, lambda values: values):
        y = module(x)
        known.add(y.data_ptr())  # which whatever comes next may keep, but not for this
    return {place: size for place, size in kept.items() if place not in known}


@pytest.mark.parametrize("before", ["norm", "norm, relu", "relu"])
def test_only_the_input_of_a_convolution_is_kept_for_its_gradient(before: str) -> None:
    x = normal(200, 25, 2).requires_grad_()
    for layer in (spatial(GRAPH, IN_BLOCKS[before]), temporal([200], IN_BLOCKS[before])):
        kept = saved(layer.train(), x, True)
        assert kept.pop(x.data_ptr()) == x.nbytes
        assert max(kept.values()) <= x.nbytes / 25  # statistics, edges, frame numbers
        plainly = saved(layer, x, False)
        plainly.pop(x.data_ptr(), None)
        assert max(plainly.values()) >= x.nbytes


def test_a_residual_unit_keeps_the_inputs_of_its_convolutions() -> None:
    x = normal(400, 25, 8).requires_grad_()
    module = Timeline(unit(ResidualUnit), [400]).train()
    activations = sum(saved(module, x, True).values())
    assert 2 * x.nbytes <= activations <= 2.1 * x.nbytes  # what both take in, and vectors
    assert sum(saved(module, x, False).values()) >= 6 * x.nbytes


# When


def test_blocks_pay_for_long_timelines_in_single_precision_on_a_cpu() -> None:
    x = torch.rand(-(-SMALL_TIMELINE // 400), 25, 16)
    assert blocks_pay(x, 16)
    assert not blocks_pay(x[:-1], 16)
    assert blocks_pay(x[:-1], 17)
    assert not blocks_pay(x[..., :15], 32)
    with torch.no_grad():
        assert blocks_pay(x[..., :15], 32)
    assert not blocks_pay(x.double(), 16)
    assert not blocks_pay(x.bfloat16(), 16)
    assert not blocks_pay(x.to("meta"), 16)
    with torch.autocast("cpu", torch.bfloat16):
        assert not blocks_pay(x, 16)
    assert not torch.compile(blocks_pay, backend="eager")(x, 16)


@pytest.mark.parametrize("wanted", [False, True])
def test_one_may_choose_and_the_choice_ends(wanted: bool) -> None:
    x = torch.rand(-(-SMALL_TIMELINE // 400), 25, 16)
    for values in (x, x.double()):
        with blocks(wanted):
            with blocks(not wanted):
                assert blocks_pay(values, 16) == (not wanted)
            assert blocks_pay(values, 16) == wanted
    with pytest.raises(KeyError), blocks(wanted):
        raise KeyError
    assert blocks_pay(x, 16)
    assert not blocks_pay(x.double(), 16)
