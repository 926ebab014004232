"""The spatial convolution is eq. 5, whichever way it is computed."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch_geometric.typing import WITH_TORCH_SCATTER

from stgcn_pyg.nn import (
    BlockedSpatialGraphConv,
    DenseSpatialGraphConv,
    SegmentSpatialGraphConv,
    SpatialGraphConv,
    spatial_graph_conv,
)
from stgcn_pyg.nn.spatial import Backend, Bias
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.skeleton import BODY_25, Skeleton
from stgcn_pyg.transforms import UnrollFrames
from tests.strategies import few, graphs, normal, randomized, recording, seeds

needs_scatter = pytest.mark.skipif(not WITH_TORCH_SCATTER, reason="torch-scatter is not installed")
backends = pytest.mark.parametrize("backend", ["sparse", "dense", pytest.param("segment", marks=needs_scatter)])
biases = pytest.mark.parametrize("bias", ["channel", "partition", "none"])

GRAPH = SkeletonGraph.build(BODY_25)


def build(
    graph: SkeletonGraph, backend: Backend = "sparse", importance: bool = True, **how: Any
) -> SpatialGraphConv:
    """A convolution of 2 features to 3 in double precision, with random parameters."""
    num_edges = graph.num_edges if importance else 0
    sizes = (2, 3, graph.num_partitions)
    return randomized(spatial_graph_conv(*sizes, num_edges, backend=backend, **how))


def edges(graph: SkeletonGraph) -> tuple[Tensor, Tensor, Tensor]:
    return graph.edge_index, graph.edge_type, graph.edge_weight


def textbook(conv: SpatialGraphConv, graph: SkeletonGraph, x: Tensor) -> Tensor:
    """The sum over partitions of adjacency matrix, features and weights, with each bias where it belongs."""
    adjacency = graph.adjacency()
    if conv.edge_importance is not None:
        neighbour, root = graph.edge_index
        mask = torch.zeros_like(adjacency).index_put((graph.edge_type, root, neighbour), conv.edge_importance)
        adjacency = adjacency * mask
    features = torch.einsum("fjc,kco->fkjo", x, conv.weight)
    if conv.bias is not None and conv.bias_kind == "partition":
        features = features + conv.bias[:, None, :]
    out = torch.einsum("kij,fkjo->fio", adjacency, features)
    return out + conv.bias if conv.bias is not None and conv.bias_kind == "channel" else out


def with_gradients(conv: SpatialGraphConv, x: Tensor, y: Tensor) -> dict[str, Tensor]:
    """The output and what flows back from it."""
    cotangent = normal(*y.shape, seed=7)
    variables = {"x": x, **dict(conv.named_parameters())}
    gradients = torch.autograd.grad(y, list(variables.values()), cotangent)
    return {"y": y, **dict(zip(variables, gradients, strict=True))}


def assert_same(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, values in one.items():
        torch.testing.assert_close(values, other[name], rtol=1e-10, atol=1e-10)


def test_repr() -> None:
    assert repr(SpatialGraphConv(2, 64, 3)) == "SpatialGraphConv(2, 64, num_partitions=3)"
    dense = DenseSpatialGraphConv(2, 64, num_partitions=3, num_edges=73, bias="partition")
    assert repr(dense) == "DenseSpatialGraphConv(2, 64, num_partitions=3, num_edges=73, bias='partition')"
    assert repr(SpatialGraphConv(2, 64, 1, bias="none")) == "SpatialGraphConv(2, 64, num_partitions=1, bias='none')"


@backends
@biases
def test_shapes(backend: Backend, bias: Bias) -> None:
    conv = build(GRAPH, backend, bias=bias)
    assert conv.weight.shape == (3, 2, 3)
    shape = {"channel": (3,), "partition": (3, 3), "none": None}[bias]
    assert (None if conv.bias is None else conv.bias.shape) == shape
    assert conv.edge_importance is not None
    assert conv.edge_importance.shape == (73,)
    assert conv(normal(4, 25, 2), *edges(GRAPH)).shape == (4, 25, 3)


@backends
@biases
@few
@given(graph=graphs(), importance=st.booleans(), length=st.sampled_from([1, 2, 5, "V", "E"]), seed=seeds)
def test_every_backend_is_the_textbook(
    backend: Backend, bias: Bias, graph: SkeletonGraph, importance: bool, length: int | str, seed: int
) -> None:
    num_frames = {"V": graph.num_nodes, "E": graph.num_edges}.get(str(length), length)
    conv = build(graph, backend, importance, bias=bias)
    x = normal(int(num_frames), graph.num_nodes, 2, seed=seed).requires_grad_()
    assert_same(
        with_gradients(conv, x, conv(x, *edges(graph))),
        with_gradients(conv, x, textbook(conv, graph, x)),
    )


@pytest.mark.parametrize("backend", ["sparse", pytest.param("segment", marks=needs_scatter)])
@biases
@few
@given(graph=graphs(), importance=st.booleans(), num_frames=st.integers(1, 4), seed=seeds)
def test_frames_unrolled_into_one_graph_are_the_same(
    backend: Backend, bias: Bias, graph: SkeletonGraph, importance: bool, num_frames: int, seed: int
) -> None:
    conv = build(graph, backend, importance, bias=bias)
    unrolled = UnrollFrames(graph)(recording(graph, num_frames))
    weight = graph.edge_weight[unrolled.edge_id]  # in double precision
    x = normal(num_frames, graph.num_nodes, 2, seed=seed).requires_grad_()
    y = conv(x.flatten(0, 1), unrolled.edge_index, unrolled.edge_type, weight, unrolled.edge_id)
    assert y.shape == (num_frames * graph.num_nodes, 3)
    assert_same(
        with_gradients(conv, x, y.view(num_frames, -1, 3)), with_gradients(conv, x, textbook(conv, graph, x))
    )


@backends
@pytest.mark.parametrize("bias", ["channel", "partition"])
def test_gradients_are_derivatives(backend: Backend, bias: Bias) -> None:
    small = Skeleton("small", ("a", "b", "c", "d"), (("a", "b"), ("b", "c"), ("b", "d")))
    graph = SkeletonGraph.build(small)
    conv = build(graph, backend, bias=bias)
    names = [name for name, _ in conv.named_parameters()]
    assert names == ["weight", "bias", "edge_importance"]

    def convolve(x: Tensor, *values: Tensor) -> Tensor:
        parameters = dict(zip(names, values, strict=True))
        return torch.func.functional_call(conv, parameters, (x, *edges(graph)))  # type: ignore[no-any-return]

    assert torch.autograd.gradcheck(convolve, (normal(2, 4, 2).requires_grad_(), *conv.parameters()))


@backends
def test_weights_move_between_backends(backend: Backend) -> None:
    one, other = build(GRAPH, "sparse"), build(GRAPH, backend)
    other.reset_parameters()
    assert other.load_state_dict(one.state_dict()).missing_keys == []
    x = normal(3, 25, 2)
    torch.testing.assert_close(one(x, *edges(GRAPH)), other(x, *edges(GRAPH)))


@backends
def test_an_edge_of_no_importance_carries_nothing(backend: Backend) -> None:
    conv = build(GRAPH, backend, bias="none")
    assert conv.edge_importance is not None
    edge = int((GRAPH.edge_index[0] != GRAPH.edge_index[1]).nonzero()[0])
    neighbour, root = GRAPH.edge_index[:, edge].tolist()
    x = normal(1, 25, 2)
    changed = x.clone()
    changed[0, neighbour] += 1
    for importance, carries in ((1.0, True), (0.0, False)):
        conv.edge_importance.data[edge] = importance
        before, after = conv(x, *edges(GRAPH)), conv(changed, *edges(GRAPH))
        assert torch.equal(before[0, root], after[0, root]) == (not carries)


@backends
def test_new_importance_is_none_at_all(backend: Backend) -> None:
    plain, weighted = build(GRAPH, backend, importance=False), build(GRAPH, backend)
    weighted.load_state_dict(plain.state_dict() | {"edge_importance": torch.ones(73)})
    x = normal(3, 25, 2)
    torch.testing.assert_close(plain(x, *edges(GRAPH)), weighted(x, *edges(GRAPH)))
    weighted.reset_parameters()
    assert weighted.edge_importance is not None
    assert weighted.edge_importance.tolist() == [1] * 73


@backends
@biases
def test_half_precision_is_close(backend: Backend, bias: Bias) -> None:
    conv = build(GRAPH, backend, bias=bias).float()
    x = normal(6, 25, 2).float()
    exact = conv(x, *edges(GRAPH))
    with torch.autocast("cpu", torch.bfloat16):
        rough = conv(x, *edges(GRAPH)).float()
        conv(x.bfloat16(), *edges(GRAPH)).float().sum().backward()
    torch.testing.assert_close(rough, exact, rtol=0.05, atol=0.05)
    assert all(values.grad is not None for values in conv.parameters())


def test_the_order_of_edges_does_not_matter_to_sums() -> None:
    order = torch.randperm(73, generator=torch.Generator().manual_seed(0))
    x = normal(3, 25, 2)
    for conv in (build(GRAPH, "sparse", importance=False), build(GRAPH, "dense", importance=False)):
        shuffled = conv(x, GRAPH.edge_index[:, order], GRAPH.edge_type[order], GRAPH.edge_weight[order])
        torch.testing.assert_close(shuffled, conv(x, *edges(GRAPH)))


@needs_scatter
def test_segments_need_sorted_edges() -> None:
    conv = build(GRAPH, "segment", importance=False)
    flipped = GRAPH.edge_index.flip(1), GRAPH.edge_type.flip(0), GRAPH.edge_weight.flip(0)
    with pytest.raises(ValueError, match="edges sorted by root and label"):
        conv(normal(1, 25, 2), *flipped)


def test_segments_need_torch_scatter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stgcn_pyg.nn.spatial.WITH_TORCH_SCATTER", False)
    with pytest.raises(ImportError, match="pip install --no-build-isolation torch-scatter"):
        SegmentSpatialGraphConv(2, 3, 3)


def test_dense_needs_frames() -> None:
    with pytest.raises(ValueError, match=r"takes \[F, V, C\], not \[25, 2\]; use SpatialGraphConv"):
        build(GRAPH, "dense")(normal(25, 2), *edges(GRAPH))


def test_which_backend_is_built() -> None:
    assert type(spatial_graph_conv(2, 3, 3)) is BlockedSpatialGraphConv
    assert type(spatial_graph_conv(2, 3, 3, backend="sparse")) is SpatialGraphConv
    assert type(spatial_graph_conv(2, 3, 3, backend="dense")) is DenseSpatialGraphConv
    with pytest.raises(ValueError, match="no backend is called 'fast'; known: auto, sparse, segment, dense"):
        spatial_graph_conv(2, 3, 3, backend="fast")  # type: ignore[arg-type]


def test_a_misspelt_bias_is_refused() -> None:
    with pytest.raises(ValueError, match="no bias is called 'chanel'; known: channel, partition, none"):
        SpatialGraphConv(2, 3, 3, bias="chanel")  # type: ignore[arg-type]
