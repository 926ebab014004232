r"""One convolution over the labels of eq. 3 is the spatial and the temporal convolution, one after the other.

With weights :math:`W_{k,q} = W_k T_q`, and nothing between the two: the sum over frames of sums over neighbours is
the sum over all neighbours in all frames, wherever a frame is left out at the end of a run.
"""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.func import functional_call
from torch_geometric.data import Data

from stgcn_pyg.nn import SpatialGraphConv, TemporalConv
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.transforms import UnrollFrames
from tests.strategies import few, graphs, normal, pointers, randomized, recording, run_lengths, seeds

ranges = st.sampled_from([1, 3, 5, 9])
C_IN, C_MID, C_OUT = 2, 4, 3


def layers(graph: SkeletonGraph, temporal_range: int) -> tuple[SpatialGraphConv, TemporalConv]:
    spatial = SpatialGraphConv(C_IN, C_MID, graph.num_partitions, graph.num_edges, bias="none")
    return randomized(spatial), randomized(TemporalConv(C_MID, C_OUT, temporal_range))


def in_one(spatial: SpatialGraphConv, temporal: TemporalConv, unrolled: Data, x: Tensor) -> Tensor:
    """The convolution over K times Gamma partitions, on the unrolled graph; ``[F, V, C_out]``."""
    weight = torch.einsum("kcm,omq->qkco", spatial.weight, temporal.weight).flatten(0, 1).contiguous()
    importance = spatial.edge_importance
    assert temporal.bias is not None
    assert importance is not None
    parameters = {"weight": weight, "bias": temporal.bias, "edge_importance": importance}
    conv = SpatialGraphConv(C_IN, C_OUT, len(weight), importance.numel()).double()
    edges = (unrolled.edge_index, unrolled.edge_type, unrolled.edge_weight, unrolled.edge_id)
    y: Tensor = functional_call(conv, parameters, (x.flatten(0, 1), *edges))
    return y.view(*x.shape[:2], C_OUT)


def unroll(graph: SkeletonGraph, lengths: list[int], temporal_range: int, joint_only: bool = False) -> Data:
    unrolled: Data = UnrollFrames(graph, temporal_range, joint_only)(recording(graph, *lengths))
    unrolled.edge_weight = graph.edge_weight[unrolled.edge_id]  # in double precision
    return unrolled


def assert_same(y: Tensor, expected: Tensor, x: Tensor, spatial: SpatialGraphConv, temporal: TemporalConv) -> None:
    """Outputs, and gradients of the input and of every weight."""
    torch.testing.assert_close(y, expected, rtol=1e-10, atol=1e-10)
    variables = [x, *spatial.parameters(), *temporal.parameters()]
    cotangent = normal(*y.shape, seed=7)
    for one, other in zip(*(torch.autograd.grad(out, variables, cotangent) for out in (y, expected)), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


@few
@given(graphs(), run_lengths, ranges, seeds)
def test_it_is_the_spatial_convolution_and_then_the_temporal_one(
    graph: SkeletonGraph, lengths: list[int], temporal_range: int, seed: int
) -> None:
    spatial, temporal = layers(graph, temporal_range)
    x = normal(sum(lengths), graph.num_nodes, C_IN, seed=seed).requires_grad_()
    hidden = spatial(x, graph.edge_index, graph.edge_type, graph.edge_weight)
    pair, _ = temporal(hidden, pointers(lengths))
    unrolled = unroll(graph, lengths, temporal_range)
    assert unrolled.edge_type.max() < graph.num_partitions * temporal_range
    assert_same(in_one(spatial, temporal, unrolled, x), pair, x, spatial, temporal)


@few
@given(graphs(), run_lengths, ranges, seeds)
def test_with_temporal_edges_of_a_joint_alone_other_frames_see_its_own_edge_alone(
    graph: SkeletonGraph, lengths: list[int], temporal_range: int, seed: int
) -> None:
    # The whole neighbourhood goes through the middle of the temporal kernel; through the rest of it goes what the
    # spatial convolution makes of each joint's edge to itself.
    spatial, temporal = layers(graph, temporal_range)
    x = normal(sum(lengths), graph.num_nodes, C_IN, seed=seed).requires_grad_()
    itself = graph.edge_index[0] == graph.edge_index[1]
    middle = torch.arange(temporal_range) == temporal_range // 2
    whole = spatial(x, graph.edge_index, graph.edge_type, graph.edge_weight)
    own = spatial(x, graph.edge_index, graph.edge_type, graph.edge_weight * itself)
    now, _ = functional_call(temporal, {"weight": temporal.weight * middle}, (whole, pointers(lengths)))
    around, _ = functional_call(temporal, {"weight": temporal.weight * ~middle}, (own, pointers(lengths)))
    expected = now + around - temporal.bias  # which both have added
    unrolled = unroll(graph, lengths, temporal_range, joint_only=True)
    assert_same(in_one(spatial, temporal, unrolled, x), expected, x, spatial, temporal)
