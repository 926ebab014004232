"""The built-in layouts: each is what it is called, and all obey the laws of a body."""

from typing import Any

import networkx as nx
import numpy as np
import pytest

from stgcn_pyg.skeleton import (
    BLAZEPOSE_33,
    BODY_25,
    COCO_17,
    COCO_WHOLEBODY_133,
    DERIVED_JOINTS,
    H36M_17,
    HALPE_26,
    KINECT_20,
    NTU_25,
    OPENPOSE_18,
    SKELETONS,
    Skeleton,
    find_skeleton,
)

LAYOUTS = list(SKELETONS.values())
each_layout = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)

RINGS = {"COCO_17": 2, "COCO_WHOLEBODY_133": 10, "BLAZEPOSE_33": 7}
"""Layouts that are no trees, by how many bones they have too many for one.

COCO has no spine, so that the torso and the head close rings; BlazePose adds those of the mouth, of hands and of
feet, and the whole body those of lips, eyelids and jaw.
"""

# What tools and data sets publish as pairs of joint numbers, from 0.
OPENPOSE_25_PAIRS = [
    *((1, 8), (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (8, 9), (9, 10), (10, 11), (8, 12), (12, 13)),
    *((13, 14), (1, 0), (0, 15), (15, 17), (0, 16), (16, 18), (14, 19), (19, 20), (14, 21), (11, 22), (22, 23)),
    (11, 24),
]
OPENPOSE_18_PAIRS = [
    *((1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13)),
    *((1, 0), (0, 14), (14, 16), (0, 15), (15, 17)),
]
HALPE_PAIRS = [
    *((17, 18), (18, 19), (18, 5), (18, 6), (5, 7), (7, 9), (6, 8), (8, 10), (19, 11), (19, 12), (11, 13)),
    *((13, 15), (12, 14), (14, 16), (0, 1), (0, 2), (1, 3), (2, 4), (15, 20), (15, 22), (15, 24), (16, 21)),
    *((16, 23), (16, 25)),
]
MEDIAPIPE_PAIRS = [
    *((0, 1), (1, 2), (2, 3), (3, 7), (0, 4), (4, 5), (5, 6), (6, 8), (9, 10), (11, 12), (11, 13), (13, 15)),
    *((15, 17), (15, 19), (15, 21), (17, 19), (12, 14), (14, 16), (16, 18), (16, 20), (16, 22), (18, 20)),
    *((11, 23), (12, 24), (23, 24), (23, 25), (24, 26), (25, 27), (26, 28), (27, 29), (28, 30), (29, 31)),
    *((30, 32), (27, 31), (28, 32)),
]
# Kinect's two layouts agree on the limbs, which NTU RGB+D counts from 1.
KINECT_LIMBS = [
    *((6, 5), (7, 6), (8, 7), (10, 9), (11, 10), (12, 11), (13, 1), (14, 13), (15, 14), (16, 15)),
    *((17, 1), (18, 17), (19, 18), (20, 19)),
]
KINECT_20_PAIRS = [*KINECT_LIMBS, (1, 2), (2, 3), (4, 3), (5, 3), (9, 3)]
NTU_PAIRS = [
    *KINECT_LIMBS,
    (1, 2),
    (2, 21),
    (3, 21),
    (4, 3),
    (5, 21),
    (9, 21),
    (22, 8),
    (23, 8),
    (24, 12),
    (25, 12),
]
H36M_PARENTS = (-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 8, 11, 12, 8, 14, 15)


def undirected(pairs: Any) -> set[frozenset[Any]]:
    return {frozenset(pair) for pair in pairs}


def from_one(pairs: Any) -> list[tuple[int, int]]:
    return [(a - 1, b - 1) for a, b in pairs]


def at(layout: Skeleton, *numbers: int) -> list[str]:
    return [layout.joints[number] for number in numbers]


@pytest.mark.parametrize(
    ("layout", "pairs", "added"),
    [
        (BODY_25, OPENPOSE_25_PAIRS, []),
        (OPENPOSE_18, OPENPOSE_18_PAIRS, []),
        (HALPE_26, HALPE_PAIRS, [(18, 0)]),  # the face, which is drawn apart
        (BLAZEPOSE_33, MEDIAPIPE_PAIRS, [(0, 9), (0, 10), (7, 11), (8, 12)]),  # the mouth and the head
        (KINECT_20, from_one(KINECT_20_PAIRS), []),
        (NTU_25, from_one(NTU_PAIRS), []),
        (H36M_17, list(enumerate(H36M_PARENTS))[1:], []),
    ],
    ids=lambda value: value.name if isinstance(value, Skeleton) else "",
)
def test_bones_are_those_that_are_published(
    layout: Skeleton, pairs: list[tuple[int, int]], added: list[tuple[int, int]]
) -> None:
    assert undirected(layout.bone_index.T.tolist()) == undirected([*pairs, *added])
    assert not undirected(pairs) & undirected(added)


def test_openpose_counts_the_right_side_first() -> None:
    assert at(BODY_25, 0, 4, 7, 8, 11, 14) == [
        *("nose", "right_wrist", "left_wrist", "mid_hip", "right_ankle", "left_ankle")
    ]
    assert at(BODY_25, 15, 18, 19, 24) == ["right_eye", "left_ear", "left_big_toe", "right_heel"]
    assert at(OPENPOSE_18, 0, 1, 4, 7, 10, 13) == [
        *("nose", "neck", "right_wrist", "left_wrist", "right_ankle", "left_ankle")
    ]
    assert at(OPENPOSE_18, 14, 15, 16, 17) == ["right_eye", "left_eye", "right_ear", "left_ear"]


def test_coco_and_what_adds_to_it() -> None:
    assert list(COCO_17.joints) == [
        *("nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder"),
        *("left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip"),
        *("left_knee", "right_knee", "left_ankle", "right_ankle"),
    ]
    assert HALPE_26.joints[:17] == COCO_WHOLEBODY_133.joints[:17] == COCO_17.joints
    assert at(HALPE_26, 17, 18, 19, 20, 21, 24) == [
        *("head_top", "neck", "mid_hip", "left_big_toe", "right_big_toe", "left_heel")
    ]
    assert at(COCO_WHOLEBODY_133, 17, 18, 19, 20, 22) == [
        *("left_big_toe", "left_small_toe", "left_heel", "right_big_toe", "right_heel")
    ]


def test_the_whole_body_has_300_ws_face_and_two_hands() -> None:
    body, face, hand = COCO_WHOLEBODY_133, 23, 91
    assert at(body, face, face + 8, face + 16) == ["right_jaw_1", "chin", "left_jaw_1"]
    assert at(body, face + 17, face + 26, face + 27, face + 33) == [
        *("right_brow_1", "left_brow_1", "nose_bridge_1", "nose_base")
    ]
    assert at(body, face + 36, face + 39, face + 42, face + 45) == [
        *("right_eye_outer", "right_eye_inner", "left_eye_inner", "left_eye_outer")
    ]
    assert at(body, face + 48, face + 54, face + 60, face + 67) == [
        *("right_mouth_corner", "left_mouth_corner", "right_inner_mouth_corner", "right_inner_lower_lip")
    ]
    assert at(body, hand, hand + 4, hand + 5, hand + 12, hand + 20) == [
        *("left_hand_root", "left_thumb_tip", "left_index_1", "left_middle_tip", "left_pinky_tip")
    ]
    assert at(body, hand + 21, 132) == ["right_hand_root", "right_pinky_tip"]
    # How COCO-WholeBody flips the face: rows from the right to the left; of the eyes, upper and lower lid apart.
    rows = [*((0, 16), (17, 26), (27, 27), (28, 28), (29, 29), (30, 30), (31, 35), (48, 54), (60, 64))]
    flips = {first + i: last - i for first, last in rows for i in range(last - first + 1)}
    flips |= {55: 59, 56: 58, 57: 57, 58: 56, 59: 55, 65: 67, 66: 66, 67: 65}
    eyes = {36: 45, 37: 44, 38: 43, 39: 42, 40: 47, 41: 46}
    flips |= eyes | {left: right for right, left in eyes.items()}
    assert [flips[i] for i in range(68)] == (body.mirror_index[face : face + 68] - face).tolist()
    assert body.mirror_index[hand : hand + 21].tolist() == list(range(hand + 21, 133))


def test_blazepose_counts_the_left_side_first() -> None:
    assert at(BLAZEPOSE_33, 0, 1, 3, 6, 7, 9) == [
        *("nose", "left_eye_inner", "left_eye_outer", "right_eye_outer", "left_ear", "left_mouth_corner")
    ]
    assert at(BLAZEPOSE_33, 11, 16, 17, 20, 21) == [
        *("left_shoulder", "right_wrist", "left_pinky_1", "right_index_1", "left_thumb_2")
    ]
    assert at(BLAZEPOSE_33, 23, 28, 29, 32) == ["left_hip", "right_ankle", "left_heel", "right_big_toe"]


def test_kinects_differ_in_the_middle_of_the_body_and_in_the_hands() -> None:
    assert KINECT_20.joints[4:20] == NTU_25.joints[4:20]
    assert at(KINECT_20, 0, 1, 2, 3) == ["mid_hip", "lower_spine", "neck", "head"]
    assert at(NTU_25, 0, 1, 2, 3, 20) == ["mid_hip", "spine", "upper_neck", "head", "neck"]
    assert at(NTU_25, 4, 7, 11, 15, 19) == ["left_shoulder", "left_hand", "right_hand", "left_foot", "right_foot"]
    assert at(NTU_25, 21, 22, 23, 24) == ["left_hand_tip", "left_thumb_tip", "right_hand_tip", "right_thumb_tip"]


def test_human36m_counts_the_right_leg_but_the_left_arm_first() -> None:
    assert [H36M_17.joints[v].partition("_")[0] for v in (4, 5, 6, 11, 12, 13)] == ["left"] * 6
    assert [H36M_17.joints[v].partition("_")[0] for v in (1, 2, 3, 14, 15, 16)] == ["right"] * 6
    assert at(H36M_17, 0, 3, 6, 7, 8, 9, 10) == [
        *("mid_hip", "right_ankle", "left_ankle", "spine", "neck", "upper_neck", "head_top")
    ]


@each_layout
def test_it_has_as_many_joints_as_its_name_says(layout: Skeleton) -> None:
    assert layout.name.rpartition("_")[2] == str(layout.num_joints)
    assert SKELETONS[layout.name] is layout


@each_layout
def test_it_hangs_together(layout: Skeleton) -> None:
    graph = nx.Graph(layout.bones)
    assert set(graph) == set(layout.joints)
    assert nx.is_connected(graph)
    assert len(layout.bones) == layout.num_joints - 1 + RINGS.get(layout.name, 0)


@each_layout
def test_the_mirror_keeps_the_body(layout: Skeleton) -> None:
    mirror = layout.mirror_index
    assert sorted(mirror) == list(range(layout.num_joints))
    assert (mirror[mirror] == np.arange(layout.num_joints)).all()
    bones = layout.bone_index
    assert undirected(mirror[bones].T.tolist()) == undirected(bones.T.tolist())
    assert (layout.hops[np.ix_(mirror, mirror)] == layout.hops).all()
    assert mirror[layout.index(layout.center)] == layout.index(layout.center)


@each_layout
def test_the_mirror_swaps_left_and_right_by_name(layout: Skeleton) -> None:
    swap = {"left": "right", "right": "left"}
    for joint, image in zip(layout.joints, layout.mirror_index, strict=True):
        side, _, rest = joint.partition("_")
        assert layout.joints[image] == (f"{swap[side]}_{rest}" if side in swap else joint)


@each_layout
def test_the_middle_of_hips_and_shoulders_is_known(layout: Skeleton) -> None:
    assert layout.sources("mid_hip")
    assert layout.sources("neck")


def test_joints_are_derived_from_their_own_side() -> None:
    known = {joint for layout in LAYOUTS for joint in layout.joints}
    swap = {"left_": "right_", "right_": "left_"}

    def mirrored(joint: str) -> str:
        side = joint[: joint.find("_") + 1]
        return swap.get(side, side) + joint[len(side) :]

    for joint, sources in DERIVED_JOINTS.items():
        assert {joint, *sources} <= known
        assert joint not in sources
        assert set(map(mirrored, sources)) == set(DERIVED_JOINTS[mirrored(joint)])


def test_find_skeleton() -> None:
    assert find_skeleton("BODY_25") is BODY_25
    assert find_skeleton(COCO_17) is COCO_17
    own = Skeleton("own", ("hip", "head"), (("hip", "head"),))
    assert find_skeleton(own) is own
    with pytest.raises(ValueError, match=r"'BODY_26'; known: BODY_25, OPENPOSE_18, COCO_17"):
        find_skeleton("BODY_26")
