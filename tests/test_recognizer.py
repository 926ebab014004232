"""The recognizer: a folder on disk that gives the same scores back, and what it refuses."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.datasets import KTH_ACTIONS, KTHSkeletonDataset
from stgcn_pyg.io import read_array, read_openpose, read_openpose_folder
from stgcn_pyg.model_card import CARD_FILE
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.recognizer import CONFIG_FILE, PRETRAINED, WEIGHTS_FILE, Recognizer, pretrained_models
from stgcn_pyg.sequence import SkeletonSequence, convert_layout, group_people, resample
from stgcn_pyg.skeleton import BODY_25, COCO_17, HALPE_26, Skeleton
from stgcn_pyg.synthetic import synthesize
from stgcn_pyg.transforms import SkeletonFeatures
from tests.recordings import random_sequence
from tests.strategies import few, run_lengths, seeds

SMALL = [(4, 1), (8, 2)]


def clip(num_frames: int = 30, seed: int = 0, skeleton: Skeleton = BODY_25, num_dims: int = 2) -> SkeletonSequence:
    rng = np.random.default_rng(seed)
    pos = rng.normal(size=(num_frames, skeleton.num_joints, num_dims)).astype(np.float32)
    score = (rng.random((num_frames, skeleton.num_joints)) > 0.2).astype(np.float32)
    return SkeletonSequence(pos, skeleton, score, fps=25, name=f"clip{seed}")


def recognizer(fitted: bool = True) -> Recognizer:
    torch.manual_seed(0)
    features = SkeletonFeatures(BODY_25)
    if fitted:
        features.fit([SkeletonData.from_sequence(clip(seed=seed)) for seed in range(3)])
    return Recognizer(SkeletonGraph.build(BODY_25), ["a", "b", "c"], features, channels=SMALL)


RECOGNIZER = recognizer()


def test_repr() -> None:
    assert repr(recognizer()) == "Recognizer(3 classes, BODY_25, 1,067 parameters)"


@pytest.mark.parametrize("fitted", [True, False])
def test_what_is_saved_comes_back(tmp_path: Path, fitted: bool) -> None:
    clips = [clip(n, seed=n) for n in (1, 20, 33)]
    original = recognizer(fitted)
    original.save_pretrained(tmp_path)
    loaded = Recognizer.from_pretrained(tmp_path)
    assert torch.equal(loaded.predict(clips), original.predict(clips))
    assert loaded.classes == original.classes
    assert loaded.fps == original.fps
    assert repr(loaded.graph) == repr(original.graph)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([CARD_FILE, CONFIG_FILE, WEIGHTS_FILE])


@given(st.lists(run_lengths, min_size=1, max_size=4), st.integers(1, 4), st.randoms(use_true_random=False))
@few
def test_a_prediction_depends_on_its_recording_alone(
    runs: list[list[int]], batch_size: int, random: Random
) -> None:
    """Whatever else is scored with it, in whatever order and batches."""
    clips = [random_sequence(*lengths, missing=0.3, seed=seed) for seed, lengths in enumerate(runs)]
    alone = torch.cat([RECOGNIZER.predict([one]) for one in clips])
    order = random.sample(range(len(clips)), len(clips))
    together = RECOGNIZER.predict([clips[i] for i in order], batch_size)
    torch.testing.assert_close(together, alone[order], rtol=0, atol=1e-5)


@given(st.integers(1, 20), st.sampled_from([7.0, -1e6, 1e38, np.inf, np.nan]), seeds)
@few
def test_where_a_missing_joint_is_said_to_be_does_not_matter(num_frames: int, place: float, seed: int) -> None:
    """From values, from arrays and from OpenPose's frames to scores."""
    sequence = random_sequence(num_frames, missing=0.3, seed=seed)
    # A body that keeps its shape, so that OpenPose's reader takes it for the same person in all frames.
    body = np.random.default_rng(seed).normal(80, 20, sequence.pos.shape[1:])
    sequence = replace(sequence, pos=(body + 0.1 * sequence.pos).astype(np.float32))
    scores = RECOGNIZER.predict([sequence])
    pos = np.where(sequence.missing[..., None], np.float32(place), sequence.pos)
    assert torch.equal(RECOGNIZER.predict([replace(sequence, pos=pos)]), scores)
    pose = np.concatenate([pos, sequence.score[..., None]], axis=2)
    with TemporaryDirectory() as folder:
        np.save(f"{folder}/walk.npy", pose)
        assert torch.equal(RECOGNIZER.predict([read_array(f"{folder}/walk.npy", fps=25)]), scores)
        if not np.isfinite(place):
            return  # which is no JSON
        for t, joints in enumerate(pose.astype(float)):
            frame = {"people": [{"pose_keypoints_2d": joints.flatten().tolist()}]}
            Path(folder, f"walk_{t:012d}_keypoints.json").write_text(json.dumps(frame))
        assert torch.equal(RECOGNIZER.predict([read_openpose(folder, fps=25)]), scores)


@given(run_lengths, st.floats(0.1, 10), st.floats(-500, 500), st.integers(0, 1000), seeds)
@few
def test_place_size_and_time_of_a_recording_do_not_matter(
    lengths: list[int], size: float, place: float, start: int, seed: int
) -> None:
    sequence = random_sequence(*lengths, missing=0.3, seed=seed)
    elsewhere = replace(sequence, pos=size * sequence.pos + place, frame=sequence.frame + start)
    torch.testing.assert_close(RECOGNIZER.predict([elsewhere]), RECOGNIZER.predict([sequence]), rtol=0, atol=1e-3)


@given(st.permutations(BODY_25.joints), run_lengths, seeds)
@few
def test_the_order_of_joints_does_not_matter(joints: list[str], lengths: list[int], seed: int) -> None:
    """A model of the same weights on a body whose joints come in another order takes the same recordings alike."""
    other = Recognizer(
        SkeletonGraph.build(replace(BODY_25, name="other", joints=tuple(joints))), "abc", channels=SMALL
    )
    one = recognizer(fitted=False)
    other.model.load_state_dict(one.model.state_dict())
    sequence = random_sequence(*lengths, missing=0.3, seed=seed)
    torch.testing.assert_close(other.predict([sequence]), one.predict([sequence]), rtol=0, atol=1e-4)


# --- several people


def test_one_person_may_be_given_as_people() -> None:
    assert torch.equal(RECOGNIZER.predict([[clip()]]), RECOGNIZER.predict([clip()]))


def test_the_people_of_a_recording_are_scored_together_in_any_order() -> None:
    one, other, nobody = clip(20, 1), clip(33, 2), replace(clip(9), score=np.zeros((9, 25), np.float32))
    scores = RECOGNIZER.predict([one, [one, other], [other, one, nobody], other])
    torch.testing.assert_close(scores[1], scores[2])
    assert not torch.allclose(scores[0], scores[1])
    torch.testing.assert_close(scores[[0, 3]], RECOGNIZER.predict([one, other]))
    data = RECOGNIZER.prepare([one, other])
    assert (data.name, data.num_frames, data.ptr.tolist()) == ("clip1", 53, [0, 20, 53])


def test_each_person_is_brought_to_the_models_layout_and_rate_with_one_warning() -> None:
    people = [replace(clip(60, seed, COCO_17), fps=fps) for seed, fps in enumerate((50, 50, 25))]
    with pytest.warns(UserWarning, match="recorded") as warned:
        data = RECOGNIZER.prepare(people)
    assert [str(warning.message).split(" ")[:3] for warning in warned] == [
        *(["recorded", "as", "COCO_17,"], ["recorded", "at", "50"])
    ]
    assert all(warning.filename == __file__ for warning in warned)
    assert data.body.bincount().tolist() == [30, 30, 60]
    alone = [resample(convert_layout(person, BODY_25), 25) for person in people]
    assert torch.equal(data.x, torch.cat([RECOGNIZER.prepare(person).x for person in alone]))


def test_nobody_among_several_people_is_said_once() -> None:
    empty = replace(clip(5), score=np.zeros((5, 25), np.float32))
    with pytest.warns(UserWarning, match="clip0: nobody is seen in any frame") as warned:
        assert RECOGNIZER.predict([[empty, empty]]).isfinite().all()
    assert len(warned) == 1
    with pytest.raises(ValueError, match="at least one person's sequence"):
        RECOGNIZER.predict([[]])


def test_two_real_people_are_scored_together(real_data: Path) -> None:
    read = [read_openpose_folder(real_data / "openpose_json" / "standing_2", fps=25, people=m) for m in (1, 2)]
    (alone,), people = read
    assert group_people(people) == [people]
    scores = RECOGNIZER.predict([alone, people, people[::-1], people[1]])
    torch.testing.assert_close(scores[1], scores[2])
    torch.testing.assert_close(scores[0], RECOGNIZER.predict(people[:1])[0])
    main, together, _, other = (scores.log() - scores.log().mean(dim=1, keepdim=True)).unbind()  # logits again
    torch.testing.assert_close(together, (91 * main + 120 * other) / 211)  # of 182 and 240 frames every other one


# --- what a model is not used to


def test_no_recordings_no_scores() -> None:
    assert recognizer().predict([]).shape == (0, 3)


def test_nobody_in_view_gives_scores_all_the_same() -> None:
    empty = SkeletonSequence(np.zeros((5, 25, 2), np.float32), BODY_25, np.zeros((5, 25), np.float32))
    with pytest.warns(UserWarning, match="recording: nobody is seen in any frame"):
        assert recognizer().predict([empty]).isfinite().all()


def test_an_unknown_rate_is_taken_to_be_the_models() -> None:
    known, unknown = clip(), replace(clip(), fps=None)
    both = recognizer().predict([known, unknown])
    assert torch.allclose(both[0], both[1])


def test_scoring_leaves_a_model_in_training_in_training() -> None:
    model = recognizer()
    model.model.train()
    model.predict([clip()])
    assert model.model.training


def test_a_recording_of_another_layout_is_converted() -> None:
    recording = clip(skeleton=COCO_17)
    with pytest.warns(UserWarning, match="recorded as COCO_17.* the model's BODY_25.*; missing: left_big_toe, "):
        scores = recognizer().predict([recording])
    assert torch.equal(scores, recognizer().predict([convert_layout(recording, BODY_25)]))


def test_a_layout_that_gives_every_joint_is_converted_without_a_word() -> None:
    recording = clip(skeleton=HALPE_26)
    scores = recognizer().predict([recording])
    assert torch.equal(scores, recognizer().predict([convert_layout(recording, BODY_25)]))


def test_what_the_model_cannot_take_is_refused() -> None:
    with pytest.raises(ValueError, match="clip0: dog gives no joint of BODY_25"):
        recognizer().predict([clip(skeleton=Skeleton("dog", ("withers", "tail"), ()))])
    with pytest.raises(ValueError, match="clip0: 3 coordinates a joint, but the model takes 2"):
        recognizer().predict([clip(num_dims=3)])


def test_another_frame_rate_is_resampled_openly() -> None:
    fast = replace(clip(60), fps=50)
    with pytest.warns(UserWarning, match="recorded at 50 frames a second; resampled to 25, which the model"):
        probabilities = recognizer().predict([fast])
    assert torch.equal(probabilities, recognizer().predict([resample(fast, 25)]))
    with pytest.warns(UserWarning, match=r"recorded at 5 frames .* resampled to 25.* are interpolated"):
        assert recognizer().other_rate(5) == 25
    for rate in (25, 24.98, None):
        assert recognizer().other_rate(rate) is None


def test_a_model_that_cannot_be_saved_leaves_the_one_that_was_there(tmp_path: Path) -> None:
    recognizer().save_pretrained(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    other = Recognizer(SkeletonGraph.build(BODY_25), ["a", "b"], channels=SMALL, fps=np.nan)
    with pytest.raises(ValueError, match="not JSON compliant"):  # after the weights were written
        other.save_pretrained(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("members", [1, 2])
def test_other_actions_need_other_classifiers_and_no_other_weights(tmp_path: Path, members: int) -> None:
    original = Recognizer(SkeletonGraph.build(BODY_25), ["a", "b", "c"], channels=SMALL, members=members)
    original.save_pretrained(tmp_path)
    for wanted, names in (
        ({"num_classes": 5}, ("class0", "class1", "class2", "class3", "class4")),
        ({"classes": ["x", "y", "z"]}, ("x", "y", "z")),
    ):
        tuned = Recognizer.from_pretrained(tmp_path, **wanted)
        assert tuned.classes == names
        assert tuned.predict([clip()]).shape == (1, len(names))
        weights = original.model.state_dict()
        assert all(
            torch.equal(value, weights[name]) != ("classifier" in name)
            if value.shape == weights[name].shape
            else "classifier" in name
            for name, value in tuned.model.state_dict().items()
        )
        tuned.save_pretrained(tmp_path / "tuned")
        assert Recognizer.from_pretrained(tmp_path / "tuned").classes == names
    for same in ({}, {"num_classes": 3}, {"classes": ("a", "b", "c")}):
        again = Recognizer.from_pretrained(tmp_path, **same)
        assert torch.equal(again.predict([clip()]), original.predict([clip()]))


def test_actions_that_are_known_keep_what_is_learned_of_them() -> None:
    model = recognizer()
    before = model.networks[0].classifier
    model.retarget(["c", "new", "a"])
    after = model.networks[0].classifier
    assert torch.equal(after.weight[[0, 2]], before.weight[[2, 0]])
    assert torch.equal(after.bias[[0, 2]], before.bias[[2, 0]])


@pytest.mark.parametrize("freeze", [0, 1, 2])
def test_what_is_frozen_is_not_trained(tmp_path: Path, freeze: int) -> None:
    recognizer().save_pretrained(tmp_path)
    tuned = Recognizer.from_pretrained(tmp_path, num_classes=2, freeze=freeze)
    before = {name: value.clone() for name, value in tuned.model.state_dict().items()}
    tuned.model.train()
    data = tuned.prepare(clip())
    optimizer = torch.optim.SGD(tuned.model.parameters(), lr=0.1)
    torch.nn.functional.cross_entropy(tuned.model(data), torch.tensor([1])).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    frozen = [f"units.{number}." for number in range(freeze)] + (["final."] if freeze == 2 else [])
    for name, value in tuned.model.state_dict().items():
        stays = name.startswith(tuple(frozen)) or (name.endswith(("bias", "weight")) and before[name].numel() == 0)
        assert torch.equal(value, before[name]) == stays, name


def test_a_model_that_comes_along_is_read_by_its_name_unless_a_folder_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Recognizer.from_pretrained("synthetic_kth").classes == KTH_ACTIONS
    recognizer().save_pretrained("synthetic_kth")
    assert Recognizer.from_pretrained("synthetic_kth").classes == ("a", "b", "c")
    with pytest.raises(FileNotFoundError, match=r"no model in nowhere: .*models that come along: synthetic_kth"):
        Recognizer.from_pretrained("nowhere")


@pytest.mark.parametrize("name", pretrained_models())
def test_a_model_that_comes_along_has_a_card_that_says_what_it_is(name: str) -> None:
    card = (PRETRAINED / name / "README.md").read_text()
    for word in ("synthetic", "accuracy", "95 % interval", "stgcn-pyg train", "MIT"):
        assert word in card
    assert sum(path.stat().st_size for path in (PRETRAINED / name).iterdir()) < 4e6


def test_the_default_model_knows_synthetic_people_it_has_not_seen() -> None:
    people = [synthesize(action, subject, 1) for action in KTH_ACTIONS for subject in (21, 22, 23, 24, 25)]
    with pytest.warns(UserWarning, match="resampled to 5"):
        predicted = Recognizer.from_pretrained("synthetic_kth").predict(people).argmax(dim=1)
    assert (predicted == torch.arange(6).repeat_interleave(5)).float().mean() > 0.8


def test_the_default_model_is_far_above_chance_on_real_people(real_data: Path) -> None:
    model = Recognizer.from_pretrained("synthetic_kth")
    poses = real_data / "kth_poses_5fps"
    real = KTHSkeletonDataset(poses, "all", graph=model.graph, fps=5, transform=model.features)
    right = int((model.predict_data(real).argmax(dim=1) == real.y).sum())
    card = (PRETRAINED / "synthetic_kth" / "README.md").read_text()
    assert f"{right} of 120" in card


def test_more_units_than_there_are_cannot_be_frozen(tmp_path: Path) -> None:
    recognizer().save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="the network has 2 units, of which 3 cannot be frozen"):
        Recognizer.from_pretrained(tmp_path, freeze=3)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=f"no model in .*: it has no {CONFIG_FILE}"):
        Recognizer.from_pretrained(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        "truncated weights",
        "truncated config",
        "newer format",
        "other network",
        "other strides",
        "other rate",
        "other edges",
        "endless edge",
        "no spread",
        "pickle",
    ],
)
def test_damaged_folders_are_refused(tmp_path: Path, damage: str) -> None:
    recognizer().save_pretrained(tmp_path)
    weights, config = tmp_path / WEIGHTS_FILE, tmp_path / CONFIG_FILE
    settings = json.loads(config.read_text())
    match damage:
        case "truncated weights":
            weights.write_bytes(weights.read_bytes()[:-100])
        case "truncated config":
            config.write_text(config.read_text()[:-100])
        case "newer format":
            config.write_text(json.dumps(settings | {"format": 99}))
        case "other network":
            config.write_text(json.dumps(settings | {"channels": [[4, 1], [16, 2]]}))
        case "other strides":
            config.write_text(json.dumps(settings | {"channels": [[4, 0], [8, 2]]}))
        case "other rate":
            config.write_text(json.dumps(settings | {"fps": "fast"}))
        case "other edges":
            settings["graph"]["edge_index"][1][0] = 25
            config.write_text(json.dumps(settings))
        case "endless edge":
            settings["graph"]["edge_weight"][0] = 1e300
            config.write_text(json.dumps(settings))
        case "no spread":
            settings["features"]["std"][3][1] = 0.0
            config.write_text(json.dumps(settings))
        case "pickle":
            torch.save(recognizer().model.state_dict(), weights)
    with pytest.raises(ValueError, match=f"the model in {tmp_path} cannot be read"):
        Recognizer.from_pretrained(tmp_path)
