"""The page that plays a recording, as text."""

import json
import re
from base64 import b64decode
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.plots.sides import COLORS, joint_sides
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25, COCO_17, NTU_25
from stgcn_pyg.view import render_player, write_player
from stgcn_pyg.view.recording import recording_facts
from tests.recordings import random_sequence
from tests.view.undecided import undecided


def unpacked(text: str) -> np.ndarray:
    return np.frombuffer(b64decode(text), "<f4")


def embedded(page: str) -> dict[str, object]:
    """What the page's program will read."""
    (text,) = re.findall(r'<script type="application/json" id="recording">(.*?)</script>', page, re.DOTALL)
    facts: dict[str, object] = json.loads(text)
    return facts


@given(st.text())
def test_no_name_can_end_its_place_in_the_page(name: str) -> None:
    sequence = replace(random_sequence(2), name=name, facts={"action": name})
    page = render_player([sequence])
    assert page.count("<script") == page.count("</script>") == 2
    facts = embedded(page)
    assert (facts["name"], facts["facts"]) == (name, {"action": name})
    (title,) = re.findall("<title>(.*?)</title>", page, re.DOTALL)
    assert unescape(title) == name


def test_names_of_undecodable_bytes_are_written(tmp_path: Path) -> None:
    write_player([replace(random_sequence(2), name="walk\udcff")], tmp_path / "page.html")
    assert "<title>walk?</title>" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_positions_are_exact() -> None:
    sequence = random_sequence(5, missing=0.3)
    (person,) = recording_facts([sequence])["people"]
    assert np.array_equal(unpacked(person["pos"]).reshape(sequence.pos.shape), sequence.pos)
    assert np.array_equal(unpacked(person["score"]).reshape(sequence.score.shape), sequence.score)


def test_people_are_laid_on_one_axis_of_frames() -> None:
    first, second = random_sequence(4, 3), random_sequence(6, seed=1)
    facts = recording_facts([first, second])
    assert facts["frame"] == sorted({*first.frame.tolist(), *second.frame.tolist()})
    scores = [unpacked(person["score"]).reshape(-1, 25) for person in facts["people"]]
    for sequence, score in zip((first, second), scores, strict=True):
        own = np.isin(facts["frame"], sequence.frame)
        assert np.array_equal(score[own], sequence.score)
        assert not score[~own].any()


@pytest.mark.parametrize(
    "other",
    [random_sequence(4, skeleton=COCO_17), random_sequence(4, num_dims=3), random_sequence(4, fps=30)],
)
def test_bodies_of_different_kinds_are_refused(other: SkeletonSequence) -> None:
    with pytest.raises(ValueError, match="cannot be shown beside"):
        recording_facts([random_sequence(4), other])
    with pytest.raises(ValueError, match="no recording to show"):
        recording_facts([])


def test_colours_and_sides_are_those_of_the_pictures() -> None:
    page = render_player([random_sequence(2)])
    for side, color in COLORS.items():
        assert f"--{side.name.lower()}-ink: {color}" in page
    names = [side.name.lower() for side in joint_sides(BODY_25)]
    assert recording_facts([random_sequence(2)])["skeleton"]["jointSides"] == names


@pytest.mark.parametrize("sign", [1, -1])
def test_a_body_in_space_stands_upright_and_is_not_mirrored(sign: int) -> None:
    sequence = random_sequence(20, num_dims=3, skeleton=NTU_25)
    neck, hip = (NTU_25.sources(joint) for joint in ("neck", "mid_hip"))
    pos = sequence.pos.copy()
    pos[:, list(neck), 2] += sign * 500 - pos[:, list(hip), 2].mean()
    axes = np.array(recording_facts([replace(sequence, pos=pos)])["axes"])
    assert axes[1].tolist() == [0, 0, sign]
    assert np.linalg.det(axes) == pytest.approx(1)


def test_predictions_know_nothing_of_later_frames() -> None:
    recognizer = undecided(["wave", "box"])
    sequence = random_sequence(9)
    score = sequence.score.copy()
    score[:2] = 0  # nobody yet
    sequence = replace(sequence, score=score)
    whole = recording_facts([sequence], recognizer)
    begun = recording_facts([sequence.select(slice(6), sequence.name)], recognizer)
    assert whole["moments"] == list(range(2, 9))
    np.testing.assert_allclose(whole["probabilities"][: len(begun["moments"])], begun["probabilities"], atol=2e-4)
    np.testing.assert_allclose(np.sum(whole["probabilities"], axis=1), 1, atol=1e-3)


def test_a_prediction_is_of_all_people_so_far() -> None:
    recognizer = undecided(["wave", "box"])
    first, second = random_sequence(9), random_sequence(9, seed=1).select(slice(5, 9), "recording")
    alone, both = (recording_facts(people, recognizer) for people in ([first], [first, second]))
    change = np.abs(np.subtract(alone["probabilities"], both["probabilities"])).max(axis=1)
    assert (change[:5] < 2e-4).all()
    assert (change[5:] > 0.01).any()
    together = recognizer.predict([[first, second]])[0].numpy()
    np.testing.assert_allclose(both["probabilities"][-1], together, atol=2e-4)
