"""Which person is followed where several were detected."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.io.tracking import MAX_ABSENCE, follow

NOBODY = np.zeros((0, 5, 3), np.float32)
BODY = np.array([[0, 0], [0, 4], [-1, 2], [1, 2], [0, 2]])  # five joints, a little over 4 units tall


def person(x: float, score: float = 0.9, *, unseen: tuple[int, ...] = ()) -> np.ndarray:
    """A body that stands at x."""
    pose = np.column_stack([BODY + np.array([x, 0]), np.full(5, score)])
    pose[list(unseen)] = 0
    return pose.astype(np.float32)


def together(*people: np.ndarray) -> np.ndarray:
    return np.stack(people) if people else NOBODY


def walk(start: float, steps: int, score: float = 0.9) -> list[np.ndarray]:
    """A body that walks a fifth of a unit a frame."""
    return [person(start + 0.2 * t, score) for t in range(steps)]


@pytest.mark.parametrize("num_dims", [2, 3])
def test_one_person_is_followed_as_they_are(num_dims: int) -> None:
    frames = [np.concatenate([pose[:, :2], np.ones((5, num_dims - 2)), pose[:, 2:]], 1) for pose in walk(0, 30)]
    followed = follow([frame[None].astype(np.float32) for frame in frames])
    assert followed.dtype == np.float32
    assert (followed == np.stack(frames).astype(np.float32)).all()


def test_detections_in_changing_order() -> None:
    main, other = walk(0, 40, score=0.9), walk(20, 40, score=0.8)
    frames = [together(*([a, b] if t % 2 else [b, a])) for t, (a, b) in enumerate(zip(main, other, strict=True))]
    assert (follow(frames) == main).all()


@given(st.data())
def test_the_order_of_detections_is_of_no_account(data: st.DataObject) -> None:
    # Scores of which no two sums are the same, so that one person alone is the main one.
    people = [walk(10 * i, 8, score=score) for i, score in enumerate((0.2**0.5, 0.3**0.5, 0.5**0.5))]
    seen = [[p for p in at if data.draw(st.booleans())] for at in zip(*people, strict=True)]
    shuffled = [data.draw(st.permutations(at)) for at in seen]
    assert (follow([together(*at) for at in seen]) == follow([together(*at) for at in shuffled])).all()


@given(st.floats(-100, 100), st.floats(0.01, 100))
def test_neither_place_nor_unit_matter(shift: float, scale: float) -> None:
    main, other = walk(0, 20, score=0.9), walk(2, 20, score=0.8)
    frames = [together(*([a, b] if t % 2 else [b, a])) for t, (a, b) in enumerate(zip(main, other, strict=True))]
    moved = [frame * np.array([scale, scale, 1]) + np.array([shift, shift, 0]) for frame in frames]
    assert (follow(moved)[..., 2] == np.float32(0.9)).all()


def test_two_people_side_by_side_are_not_exchanged() -> None:
    main, other = walk(0, 30, score=0.9), walk(1.2, 30, score=0.8)
    frames = [together(*([a, b] if t % 3 else [b, a])) for t, (a, b) in enumerate(zip(main, other, strict=True))]
    assert (follow(frames) == main).all()


def test_somebody_who_appears_for_a_moment_is_not_followed() -> None:
    main = walk(0, 40, score=0.6)
    frames = [together(person(20, 0.95), pose) if 10 <= t < 14 else together(pose) for t, pose in enumerate(main)]
    assert (follow(frames) == main).all()


@pytest.mark.parametrize("distance", [3, 20])
def test_nor_while_the_main_person_is_away_for_a_moment(distance: float) -> None:
    main = walk(0, 40, score=0.6)
    frames = [together(pose) for pose in main]
    frames[20] = together(person(4 + distance, 0.95))  # where the main person would be, and that far away
    followed = follow(frames)
    assert (followed[20] == 0).all()
    assert (np.delete(followed, 20, 0) == np.delete(main, 20, 0)).all()


@pytest.mark.parametrize(("absence", "somebody_else"), [(MAX_ABSENCE, False), (MAX_ABSENCE + 1, True)])
def test_how_long_a_person_may_be_away(absence: int, somebody_else: bool) -> None:
    here = [together(person(0))] * 10
    followed = follow(here + [together(person(20))] * absence + here)
    assert (followed[10:-10] == (person(20) if somebody_else else 0)).all()
    assert (followed[:10] == person(0)).all()
    assert (followed[-10:] == person(0)).all()


def test_a_person_who_is_away_for_some_frames_is_known_again() -> None:
    # The other is seen more often, and would win if the main one were two.
    main = [person(0, 0.9)] * 20 + [None] * MAX_ABSENCE + [person(0.5, 0.9)] * 20
    other = [None] * 10 + [person(20, 0.9)] * 35 + [None] * 7
    frames = [together(*(pose for pose in at if pose is not None)) for at in zip(other, main, strict=True)]
    followed = follow(frames)
    for pose, expected in zip(followed, main, strict=True):
        assert (pose == (0 if expected is None else expected)).all()


def test_a_walker_is_followed_through_all_passes() -> None:
    there, back = walk(0, 30), walk(0, 30)[::-1]
    frames = [together(pose) for pose in there] + [NOBODY] * 50 + [together(pose) for pose in back]
    followed = follow(frames)
    assert (followed[:30] == there).all()
    assert (followed[30:80] == 0).all()
    assert (followed[80:] == back).all()


def test_a_bystander_does_not_take_over_when_the_main_person_leaves() -> None:
    main, bystander = walk(0, 60, score=0.9), walk(20, 80, score=0.3)
    frames = [together(b, a) for a, b in zip(main, bystander[:60], strict=True)] + [
        together(b) for b in bystander[60:]
    ]
    followed = follow(frames)
    assert (followed[:60] == main).all()
    assert (followed[60:] == 0).all()


def test_a_body_that_is_found_in_two_halves_for_a_while_stays_one_person() -> None:
    frames = [together(pose) for pose in walk(0, 40)]
    for t in range(10, 16):
        frames[t] = together(person(0.2 * t, unseen=(1, 4)), person(0.2 * t, unseen=(0, 2, 3)))
    assert (follow(frames) == [frame[0] for frame in frames]).all()


def test_joints_that_were_last_seen_long_ago_do_not_count() -> None:
    """A phantom in an old place of them is nobody's while the main person is away for a moment."""
    frames = [together(person(0))] + [together(person(0.2 * t, unseen=(1, 2, 3))) for t in range(1, 80)]
    frames[60] = together(person(0, unseen=(0, 4)))
    followed = follow(frames)
    assert np.flatnonzero((followed[..., 2] == 0).all(axis=1)).tolist() == [60]


def test_nobody() -> None:
    assert (follow([NOBODY] * 3) == np.zeros((3, 5, 3))).all()
    assert (follow([together(person(0, score=0))] * 3)[..., 2] == 0).all()


def test_detections_of_a_single_joint() -> None:
    frames = [together(person(0.2 * t, unseen=(0, 1, 2, 3))) for t in range(3)]
    assert (follow(frames) == np.concatenate(frames)).all()


def test_no_frames() -> None:
    with pytest.raises(ValueError, match="no frames"):
        follow([])
