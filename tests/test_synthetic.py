"""Synthetic recordings: what a body cannot do, what the six actions are, and files that can be relied on."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier

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
from stgcn_pyg.synthetic.body import Array, Body, reach
from stgcn_pyg.synthetic.camera import SCENARIOS, place_in_world
from stgcn_pyg.synthetic.recording import Performance, perform
from stgcn_pyg.synthetic.subject import Subject

GAITS = ("walking", "jogging", "running")
GESTURES = ("boxing", "handclapping", "handwaving")
TIME = np.arange(200) / 25

actions = st.sampled_from(ACTIONS)
subjects = st.integers(1, 99)
scenarios = st.sampled_from(sorted(SCENARIOS))
seeds = st.integers(0, 2**40)


def performance(action: str, subject: int = 1, scenario: int = 1, seed: int = 0) -> Performance:
    """What a person does, before any camera or error."""
    rng = np.random.default_rng((seed, subject, scenario))
    return perform(action, Subject.of(subject, seed), SCENARIOS[scenario], TIME, rng)


def of(joints: Array, name: str) -> Array:
    """The track ``[T, D]`` of one joint."""
    track: Array = joints[:, BODY_25.index(name)]
    return track


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
        done = performance(action, subject, scenario, seed)
        world = place_in_world(done.joints, done.heading, done.track)
        for joints in (done.joints, world):
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
        assert 0.7 < legs.min() < legs.max() < 1.05
        assert Subject.of(1, seed=0) != Subject.of(1, seed=1)

    @given(actions, subjects, scenarios, seeds)
    def test_knees_bend_backward_and_feet_stay_low(
        self, action: str, subject: int, scenario: int, seed: int
    ) -> None:
        joints = performance(action, subject, scenario, seed).joints
        for side in ("left", "right"):
            hip, knee, ankle = (of(joints, f"{side}_{part}") for part in ("hip", "knee", "ankle"))
            thigh, shin = knee - hip, ankle - knee
            assert (thigh[:, 0] * shin[:, 1] - thigh[:, 1] * shin[:, 0] <= 1e-9).all()
            assert (ankle[:, 1] < hip[:, 1]).all()
        ground = joints[..., 1].min(axis=1)
        assert ground.min() > -1e-9
        assert ground.max() < 0.25
        if action in GESTURES:
            np.testing.assert_allclose(ground, 0, atol=1e-9)

    @given(st.lists(st.floats(-1, 1), min_size=3, max_size=3))
    def test_an_arm_reaches_what_is_within_reach(self, direction: list[float]) -> None:
        body, target = Body(upper_arm=0.3, forearm=0.25), np.array([direction])
        upper_arm, forearm = reach(body, target + 1e-6, np.array([0.2, -1.0, 0.4]))
        for part in (upper_arm, forearm):
            np.testing.assert_allclose(np.linalg.norm(part, axis=-1), 1)
        wrist = 0.3 * upper_arm + 0.25 * forearm
        if 0.1 < np.linalg.norm(target) < 0.54:
            np.testing.assert_allclose(wrist, target, atol=1e-5)


class TestActions:
    @pytest.mark.parametrize("action", GAITS)
    def test_arms_swing_against_the_legs(self, action: str) -> None:
        joints = performance(action).joints
        for side, other in (("left", "right"), ("right", "left")):
            wrist, ankle = of(joints, f"{side}_wrist")[:, 0], of(joints, f"{side}_ankle")[:, 0]
            assert np.corrcoef(wrist, ankle)[0, 1] < -0.5
            assert np.corrcoef(ankle, of(joints, f"{other}_ankle")[:, 0])[0, 1] < -0.5

    def test_running_is_faster_than_jogging_than_walking_but_not_always(self) -> None:
        speed = {
            gait: np.array([hip_speed(synthesize(gait, person, d)) for person in range(1, 26) for d in (1, 4)])
            for gait in GAITS
        }
        for slower, faster in (("walking", "jogging"), ("jogging", "running")):
            assert speed[slower].mean() * 1.2 < speed[faster].mean()
            assert speed[slower].max() > speed[faster].min()

    def test_people_on_foot_look_where_they_go(self) -> None:
        for gait in GAITS:
            done = performance(gait)
            step = np.diff(done.track[:, 0])
            straight = np.abs(step) < 1  # not at the turn, out of the picture
            assert (np.sign(step[straight]) == np.sign(np.cos(done.heading[1:][straight])))[
                step[straight] != 0
            ].all()

    def test_people_on_foot_leave_the_picture_and_come_back(self) -> None:
        for gait, person in product(GAITS, range(1, 6)):
            nobody = synthesize(gait, person, 1).missing.all(axis=1)
            assert nobody.any()
            assert (~nobody).sum() >= 20
        for gesture, person in product(GESTURES, range(1, 6)):
            assert not synthesize(gesture, person, 1).missing.all(axis=1).any()

    def test_boxers_punch_in_turn(self) -> None:
        joints = performance("boxing").joints
        ahead = [
            np.linalg.norm(of(joints, f"{s}_wrist") - of(joints, f"{s}_shoulder"), axis=1)
            for s in ("left", "right")
        ]
        assert np.corrcoef(*ahead)[0, 1] < -0.2

    @given(subjects)
    def test_clapping_hands_meet_before_the_chest(self, subject: int) -> None:
        joints = performance("handclapping", subject).joints
        apart = np.linalg.norm(of(joints, "left_wrist") - of(joints, "right_wrist"), axis=1)
        assert apart.min() < 0.12
        assert apart.max() > 0.25
        assert of(joints, "left_wrist")[apart.argmin(), 0] > of(joints, "neck")[apart.argmin(), 0]

    def test_waving_hands_mostly_rise_over_the_head(self) -> None:
        over = []
        for person in range(1, 26):
            joints = performance("handwaving", person).joints
            highest = np.minimum(of(joints, "left_wrist")[:, 1], of(joints, "right_wrist")[:, 1]).max()
            over.append(highest > of(joints, "nose")[:, 1].max())
        assert np.mean(over) > 0.7

    def test_who_faces_the_camera_has_the_right_arm_on_the_left_of_the_picture(self) -> None:
        sequence = synthesize("handwaving", 1, 1)
        right, left = (sequence.pos[:, BODY_25.index(f"{side}_shoulder"), 0] for side in ("right", "left"))
        assert np.median(right) < np.median(left)


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
            "SkeletonSequence('person03_boxing_d2_uncomp', 64 frames, BODY_25, 2D, 12.5 fps"
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

    def test_length_does_not_tell_the_action(self) -> None:
        lengths = np.array(
            [
                [len(synthesize(action, person, d)) for person, d in product(range(1, 26), SCENARIOS)]
                for action in ACTIONS
            ]
        )
        error = lengths.std() / np.sqrt(lengths.shape[1])
        assert (np.abs(lengths.mean(axis=1) - np.mean(NUM_FRAMES)) < 3 * error).all()
        assert (lengths.min(axis=1) < NUM_FRAMES[0] + 4).all()
        assert (lengths.max(axis=1) > NUM_FRAMES[1] - 4).all()

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
        assert (facts["seed"], facts["fps"], facts["version"]) == (3, FPS, 1)

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


def clip_statistics(sequence: SkeletonSequence) -> Array:
    """What a simple classifier sees: five statistics of each joint about the hip, and the speed of the hip."""
    hip = BODY_25.index("mid_hip")
    seen = np.ma.masked_array(sequence.pos, np.repeat(sequence.missing[..., None], 2, axis=2))
    pos = (seen - seen[:, hip : hip + 1]) / np.median(trunk(sequence))
    motion = np.abs(pos[1:] - pos[:-1]).mean(axis=0)
    statistics = [pos.mean(axis=0), pos.std(axis=0), pos.min(axis=0), pos.max(axis=0), motion]
    return np.array([*np.ravel([values.filled(0) for values in statistics]), hip_speed(sequence)])


def test_new_people_are_recognized_neither_by_chance_nor_perfectly() -> None:
    parts = [list(product(ACTIONS, people, SCENARIOS)) for people in (range(1, 16), range(21, 26))]
    train, test = (np.array([clip_statistics(synthesize(*key)) for key in part]) for part in parts)
    forest = RandomForestClassifier(100, random_state=0).fit(train, [action for action, _, _ in parts[0]])
    predicted = forest.predict(test)
    truth = np.array([action for action, _, _ in parts[1]])
    assert 0.75 < (predicted == truth).mean() < 0.96
    confused = (predicted != truth) & np.isin(truth, GAITS)
    assert np.isin(predicted[confused], GAITS).mean() > 0.8
