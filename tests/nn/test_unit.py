"""The units: what stands between their convolutions, and what the shortcut carries."""

from typing import Any

import pytest
import torch
from torch import Tensor

from stgcn_pyg.nn import (
    Edges,
    JointNorm,
    PlainUnit,
    PostActivationUnit,
    ResidualUnit,
    SpatialGraphConv,
    TemporalConv,
)
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.skeleton import BODY_25
from tests.strategies import normal, pointers, randomized, split

GRAPH = SkeletonGraph.build(BODY_25)
EDGES = Edges(GRAPH.edge_index, GRAPH.edge_type, GRAPH.edge_weight)
LENGTHS = [7, 1, 4]
PTR = pointers(LENGTHS)

each_unit = pytest.mark.parametrize("kind", [PlainUnit, ResidualUnit, PostActivationUnit])


def spatial(in_channels: int, out_channels: int) -> SpatialGraphConv:
    return SpatialGraphConv(in_channels, out_channels, GRAPH.num_partitions)


def build(kind: Any, in_channels: int = 3, out_channels: int = 4, **how: Any) -> Any:
    return randomized(kind(in_channels, out_channels, spatial, **{"kernel_size": 5} | how))


def frames(channels: int = 3, seed: int = 0) -> Tensor:
    return normal(sum(LENGTHS), 25, channels, seed=seed)


def silence(conv: TemporalConv) -> None:
    """Make a temporal convolution answer 0 to everything."""
    for values in conv.parameters():
        values.data.zero_()


@each_unit
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("causal", [False, True])
def test_shapes(kind: Any, stride: int, causal: bool) -> None:
    y, ptr = build(kind, stride=stride, causal=causal)(frames(), PTR, EDGES)
    assert ptr.diff().tolist() == [-(-length // stride) for length in LENGTHS]
    assert y.shape == (int(ptr[-1]), 25, 4)


@each_unit
@pytest.mark.parametrize("stride", [1, 2])
def test_runs_do_not_see_each_other(kind: Any, stride: int) -> None:
    unit = build(kind, stride=stride)
    together = unit(frames(), PTR, EDGES)[0]
    alone = [unit(run, pointers([len(run)]), EDGES)[0] for run in split(frames(), LENGTHS)]
    torch.testing.assert_close(together, torch.cat(alone), rtol=0, atol=1e-12)


@each_unit
def test_a_causal_unit_does_not_look_ahead(kind: Any) -> None:
    unit = build(kind, stride=2, causal=True)
    changed = frames()
    changed[5:7] += 1  # the end of the first run, which its outputs at frames 0, 2, 4 cannot know of
    before, after = unit(frames(), PTR, EDGES)[0], unit(changed, PTR, EDGES)[0]
    assert (before != after).flatten(1).any(dim=1).tolist() == [False, False, False, True, False, False, False]


def test_a_plain_unit_with_a_linear_middle_is_linear_up_to_its_last_norm() -> None:
    """Before the last norm, the answer to a mean of inputs is the mean of the answers."""

    def before_the_last_norm(unit: PlainUnit, x: Tensor) -> Tensor:
        seen: list[Tensor] = []
        handle = unit.norm_out.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
        unit(x, PTR, EDGES)
        handle.remove()
        return seen[0]

    one, other = frames(seed=1), frames(seed=2)
    for linear_middle in (True, False):
        unit = build(PlainUnit, linear_middle=linear_middle)
        mean = (before_the_last_norm(unit, one) + before_the_last_norm(unit, other)) / 2
        answer = before_the_last_norm(unit, (one + other) / 2)
        assert torch.allclose(answer, mean, rtol=0, atol=1e-10) == linear_middle
        assert sum(isinstance(part, JointNorm) for part in unit.modules()) == (2 if linear_middle else 3)


@pytest.mark.parametrize("is_input", [False, True])
def test_only_the_input_unit_tells_negative_inputs_apart(is_input: bool) -> None:
    unit = build(ResidualUnit, 3, 3, is_input=is_input)
    torch.nn.init.zeros_(unit.norm_in.running_mean)
    torch.nn.init.zeros_(unit.norm_in.bias)
    torch.nn.init.ones_(unit.norm_in.weight)
    low, lower = -frames().abs(), -frames().abs() - 1
    residual = [unit(x, PTR, EDGES)[0] - x for x in (low, lower)]
    assert torch.allclose(*residual) != is_input


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_with_a_silent_temporal_convolution_a_residual_unit_is_its_shortcut(dropout: float) -> None:
    unit = build(ResidualUnit, 3, 3, dropout=dropout).train()
    silence(unit.temporal)
    assert unit.shortcut is None
    y, ptr = unit(frames(), PTR, EDGES)
    assert torch.equal(y, frames())
    assert torch.equal(ptr, PTR)


@pytest.mark.parametrize(("out_channels", "stride"), [(4, 1), (3, 2), (4, 2)])
def test_where_shapes_differ_the_shortcut_is_a_strided_product(out_channels: int, stride: int) -> None:
    unit = build(ResidualUnit, 3, out_channels, stride=stride, causal=True)
    silence(unit.temporal)
    y, _ = unit(frames(), PTR, EDGES)
    kept = torch.cat([run[::stride] for run in split(frames(), LENGTHS)])
    torch.testing.assert_close(y, kept @ unit.shortcut.weight[:, :, 0].T + unit.shortcut.bias)


@each_unit
def test_dropout_is_for_training(kind: Any) -> None:
    unit = build(kind, dropout=0.5)
    assert torch.equal(unit(frames(), PTR, EDGES)[0], unit(frames(), PTR, EDGES)[0])
    torch.manual_seed(0)
    unit.train()
    assert not torch.equal(unit(frames(), PTR, EDGES)[0], unit(frames(), PTR, EDGES)[0])


# Where norms stand (section 5.5)

PLACES = {
    "both": {"norm_in", "middle.0", "norm_out"},
    "start": {"norm_in"},
    "end": {"norm_out"},
    "once": set[str](),
    "none": set[str](),
}
RESIDUAL_PLACES = {"both": {"norm_in", "norm_middle"}, "once": set[str](), "none": set[str]()}


PLAIN = [
    {"norm": norm, "linear_middle": linear_middle, "relu_first": relu_first}
    for norm in PLACES
    for linear_middle in (False, True)
    for relu_first in ((False, True) if norm in ("both", "end") else (False,))
]
RESIDUAL = [
    {"norm": norm, "is_input": is_input, "relu_first": relu_first}
    for norm in RESIDUAL_PLACES
    for is_input in (False, True)
    for relu_first in ((False, True) if norm == "both" else (False,))
]


def norm_by_hand(unit: torch.nn.Module, place: str, x: Tensor) -> Tensor:
    """Batch norm at a place of a unit, with its running statistics, or what comes in if there is none."""
    part = dict(unit.named_modules()).get(place)
    if not isinstance(part, JointNorm):
        return x
    assert part.running_mean is not None
    assert part.running_var is not None
    return (x - part.running_mean) / (part.running_var + part.eps).sqrt() * part.weight + part.bias


def activated_by_hand(unit: torch.nn.Module, place: str, x: Tensor, relu_first: bool) -> Tensor:
    if relu_first:
        return norm_by_hand(unit, place, x.clamp(min=0))
    return norm_by_hand(unit, place, x).clamp(min=0)


@pytest.mark.parametrize("how", PLAIN, ids=lambda how: "-".join(map(str, how.values())))
def test_every_plain_unit_step_by_step(how: dict[str, Any]) -> None:
    unit = build(PlainUnit, stride=2, **how)
    places = PLACES[how["norm"]] - ({"middle.0"} if how["linear_middle"] else set())
    assert {name for name, part in unit.named_modules() if isinstance(part, JointNorm)} == places
    h = unit.spatial(norm_by_hand(unit, "norm_in", frames()), *EDGES)
    if not how["linear_middle"]:
        h = activated_by_hand(unit, "middle.0", h, how["relu_first"])
    h, _ = unit.temporal(h, PTR)
    torch.testing.assert_close(
        unit(frames(), PTR, EDGES)[0], activated_by_hand(unit, "norm_out", h, how["relu_first"])
    )


@pytest.mark.parametrize("how", RESIDUAL, ids=lambda how: "-".join(map(str, how.values())))
def test_every_residual_unit_step_by_step(how: dict[str, Any]) -> None:
    unit = build(ResidualUnit, 3, 3, **how)
    assert {name for name, part in unit.named_modules() if isinstance(part, JointNorm)} == RESIDUAL_PLACES[
        how["norm"]
    ]
    start = (
        norm_by_hand(unit, "norm_in", frames())
        if how["is_input"]
        else activated_by_hand(unit, "norm_in", frames(), how["relu_first"])
    )
    h = activated_by_hand(unit, "norm_middle", unit.spatial(start, *EDGES), how["relu_first"])
    torch.testing.assert_close(unit(frames(), PTR, EDGES)[0], frames() + unit.temporal(h, PTR)[0])


@pytest.mark.parametrize(
    ("kind", "settings"),
    [(PlainUnit, PLAIN), (ResidualUnit, RESIDUAL)],
    ids=["plain", "residual"],
)
def test_every_switch_of_the_norms_matters(kind: Any, settings: list[dict[str, Any]]) -> None:
    """Units of the same weights answer and print differently; a unit alone cannot tell "once" from "none"."""
    different = [how for how in settings if how["norm"] != "once"]
    answers, shown = [], set()
    weights = build(kind, 3, 3).state_dict()
    for how in different:
        unit = build(kind, 3, 3, **how)
        unit.load_state_dict(weights, strict=False)
        answers.append(unit(frames(), PTR, EDGES)[0])
        shown.add(repr(unit))
    assert not any(torch.allclose(one, two) for n, one in enumerate(answers) for two in answers[:n])
    assert len(shown) == len(different)


@pytest.mark.parametrize(
    ("kind", "how", "message"),
    [
        (PlainUnit, {"norm": "middle"}, "no norm 'middle'; known: both, start, end, once, none"),
        (PlainUnit, {"norm": "start", "relu_first": True}, "norm='start' has none; take both or end"),
        (PlainUnit, {"norm": "once", "relu_first": True}, "norm='once' has none; take both or end"),
        (ResidualUnit, {"norm": "start"}, "no norm 'start'; known: both, once, none"),
        (ResidualUnit, {"norm": "end"}, "no norm 'end'; known: both, once, none"),
        (ResidualUnit, {"norm": "none", "relu_first": True}, "norm='none' has none; take both"),
    ],
)
def test_norms_that_a_unit_cannot_have_are_refused(kind: Any, how: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(kind, **how)


def test_the_parts_print_in_order() -> None:
    unit = PlainUnit(2, 8, spatial, kernel_size=9, stride=2, dropout=0.5)
    lines = repr(unit).splitlines()
    assert "(spatial): SpatialGraphConv(2, 8, num_partitions=3)" in repr(unit)
    assert "(temporal): TemporalConv(8, 8, kernel_size=9, stride=2)" in repr(unit)
    names = [line.split(":")[0].strip(" ()") for line in lines if line.startswith("  (")]
    assert names == ["norm_in", "spatial", "middle", "temporal", "norm_out", "dropout"]
