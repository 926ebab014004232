"""Explanations: laws that hold for any network, and a task whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from stgcn_pyg.data import SkeletonData, TimelineBatch
from stgcn_pyg.explain import (
    METHODS,
    edge_contributions,
    explain,
    joint_contributions,
    log_probability,
    without_joints,
)
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.plots import rest_pose
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25, COCO_17
from stgcn_pyg.transforms import SkeletonFeatures
from tests.recordings import random_sequence

WRIST = BODY_25.index("left_wrist")
FRAMES = 24


def arm_task(label: int, seed: int) -> SkeletonSequence:
    """A body that shakes; whether its left wrist circles or rests is the class, and nothing else tells it."""
    rng = np.random.default_rng(seed)
    standing = 200 + rest_pose(BODY_25) * (1, -1)
    pos = standing + rng.normal(scale=2, size=(FRAMES, BODY_25.num_joints, 2))
    angle = 2 * np.pi * (np.arange(FRAMES) / 8 + rng.random())
    pos[:, WRIST] += label * 25 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return SkeletonSequence(pos.astype(np.float32), BODY_25, fps=25, name=f"arm{seed}")


@pytest.fixture(scope="module")
def trained() -> Recognizer:
    """A small network that was trained on that task for a moment."""
    torch.manual_seed(0)
    features = SkeletonFeatures(BODY_25).fit(SkeletonData.from_sequence(arm_task(n % 2, n)) for n in range(8))
    graph = SkeletonGraph.build(BODY_25)
    recognizer = Recognizer(graph, ["rests", "circles"], features, channels=[(16, 1), (16, 1)])
    optimizer = torch.optim.AdamW(recognizer.model.parameters(), lr=3e-2)
    for step in range(60):  # on new recordings in every step
        recordings = [recognizer.prepare(arm_task(n % 2, 1000 + 8 * step + n)) for n in range(8)]
        optimizer.zero_grad()
        logits = recognizer.model(TimelineBatch.from_data_list(recordings))
        cross_entropy(logits, torch.arange(8) % 2).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert float(recognizer.predict([arm_task(1, 99)])[0, 1]) > 0.9
    return recognizer


@pytest.mark.parametrize("method", METHODS)
def test_the_wrist_that_decides_is_named_first(trained: Recognizer, method: str) -> None:
    explanation = explain(trained, arm_task(1, 100), method=method)
    assert explanation.target == "circles"
    assert explanation.top_joints(1)[0][0] == "left_wrist"
    assert "left_wrist" in explanation.top_edges(1)[0][0]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("count", [1, 3])
def test_what_is_named_matters_more_than_what_is_not(trained: Recognizer, method: str, count: int) -> None:
    rng = np.random.default_rng(0)
    named: dict[str, list[float]] = {"joints": [], "edges": []}
    others: dict[str, list[float]] = {"joints": [], "edges": []}
    for seed in (100, 101, 102):
        sequence = arm_task(1, seed)
        explanation = explain(trained, sequence, "circles", method)
        for what, values in (("joints", explanation.joints), ("edges", explanation.edges)):
            top = np.argsort(-values)[:count].tolist()
            named[what].append(log_probability(trained, sequence, "circles", **{what: top}))
            for _ in range(5):
                some = rng.choice(len(values), count, replace=False).tolist()
                others[what].append(log_probability(trained, sequence, "circles", **{what: some}))
    for what in named:
        assert np.mean(named[what]) < np.mean(others[what]) - 0.1


def untrained(members: int = 1) -> Recognizer:
    torch.manual_seed(0)
    graph = SkeletonGraph.build(BODY_25)
    return Recognizer(graph, ["a", "b", "c"], members=members, channels=[(6, 1), (6, 2)], edge_importance=True)


@pytest.mark.parametrize("members", [1, 2])
def test_integrated_gradients_add_up(members: int) -> None:
    recognizer, sequence = untrained(members), random_sequence(20, missing=0.2)
    whole = log_probability(recognizer, sequence, "b")
    nothing = recognizer.prepare(sequence)
    nothing.x = torch.zeros_like(nothing.x)
    without_input = float(recognizer.predict_data([nothing]).log()[0, 1])
    joints = joint_contributions(recognizer, sequence, "b", "gradient")
    assert joints.sum() == pytest.approx(whole - without_input, abs=0.02)
    everything = range(recognizer.graph.num_edges)
    without_edges = log_probability(recognizer, sequence, "b", edges=everything)
    edges = edge_contributions(recognizer, sequence, "b", "gradient")
    assert edges.sum() == pytest.approx(whole - without_edges, abs=0.02)


def test_occlusion_is_what_the_score_loses() -> None:
    recognizer, sequence = untrained(), random_sequence(20, missing=0.2)
    whole = float(recognizer.predict([sequence]).log()[0, 2])
    joints = joint_contributions(recognizer, sequence, "c")
    alone = recognizer.predict([without_joints(sequence, [4])]).log()[0, 2]
    assert joints[4] == pytest.approx(whole - float(alone), abs=1e-5)
    edges = edge_contributions(recognizer, sequence, "c")
    assert edges[7] == pytest.approx(whole - log_probability(recognizer, sequence, "c", edges=[7]), abs=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_an_edge_that_the_network_ignores_counts_nothing(method: str) -> None:
    recognizer, sequence = untrained(), random_sequence(20)
    for name, values in recognizer.model.named_parameters():
        if name.endswith("edge_importance"):
            values.data[7] = 0
    assert edge_contributions(recognizer, sequence, "c", method)[7] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_a_joint_that_was_never_seen_counts_nothing(method: str) -> None:
    recognizer, sequence = untrained(), without_joints(random_sequence(20), [WRIST])
    assert recognizer.features.standardize is None
    recognizer.features.fit([recognizer.prepare(random_sequence(20, seed=1))])
    assert joint_contributions(recognizer, sequence, "a", method)[WRIST] == 0


def test_explaining_leaves_the_model_as_it_was() -> None:
    recognizer, sequence = untrained(), random_sequence(20)
    before = {name: value.clone() for name, value in recognizer.model.state_dict().items()}
    recognizer.model.train()
    for method in METHODS:
        explain(recognizer, sequence, method=method)
    assert recognizer.model.training
    assert all(torch.equal(before[name], value) for name, value in recognizer.model.state_dict().items())
    assert all(parameter.grad is None for parameter in recognizer.model.parameters())
    assert len(recognizer.predict([sequence])) == 1


def test_another_layout_is_explained_in_the_models() -> None:
    with pytest.warns(UserWarning, match="COCO_17"):
        explanation = explain(untrained(), random_sequence(12, skeleton=COCO_17))
    assert explanation.joints.shape == (25,)
    assert explanation.joints[BODY_25.index("left_heel")] == 0
    assert explanation.sequence.skeleton == BODY_25


@pytest.mark.parametrize("method", METHODS)
def test_a_single_frame_and_nobody_in_view_are_explained_all_the_same(method: str) -> None:
    sequence = random_sequence(1)
    assert np.isfinite(explain(untrained(), sequence, method=method).joints).all()
    nobody = replace(sequence, score=np.zeros_like(sequence.score))
    with pytest.warns(UserWarning, match="nobody is seen"):
        explanation = explain(untrained(), nobody, method=method)
    assert np.isfinite(explanation.edges).all()


def test_what_is_not_known_is_said() -> None:
    with pytest.raises(ValueError, match="the model knows no class 'dance'; it knows a, b, c"):
        explain(untrained(), random_sequence(5), "dance")
    with pytest.raises(ValueError, match="no method is called 'guess'; known: occlusion, gradient"):
        explain(untrained(), random_sequence(5), method="guess")
