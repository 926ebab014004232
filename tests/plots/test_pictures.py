"""Pictures of what was learned and measured."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from PIL import Image

from stgcn_pyg.explain import Explanation, explain
from stgcn_pyg.metrics import accuracy_by
from stgcn_pyg.models import STGCN
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.plots import learned_edge_weights, plot_edge_weights, plot_explanation, plot_scenarios
from stgcn_pyg.plots.explanation import clear_pose
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25
from tests.recordings import random_sequence
from tests.strategies import few, graphs


def size(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as image:
        return image.size


def network(graph: SkeletonGraph, layers: int) -> STGCN:
    return STGCN(graph, in_channels=2, num_classes=2, channels=[(2, 1)] * layers, edge_importance=True)


@few
@given(graphs())
def test_learned_weights_begin_at_1_for_any_graph(graph: SkeletonGraph) -> None:
    weights = learned_edge_weights(network(graph, 2))
    assert weights.shape == (2, graph.num_edges)
    assert (weights == 1).all()


CASES = [("uniform", 0, 7), ("distance", 2, 1), ("spatial", 1, 2)]


@pytest.mark.parametrize(("partition", "hops", "layers"), CASES)
def test_edge_weights_are_drawn(tmp_path: Path, partition: str, hops: int, layers: int) -> None:
    graph = SkeletonGraph.build(BODY_25, partition, max_hops=hops)
    model = network(graph, layers)
    for name, values in model.named_parameters():
        if name.endswith("edge_importance"):
            values.data += 0.3 * torch.randn(graph.num_edges)
    plot_edge_weights(model, graph, tmp_path / "weights.png")
    assert min(size(tmp_path / "weights.png")) > 200


def test_a_network_without_learned_weights_says_how_to_get_them(tmp_path: Path) -> None:
    graph = SkeletonGraph.build(BODY_25)
    plain = STGCN(graph, in_channels=2, num_classes=2, channels=[(2, 1)])
    with pytest.raises(ValueError, match="no learned edge weights; train it with --edge-importance"):
        plot_edge_weights(plain, graph, tmp_path / "weights.png")
    assert list(tmp_path.iterdir()) == []


def test_scenarios_are_drawn_even_where_all_or_none_is_right(tmp_path: Path) -> None:
    groups = accuracy_by(["d2", "d1", "d1", "d10"], [0, 1, 2, 0], [1, 1, 2, 0])
    assert groups["d1"]["accuracy"] == 1
    assert groups["d2"] == {"accuracy": 0, "interval": pytest.approx([0, 0.793], abs=1e-3), "right": 0, "total": 1}
    assert sum(group["total"] for group in groups.values()) == 4
    plot_scenarios(groups, tmp_path / "scenarios.png")
    assert min(size(tmp_path / "scenarios.png")) > 200


@pytest.mark.parametrize("num_dims", [2, 3])
def test_an_explanation_is_drawn(tmp_path: Path, num_dims: int) -> None:
    torch.manual_seed(0)
    graph = SkeletonGraph.build(BODY_25)
    recognizer = Recognizer(graph, ["a", "b"], num_dims=num_dims, channels=[(2, 1)])
    explanation = explain(recognizer, random_sequence(6, num_dims=num_dims, missing=0.3))
    assert isinstance(explanation, Explanation)
    plot_explanation(explanation, graph, tmp_path / "explanation.png")
    assert min(size(tmp_path / "explanation.png")) > 500


def test_the_clearest_pose_is_wide_but_no_outlier() -> None:
    pos = np.tile(random_sequence(1).pos, (9, 1, 1))
    pos[:, :, 0] = np.arange(1, 10)[:, None] * pos[0, :, 0]
    score = np.ones((9, 25), np.float32)
    score[8, 3] = 0  # the widest, but not the fullest
    pose = clear_pose(SkeletonSequence(pos, BODY_25, score))
    assert np.allclose(pose * (1, -1), pos[6])
    assert np.isnan(clear_pose(SkeletonSequence(pos, BODY_25, 0 * score))).all()
