"""Folded norms: fewer of them, and the same answers."""

import re
from typing import Any

import pytest
import torch

from stgcn_pyg.models import STGCN, Ensemble
from stgcn_pyg.nn import JointNorm, TemporalConv, fold_norms
from stgcn_pyg.nn.blocked import blocks
from stgcn_pyg.nn.spatial import BlockedSpatialGraphConv
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.transforms import UnrollFrames
from tests.strategies import randomized, recording

GRAPH = SkeletonGraph.build(BODY_25)
CHANNELS = ((8, 1), (8, 2), (4, 1))
DATA = recording(GRAPH, 9, 1, 4)

each_bias = pytest.mark.parametrize("bias", ["channel", "partition", "none"])


def build(**how: Any) -> STGCN:
    """A small network in double precision, as if trained."""
    return randomized(STGCN(GRAPH, 2, 6, CHANNELS, kernel_size=5, edge_importance=True, **how))


def norms(model: torch.nn.Module) -> set[str]:
    """What the norms of a network are called, leaving out the number of their unit."""
    return {
        re.sub(r"^units\.\d+\.", "", name) for name, part in model.named_modules() if isinstance(part, JointNorm)
    }


@each_bias
@pytest.mark.parametrize(
    ("how", "left"),
    [
        ({}, {"norm_in", "final.0"}),
        ({"norm": "once"}, {"norm"}),
        ({"norm": "none"}, set()),
        ({"relu_first": True}, {"norm_in", "norm_middle", "final.0"}),
        ({"residual": False}, {"norm_in"}),
        ({"residual": False, "linear_middle": True}, {"norm_in"}),
        ({"residual": False, "norm": "start"}, {"norm_in"}),
        ({"residual": False, "norm": "end"}, set()),
        ({"residual": False, "norm": "once"}, {"norm"}),
        ({"residual": False, "relu_first": True}, {"norm_in", "middle.0", "norm_out"}),
        ({"residual": "post-activation"}, set()),
    ],
    ids=str,
)
def test_folded_networks_answer_as_before(bias: str, how: dict[str, Any], left: set[str]) -> None:
    model = build(bias=bias, **how)
    folded = fold_norms(model)
    assert norms(folded) == left
    for data in (DATA, UnrollFrames(GRAPH)(DATA)):
        torch.testing.assert_close(folded(data), model(data), rtol=1e-10, atol=1e-10)
    with blocks(True):
        torch.testing.assert_close(folded(DATA), model(DATA), rtol=1e-10, atol=1e-10)


@each_bias
@pytest.mark.parametrize("residual", [False, True])
def test_the_network_itself_stays_as_it_is(bias: str, residual: bool) -> None:
    model = build(bias=bias, residual=residual)
    before = {name: values.clone() for name, values in model.state_dict().items()}
    folded = fold_norms(model)
    for name, values in model.state_dict().items():
        assert torch.equal(values, before[name])
    weights = {values.data_ptr() for values in model.state_dict().values()}
    assert not weights & {values.data_ptr() for values in folded.state_dict().values()}


def test_convolutions_without_bias_get_one() -> None:
    model = build(residual=False, bias="none")
    for unit in model.units:
        unit.get_submodule("temporal").register_parameter("bias", None)
    folded = fold_norms(model)
    torch.testing.assert_close(folded(DATA), model(DATA), rtol=1e-10, atol=1e-10)
    for part in folded.modules():
        if isinstance(part, TemporalConv | BlockedSpatialGraphConv):
            assert part.bias is not None
            assert part.bias.any()
    assert "bias='none'" not in repr(folded)


def test_folding_twice_is_folding_once() -> None:
    once = fold_norms(build(residual=False, bias="partition"))
    twice = fold_norms(once)
    assert torch.equal(twice(DATA), once(DATA))


def test_networks_that_vote_are_folded_too() -> None:
    ensemble = Ensemble([build(), build(residual=False)]).eval()
    folded = fold_norms(ensemble)
    assert norms(folded.members[0]) == {"norm_in", "final.0"}
    torch.testing.assert_close(folded(DATA), ensemble(DATA), rtol=1e-10, atol=1e-10)


def test_networks_in_training_are_refused() -> None:
    model = build().train()
    with pytest.raises(ValueError, match=r"in training have each batch's own statistics; call its eval\(\) first"):
        fold_norms(model)
    model.freeze(len(CHANNELS))  # norms alone do not make a network fit to be folded
    with pytest.raises(ValueError, match=r"call its eval\(\) first"):
        fold_norms(model)
    fold_norms(model.eval())
