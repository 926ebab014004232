"""Where joints stand without a recording."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given

from stgcn_pyg.plots.rest_pose import STEP, rest_pose
from stgcn_pyg.plots.sides import Side, bone_sides, joint_sides
from stgcn_pyg.skeleton import BODY_25, SKELETONS, Skeleton
from tests.strategies import few, skeletons


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=SKELETONS)
def test_a_known_body_stands_upright_and_symmetrically(skeleton: Skeleton) -> None:
    place = rest_pose(skeleton)
    assert np.allclose(place[skeleton.mirror_index] * (-1, 1), place)
    distance = np.linalg.norm(place[:, None] - place, axis=2) + 99 * np.eye(len(place))
    assert distance.min() > 0.3
    left = [v for v, side in enumerate(joint_sides(skeleton)) if side == Side.LEFT]
    assert (place[left, 0] > 0).all()
    assert place[skeleton.index("left_ankle"), 1] < place[skeleton.index("left_hip"), 1]


@few
@given(skeletons())
def test_every_joint_of_any_body_has_a_place_of_its_own(skeleton: Skeleton) -> None:
    place = rest_pose(skeleton)
    assert place.shape == (skeleton.num_joints, 2)
    assert np.isfinite(place).all()
    assert len(np.unique(place.round(6), axis=0)) == len(place)


def test_a_chain_without_known_names_is_a_line() -> None:
    joints = tuple(f"link{v}" for v in range(5))
    place = rest_pose(Skeleton("chain", joints, tuple(pairwise(joints))))
    assert np.allclose(np.linalg.norm(np.diff(place, axis=0), axis=1), STEP)
    assert np.linalg.matrix_rank((place - place[0]).round(6)) == 1


def test_sides_come_from_names_or_from_the_order_of_mirror_pairs() -> None:
    crab = Skeleton(
        "crab", ("shell", "r_claw", "l_claw"), (("shell", "r_claw"), ("shell", "l_claw")), (("l_claw", "r_claw"),)
    )
    assert joint_sides(crab) == [Side.MIDDLE, Side.RIGHT, Side.LEFT]
    assert bone_sides(crab) == [Side.RIGHT, Side.LEFT]
    sides = joint_sides(BODY_25)
    assert sides[BODY_25.index("right_heel")] == Side.RIGHT
    assert sides[BODY_25.index("neck")] == Side.MIDDLE
