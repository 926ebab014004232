"""The network: its size, what its logits depend on, and that every way of computing them is the same."""

import copy
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch._dynamo.testing import CompileCounterWithBackend
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader
from torch_geometric.typing import WITH_TORCH_SCATTER

from stgcn_pyg.data import SkeletonData, TimelineBatch
from stgcn_pyg.models import NINE_LAYERS, STGCN, TWELVE_LAYERS, scaled
from stgcn_pyg.nn import Edges, JointNorm
from stgcn_pyg.nn.blocked import blocks, prologue
from stgcn_pyg.partition import STRATEGIES, SkeletonGraph
from stgcn_pyg.skeleton import BODY_25, COCO_17, Skeleton
from stgcn_pyg.transforms import UnrollFrames
from tests.strategies import few, graphs, normal, randomized, recording, run_lengths, seeds

GRAPH = SkeletonGraph.build(BODY_25)
CHANNELS = ((8, 1), (8, 2), (16, 1))

each_kind = pytest.mark.parametrize("residual", [False, True], ids=["plain", "residual"])
samples_of_runs = st.lists(run_lengths, min_size=1, max_size=4)


def build(graph: SkeletonGraph = GRAPH, **how: Any) -> STGCN:
    """A small network in double precision, as if trained."""
    facts: dict[str, Any] = {"in_channels": 2, "num_classes": 6, "channels": CHANNELS, "kernel_size": 5}
    return randomized(STGCN(graph, **facts | how))


def batch(*samples: SkeletonData) -> TimelineBatch:
    return TimelineBatch.from_data_list(samples)


def assert_close(one: Tensor, other: Tensor, tolerance: float = 1e-10) -> None:
    torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)


# Size


def num_parameters(model: torch.nn.Module) -> int:
    return sum(values.numel() for values in model.parameters())


@pytest.mark.parametrize(
    ("partition", "count"), [("uniform", 2_585_994), ("distance", 2_804_618), ("spatial", 3_023_242)]
)
def test_the_plain_network_has_as_many_parameters_as_published(partition: str, count: int) -> None:
    graph = SkeletonGraph.build(BODY_25, partition)
    model = STGCN(graph, 2, 6, residual=False, linear_middle=True, bias="partition")
    assert num_parameters(model) == count


def test_one_bias_a_channel_saves_one_a_partition() -> None:
    model = STGCN(GRAPH, 2, 6, residual=False, linear_middle=True)
    assert num_parameters(model) == 3_020_426
    without = STGCN(GRAPH, 2, 6, residual=False, linear_middle=True, bias="none")
    assert num_parameters(without) == 3_020_426 - sum(size for size, _ in NINE_LAYERS)


def test_the_deep_residual_network_adds_only_the_norm_before_pooling() -> None:
    model = STGCN(GRAPH, 2, 6, TWELVE_LAYERS, bias="partition")
    assert num_parameters(model) == 4_050_890 + 2 * 256
    assert num_parameters(model.final) == 2 * 256


def test_layers_are_the_papers() -> None:
    assert [size for size, _ in NINE_LAYERS] == [64] * 4 + [128] * 3 + [256] * 3
    assert [unit for unit, (_, stride) in enumerate(NINE_LAYERS) if stride == 2] == [4, 7]
    assert [size for size, _ in TWELVE_LAYERS] == [64] * 4 + [128] * 4 + [256] * 4
    assert [unit for unit, (_, stride) in enumerate(TWELVE_LAYERS) if stride == 2] == [4, 8]
    assert scaled(NINE_LAYERS, 1) == NINE_LAYERS
    assert scaled(((64, 1), (1, 2)), 0.25) == ((16, 1), (1, 2))


@each_kind
def test_twelve_layers_run(residual: bool) -> None:
    model = build(channels=scaled(TWELVE_LAYERS, 1 / 16), residual=residual, dropout=0.5, edge_importance=True)
    data = batch(recording(GRAPH, 9, 30), recording(GRAPH, 1))
    logits = model(data)
    assert logits.shape == (2, 6)
    assert logits.isfinite().all()
    torch.nn.functional.cross_entropy(model.train()(data), torch.tensor([0, 5])).backward()  # type: ignore[no-untyped-call]
    assert all(values.grad is not None and values.grad.isfinite().all() for values in model.parameters())


# Where norms stand

UNITS = len(CHANNELS)


@pytest.mark.parametrize(
    ("residual", "norm", "count"),
    [
        (False, "both", 3 * UNITS),
        (False, "start", UNITS),
        (False, "end", UNITS),
        (False, "once", 1),
        (False, "none", 0),
        (True, "both", 2 * UNITS + 1),
        (True, "once", 1),
        (True, "none", 0),
    ],
)
def test_a_network_has_its_norms_where_they_are_asked_for(residual: bool, norm: str, count: int) -> None:
    model = build(residual=residual, norm=norm)
    assert sum(isinstance(part, JointNorm) for part in model.modules()) == count
    assert isinstance(model.norm, JointNorm) == (norm == "once")


@each_kind
def test_one_norm_for_the_network_is_of_its_input(residual: bool) -> None:
    once, none = (build(residual=residual, norm=norm) for norm in ("once", "none"))
    none.load_state_dict({name: values for name, values in once.state_dict().items() if name[:5] != "norm."})
    data = recording(GRAPH, 9, 4)
    assert not torch.allclose(once(data), none(data))
    normed = data.select_frames(slice(None))
    normed.x = once.norm(data.x)
    assert_close(once(data), none(normed))


@pytest.mark.parametrize("num_units", range(UNITS + 1))
def test_one_norm_for_the_network_is_frozen_with_its_first_unit(num_units: int) -> None:
    model = build(norm="once").train()
    model.freeze(num_units)
    before = {name: values.clone() for name, values in model.norm.state_dict().items()}
    model(recording(GRAPH, 9)).sum().backward()
    kept = all(torch.equal(values, before[name]) for name, values in model.norm.state_dict().items())
    assert kept == (num_units > 0)
    assert all((values.grad is None) == (num_units > 0) for values in model.norm.parameters())


@each_kind
def test_relus_before_norms_are_another_network_of_the_same_weights(residual: bool) -> None:
    usual, swapped = (build(residual=residual, relu_first=relu_first) for relu_first in (False, True))
    swapped.load_state_dict(usual.state_dict())
    data = recording(GRAPH, 9)
    assert not torch.allclose(usual(data), swapped(data))
    assert repr(swapped).count("relu_first=True") == 2 * UNITS
    assert "relu_first" not in repr(usual)


@each_kind
def test_weights_keep_the_names_under_which_they_were_saved(residual: bool) -> None:
    norms = {name for name, part in build(residual=residual).named_modules() if isinstance(part, JointNorm)}
    places = ("norm_in", "norm_middle") if residual else ("norm_in", "middle.0", "norm_out")
    final = {"final.0"} if residual else set()
    assert norms == {f"units.{unit}.{place}" for unit in range(UNITS) for place in places} | final


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"residual": True, "linear_middle": True}, "it needs residual=False"),
        ({"residual": True, "norm": "end"}, "no norm 'end'; known: both, once, none"),
        ({"residual": False, "norm": "start", "relu_first": True}, "norm='start' has none"),
    ],
)
def test_switches_that_do_not_go_together_are_refused(how: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(**how)


# What logits depend on


@each_kind
@few
@given(graph=graphs(), samples=samples_of_runs, causal=st.booleans(), data=st.data())
def test_logits_are_the_same_alone_and_in_any_batch(
    residual: bool, graph: SkeletonGraph, samples: list[list[int]], causal: bool, data: st.DataObject
) -> None:
    model = build(graph, residual=residual, causal=causal)
    recordings = [recording(graph, *lengths, seed=number) for number, lengths in enumerate(samples)]
    alone = torch.cat([model(sample) for sample in recordings])
    order = data.draw(st.permutations(range(len(samples))))
    assert_close(model(batch(*(recordings[i] for i in order))), alone[list(order)])


def in_single(data: SkeletonData) -> SkeletonData:
    single = data.select_frames(slice(None))
    single.x = data.x.float()
    return single


@each_kind
@pytest.mark.parametrize("num_frames", [1, 2, 25, 73], ids=["1", "2", "V", "E"])
def test_special_lengths(residual: bool, num_frames: int) -> None:
    model = build(residual=residual)
    sample, other = recording(GRAPH, num_frames), recording(GRAPH, 4, 3, seed=1)
    alone = torch.cat([model(sample), model(other)])
    assert_close(model(batch(sample, other)), alone)
    assert_close(model.float()(batch(in_single(sample), in_single(other))), alone.float(), 1e-5)


def test_where_a_recording_was_cut_matters() -> None:
    model = build()
    whole, cut = recording(GRAPH, 12), recording(GRAPH, 5, 7)
    assert torch.equal(whole.x, cut.x)
    assert not torch.allclose(model(whole), model(cut))


def test_the_order_of_runs_does_not_matter() -> None:
    data = recording(GRAPH, 5, 8)
    swapped = data.select_frames(torch.tensor([*range(5, 13), *range(5)]))
    assert_close(build()(data), build()(swapped))


def relabelled(skeleton: Skeleton, order: Sequence[int]) -> Skeleton:
    joints = tuple(skeleton.joints[v] for v in order)
    return Skeleton(skeleton.name, joints, skeleton.bones, skeleton.mirror, skeleton.center)


@each_kind
@few
@given(seed=seeds, max_hops=st.integers(0, 2), partition=st.sampled_from(list(STRATEGIES)))
def test_the_order_of_joints_does_not_matter(residual: bool, seed: int, max_hops: int, partition: str) -> None:
    """Joints, graph, features and importances are all relabelled alike."""
    rng = np.random.default_rng(seed)
    order, radius = rng.permutation(25), rng.random(25)
    graph = SkeletonGraph.build(BODY_25, partition, max_hops=max_hops, radius=radius)
    other = SkeletonGraph.build(
        relabelled(BODY_25, order.tolist()), partition, max_hops=max_hops, radius=radius[order]
    )
    one, two = (build(g, residual=residual, edge_importance=True) for g in (graph, other))
    # Where each edge of the other graph stands in the first, by what its ends are called there.
    position = {pair: e for e, pair in enumerate(zip(*graph.edge_index.tolist(), strict=True))}
    edge = [position[pair] for pair in zip(*order[other.edge_index.numpy()].tolist(), strict=True)]
    for (name, values), values_two in zip(one.named_parameters(), two.parameters(), strict=True):
        values_two.data = values.data[edge] if name.endswith("edge_importance") else values.data
    data, data_two = recording(graph, 6, 3), recording(other, 6, 3)
    data_two.x = data.x[:, order]
    assert_close(one(data), two(data_two))


@pytest.mark.parametrize("partition", STRATEGIES)
@pytest.mark.parametrize("skeleton", [BODY_25, COCO_17], ids=["BODY_25", "COCO_17"])
def test_left_and_right_are_alike_to_graphs_that_their_skeleton_is_all_there_is_to(
    partition: str, skeleton: Skeleton
) -> None:
    graph = SkeletonGraph.build(skeleton, partition)
    data = recording(graph, 9)
    swapped = recording(graph, 9)
    swapped.x = data.x[:, skeleton.mirror_index]
    assert_close(build(graph)(swapped), build(graph)(data))
    by_edge = build(graph, edge_importance=True)  # learned importances need not be symmetric
    assert not torch.allclose(by_edge(swapped), by_edge(data))


@each_kind
def test_causal_units_know_nothing_of_the_future(residual: bool) -> None:
    model = build(residual=residual, causal=True)
    edges = Edges(model.edge_index, model.edge_type, model.edge_weight)
    data, changed = recording(GRAPH, 16), recording(GRAPH, 16)
    changed.x[9:] += 1
    outputs = []
    for x in (data.x, changed.x):
        ptr = data.ptr
        for unit in model.units:
            x, ptr = unit(x, ptr, edges)
        outputs.append(x)
    assert torch.equal(outputs[0][:5], outputs[1][:5])  # frames 0, 2, .. 8
    assert (outputs[0][5:] != outputs[1][5:]).flatten(1).any(dim=1).all()
    assert model(data).shape == (1, 6)


# Forms and backends


def unrolled(graph: SkeletonGraph, samples: list[SkeletonData]) -> Data:
    """The samples as one batch of PyG's own."""
    [one] = DataLoader([UnrollFrames(graph)(sample) for sample in samples], batch_size=len(samples))
    return one


def logits_and_gradients(model: STGCN, data: Data) -> tuple[Tensor, list[Tensor]]:
    logits = model(data)
    return logits, list(torch.autograd.grad(logits, list(model.parameters()), normal(*logits.shape)))


@each_kind
@few
@given(graph=graphs(), samples=samples_of_runs, importance=st.booleans(), training=st.booleans())
def test_unrolled_recordings_in_pygs_own_loader_are_the_same(
    residual: bool, graph: SkeletonGraph, samples: list[list[int]], importance: bool, training: bool
) -> None:
    model = build(graph, residual=residual, edge_importance=importance).train(training)
    recordings = [recording(graph, *lengths, seed=number) for number, lengths in enumerate(samples)]
    if training:
        recordings.append(recording(graph, 3, 5))  # batch norm needs more than one row
    logits, gradients = logits_and_gradients(model, batch(*recordings))
    again, gradients_again = logits_and_gradients(model, unrolled(graph, recordings))
    assert_close(again, logits)
    for one, other in zip(gradients, gradients_again, strict=True):
        assert_close(one, other, 1e-9)


@pytest.mark.parametrize("num_frames", [1, 25, 73], ids=["1", "V", "E"])
def test_special_lengths_unrolled(num_frames: int) -> None:
    model = build()
    sample = recording(GRAPH, num_frames)
    assert_close(model(UnrollFrames(GRAPH)(sample)), model(sample))
    assert_close(model(unrolled(GRAPH, [sample, sample])), model(batch(sample, sample)))


@each_kind
@pytest.mark.parametrize("bias", ["channel", "partition", "none"])
def test_backends_agree_on_the_same_weights(residual: bool, bias: str) -> None:
    data = batch(recording(GRAPH, 6, 1), recording(GRAPH, 11, seed=1))
    dense = build(residual=residual, bias=bias, edge_importance=True, backend="dense")
    logits, gradients = logits_and_gradients(dense, data)
    for backend in ("auto", "sparse", "segment") if WITH_TORCH_SCATTER else ("auto", "sparse"):
        other = build(residual=residual, bias=bias, edge_importance=True, backend=backend)
        for values in other.parameters():
            values.data.zero_()
        other.load_state_dict(dense.state_dict())
        again, gradients_again = logits_and_gradients(other, data)
        assert_close(again, logits)
        for one, two in zip(gradients, gradients_again, strict=True):
            assert_close(one, two, 1e-9)


def after_a_step(model: STGCN, data: Data, run: Callable[[STGCN], Any] = lambda model: model) -> dict[str, Tensor]:
    """Logits, gradients and buffers of a copy of a model after one step, with the same dropout every time."""
    model = copy.deepcopy(model)
    torch.manual_seed(0)
    logits = run(model)(data)
    free = {name: values for name, values in model.named_parameters() if values.requires_grad}
    gradients = torch.autograd.grad(logits, list(free.values()), normal(*logits.shape).to(logits))
    return {"logits": logits, **dict(zip(free, gradients, strict=True)), **dict(model.named_buffers())}


def assert_same(one: dict[str, Tensor], other: dict[str, Tensor], tolerance: float) -> None:
    assert one.keys() == other.keys()
    for name, values in one.items():
        torch.testing.assert_close(values, other[name], rtol=tolerance, atol=tolerance, msg=f"{name} differs")


@each_kind
@few
@given(
    graph=graphs(),
    samples=samples_of_runs,
    bias=st.sampled_from(["channel", "partition", "none"]),
    norm=st.sampled_from(["both", "once", "none"]),
    num_frozen=st.integers(0, UNITS),
    training=st.booleans(),
    block_bytes=st.sampled_from([1, 2000, 10_000, prologue.BLOCK_BYTES]),
)
def test_in_blocks_everything_is_the_same(
    residual: bool,
    graph: SkeletonGraph,
    samples: list[list[int]],
    bias: str,
    norm: str,
    num_frozen: int,
    training: bool,
    block_bytes: int,
) -> None:
    how = {"residual": residual, "bias": bias, "norm": norm, "dropout": 0.5, "edge_importance": True}
    model = build(graph, **how).train(training)
    model.freeze(num_frozen)
    data = batch(recording(graph, 3, 5), *(recording(graph, *lengths, seed=len(lengths)) for lengths in samples))
    with blocks(True), mock.patch.object(prologue, "BLOCK_BYTES", block_bytes):
        in_blocks = after_a_step(model, data)
    with blocks(False):
        assert_same(in_blocks, after_a_step(model, data), 1e-10)


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
def test_a_compiled_network_is_the_same() -> None:
    model = build(channels=((4, 2),), edge_importance=True).float().train()
    data = in_single(recording(GRAPH, 9, 4))
    backend = CompileCounterWithBackend("aot_eager")
    compiled = after_a_step(model, data, lambda model: torch.compile(model, backend=backend))
    assert backend.op_count > 20
    assert_same(compiled, after_a_step(model, data), 1e-4)


def test_a_state_dict_is_made_of_weights_and_statistics_alone() -> None:
    model = build(edge_importance=True)
    norms = {"running_mean", "running_var", "num_batches_tracked"}
    names = {name for name in model.state_dict() if name.split(".")[-1] not in norms}
    assert names == {name for name, _ in model.named_parameters()}


# Training


def test_each_unit_learns_the_importance_of_each_edge() -> None:
    model = build(edge_importance=True)
    importances = [values for name, values in model.named_parameters() if name.endswith("edge_importance")]
    assert [values.shape for values in importances] == [(GRAPH.num_edges,)] * len(CHANNELS)
    model(recording(GRAPH, 9)).square().sum().backward()
    assert all(values.grad is not None and values.grad.all() for values in importances)
    assert not any("importance" in name for name, _ in build().named_parameters())


@each_kind
def test_batch_statistics_are_of_real_frames_only(residual: bool) -> None:
    model = build(residual=residual, dropout=0.5).train()
    norms = {name: part for name, part in model.named_modules() if isinstance(part, JointNorm)}
    before = {
        name: {key: values.clone() for key, values in norm.state_dict().items()} for name, norm in norms.items()
    }
    rows: dict[str, Tensor] = {}
    for name, norm in norms.items():
        norm.register_forward_pre_hook(lambda _, x, name=name: rows.update({name: x[0].flatten(0, 1)}))
    data = batch(recording(GRAPH, 7, 2), recording(GRAPH, 5))
    model(data)
    assert rows["units.0.norm_in"].equal(data.x.flatten(0, 1))
    for name, norm in norms.items():
        strided = name.startswith(("units.2", "final")) or name == "units.1.norm_out"
        assert len(rows[name]) == 25 * (4 + 1 + 3 if strided else 7 + 2 + 5)
        mean = 0.9 * before[name]["running_mean"] + 0.1 * rows[name].mean(dim=0)
        assert_close(norm.state_dict()["running_mean"], mean)


@each_kind
def test_half_precision_is_close(residual: bool) -> None:
    model = build(residual=residual, edge_importance=True).float()
    data = in_single(recording(GRAPH, 9, 4))
    exact = model(data)
    with torch.autocast("cpu", torch.bfloat16):
        rough = model(data).float()
    torch.testing.assert_close(rough, exact, rtol=0.1, atol=0.1)


# Data that the network refuses


def test_another_graph_is_refused() -> None:
    model = build()
    for other in (
        SkeletonGraph.build(BODY_25, "distance"),
        SkeletonGraph.build(BODY_25, normalization="row"),
        SkeletonGraph.build(BODY_25, max_hops=2),
        SkeletonGraph.build(BODY_25, radius=np.random.default_rng(0).random(25)),
    ):
        data = recording(other, 4)
        for form in (data, UnrollFrames(other)(data)):
            with pytest.raises(ValueError, match="not those of the graph that this model was built on"):
                model(form)


def test_a_graph_that_only_begins_like_its_own_is_refused() -> None:
    facts = GRAPH.to_dict()
    shorter = {key: facts[key][:-1] for key in ("edge_type", "edge_weight")}
    graph = SkeletonGraph.from_dict(facts | shorter | {"edge_index": [ends[:-1] for ends in facts["edge_index"]]})
    with pytest.raises(ValueError, match="not those of the graph that this model was built on"):
        build(graph)(recording(GRAPH, 4))
    with pytest.raises(ValueError, match="not those of the graph that this model was built on"):
        build()(recording(graph, 4))


def test_edges_that_a_transform_dropped_are_missed() -> None:
    model, data = build(), UnrollFrames(GRAPH)(recording(GRAPH, 4))
    data.edge_index, data.edge_type, data.edge_weight = (
        data.edge_index[:, :-1],
        data.edge_type[:-1],
        data.edge_weight[:-1],
    )
    with pytest.raises(ValueError, match="not those of the graph that this model was built on"):
        model(data)


def test_temporal_edges_are_refused() -> None:
    for num_frames in (1, 4):
        data = UnrollFrames(GRAPH, temporal_range=3)(recording(GRAPH, num_frames))
        with pytest.raises(ValueError, match="not those of the graph that this model was built on"):
            build()(data)


def test_data_without_a_graph_is_refused() -> None:
    bare = SkeletonData(x=normal(4, 25, 2), run=torch.zeros(4, dtype=torch.long))
    with pytest.raises(ValueError, match="not those of the graph that this model was built on"):
        build()(bare)
    with pytest.raises(ValueError, match="not those of the graph that this model was built on"):
        build()(Data(x=normal(4, 25, 2), run=bare.run, edge_index=GRAPH.edge_index))


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((4, 25, 3), r"\[F, 25 joints, 2 channels\], but the data is \[4, 25, 3\]"),
        ((4, 17, 2), r"\[F, 25 joints, 2 channels\], but the data is \[4, 17, 2\]"),
    ],
)
def test_features_of_another_shape_are_refused(shape: tuple[int, ...], message: str) -> None:
    data = recording(GRAPH, 4)
    data.x = normal(*shape)
    with pytest.raises(ValueError, match=message):
        build()(data)


def test_another_skeleton_is_refused() -> None:
    graph = SkeletonGraph.build(COCO_17)
    data = recording(graph, 4)
    with pytest.raises(ValueError, match="not those of the graph that this model was built on"):
        build()(data)
    with pytest.raises(ValueError, match="68 nodes are no whole number of frames of 25 joints"):
        build()(UnrollFrames(graph)(data))


def test_half_a_frame_is_refused() -> None:
    data = UnrollFrames(GRAPH)(recording(GRAPH, 4))
    data.x = data.x[:-1]
    with pytest.raises(ValueError, match="99 nodes are no whole number of frames of 25 joints"):
        build()(data)


def test_data_without_features_is_refused() -> None:
    data = recording(GRAPH, 4)
    data.pos, data.x = data.x, None
    with pytest.raises(ValueError, match="has no features x; apply the features transform first"):
        build()(data)
