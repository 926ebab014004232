"""The value that declares a joint layout: what is computed from it, and what it refuses."""

import json
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.skeleton import BODY_25, COCO_17, SKELETONS, Skeleton, hop_distances

LAYOUTS = list(SKELETONS.values())


def declare(**changes: Any) -> Skeleton:
    facts: dict[str, Any] = {
        "name": "stick",
        "joints": ("hip", "head", "left", "right"),
        "bones": (("hip", "head"), ("head", "left"), ("head", "right")),
        "mirror": (("left", "right"),),
        "center": "hip",
    }
    return Skeleton(**facts | changes)


@st.composite
def random_skeletons(draw: st.DrawFn) -> Skeleton:
    """Joints whose bones are any simple graph: trees, circles, pieces."""
    joints = tuple(f"joint_{v}" for v in range(draw(st.integers(1, 9))))
    pairs = [(a, b) for i, a in enumerate(joints) for b in joints[i + 1 :]]
    bones = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    half = len(joints) // 2
    mirror = tuple(zip(joints[:half], joints[half : 2 * half], strict=True))
    return Skeleton("random", joints, tuple(bones), mirror, draw(st.sampled_from(joints)))


@st.composite
def random_trees(draw: st.DrawFn) -> np.ndarray:
    """The bones of a tree, each joint hanging from an earlier one."""
    size = draw(st.integers(2, 30))
    parents = [draw(st.integers(0, child - 1)) for child in range(1, size)]
    return np.array([parents, range(1, size)])


def test_body_25_hops_by_hand() -> None:
    hops = BODY_25.hops[BODY_25.index("mid_hip")]
    assert [hops[BODY_25.index(joint)] for joint in ("mid_hip", "neck", "nose", "left_ear")] == [0, 1, 2, 4]
    assert [hops[BODY_25.index(joint)] for joint in ("right_wrist", "left_heel", "left_small_toe")] == [4, 4, 5]


@given(random_skeletons())
def test_hops_are_a_distance(skeleton: Skeleton) -> None:
    hops, size = skeleton.hops, skeleton.num_joints
    assert (np.diag(hops) == 0).all()
    assert (hops == hops.T).all()
    assert ((hops > 0) | np.eye(size, dtype=bool)).all()
    connected = hops < size
    through = hops[:, :, None] + hops[None, :, :]  # [from, by way of, to]
    possible = connected[:, :, None] & connected[None, :, :]
    assert (hops[:, None, :] <= np.where(possible, through, size)).all()


@given(random_skeletons())
def test_hops_are_what_networkx_finds(skeleton: Skeleton) -> None:
    graph = nx.Graph(skeleton.bones)
    graph.add_nodes_from(skeleton.joints)
    lengths = dict(nx.all_pairs_shortest_path_length(graph))
    expected = [[lengths[a].get(b, skeleton.num_joints) for b in skeleton.joints] for a in skeleton.joints]
    assert skeleton.hops.tolist() == expected


@given(random_trees())
def test_hops_on_trees_by_the_lowest_common_ancestor(bones: np.ndarray) -> None:
    parent = dict(zip(bones[1].tolist(), bones[0].tolist(), strict=True))

    def to_the_root(v: int) -> list[int]:
        return [v, *to_the_root(parent[v])] if v in parent else [v]

    size = bones.shape[1] + 1
    hops = hop_distances(bones, size)
    for a in range(size):
        for b in range(size):
            assert hops[a, b] == len(set(to_the_root(a)) ^ set(to_the_root(b)))


@given(st.one_of(random_skeletons(), st.sampled_from(LAYOUTS)))
def test_it_prints_as_it_is_declared(skeleton: Skeleton) -> None:
    again = eval(repr(skeleton))
    assert again == skeleton
    assert hash(again) == hash(skeleton)


@given(st.one_of(random_skeletons(), st.sampled_from(LAYOUTS)))
def test_it_goes_through_json(skeleton: Skeleton) -> None:
    assert Skeleton.from_dict(json.loads(json.dumps(skeleton.to_dict()))) == skeleton


def test_lists_declare_what_tuples_declare() -> None:
    lists = declare(joints=list(declare().joints), bones=[["hip", "head"], ["head", "left"], ["head", "right"]])
    assert lists == declare()


def test_the_center_is_the_first_joint_unless_said_otherwise() -> None:
    assert declare(center="").center == "hip"
    assert declare(center="head").center == "head"


def test_a_single_joint_is_a_body() -> None:
    point = Skeleton("point", ("it",), ())
    assert point.bone_index.shape == (2, 0)
    assert point.hops.tolist() == [[0]]
    assert point.mirror_index.tolist() == [0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"joints": (), "bones": (), "mirror": (), "center": ""}, "skeleton 'stick' has no joints"),
        ({"joints": ("hip", "head", "left", "right", "hip")}, "declares the joint 'hip' twice"),
        ({"center": "tail"}, "has no joint 'tail'; its joints are hip, head, left, right"),
        ({"bones": (("hip", "tail"),)}, "has no joint 'tail'"),
        ({"bones": (("hip", "hip"),)}, r"the bone \('hip', 'hip'\) joins a joint to itself"),
        ({"bones": (("hip", "head"), ("hip", "head"))}, r"declares the bone \('head', 'hip'\) twice"),
        ({"bones": (("hip", "head"), ("head", "hip"))}, r"declares the bone \('head', 'hip'\) twice"),
        ({"mirror": (("left", "wing"),)}, "has no joint 'wing'"),
        ({"mirror": (("left", "left"),)}, r"the mirror pair \('left', 'left'\) joins a joint to itself"),
        ({"mirror": (("left", "right"), ("right", "left"))}, "declares the mirror pair .* twice"),
        ({"mirror": (("left", "right"), ("left", "head"))}, "'left' stands in two mirror pairs"),
    ],
)
def test_bad_declarations_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        declare(**changes)


def test_index() -> None:
    assert [BODY_25.index(joint) for joint in BODY_25.joints] == list(range(25))
    with pytest.raises(ValueError, match=r"'BODY_25' has no joint 'tail'; its joints are nose, neck"):
        BODY_25.index("tail")


def test_sources() -> None:
    assert BODY_25.sources("neck") == (1,)
    assert COCO_17.sources("neck") == (COCO_17.index("left_shoulder"), COCO_17.index("right_shoulder"))
    assert COCO_17.sources("left_heel") == ()
    assert declare().sources("mid_hip") == ()
