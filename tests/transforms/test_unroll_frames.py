"""A recording as an ordinary graph: equations 2 and 3, and that PyG takes it for one."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader
from torch_geometric.transforms import AddSelfLoops, BaseTransform, ToUndirected

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.partition import STRATEGIES, SkeletonGraph
from stgcn_pyg.skeleton import BODY_25, Skeleton
from stgcn_pyg.transforms import NormalizePose, UnrollFrames
from tests.recordings import random_body

STICK = Skeleton(
    "stick",
    ("hip", "left_hand", "right_hand", "ball"),
    (("hip", "left_hand"), ("hip", "right_hand")),
    mirror=(("left_hand", "right_hand"),),
)
GRAPH = SkeletonGraph.build(BODY_25)

runs = st.lists(st.integers(1, 5), min_size=1, max_size=3)
any_length = pytest.mark.parametrize("num_frames", [1, 2, 25, 73])
"""One frame, T = V and T = E: where sizes alone do not tell frames, joints and edges apart."""


def sample(*lengths: int, skeleton: Skeleton = BODY_25, seed: int = 0) -> SkeletonData:
    """A recording with everything it may carry."""
    data: SkeletonData = NormalizePose(skeleton)(random_body(*lengths, skeleton=skeleton, missing=0.2, seed=seed))
    return data


def edges_of(unrolled: Data) -> dict[tuple[int, int, int], float]:
    """Weights by neighbour, root and label."""
    keys = zip(*unrolled.edge_index.tolist(), unrolled.edge_type.tolist(), strict=True)
    found = dict(zip(keys, unrolled.edge_weight.tolist(), strict=True))
    assert len(found) == unrolled.num_edges  # no edge twice
    return found


@given(
    runs,
    st.sampled_from(list(STRATEGIES)),
    st.integers(0, 2),
    st.sampled_from([1, 3, 5, 7]),
    st.booleans(),
)
def test_neighbourhoods_and_labels_are_those_of_equations_2_and_3(
    lengths: list[int], partition: str, max_hops: int, temporal_range: int, joint_only: bool
) -> None:
    graph = SkeletonGraph.build(STICK, partition, max_hops=max_hops)
    data = sample(*lengths, skeleton=STICK)
    unrolled = UnrollFrames(graph, temporal_range, joint_only)(data)
    label = {(j, i): k for j, i, k in zip(*graph.edge_index.tolist(), graph.edge_type.tolist(), strict=True)}
    weight = dict(zip(label, graph.edge_weight.float().tolist(), strict=True))
    num_frames, num_joints, half = data.num_frames, 4, temporal_range // 2
    expected = {
        (q * num_joints + j, t * num_joints + i, k + (q - t + half) * graph.num_partitions): weight[j, i]
        for t in range(num_frames)
        for q in range(num_frames)
        for (j, i), k in label.items()
        if abs(q - t) <= half and data.run[q] == data.run[t] and (q == t or i == j or not joint_only)
    }
    assert edges_of(unrolled) == expected


@any_length
@pytest.mark.parametrize("partition", list(STRATEGIES))
def test_every_frame_has_the_edges_of_the_skeleton(num_frames: int, partition: str) -> None:
    graph = SkeletonGraph.build(BODY_25, partition)
    unrolled = UnrollFrames(graph)(sample(num_frames))
    assert (unrolled.num_nodes, unrolled.num_edges) == (25 * num_frames, graph.num_edges * num_frames)
    for key in ("edge_index", "edge_type", "edge_weight", "edge_id"):
        each = unrolled[key].unflatten(-1, (num_frames, graph.num_edges))
        for t in {0, num_frames // 2, num_frames - 1}:
            if key == "edge_index":
                assert torch.equal(each[:, t], graph.edge_index + 25 * t)
            elif key == "edge_id":
                assert each[t].tolist() == list(range(graph.num_edges))
            else:
                assert torch.equal(each[t], getattr(graph, key).to(each.dtype)), key


@any_length
def test_every_frame_is_found_again(num_frames: int) -> None:
    data = sample(num_frames).attach(GRAPH)
    unrolled = UnrollFrames(GRAPH)(data)
    assert type(unrolled) is Data
    assert unrolled.validate(raise_on_error=True)
    assert torch.equal(unrolled.joint, torch.arange(25).repeat(num_frames))
    for t in {0, num_frames // 2, num_frames - 1}:
        frame = unrolled.subgraph(torch.arange(25 * t, 25 * t + 25))
        assert torch.equal(frame.edge_index, GRAPH.edge_index)
        assert torch.equal(frame.edge_type, GRAPH.edge_type)
        for key in ("x", "pos", "score"):
            assert torch.equal(frame[key], data[key][t]), key
        for key in ("frame", "run", "motion"):
            assert torch.equal(frame[key], data[key][t].expand_as(frame[key])), key
        assert (frame.y, frame.name, frame.fps) == (data.y, data.name, data.fps)


@settings(max_examples=30)
@given(st.lists(runs, min_size=1, max_size=4), st.sampled_from([1, 3]))
def test_the_stock_loader_batches_it(recordings: list[list[int]], temporal_range: int) -> None:
    unroll = UnrollFrames(GRAPH, temporal_range)
    unrolled = [unroll(sample(*lengths, seed=seed).attach(GRAPH)) for seed, lengths in enumerate(recordings)]
    (batch,) = DataLoader(unrolled, batch_size=len(unrolled))
    assert batch.num_graphs == len(recordings)
    assert batch.num_nodes == 25 * sum(map(sum, recordings))
    assert batch.y.tolist() == [seed % 6 for seed in range(len(recordings))]
    assert batch.batch.bincount().tolist() == [25 * sum(lengths) for lengths in recordings]
    assert (batch.batch[batch.edge_index[0]] == batch.batch[batch.edge_index[1]]).all()
    for i, data in enumerate(unrolled):
        back = batch[i]
        for key in ("x", "edge_index", "edge_type", "edge_weight", "edge_id", "frame", "run", "joint", "y"):
            assert torch.equal(back[key], data[key]), key


@any_length
@pytest.mark.parametrize("transform", [ToUndirected(), AddSelfLoops()])
def test_structural_transforms_work_on_it(num_frames: int, transform: BaseTransform) -> None:
    # Without a joint's own edges, and each bone in one direction alone, so that there is something to add.
    unrolled = UnrollFrames(GRAPH)(sample(num_frames))
    one_way = unrolled.edge_subgraph(unrolled.edge_index[0] < unrolled.edge_index[1])
    changed = transform(one_way.clone())
    num_bones, added = 24 * num_frames, (24 if isinstance(transform, ToUndirected) else 25) * num_frames
    assert one_way.num_edges == num_bones
    assert changed.num_edges == num_bones + added
    assert changed.num_nodes == 25 * num_frames
    assert (changed.edge_index[0] // 25 == changed.edge_index[1] // 25).all()
    assert torch.equal(changed.x, unrolled.x)
    assert torch.equal(changed.y, unrolled.y)
    if isinstance(transform, ToUndirected):
        assert changed.is_undirected()
        assert len(changed.edge_weight) == changed.num_edges


@pytest.mark.parametrize("temporal_range", [0, -1, 2, 4])
def test_a_range_has_a_middle(temporal_range: int) -> None:
    with pytest.raises(ValueError, match=f"an odd number of frames, not {temporal_range}"):
        UnrollFrames(GRAPH, temporal_range)


def test_it_prints_its_graph_and_range() -> None:
    assert repr(UnrollFrames(GRAPH, 3)) == f"UnrollFrames({GRAPH!r}, temporal_range=3)"
    assert repr(UnrollFrames(GRAPH, 3, True)) == f"UnrollFrames({GRAPH!r}, temporal_range=3, joint_only=True)"
