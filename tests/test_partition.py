"""Neighbourhoods, partitions and normalisations: the paper's definitions, and what must not change them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.io import read_array
from stgcn_pyg.partition import (
    NORMALIZATIONS,
    STRATEGIES,
    SkeletonGraph,
    distance,
    joint_radii,
    spatial,
    symmetrical,
    uniform,
)
from stgcn_pyg.skeleton import BODY_25, COCO_17, SKELETONS, Skeleton
from tests.strategies import few, graphs, many, seeds, skeletons

Edge = tuple[str, str]

max_hops = st.integers(0, 3)
each_strategy = pytest.mark.parametrize("partition", list(STRATEGIES))
each_normalization = pytest.mark.parametrize("normalization", list(NORMALIZATIONS))

CHAIN = Skeleton("chain", ("hip", "neck", "head"), (("hip", "neck"), ("neck", "head")), center="hip")


def edges(graph: SkeletonGraph) -> dict[Edge, tuple[int, float]]:
    """Label and weight of each edge, by the names of its root and its neighbour."""
    joints = graph.skeleton.joints
    return {
        (joints[root], joints[neighbour]): (label, weight)
        for neighbour, root, label, weight in zip(
            *graph.edge_index.tolist(), graph.edge_type.tolist(), graph.edge_weight.tolist(), strict=True
        )
    }


def walk(skeleton: Skeleton, start: int, hops: int) -> set[int]:
    """The joints that can be reached over so many bones or fewer."""
    reached = {start}
    for _ in range(hops):
        reached |= {b for pair in skeleton.bone_index.T.tolist() for a, b in (pair, pair[::-1]) if a in reached}
    return reached


def pairs_within(skeleton: Skeleton, hops: int) -> set[tuple[int, int]]:
    return {(i, j) for i in range(skeleton.num_joints) for j in walk(skeleton, i, hops)}


def labelled(labels: np.ndarray) -> set[tuple[int, int]]:
    return {(i, j) for i, j in np.argwhere(labels >= 0).tolist()}


def random_radii(skeleton: Skeleton, seed: int) -> np.ndarray:
    """Whole numbers, so that some joints are equally far."""
    return np.random.default_rng(seed).integers(1, 6, skeleton.num_joints).astype(float)


# Neighbourhoods and labels


@many
@given(skeletons(), max_hops)
def test_the_neighbourhood_is_every_joint_within_d_hops(skeleton: Skeleton, hops: int) -> None:
    for strategy in (uniform, distance, spatial):
        assert labelled(strategy(skeleton, hops)) == pairs_within(skeleton, hops)


@many
@given(skeletons(), max_hops)
def test_uniform_and_distance_labels(skeleton: Skeleton, hops: int) -> None:
    near = pairs_within(skeleton, hops)
    assert all(uniform(skeleton, hops)[pair] == 0 for pair in near)
    for (i, j), label in np.ndenumerate(distance(skeleton, hops)):
        assert label == next((d for d in range(hops + 1) if j in walk(skeleton, i, d)), -1)


@many
@given(skeletons(), max_hops)
def test_symmetrical_is_distance_over_the_body_and_its_mirror_image(skeleton: Skeleton, hops: int) -> None:
    mirror = skeleton.mirror_index
    for (i, j), label in np.ndenumerate(symmetrical(skeleton, hops)):
        ways = [d for d in range(hops + 1) if {j, mirror[j]} & walk(skeleton, i, d)]
        nearest = -1 if not ways else 0 if i == j else max(ways[0], 1)
        assert label == (nearest if nearest <= hops else -1)


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=list(SKELETONS))
def test_symmetrical_is_what_the_paper_says(skeleton: Skeleton) -> None:
    bones = skeleton.bone_index.T.tolist()
    mirror = skeleton.mirror_index
    for root, labels in enumerate(symmetrical(skeleton)):
        neighbours = {b for pair in bones for a, b in (pair, pair[::-1]) if a == root}
        images = {int(mirror[j]) for j in (root, *neighbours)}
        assert labels[root] == 0
        assert set(np.flatnonzero(labels == 1)) == (neighbours | images) - {root}
        assert (labels <= 1).all()


@many
@given(skeletons(), max_hops, seeds)
def test_spatial_is_equation_4(skeleton: Skeleton, hops: int, seed: int) -> None:
    r = random_radii(skeleton, seed)
    labels = spatial(skeleton, hops, r)
    for i, j in pairs_within(skeleton, hops):
        if r[j] == r[i]:
            assert labels[i, j] == 0
        elif r[j] < r[i]:
            assert labels[i, j] == 1
        else:
            assert labels[i, j] == 2


@many
@given(skeletons(), max_hops)
def test_spatial_without_radii_counts_hops_to_the_centre(skeleton: Skeleton, hops: int) -> None:
    from_center = skeleton.hops[skeleton.index(skeleton.center)]
    assert (spatial(skeleton, hops) == spatial(skeleton, hops, from_center)).all()


@many
@given(skeletons(), max_hops, seeds)
def test_joints_never_seen_are_labelled_by_hops(skeleton: Skeleton, hops: int, seed: int) -> None:
    unseen = np.random.default_rng(seed + 1).random(skeleton.num_joints) < 0.5
    unseen[0] = True
    measured = random_radii(skeleton, seed)
    with pytest.warns(UserWarning, match=skeleton.joints[0]):
        labels = spatial(skeleton, hops, np.where(unseen, np.nan, measured))
    expected = np.where(
        unseen[:, None] | unseen[None, :], spatial(skeleton, hops), spatial(skeleton, hops, measured)
    )
    assert (labels == expected).all()


def test_the_warning_names_who_was_never_seen_and_no_one_else() -> None:
    with pytest.warns(UserWarning, match="labelled by hops from hip: neck, head$"):
        SkeletonGraph.build(CHAIN, radius=[1.0, np.nan, np.nan])


# The graph


@many
@given(graphs())
def test_every_pair_is_in_one_partition_and_edges_are_sorted(graph: SkeletonGraph) -> None:
    neighbour, root = graph.edge_index.tolist()
    order = list(zip(root, graph.edge_type.tolist(), neighbour, strict=True))
    assert order == sorted(order)
    assert len(set(zip(root, neighbour, strict=True))) == graph.num_edges
    assert (graph.adjacency() > 0).sum(dim=0).max() == 1
    assert set(graph.edge_type.tolist()) <= set(range(graph.num_partitions))
    assert all((v, v) in zip(root, neighbour, strict=True) for v in range(graph.num_nodes))


@many
@given(graphs())
def test_the_adjacency_holds_the_edges(graph: SkeletonGraph) -> None:
    dense = graph.adjacency()
    assert dense.shape == (graph.num_partitions, graph.num_nodes, graph.num_nodes)
    assert dense.dtype == graph.edge_weight.dtype == torch.float64
    label, root, neighbour = dense.nonzero().T
    joints = graph.skeleton.joints
    found = {
        (joints[i], joints[j]): (k, dense[k, i, j].item())
        for k, i, j in zip(label.tolist(), root.tolist(), neighbour.tolist(), strict=True)
    }
    assert found == edges(graph)


@each_normalization
@each_strategy
@few
@given(data=st.data())
def test_the_order_of_the_joints_does_not_matter(partition: str, normalization: str, data: st.DataObject) -> None:
    skeleton = data.draw(skeletons())
    order = data.draw(st.permutations(range(skeleton.num_joints)))
    radius = random_radii(skeleton, data.draw(seeds))
    shuffled = Skeleton(
        skeleton.name,
        tuple(skeleton.joints[v] for v in order),
        skeleton.bones,
        skeleton.mirror,
        skeleton.center,
    )
    hops = data.draw(max_hops)
    one = SkeletonGraph.build(skeleton, partition, normalization, hops, radius)
    other = SkeletonGraph.build(shuffled, partition, normalization, hops, radius[list(order)])
    assert edges(one) == edges(other)


@each_normalization
@each_strategy
@few
@given(skeleton=st.one_of(skeletons(), st.sampled_from(list(SKELETONS.values()))), hops=max_hops)
def test_a_mirror_changes_nothing(partition: str, normalization: str, skeleton: Skeleton, hops: int) -> None:
    graph = SkeletonGraph.build(skeleton, partition, normalization, hops)
    image = {joint: skeleton.joints[v] for joint, v in zip(skeleton.joints, skeleton.mirror_index, strict=True)}
    assert {(image[i], image[j]): facts for (i, j), facts in edges(graph).items()} == edges(graph)


def test_radii_of_a_lopsided_body_break_the_symmetry_of_spatial_alone() -> None:
    radius = random_radii(BODY_25, seed=0)
    for partition in STRATEGIES:
        adjacency = SkeletonGraph.build(BODY_25, partition, radius=radius).adjacency()
        mirror = BODY_25.mirror_index
        same = torch.equal(adjacency, adjacency[:, mirror][:, :, mirror])
        assert same == (partition != "spatial")


# Normalisation


@many
@given(graphs())
def test_symmetric_is_equation_5(graph: SkeletonGraph) -> None:
    a = (graph.adjacency() > 0).double().numpy()
    expected = np.zeros_like(a)
    for k in range(graph.num_partitions):
        degree = np.diag([sum(a[k, i]) + 0.001 for i in range(graph.num_nodes)])
        power = np.linalg.inv(np.sqrt(degree))
        expected[k] = power @ a[k] @ power
    np.testing.assert_allclose(NORMALIZATIONS["symmetric"](a), expected, rtol=1e-12)
    if graph.normalization == "symmetric":
        np.testing.assert_allclose(graph.adjacency(), expected, rtol=1e-12)


@many
@given(graphs())
def test_directed_is_equation_5_where_a_partition_is_symmetric_and_less_than_1_anywhere(
    graph: SkeletonGraph,
) -> None:
    a = (graph.adjacency() > 0).double().numpy()
    directed, symmetric = (NORMALIZATIONS[name](a) for name in ("directed", "symmetric"))
    assert (directed < 1).all()
    assert ((directed > 0) == (a > 0)).all()
    both_ways = (a == a.transpose(0, 2, 1)).all(axis=(1, 2))
    np.testing.assert_allclose(directed[both_ways], symmetric[both_ways], rtol=1e-12)
    if graph.partition in ("uniform", "distance", "symmetrical"):
        assert both_ways.all()


@many
@given(graphs())
def test_neighbourhood_and_row_are_means(graph: SkeletonGraph) -> None:
    a = (graph.adjacency() > 0).double().numpy()
    np.testing.assert_allclose(NORMALIZATIONS["neighbourhood"](a).sum(axis=(0, 2)), 1)
    rows = NORMALIZATIONS["row"](a).sum(axis=2)
    np.testing.assert_allclose(rows, a.any(axis=2))
    for normalization in ("neighbourhood", "row"):  # all neighbours of a mean count alike
        weight = NORMALIZATIONS[normalization](a)
        assert all(len(set(mean[mean > 0])) <= 1 for mean in weight.reshape(-1, graph.num_nodes))


def heavy_bones(radius: np.ndarray) -> list[int]:
    """How many centripetal and how many centrifugal bone edges eq. 5 gives a weight above 18."""
    graph = SkeletonGraph.build(BODY_25, "spatial", "symmetric", radius=radius)
    bone = graph.edge_index[0] != graph.edge_index[1]
    assert bone.sum() == 48
    return [int((bone & (graph.edge_type == k) & (graph.edge_weight > 18)).sum()) for k in (1, 2)]


def test_equation_5_blows_up_bones_of_openpose_bodies(real_data: Path) -> None:
    lines = (real_data / "kth_openpose_running" / "running-result-data.txt").read_text().splitlines()
    frames = np.array([line.split()[:75] for line in lines if line.strip()], dtype=float).reshape(-1, 25, 3)
    radius = joint_radii([(frames[..., :2], frames[..., 2])])
    assert heavy_bones(radius) == [9, 14]  # 23 of 48


def test_equation_5_blows_up_bones_of_bodies_without_feet_and_faces(real_data: Path) -> None:
    poses = [read_array(path) for path in sorted((real_data / "kth_poses_5fps").glob("*.npy"))]
    assert len(poses) == 120
    radius = joint_radii((pose.pos, pose.score) for pose in poses)
    unseen = [BODY_25.joints[v] for v in np.flatnonzero(np.isnan(radius))]
    assert unseen == [
        *("right_eye", "left_eye", "right_ear", "left_ear"),
        *("left_small_toe", "left_heel", "right_small_toe", "right_heel"),
    ]
    # OpenPose sees the eyes farther out than the ears and the heels nearer than the toes; here both are
    # labelled by hops, and fewer leaves end up alone in their partition: 19 of 48.
    with pytest.warns(UserWarning, match="never observed"):
        assert heavy_bones(radius) == [7, 12]


# Radii


def radii_by_hand(recordings: list[tuple[np.ndarray, np.ndarray]], num_joints: int) -> list[float]:
    distances: list[list[float]] = [[] for _ in range(num_joints)]
    for pos, score in recordings:
        for frame, scores in zip(pos, score, strict=True):
            seen = [v for v in range(num_joints) if scores[v] > 0]
            for v in seen:
                center = sum(frame[u] for u in seen) / len(seen)
                distances[v].append(float(np.sqrt(((frame[v] - center) ** 2).sum())))
    return [sum(values) / len(values) if values else np.nan for values in distances]


def random_recordings(seed: int, num_dims: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Recordings of six joints with missing joints, empty frames and a joint that is never seen."""
    rng = np.random.default_rng(seed)
    recordings = []
    for _ in range(rng.integers(1, 4)):
        frames = rng.integers(1, 6)
        score = rng.random((frames, 6)) * (rng.random((frames, 6)) < 0.6) * (rng.random((frames, 1)) < 0.8)
        score[:, 2] = 0
        recordings.append((rng.normal(5, 2, (frames, 6, num_dims)), score))
    return recordings


@many
@given(seeds, st.sampled_from([2, 3]))
def test_radii_are_mean_distances_of_what_was_seen(seed: int, num_dims: int) -> None:
    recordings = random_recordings(seed, num_dims)
    radius = joint_radii(recordings)
    assert np.isnan(radius[2])
    np.testing.assert_allclose(radius, radii_by_hand(recordings, 6))


@many
@given(seeds, st.floats(0.01, 100), st.floats(-100, 100))
def test_radii_scale_with_the_body_and_ignore_where_it_stands(seed: int, scale: float, shift: float) -> None:
    recordings = random_recordings(seed, 2)
    moved = [(scale * pos + shift, score) for pos, score in recordings]
    np.testing.assert_allclose(joint_radii(moved), scale * joint_radii(recordings), rtol=1e-7)


@pytest.mark.parametrize("value", [0.0, 1e9, np.nan, np.inf])
def test_what_stands_in_for_a_missing_joint_does_not_matter(value: float) -> None:
    recordings = random_recordings(1, 2)
    blank = [(np.where(score[..., None] > 0, pos, value), score) for pos, score in recordings]
    np.testing.assert_allclose(joint_radii(blank), joint_radii(recordings))


def test_empty_frames_do_not_count() -> None:
    pos, score = np.random.default_rng(0).normal(size=(4, 6, 2)), np.ones((4, 6))
    padded = np.r_[pos, np.zeros((9, 6, 2))], np.r_[score, np.zeros((9, 6))]
    np.testing.assert_allclose(joint_radii([padded]), joint_radii([(pos, score)]))


# Strategies of one's own, files, messages


def test_a_strategy_of_ones_own() -> None:
    def everybody(skeleton: Skeleton, max_hops: int) -> Any:
        apart = np.minimum(skeleton.hops, max_hops)
        return apart.tolist()

    graph = SkeletonGraph.build(CHAIN, everybody, "row", max_hops=1)
    assert repr(graph) == "SkeletonGraph(chain, V=3, E=9, K=2, partition='everybody', normalization='row')"
    assert graph.adjacency()[1].tolist() == [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]


def test_a_strategy_of_the_paper_may_be_given_as_a_function() -> None:
    radius = np.arange(17.0)
    by_name, by_function = (
        SkeletonGraph.build(COCO_17, partition, radius=radius) for partition in ("spatial", spatial)
    )
    assert repr(by_name) == repr(by_function)
    assert edges(by_name) == edges(by_function)


def test_repr_and_counts() -> None:
    graph = SkeletonGraph.build(BODY_25, "symmetrical", "neighbourhood")
    assert repr(graph) == (
        f"SkeletonGraph(BODY_25, V=25, E={graph.num_edges}, K=2, partition='symmetrical', "
        "normalization='neighbourhood')"
    )
    counts = [SkeletonGraph.build(BODY_25, partition).num_partitions for partition in STRATEGIES]
    assert counts == [1, 2, 3, 2]
    assert [SkeletonGraph.build(BODY_25, "distance", max_hops=d).num_partitions for d in range(4)] == [1, 2, 3, 4]


@many
@given(graphs())
def test_json_and_back_is_exact(graph: SkeletonGraph) -> None:
    back = SkeletonGraph.from_dict(json.loads(json.dumps(graph.to_dict())))
    assert back.skeleton == graph.skeleton
    assert repr(back) == repr(graph)
    for key in ("edge_index", "edge_type", "edge_weight"):
        one, other = getattr(graph, key), getattr(back, key)
        assert torch.equal(one, other)
        assert one.dtype == other.dtype


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: SkeletonGraph.build(CHAIN, "spacial"), "no partition strategy is called 'spacial'.*uniform"),
        (lambda: SkeletonGraph.build(CHAIN, normalization="both"), "no normalisation is called 'both'.*directed"),
        (lambda: SkeletonGraph.build(CHAIN, max_hops=-1), "a neighbourhood of -1 hops is impossible"),
        (lambda: SkeletonGraph.build(CHAIN, radius=[1.0, 2.0]), r"chain has 3 joints, but radii are \[2\]"),
        (lambda: SkeletonGraph.build(CHAIN, lambda s, d: s.hops[:2]), r"integer labels \[3, 3\] for chain, not"),
        (lambda: SkeletonGraph.build(CHAIN, lambda s, d: np.array(s.hops / 2)), "not float64 "),
        (lambda: SkeletonGraph.build(CHAIN, lambda s, d: -1 - s.hops), "left chain without a single edge"),
        (lambda: joint_radii([]), "at least one recording"),
    ],
)
def test_messages(build: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()
