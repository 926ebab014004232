"""Synthetic recordings: what a body cannot do, what the six actions are, and files that can be relied on."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.baseline import forest_predictions
from stgcn_pyg.data import SkeletonData
from stgcn_pyg.io import read_array
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.synthetic import (
    ACTIONS,
    FPS,
    MARKER,
    MISSING,
    NUM_FRAMES,
    synthesize,
    write_synthetic_kth,
)
from stgcn_pyg.synthetic.body import Array, joints, two_links
from stgcn_pyg.synthetic.camera import SCENARIOS
from stgcn_pyg.synthetic.course import GRAVITY, Course
from stgcn_pyg.synthetic.estimator import SEEN, estimate
from stgcn_pyg.synthetic.gait import Gait, bob, gait_pose
from stgcn_pyg.synthetic.recording import Performance, perform
from stgcn_pyg.synthetic.rhythm import Rhythm
from stgcn_pyg.synthetic.subject import Subject

GAITS = ("walking", "jogging", "running")
GESTURES = ("boxing", "handclapping", "handwaving")
SIDES = ("left", "right")
STEP = 0.02
TIME = np.arange(0, 10, STEP)

actions = st.sampled_from(ACTIONS)
subjects = st.integers(1, 99)
scenarios = st.sampled_from(sorted(SCENARIOS))
seeds = st.integers(0, 2**40)


def performance(action: str, subject: int = 1, scenario: int = 1, seed: int = 0) -> Performance:
    """What a person does, before any camera or error."""
    rng = np.random.default_rng((seed, subject, scenario))
    return perform(action, Subject.of(subject, seed), SCENARIOS[scenario], TIME, rng)


@pytest.fixture(scope="module")
def collection() -> dict[tuple[str, int, int], SkeletonSequence]:
    """All 599 recordings by action, subject and scenario."""
    wanted = product(ACTIONS, range(1, 26), SCENARIOS)
    return {key: synthesize(*key) for key in wanted if key not in MISSING}


def of(joints: Array, name: str) -> Array:
    """The track ``[T, D]`` of one joint."""
    track: Array = joints[:, BODY_25.index(name)]
    return track


def velocity(track: Array) -> Array:
    """The velocity of a joint in metres a second."""
    return np.asarray(np.diff(track, axis=0) / STEP)


def planted(joints: Array, side: str) -> npt.NDArray[np.bool_]:
    """In which of T - 1 steps a foot touches the ground with its heel or its toes, ``[T - 1]``."""
    low = [of(joints, f"{side}_{part}")[:, 1] < 1e-9 for part in ("heel", "big_toe")]
    touches: npt.NDArray[np.bool_] = (low[0][1:] & low[0][:-1]) | (low[1][1:] & low[1][:-1])
    return touches


def bend(joints: Array, *names: str) -> Array:
    """How far a limb is bent at its middle joint, in degrees: 0 when it is straight."""
    root, middle, end = (of(joints, name) for name in names)
    cosine = ((middle - root) * (end - middle)).sum(axis=1)
    cosine /= np.linalg.norm(middle - root, axis=1) * np.linalg.norm(end - middle, axis=1)
    return np.asarray(np.degrees(np.arccos(cosine.clip(-1, 1))))


def trunk(sequence: SkeletonSequence) -> Array:
    """The length of the trunk in pixels, in the frames where it was seen."""
    ends = [BODY_25.index("neck"), BODY_25.index("mid_hip")]
    seen = ~sequence.missing[:, ends].any(axis=1)
    return np.asarray(np.linalg.norm(sequence.pos[seen, ends[0]] - sequence.pos[seen, ends[1]], axis=-1), float)


def hip_speed(sequence: SkeletonSequence) -> float:
    """The usual speed of the hip along the picture, in trunks a second."""
    hip = BODY_25.index("mid_hip")
    steps = np.abs(np.diff(sequence.pos[:, hip, 0]))[~sequence.missing[1:, hip] & ~sequence.missing[:-1, hip]]
    return float(np.median(steps) * FPS / np.median(trunk(sequence)))


class TestBody:
    @given(actions, subjects, scenarios, seeds)
    def test_limbs_keep_their_lengths(self, action: str, subject: int, scenario: int, seed: int) -> None:
        joints = performance(action, subject, scenario, seed).joints
        bones = np.linalg.norm(np.diff(joints[:, BODY_25.bone_index], axis=1)[:, 0], axis=-1)  # [2,B] -> [T, B]
        np.testing.assert_allclose(bones, np.broadcast_to(bones[0], bones.shape), atol=1e-9)
        assert bones.min() > 0.005

    @given(subjects, seeds)
    def test_a_person_is_the_same_in_every_action(self, subject: int, seed: int) -> None:
        thighs = {
            action: np.linalg.norm(of(joints, "right_knee")[0] - of(joints, "right_hip")[0])
            for action in ACTIONS
            for joints in [performance(action, subject, seed=seed).joints]
        }
        np.testing.assert_allclose(list(thighs.values()), thighs["boxing"])

    def test_people_differ(self) -> None:
        people = [Subject.of(number, 0) for number in range(1, 26)]
        legs = np.array([person.body.leg for person in people])
        assert len(set(legs)) == 25
        assert 0.65 < legs.min() < legs.max() < 1.0
        assert Subject.of(1, seed=0) != Subject.of(1, seed=1)

    @given(actions, subjects, scenarios, seeds)
    def test_angles_are_human(self, action: str, subject: int, scenario: int, seed: int) -> None:
        done = performance(action, subject, scenario, seed)
        joints, up = done.joints, np.array([0.0, 1.0, 0.0])
        trunk = of(joints, "neck") - of(joints, "mid_hip")
        ahead = np.stack([np.cos(done.heading), np.zeros(len(TIME)), np.sin(done.heading)], axis=1)
        for side in SIDES:
            hip, knee, ankle = (of(joints, f"{side}_{part}") for part in ("hip", "knee", "ankle"))
            thigh, shin = knee - hip, ankle - knee
            assert bend(joints, f"{side}_hip", f"{side}_knee", f"{side}_ankle").max() < 150
            assert bend(joints, f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist").max() < 155
            forward = np.arctan2((thigh * ahead).sum(axis=1), -thigh @ up)
            flexion = np.degrees(forward + np.arctan2((trunk * ahead).sum(axis=1), trunk @ up))
            # against the trunk, so that what the pelvis tilts and the back bends is in it
            assert -50 < flexion.min() < flexion.max() < 120
            toes = of(joints, f"{side}_big_toe") - of(joints, f"{side}_heel")
            toes[:, 1] = 0
            folded = (toes * thigh).sum(axis=1) * (shin @ up) - (toes * shin).sum(axis=1) * (thigh @ up)
            assert (folded <= 1e-9).all()  # the knee bends backward

    @given(actions, subjects, scenarios, seeds)
    def test_nothing_is_under_the_ground_or_too_fast(
        self, action: str, subject: int, scenario: int, seed: int
    ) -> None:
        joints = performance(action, subject, scenario, seed).joints
        assert joints[..., 1].min() > -1e-9
        assert np.linalg.norm(velocity(joints), axis=-1).max() < 14
        assert max(np.linalg.norm(velocity(of(joints, f"{side}_wrist")), axis=1).max() for side in SIDES) < 12
        assert np.abs(velocity(of(joints, "mid_hip"))[:, 1]).max() < 1.2

    @given(st.lists(st.floats(-1, 1), min_size=3, max_size=3))
    def test_an_arm_reaches_what_is_within_reach(self, direction: list[float]) -> None:
        target = np.array([direction])
        upper_arm, forearm = two_links(0.3, 0.25, target + 1e-6, np.array([0.2, -1.0, 0.4]))
        for part in (upper_arm, forearm):
            np.testing.assert_allclose(np.linalg.norm(part, axis=-1), 1)
        wrist = 0.3 * upper_arm + 0.25 * forearm
        if 0.1 < np.linalg.norm(target) < 0.54:
            np.testing.assert_allclose(wrist, target, atol=1e-5)


class TestCourse:
    @given(st.floats(2, 20), st.floats(0.3, 2), st.floats(-1, 1), st.sampled_from([-1.0, 1.0]))
    def test_is_one_line_along_its_heading(self, straight: float, radius: float, angle: float, side: float) -> None:
        course = Course(straight, radius, angle, side)
        way = np.arange(0, 3 * course.half, 0.01)
        ground, heading = course.at(way)
        step = np.diff(ground, axis=0) / 0.01
        np.testing.assert_allclose(np.linalg.norm(step, axis=1), 1, atol=1e-3)
        middle = (heading[1:] + heading[:-1]) / 2
        np.testing.assert_allclose(step, np.stack([np.cos(middle), np.sin(middle)], axis=1), atol=0.02)
        np.testing.assert_allclose(course.at(2 * course.half)[0], ground[0], atol=1e-9)

    def test_people_slow_down_for_turns_alone(self) -> None:
        course = Course(12.0, 0.5, 0.0, 1.0)
        way = course.travel(3.0, TIME, 6.0)
        speed = np.diff(way) / STEP
        in_turn = way[1:] % course.half > course.straight
        assert speed.max() < 3.01
        assert speed[in_turn].max() < 1.4
        np.testing.assert_allclose(speed[np.abs(way[1:] % course.half - 6) < 3], 3.0, rtol=0.01)


class TestGaits:
    @given(st.sampled_from(GAITS), subjects, scenarios, seeds)
    def test_a_foot_on_the_ground_stays_where_it_is(
        self, action: str, subject: int, scenario: int, seed: int
    ) -> None:
        joints = performance(action, subject, scenario, seed).joints
        for side, part in product(SIDES, ("heel", "big_toe")):
            point = of(joints, f"{side}_{part}")
            stands = (point[1:, 1] < 1e-9) & (point[:-1, 1] < 1e-9)
            assert stands.any()
            assert np.linalg.norm(velocity(point)[stands], axis=1).max() < 1e-3

    @given(st.sampled_from(GAITS), subjects, seeds)
    def test_who_walks_always_stands_and_who_runs_flies(self, action: str, subject: int, seed: int) -> None:
        joints = performance(action, subject, seed=seed).joints
        left, right = (planted(joints, side) for side in SIDES)
        if action == "walking":
            assert (left | right).mean() > 0.95  # a step of 0.02 s may begin in the air
            assert (left & right).mean() > 0.05
            assert min(left.mean(), right.mean()) > 0.5
        else:
            assert (~left & ~right).mean() > 0.03
            assert not (left & right).any()
            assert max(left.mean(), right.mean()) < 0.5

    @given(st.sampled_from(GAITS), subjects, seeds)
    def test_speed_is_the_length_of_a_stride_times_its_frequency(
        self, action: str, subject: int, seed: int
    ) -> None:
        rng, person = np.random.default_rng(seed), Subject.of(subject, seed)
        gait = Gait.sample(action, person, 1.0, rng)
        pose = gait_pose(person.body, gait, Course(400.0, 1.0, 0.0, 1.0), TIME, rng)
        track = joints(person.body, pose)
        heel = of(track, "right_heel")
        prints = np.unique(heel[heel[:, 1] < 1e-9][:, 0].round(6))
        if np.ptp(pose.heading) == 0:  # no turn fell into the ten seconds
            stride = np.diff(prints)
            assert stride.mean() == pytest.approx(gait.speed / gait.strides, rel=0.03)

    @given(st.floats(0.25, 0.49), st.floats(1, 2))
    def test_flight_is_a_fall_and_joins_contact_without_a_jerk(self, duty: float, strides: float) -> None:
        phase = np.arange(0, 1, 1e-4)
        height, step = bob(phase, duty, strides, 1.0, 0.8), 1e-4 / strides
        fall = np.diff(height, n=2) / step**2
        flies = (phase[1:-1] % 0.5 > duty + 2e-4) & (phase[1:-1] % 0.5 < 0.5 - 2e-4)
        np.testing.assert_allclose(fall[flies], -GRAVITY, rtol=1e-2)
        assert np.abs(np.diff(np.diff(height) / step)).max() < 0.05

    @pytest.mark.parametrize("action", GAITS)
    def test_arms_swing_against_the_legs(self, action: str) -> None:
        rng, person = np.random.default_rng(0), Subject.of(3, 0)
        pose = gait_pose(
            person.body, Gait.sample(action, person, 1.0, rng), Course(400.0, 1, 0, 1), TIME[:250], rng
        )
        track = joints(person.body, pose)
        ahead = {
            name: (of(track, name) - of(track, "mid_hip"))[:, 0] * np.cos(pose.heading[0])
            for name in ("left_wrist", "right_wrist", "left_ankle", "right_ankle")
        }
        for side, other in (SIDES, SIDES[::-1]):
            assert np.corrcoef(ahead[f"{side}_wrist"], ahead[f"{side}_ankle"])[0, 1] < -0.5
            assert np.corrcoef(ahead[f"{side}_ankle"], ahead[f"{other}_ankle"])[0, 1] < -0.5

    def test_running_is_faster_than_jogging_than_walking_but_not_always(
        self, collection: dict[tuple[str, int, int], SkeletonSequence]
    ) -> None:
        gaits = {gait: [s for (a, _, _), s in collection.items() if a == gait] for gait in GAITS}
        speed = {gait: np.array([hip_speed(s) for s in sequences]) for gait, sequences in gaits.items()}
        for slower, faster in (("walking", "jogging"), ("jogging", "running")):
            assert speed[slower].mean() * 1.2 < speed[faster].mean()
            assert speed[slower].max() > speed[faster].min()

    def test_people_on_foot_look_where_they_go(self) -> None:
        for gait in GAITS:
            done = performance(gait)
            step = np.diff(of(done.joints, "mid_hip")[:, [0, 2]], axis=0)
            ahead = np.stack([np.cos(done.heading), np.sin(done.heading)], axis=1)[1:]
            assert ((step * ahead).sum(axis=1) > 0.9 * np.linalg.norm(step, axis=1)).all()

    def test_people_on_foot_leave_the_picture_and_come_back(
        self, collection: dict[tuple[str, int, int], SkeletonSequence]
    ) -> None:
        for (action, _, _), sequence in collection.items():
            nobody = sequence.missing.all(axis=1)
            assert (~nobody).sum() >= 20
            spells = np.diff(np.flatnonzero(np.diff(np.concatenate([[0], nobody, [0]]))))[::2]
            away = (spells > FPS).sum() if nobody.any() else 0
            assert (away >= 1) == (action in GAITS)


class TestGestures:
    @given(st.sampled_from(GESTURES), subjects, scenarios, seeds)
    def test_feet_stay_where_they_are(self, action: str, subject: int, scenario: int, seed: int) -> None:
        joints = performance(action, subject, scenario, seed).joints
        for side, part in product(SIDES, ("heel", "big_toe", "ankle")):
            assert np.ptp(of(joints, f"{side}_{part}"), axis=0).max() < 0.01

    def test_boxers_punch_in_turn_and_faster_than_they_draw_back(self) -> None:
        for subject in range(1, 6):
            joints = performance("boxing", subject).joints
            ahead = [np.linalg.norm(of(joints, f"{s}_wrist") - of(joints, f"{s}_shoulder"), axis=1) for s in SIDES]
            assert np.corrcoef(*ahead)[0, 1] < -0.2
            speed = np.diff(ahead[0]) / STEP
            assert np.percentile(speed, 99) > 1.2 * np.percentile(-speed, 99)

    @given(subjects)
    def test_clapping_hands_meet_before_the_chest(self, subject: int) -> None:
        done = performance("handclapping", subject)
        apart = np.linalg.norm(of(done.joints, "left_wrist") - of(done.joints, "right_wrist"), axis=1)
        assert apart.min() < 0.15
        assert apart.max() > 0.5
        t = apart.argmin()
        ahead = np.array([np.cos(done.heading[t]), 0, np.sin(done.heading[t])])
        assert (of(done.joints, "left_wrist")[t] - of(done.joints, "neck")[t]) @ ahead > 0.05

    def test_waving_hands_rise_over_the_head_and_sink_to_the_hips(self) -> None:
        for subject in range(1, 26):
            joints = performance("handwaving", subject).joints
            both = np.stack([of(joints, f"{side}_wrist")[:, 1] for side in SIDES])
            assert both.min(axis=0).max() > of(joints, "nose")[:, 1].max()
            assert both.max(axis=0).min() < of(joints, "neck")[:, 1].min() - 0.2

    @given(st.floats(0.3, 2), st.floats(0, 0.5), seeds)
    def test_a_rhythm_is_uneven_and_leaves_nothing_out(self, rate: float, rests: float, seed: int) -> None:
        time = np.arange(0, 40, 0.02)
        rhythm = Rhythm.sample(rate, time, rests, np.random.default_rng(seed))
        assert set(np.diff(rhythm.number)) == {0, 1}
        assert ((rhythm.share >= 0) & (rhythm.share <= 1)).all()
        begins = np.diff(time[1:][np.diff(rhythm.number) == 1])
        assert np.std(begins) > 0.02 / rate
        assert np.median(begins) > 0.6 / rate

    def test_who_is_quick_is_quick_in_everything(self) -> None:
        def claps(subject: int) -> float:
            joints = performance("handclapping", subject).joints
            apart = np.linalg.norm(of(joints, "left_wrist") - of(joints, "right_wrist"), axis=1)
            return float((np.diff(np.sign(apart - apart.mean())) != 0).sum())

        rng = np.random.default_rng(0)
        walks = [Gait.sample("walking", Subject.of(subject, 0), 1.0, rng).speed for subject in range(1, 26)]
        assert np.corrcoef([claps(subject) for subject in range(1, 26)], walks)[0, 1] > 0.4

    def test_who_faces_the_camera_has_the_right_arm_on_the_left_of_the_picture(self) -> None:
        sequence = synthesize("handwaving", 1, 1)
        right, left = (sequence.pos[:, BODY_25.index(f"{side}_shoulder"), 0] for side in ("right", "left"))
        assert np.median(right) < np.median(left)


class TestEstimator:
    def seen(self, side_view: float, clothes: float = 1.0, scale: float = 50.0) -> tuple[Array, Array, Array]:
        """A body that stands still, what is found of it, and the scores."""
        still = np.broadcast_to(np.random.default_rng(0).uniform((60, 30), (100, 90), (25, 2)), (20000, 25, 2))
        full = np.full(len(still), 1.0)
        return still, *estimate(still, scale * full, side_view * full, clothes, 25, np.random.default_rng(1))

    def test_misses_and_scores_are_those_measured(self) -> None:
        _, _, score = self.seen(side_view=0.0)
        for v, joint in enumerate(BODY_25.joints):
            missing, _, _, quantiles = SEEN[joint.removeprefix("left_").removeprefix("right_")]
            assert (score[:, v] == 0).mean() == pytest.approx(missing, abs=0.03)
            found = score[score[:, v] > 0, v]
            np.testing.assert_allclose(np.percentile(found, [5, 25, 50, 75, 95]), quantiles, atol=0.04)

    def test_sides_are_taken_for_each_other_only_where_one_hides_the_other(self) -> None:
        far = {}
        for view in (0.0, 1.0):
            still, found, score = self.seen(view)
            error = np.linalg.norm(found - still, axis=2)[:, BODY_25.index("left_knee")]
            far[view] = (error[score[:, BODY_25.index("left_knee")] > 0] > 10).mean()
        assert far[0.0] == 0
        assert 0.03 < far[1.0] < 0.12

    def test_clothes_hide_joints_and_nearness_does_not_help(self) -> None:
        still, plain, score = self.seen(0.0)
        _, hidden, hidden_score = self.seen(0.0, clothes=1.8)
        _, near, near_score = self.seen(0.0, scale=100.0)
        for name, worse in (("left_hip", True), ("left_wrist", False)):
            v = BODY_25.index(name)
            ordinary = (plain - still)[score[:, v] > 0, v].std()
            clothed = (hidden - still)[hidden_score[:, v] > 0, v].std()
            assert (clothed > 1.3 * ordinary) == worse
            assert (near - still)[near_score[:, v] > 0, v].std() == pytest.approx(2 * ordinary, rel=0.1)


class TestScenarios:
    def test_the_second_zooms_and_the_fourth_is_closer(self) -> None:
        sizes = {d: [trunk(synthesize("handwaving", person, d)) for person in range(1, 11)] for d in SCENARIOS}
        spread = {d: np.mean([size.std() / size.mean() for size in sizes[d]]) for d in (1, 2, 4)}
        assert spread[2] > 1.5 * max(spread[1], spread[4])
        assert np.mean([size.mean() for size in sizes[4]]) > np.mean([size.mean() for size in sizes[1]])

    def test_the_third_is_noisier_and_misses_more(self) -> None:
        seen = {d: [synthesize("handclapping", person, d) for person in range(1, 11)] for d in (1, 3)}
        tremble = {d: np.mean([trunk(s).std() / trunk(s).mean() for s in seen[d]]) for d in seen}
        missing = {d: np.mean([s.missing.mean() for s in seen[d]]) for d in seen}
        score = {d: np.mean([s.score[~s.missing].mean() for s in seen[d]]) for d in seen}
        assert tremble[3] > tremble[1]
        assert missing[3] > missing[1] > 0
        assert score[3] < score[1]


class TestSynthesize:
    def test_prints_its_facts(self) -> None:
        sequence = synthesize("boxing", 3, 2, num_frames=64)
        assert repr(sequence).startswith(
            "SkeletonSequence('person03_boxing_d2_uncomp', 64 frames, BODY_25, 2D, 25 fps"
        )

    @given(actions, subjects, scenarios, seeds)
    def test_every_recording_is_sound(self, action: str, subject: int, scenario: int, seed: int) -> None:
        sequence = synthesize(action, subject, scenario, seed=seed)
        assert NUM_FRAMES[0] <= sequence.num_frames <= NUM_FRAMES[1]
        assert np.isfinite(sequence.pos).all()
        assert ((sequence.score >= 0) & (sequence.score <= 1)).all()
        assert (sequence.pos[sequence.missing] == 0).all()
        assert ((sequence.pos >= 0) & (sequence.pos <= (160, 120))).all()
        assert (~sequence.missing.all(axis=1)).sum() >= 10

    @given(actions, subjects, scenarios, seeds)
    def test_depends_on_its_arguments_alone(self, action: str, subject: int, scenario: int, seed: int) -> None:
        first = synthesize(action, subject, scenario, seed=seed)
        np.random.default_rng(0).random(10)
        again = synthesize(action, subject, scenario, seed=seed)
        np.testing.assert_array_equal(first.pos, again.pos)
        np.testing.assert_array_equal(first.score, again.score)
        other = synthesize(action, subject, scenario, seed=seed + 1, num_frames=first.num_frames)
        assert not np.array_equal(first.pos, other.pos)

    @given(actions, st.integers(1, 300), st.floats(1, 100))
    def test_has_the_length_and_rate_asked_for(self, action: str, num_frames: int, fps: float) -> None:
        sequence = synthesize(action, 1, 1, num_frames=num_frames, fps=fps)
        assert (sequence.num_frames, sequence.fps) == (num_frames, fps)
        assert abs(len(synthesize(action, 1, 1, fps=5)) / 5 - len(synthesize(action, 1, 1)) / FPS) < 0.2

    def test_lengths_are_kths_and_do_not_tell_the_action(
        self, collection: dict[tuple[str, int, int], SkeletonSequence]
    ) -> None:
        lengths = {action: [len(s) for (a, _, _), s in collection.items() if a == action] for action in ACTIONS}
        everything = np.concatenate(list(lengths.values()))
        assert everything.mean() == pytest.approx(483, abs=15)
        assert NUM_FRAMES[0] <= everything.min() < 250
        assert 900 < everything.max() <= NUM_FRAMES[1]
        for of_action in lengths.values():
            assert abs(np.mean(of_action) - everything.mean()) < 3.5 * everything.std() / np.sqrt(len(of_action))

    @pytest.mark.parametrize(
        ("action", "subject", "scenario", "options", "message"),
        [
            ("dancing", 1, 1, {}, "no synthetic action 'dancing'; there are boxing"),
            ("boxing", 1, 5, {}, "no synthetic scenario 5; there are 1 to 4"),
            ("boxing", 0, 1, {}, "subject 0"),
            ("boxing", 1, 1, {"num_frames": 0}, "0 frames"),
            ("boxing", 1, 1, {"fps": 0.0}, r"0\.0 frames a second"),
            ("boxing", 1, 1, {"fps": float("nan")}, "nan frames a second"),
        ],
    )
    def test_says_what_does_not_exist(
        self, action: str, subject: int, scenario: int, options: dict[str, float], message: str
    ) -> None:
        with pytest.raises(ValueError, match=message):
            synthesize(action, subject, scenario, **options)  # type: ignore[arg-type]


class TestFolder:
    def test_the_whole_set_has_the_names_and_the_gap_of_kth(self, tmp_path: Path) -> None:
        paths = write_synthetic_kth(tmp_path, num_frames=8)
        wanted = set(product(ACTIONS, range(1, 26), SCENARIOS)) - MISSING
        assert len(paths) == 599
        assert {path.name for path in paths} == {f"person{p:02d}_{a}_d{d}_uncomp.npy" for a, p, d in wanted}
        assert "person13_handclapping_d3_uncomp.npy" not in {path.name for path in paths}
        assert {path.name for path in tmp_path.iterdir()} == {path.name for path in paths} | {MARKER}

    def test_files_hold_x_y_and_score(self, tmp_path: Path) -> None:
        for path in write_synthetic_kth(tmp_path, subjects=[4], scenarios=[2]):
            recording = np.load(path, allow_pickle=False)
            sequence = synthesize(path.stem.split("_")[1], 4, 2)
            assert recording.dtype == np.float32
            assert recording.shape == (len(sequence), 25, 3)
            assert (recording[recording[..., 2] == 0] == 0).all()
            np.testing.assert_array_equal(recording[..., :2], sequence.pos)
            np.testing.assert_array_equal(recording[..., 2], sequence.score)

    def test_a_part_is_the_same_as_in_the_whole(self, tmp_path: Path) -> None:
        part = write_synthetic_kth(tmp_path / "part", subjects=[7], scenarios=[3], seed=5)
        write_synthetic_kth(tmp_path / "whole", subjects=[9, 7, 2], scenarios=[1, 3], seed=5)
        assert len(part) == 6
        for path in part:
            assert path.read_bytes() == (tmp_path / "whole" / path.name).read_bytes()

    def test_the_folder_says_that_it_is_synthetic(self, tmp_path: Path) -> None:
        write_synthetic_kth(tmp_path, subjects=[1], scenarios=[1], seed=3)
        facts = json.loads((tmp_path / MARKER).read_text(encoding="utf-8"))
        assert facts["synthetic"] is True
        assert (facts["seed"], facts["fps"], facts["version"]) == (3, FPS, 2)

    def test_real_recordings_are_left_alone(self, tmp_path: Path) -> None:
        real = tmp_path / "person01_boxing_d1_uncomp.npy"
        real.write_bytes(b"real")
        with pytest.raises(FileExistsError, match="may be real"):
            write_synthetic_kth(tmp_path)
        assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"real"]

    def test_seeds_are_not_mixed_but_a_folder_can_be_completed(self, tmp_path: Path) -> None:
        write_synthetic_kth(tmp_path, subjects=[1], scenarios=[1])
        write_synthetic_kth(tmp_path, subjects=[1, 2], scenarios=[1])
        with pytest.raises(FileExistsError, match="empty the folder"):
            write_synthetic_kth(tmp_path, seed=1)
        assert len(list(tmp_path.glob("*.npy"))) == 12

    def test_an_interrupted_write_leaves_no_half_written_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write_whole = Path.write_bytes

        def write_half(path: Path, content: bytes) -> int:
            if "handwaving" not in path.name:
                return write_whole(path, content)
            write_whole(path, content[: len(content) // 2])
            raise KeyboardInterrupt

        monkeypatch.setattr(Path, "write_bytes", write_half)
        with pytest.raises(KeyboardInterrupt):
            write_synthetic_kth(tmp_path, subjects=[1], scenarios=[1])
        names = {path.name for path in tmp_path.iterdir()}
        assert names == {MARKER, "person01_boxing_d1_uncomp.npy", "person01_handclapping_d1_uncomp.npy"}


def at_five_frames_a_second(action: str, sequence: SkeletonSequence, seen: Array) -> SkeletonData:
    """Every fifth frame, without the joints that one estimator never finds and the frames in which nobody is."""
    score = ((sequence.score[::5] > 0) * seen).astype(np.float32)
    there = score.any(axis=1)
    thinned = SkeletonSequence(sequence.pos[::5][there], BODY_25, score[there], 5.0, sequence.name)
    return SkeletonData.from_sequence(thinned, y=ACTIONS.index(action))


def test_new_people_are_recognized_neither_by_chance_nor_perfectly(
    collection: dict[tuple[str, int, int], SkeletonSequence],
) -> None:
    data = {key: at_five_frames_a_second(key[0], value, np.ones(25)) for key, value in collection.items()}
    train = [recording for (_, person, _), recording in data.items() if person <= 15]
    test = [recording for (_, person, _), recording in data.items() if person > 20]
    predicted, truth = forest_predictions(train, test, BODY_25), np.array([int(recording.y) for recording in test])
    assert 0.8 < (predicted == truth).mean() < 1.0


def test_real_people_are_recognized_from_synthetic_ones(
    real_data: Path, collection: dict[tuple[str, int, int], SkeletonSequence]
) -> None:
    paths = sorted((real_data / "kth_poses_5fps").glob("*.npy"))
    real = [
        SkeletonData.from_sequence(read_array(path, BODY_25, fps=5), y=ACTIONS.index(path.stem.split("_")[1]))
        for path in paths
    ]
    seen = np.max([(recording.score > 0).any(dim=0).numpy() for recording in real], axis=0)
    made_up = [at_five_frames_a_second(key[0], sequence, seen) for key, sequence in collection.items()]
    predicted = forest_predictions(made_up, real, BODY_25)
    assert (predicted == np.array([int(recording.y) for recording in real])).mean() > 0.75
