"""Which people are followed where several were detected."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.io.tracking import IMPORTANCE, MAX_ABSENCE, Follower, follow, follow_people

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


def test_what_cannot_be_followed_is_refused() -> None:
    with pytest.raises(ValueError, match="no frames"):
        follow([])
    with pytest.raises(ValueError, match="at least one person can be followed, not 0"):
        follow_people([NOBODY], 0)
    with pytest.raises(ValueError, match="not told apart by 'age'; known: score, size, motion"):
        follow_people([NOBODY], 1, by="age")


# --- several people

scenes = st.lists(
    st.lists(
        st.builds(
            lambda x, score, unseen: person(x, score, unseen=tuple(unseen)),
            st.integers(0, 12),
            st.sampled_from([0.25, 0.5, 0.75]),
            st.sets(st.integers(0, 4), max_size=5),
        ),
        max_size=4,
    ),
    min_size=1,
    max_size=10,
)
"""Anything at all, with many ties: people side by side, alike, in the same place, of whom nothing is seen."""


@given(scenes, st.sampled_from(list(IMPORTANCE)), st.data())
def test_not_even_ties_are_broken_by_the_order_of_detections(
    scene: list[list[np.ndarray]], by: str, data: st.DataObject
) -> None:
    shuffled = [data.draw(st.permutations(at)) for at in scene]
    here, there = (follow_people([together(*at) for at in frames], 4, by) for frames in (scene, shuffled))
    assert np.array_equal(here, there)


@given(scenes, st.sampled_from(list(IMPORTANCE)))
def test_each_detection_is_one_persons_and_the_most_important_come_first(
    scene: list[list[np.ndarray]], by: str
) -> None:
    frames = [together(*at) for at in scene]
    most = sum(len(at) for at in scene) + 1
    everybody = follow_people(frames, most, by)
    for t, at in enumerate(scene):
        found = [pose for pose in everybody[:, t] if pose[:, 2].any()]
        seen = [pose for pose in at if pose[:, 2].any()]
        assert sorted(map(np.ndarray.tolist, found)) == sorted(map(np.ndarray.tolist, seen))
    for people in range(1, most):
        assert np.array_equal(follow_people(frames, people, by), everybody[:people])
    assert np.array_equal(follow(frames), follow_people(frames, 1)[0])
    if by == "score":
        assert (np.diff(everybody[..., 2].sum(axis=(1, 2), dtype=np.float64)) <= 1e-6).all()
    assert everybody[1:, ..., 2].any(axis=(1, 2)).all()  # nobody is made up


def test_people_are_told_apart_all_along() -> None:
    people = [walk(0, 30, score=0.9), walk(20, 30, score=0.8), walk(40, 30, score=0.7)]
    frames = [together(*np.roll(at, t, axis=0)) for t, at in enumerate(zip(*people, strict=True))]
    assert np.array_equal(follow_people(frames, 5), people)


def test_people_who_walk_in_a_row_are_all_known_again() -> None:
    """Each comes nearly to where the next one was: the best pair alone would be of two people."""
    people = [[person(4.8 * i + 2.1 * t, 0.9 - 0.1 * i) for t in range(10)] for i in range(3)]
    frames = [together(*at) for at in zip(*people, strict=True)]
    assert np.array_equal(follow_people(frames, 3), people)


def test_who_the_main_person_is_may_be_chosen() -> None:
    sure, near, lively = walk(0, 20, score=0.9), walk(30, 20, score=0.8), walk(60, 20, score=0.7)
    near = [pose * np.array([2, 2, 1], np.float32) for pose in near]
    lively = [pose + np.array([t % 2, 0, 0], np.float32) for t, pose in enumerate(lively)]
    frames = [together(*at) for at in zip(lively, sure, near, strict=True)]
    for by, main in (("score", sure), ("size", near), ("motion", lively)):
        assert np.array_equal(follow_people(frames, 1, by)[0], main), by


def test_who_does_not_move_is_there_nevertheless() -> None:
    assert np.array_equal(follow_people([together(person(3))], 2, by="motion")[:, 0], [person(3)])


# --- real detections


def openpose_frames(folder: Path) -> list[np.ndarray]:
    files = sorted(folder.glob("*_keypoints.json"))
    people = [[person["pose_keypoints_2d"] for person in json.loads(file.read_text())["people"]] for file in files]
    return [np.array(at, np.float32).reshape(-1, 25, 3) for at in people]


@pytest.mark.parametrize(
    ("clip", "frames"),
    [
        ("standing_2", [182, 240, 2, 1]),
        ("sitting_0", [300, 3, 1]),
        ("sitting_2", [300]),
        ("sleeping_2", [44]),
        ("seated_speaker", [200]),
    ],
)
def test_the_people_of_real_clips(real_data: Path, clip: str, frames: list[int]) -> None:
    """In how many frames each is seen. Phantoms that are there for a moment come last."""
    detected = openpose_frames(real_data / "openpose_json" / clip)
    rng = np.random.default_rng(0)
    shuffled = [at[rng.permutation(len(at))] for at in detected]
    people = follow_people(detected, 4)
    assert (people[..., 2] > 0).any(axis=2).sum(axis=1).tolist() == frames
    assert np.array_equal(follow_people(shuffled, 4), people)


def test_two_real_people_are_each_followed_all_along(real_data: Path) -> None:
    """One stands there, the other comes in and is seen better; the two are 0.36 apart."""
    people = follow_people(openpose_frames(real_data / "openpose_json" / "standing_2"), 2)
    for person in people:
        seen = person[..., 2] > 0
        step = np.linalg.norm(np.diff(person[..., :2], axis=0), axis=2)
        steps = np.where(seen[1:] & seen[:-1], step, np.nan)[seen[1:].any(axis=1) & seen[:-1].any(axis=1)]
        assert np.nanmedian(steps, axis=1).max() < 0.1


@pytest.mark.parametrize(("clip", "num_frames"), [("jacky_dance", 57), ("jacky_run", 162), ("jacky_walk", 230)])
def test_alphapose_sees_one_person_in_all_frames(real_data: Path, clip: str, num_frames: int) -> None:
    detections = json.loads((real_data / "alphapose" / f"{clip}.json").read_text())
    frames: list[list[list[float]]] = [[] for _ in range(num_frames)]
    for detection in detections:
        frames[int(Path(detection["image_id"]).stem)].append(detection["keypoints"])
    people = follow_people([np.array(at, np.float32).reshape(-1, 17, 3) for at in frames], 3)
    assert len(people) == 1
    assert (people[0, ..., 2] > 0).any(axis=1).all()


# As frames come


def live(frames: list[np.ndarray]) -> list[np.ndarray]:
    follower = Follower()
    return [np.zeros((5, 3), np.float32) if (one := follower(people)) is None else one for people in frames]


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_one_person_is_followed_live_as_afterwards(seen: list[bool]) -> None:
    frames = [together(*([pose] if there else [])) for pose, there in zip(walk(0, len(seen)), seen, strict=True)]
    assert (np.stack(live(frames)) == follow(frames)).all()


@given(st.data())
def test_the_main_person_is_followed_live_whatever_the_order(data: st.DataObject) -> None:
    main, other = walk(0, 20, score=0.9), walk(20, 20, score=0.8)
    frames = [together(*data.draw(st.permutations(pair))) for pair in zip(main, other, strict=True)]
    assert (np.stack(live(frames)) == np.stack(main)).all()


def test_a_bystander_is_taken_live_while_the_main_person_is_away_and_no_longer() -> None:
    main, bystander = person(0, score=0.9), person(20, score=0.4)
    away = range(20, 20 + MAX_ABSENCE)
    frames = [together(bystander) if t in away else together(bystander, main)[t < 10 :] for t in range(40)]
    assert [one[0, 0] for one in live(frames)] == [20 if t in away else 0 for t in range(40)]


def test_what_a_follower_remembers_does_not_grow() -> None:
    follower = Follower()
    for t in range(200):
        follower(together(person(100.0 * t)))  # somebody new each time
    assert len(follower._importance) <= MAX_ABSENCE + 2
    assert all(len(track.poses) == 1 for track in follower._importance)
