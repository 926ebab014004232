"""What is exported computes what the model does, for every variant of the network."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.export import OfflineModel, StepModel
from stgcn_pyg.models import NINE_LAYERS, scaled
from stgcn_pyg.streaming import Forgetting, StreamingRecognizer
from tests.exports import assert_close, build, expected, offline, stepped
from tests.recordings import random_sequence
from tests.strategies import few, run_lengths

each_kind = pytest.mark.parametrize("residual", [False, True], ids=["plain", "residual"])


@st.composite
def variants(draw: st.DrawFn, residual: bool) -> dict[str, Any]:
    """Settings of a network, of which every one is drawn."""
    norm = draw(st.sampled_from(["both", "once", "none"] if residual else ["both", "start", "end", "once", "none"]))
    return {
        "residual": residual,
        "channels": draw(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=1, max_size=4)),
        "kernel_size": draw(st.sampled_from([1, 3, 9])),
        "causal": draw(st.booleans()),
        "edge_importance": draw(st.booleans()),
        "bias": draw(st.sampled_from(["channel", "partition", "none"])),
        "linear_middle": not residual and draw(st.booleans()),
        "norm": norm,
        "relu_first": norm in (("both",) if residual else ("both", "end")) and draw(st.booleans()),
        "members": draw(st.integers(1, 2)),
        "dropout": 0.5,
    }


@each_kind
@few
@given(lengths=run_lengths, data=st.data())
def test_recordings_of_any_runs_have_the_models_logits(
    residual: bool, lengths: list[int], data: st.DataObject
) -> None:
    recognizer = build(**data.draw(variants(residual)))
    sequence = random_sequence(*lengths, missing=0.2)
    wanted = expected(recognizer, sequence)
    assert_close(offline(OfflineModel(recognizer), sequence), wanted)
    assert_close(stepped(StepModel(recognizer), sequence), wanted)


@each_kind
@pytest.mark.parametrize("causal", [False, True], ids=["centred", "causal"])
def test_so_it_is_at_the_papers_depth(residual: bool, causal: bool) -> None:
    recognizer = build(channels=scaled(NINE_LAYERS, 1 / 16), residual=residual, causal=causal, edge_importance=True)
    sequence = random_sequence(37, 1, missing=0.2)
    model, wanted = StepModel(recognizer), expected(recognizer, sequence)
    assert model.delay == (0 if causal else 76)
    assert_close(offline(OfflineModel(recognizer), sequence), wanted)
    assert_close(stepped(model, sequence), wanted)


def test_nothing_is_exported_of_training() -> None:
    """A model in training is exported as in evaluation, and left alone."""
    recognizer = build(channels=((4, 1), (6, 2)), dropout=0.5)
    sequence = random_sequence(12)
    wanted = expected(recognizer, sequence)
    recognizer.model.train()
    before = {name: values.clone() for name, values in recognizer.model.state_dict().items()}
    assert_close(offline(OfflineModel(recognizer), sequence), wanted)
    assert recognizer.model.training
    assert all(torch.equal(values, before[name]) for name, values in recognizer.model.state_dict().items())


def test_a_steps_half_life_is_a_streams() -> None:
    recognizer = build(channels=((4, 1), (6, 2)), kernel_size=3)
    sequence = random_sequence(40)
    live = StreamingRecognizer(recognizer, pooling=Forgetting(half_life=0.3))
    for pos, score in zip(sequence.pos, sequence.score, strict=True):
        live.push(pos, score)
    live.flush()
    assert live.logits is not None
    assert_close(stepped(StepModel(recognizer, half_life=0.3), sequence), live.logits)


def test_what_lies_beside_a_recording_is_not_looked_at() -> None:
    """Frames of no run, and positions of missing joints, may be anything."""
    recognizer = build(channels=((4, 1), (6, 2)), kernel_size=3)
    model = OfflineModel(recognizer)
    sequence = random_sequence(9, missing=0.3)
    pos = torch.tensor(sequence.pos)
    pos[torch.tensor(sequence.score) == 0] = torch.nan
    pos = torch.cat([pos, torch.full((5, 25, 2), torch.nan)])
    score = torch.cat([torch.tensor(sequence.score), torch.ones(5, 25)])
    run = torch.tensor([0] * 9 + [-1] * 5)
    with torch.no_grad():
        assert_close(model(pos, score, torch.arange(14), run)[0], expected(recognizer, sequence))


def test_units_of_ones_own_are_refused() -> None:
    recognizer = build(channels=((4, 1),))
    recognizer.networks[0].units[0] = torch.nn.Identity()
    with pytest.raises(TypeError, match="how to export a Identity is not known"):
        OfflineModel(recognizer)
