"""The published mistakes: each is there, is as great as it was, and stays where it is kept."""

import math
from itertools import pairwise
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stgcn_pyg.data import SkeletonData, TimelineBatch
from stgcn_pyg.experiments.published import (
    PublishedAugmentation,
    PublishedInput,
    PublishedSpatialConv,
    PublishedSTGCN,
    batch_means,
    published_adjacency,
    published_graph,
    published_radius,
)
from stgcn_pyg.experiments.published.augmentation import DEGREES, FACTORS, published_matrix
from stgcn_pyg.models import NINE_LAYERS, TWELVE_LAYERS
from stgcn_pyg.nn import PlainUnit, SpatialGraphConv, fold_norms
from stgcn_pyg.partition import STRATEGIES, SkeletonGraph, joint_radii
from stgcn_pyg.skeleton import BODY_25
from tests.recordings import random_body
from tests.strategies import normal, randomized, recording
from tests.test_floors import PACKAGE, read_imports

SMALL = ((8, 1), (12, 2), (12, 1))
GRAPHS = {name: SkeletonGraph.build(BODY_25, name) for name in STRATEGIES}


def small(partition: str = "distance", **how: Any) -> PublishedSTGCN:
    """A small published network, as if trained; its adjacency matrices stay as published."""
    model = PublishedSTGCN(GRAPHS[partition], 2, 6, SMALL, **how)
    kept = {name: values for name, values in model.double().state_dict().items() if "adjacency" in name}
    kept = {name: values.clone() for name, values in kept.items()}
    randomized(model).load_state_dict(kept, strict=False)
    return model


def batch_of(*lengths: int, partition: str = "distance") -> TimelineBatch:
    graph = GRAPHS[partition]
    return TimelineBatch.from_data_list([recording(graph, t, seed=seed) for seed, t in enumerate(lengths)])


def test_nothing_outside_of_experiments_imports_the_mistakes() -> None:
    imports = read_imports(PACKAGE)
    mistakes = {module for module in imports if module.startswith("experiments.published")}
    assert "experiments.published.network" in mistakes
    outside = {module for module in imports if not module.startswith("experiments.")}
    assert {module for module in outside if imports[module] & mistakes} == set()


# The graph


def test_the_published_adjacency_is_dense_and_nearly_of_rank_one() -> None:
    dense = published_adjacency(GRAPHS["uniform"])
    assert (round(float(dense.min())), round(float(dense.max()))) == (64113, 70045)
    first, second = torch.linalg.svdvals(dense[0])[:2]
    assert second < 0.002 * first
    assert GRAPHS["uniform"].adjacency().max() < 0.5


@pytest.mark.parametrize("partition", STRATEGIES)
def test_the_published_adjacency_is_the_product_of_three_matrices(partition: str) -> None:
    graph = GRAPHS[partition]
    for k, dense in enumerate(published_adjacency(graph)):
        labelled = (graph.adjacency()[k] > 0).double()
        power = torch.full_like(labelled, 0.001)
        power += torch.diag(labelled.sum(dim=1))
        power = power**-0.5
        torch.testing.assert_close(dense, power @ labelled @ power)
        assert (dense > 0).all()


def test_published_radii_count_missing_joints() -> None:
    bodies = [random_body(9, missing=0.3, seed=seed) for seed in range(3)]
    bodies[0].score[4] = 0  # a frame without anybody, whatever positions are left in it
    frames = [
        [(pos * (score > 0)).tolist() for pos, score in zip(body.pos[t], body.score[t], strict=True)]
        for body in bodies
        for t in range(9)
        if body.score[t].any()
    ]
    assert len(frames) == 26
    total = [0.0] * 25
    for frame in frames:
        centre = [sum(values) / 25 for values in zip(*frame, strict=True)]
        for v, joint in enumerate(frame):
            total[v] += math.dist(joint, centre) / len(frames)
    assert published_radius(bodies).tolist() == pytest.approx(total)


def test_published_radii_are_the_right_ones_where_nothing_is_missing() -> None:
    bodies = [random_body(9, seed=seed) for seed in range(3)]
    right = joint_radii((body.pos.numpy(), body.score.numpy()) for body in bodies)
    assert published_radius(bodies).tolist() == pytest.approx(right.tolist())


def test_published_radii_need_somebody() -> None:
    body = random_body(3)
    body.score[:] = 0
    with pytest.raises(ValueError, match="in which somebody is seen"):
        published_radius([body])


def test_the_published_graph_compares_published_radii() -> None:
    bodies = [random_body(9, missing=0.3)]
    graph = published_graph(BODY_25, "spatial", bodies)
    r = published_radius(bodies)
    neighbour, root = graph.edge_index.numpy()
    expected = [0 if r[j] == r[i] else 1 if r[j] < r[i] else 2 for j, i in zip(neighbour, root, strict=True)]
    assert graph.edge_type.tolist() == expected
    others = published_graph(BODY_25, "symmetrical", [])
    assert torch.equal(others.edge_type, GRAPHS["symmetrical"].edge_type)


# The network


def count(model: torch.nn.Module) -> int:
    return sum(values.numel() for values in model.parameters())


@pytest.mark.parametrize(
    ("partition", "channels", "residual", "parameters", "without_adjacency"),
    [
        ("uniform", NINE_LAYERS, False, 2_592_244, 2_585_994),
        ("distance", NINE_LAYERS, False, 2_817_118, 2_804_618),
        ("spatial", NINE_LAYERS, False, 3_041_992, 3_023_242),
        ("spatial", TWELVE_LAYERS, True, 4_073_390, 4_050_890),
    ],
)
def test_parameters_are_as_many_as_published(
    partition: str, channels: Any, residual: bool, parameters: int, without_adjacency: int
) -> None:
    model = PublishedSTGCN(GRAPHS[partition], 2, 6, channels, residual)
    assert count(model) == parameters
    matrices = [values.numel() for name, values in model.named_parameters() if name.endswith("adjacency")]
    assert count(model) - sum(matrices) == without_adjacency


class Twin(torch.nn.Module):
    """The published network for pictures ``[N, C, T, V]``, with the weights of a :class:`PublishedSTGCN`."""

    def __init__(self, model: PublishedSTGCN, residual: bool) -> None:
        super().__init__()
        self.residual = residual
        self.units = torch.nn.ModuleList(self.unit(unit) for unit in model.units)
        self.classifier = model.classifier

    def unit(self, unit: Any) -> torch.nn.ModuleDict:
        spatial = PublishedTwin(unit.spatial)
        stride = (unit.temporal.stride[0], 1)
        channels = unit.temporal.out_channels
        temporal = torch.nn.Conv2d(channels, channels, (9, 1), stride, (4, 0))
        fill(temporal, unit.temporal.weight[..., None], unit.temporal.bias)
        second = unit.norm_middle if self.residual else unit.norm_out
        parts: dict[str, torch.nn.Module] = {"norm": norm(unit.norm_in), "spatial": spatial, "temporal": temporal}
        parts["second"] = norm(second)
        parts["short"] = torch.nn.Identity()
        if self.residual and unit.shortcut is not None:
            short = torch.nn.Conv2d(unit.shortcut.in_channels, channels, 1, stride)
            parts["short"] = fill(short, unit.shortcut.weight[..., None], unit.shortcut.bias)
        return torch.nn.ModuleDict(parts).double()

    def forward(self, x: Tensor) -> Tensor:
        x = x.permute(0, 3, 1, 2)
        for unit in self.units:
            assert isinstance(unit, torch.nn.ModuleDict)
            y = unit["norm"](x)
            if self.residual:
                y = unit["temporal"](unit["second"](unit["spatial"](y.relu())).relu())
                x = (y + unit["short"](x)).relu()
            else:
                x = unit["second"](unit["temporal"](unit["spatial"](y))).relu()
        logits: Tensor = self.classifier(F.avg_pool2d(x, x.shape[2:]).flatten(1))
        return logits


class PublishedTwin(torch.nn.Module):
    """A 1x1 convolution to K * C channels, then a sum over the joints."""

    def __init__(self, conv: PublishedSpatialConv) -> None:
        super().__init__()
        self.adjacency = conv.adjacency
        self.conv = torch.nn.Conv2d(conv.in_channels, conv.num_partitions * conv.out_channels, 1)
        assert conv.bias is not None
        fill(self.conv, conv.weight.transpose(1, 2).flatten(0, 1)[..., None, None], conv.bias.flatten())

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x).unflatten(1, (len(self.adjacency), -1))  # [N, K, C, T, V]
        return torch.einsum("kvw,nkctw->nctv", self.adjacency, y)


def fill(module: Any, weight: Tensor, bias: Tensor) -> Any:
    module.weight.data, module.bias.data = weight.detach().clone(), bias.detach().clone()
    return module


def norm(ours: Any) -> torch.nn.BatchNorm2d:
    theirs: torch.nn.BatchNorm2d = fill(torch.nn.BatchNorm2d(ours.num_features), ours.weight, ours.bias)
    theirs.running_mean, theirs.running_var = ours.running_mean.clone(), ours.running_var.clone()
    return theirs


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("partition", ["uniform", "spatial"])
def test_logits_are_those_of_a_network_written_for_pictures(partition: str, residual: bool, train: bool) -> None:
    batch = batch_of(7, 12, 10, partition=partition)
    model = small(partition, residual=residual)
    twin = Twin(model, residual)
    model.train(train), twin.train(train)
    padded = [sample.x[torch.arange(12) % sample.num_frames] for sample in batch.to_data_list()]
    torch.testing.assert_close(model(batch), twin(torch.stack(padded)), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("residual", [False, True])
def test_a_prediction_depends_on_its_batch_mates(residual: bool) -> None:
    model = small(residual=residual)
    alone, together = model(batch_of(7))[0], model(batch_of(7, 12))[0]
    assert not torch.allclose(alone, together, rtol=1e-3)
    twice = recording(GRAPHS["distance"], 7).select_frames(torch.arange(12) % 7)
    torch.testing.assert_close(together, model(twice)[0])


@pytest.mark.parametrize("residual", [False, True])
def test_samples_of_equal_length_are_left_as_they_are(residual: bool) -> None:
    model, batch = small(residual=residual), batch_of(9, 9, 9)
    together = model(batch)
    torch.testing.assert_close(together, super(PublishedSTGCN, model).forward(batch))
    torch.testing.assert_close(together, torch.cat([model(sample) for sample in batch.to_data_list()]))


def test_runs_are_joined() -> None:
    model, graph = small(), GRAPHS["distance"]
    torch.testing.assert_close(model(recording(graph, 4, 5)), model(recording(graph, 9)))


def test_another_graph_is_refused() -> None:
    with pytest.raises(ValueError, match="not those of the graph"):
        small("distance")(batch_of(5, partition="uniform"))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"bias": "channel"}, "bias='channel' is not what .*bias=\"partition\""),
        ({"linear_middle": False}, "linear_middle=False is not what"),
        ({"residual": True, "linear_middle": True}, "linear_middle=True is not what"),
        ({"causal": True}, "causal=True is not what"),
        ({"backend": "sparse"}, "backend='sparse' is not what"),
        ({"residual": True, "norm": "start"}, "have no norm 'start'"),
    ],
)
def test_arguments_that_contradict_are_refused(how: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PublishedSTGCN(GRAPHS["uniform"], 2, 6, SMALL, **how)


@pytest.mark.parametrize("how", [{"norm": "start"}, {"norm": "once"}, {"relu_first": True}])
def test_the_switches_of_section_5_5_work(how: dict[str, Any]) -> None:
    model = small(**how)
    assert model(batch_of(7, 12)).isfinite().all()
    ends = [type(unit.norm_out).__name__ for unit in model.units if isinstance(unit, PlainUnit)]
    assert set(ends) == {"NormReLU" if "relu_first" in how else "ReLU"}


def test_dropout_is_applied_to_sums() -> None:
    model = PublishedSTGCN(GRAPHS["uniform"], 2, 6, SMALL, residual=True, dropout=0.9)
    outputs: list[Tensor] = []
    for unit in model.units:
        unit.register_forward_hook(lambda _unit, _inputs, output: outputs.append(output[0]))
    model(batch_of(40, partition="uniform"))
    for out in outputs:
        assert float((out == 0).double().mean()) > 0.89
        assert (out >= 0).all()


def test_folded_norms_give_the_same() -> None:
    for residual in (False, True):
        model = small(residual=residual)
        batch = batch_of(7, 12)
        torch.testing.assert_close(fold_norms(model)(batch), model(batch))


def test_edge_importance_is_a_jitter_that_never_trains() -> None:
    torch.manual_seed(0)
    plain, masked = (PublishedSTGCN(GRAPHS["spatial"], 2, 6, SMALL, edge_importance=on) for on in (False, True))
    assert count(plain) == count(masked)
    for one, other in zip(plain.units, masked.units, strict=True):
        ratio = (other.get_parameter("spatial.adjacency") / one.get_parameter("spatial.adjacency")).detach()
        assert 0 < (ratio - 1).abs().max() < 0.02
        assert float(ratio.std()) == pytest.approx(0.002, rel=0.1)
        assert float(ratio.mean()) == pytest.approx(0.999, abs=2e-4)


def test_weights_are_drawn_as_pytorch_does() -> None:
    torch.manual_seed(0)
    conv = PublishedSpatialConv(64, 128, torch.ones(3, 25, 25))
    twin = torch.nn.Conv2d(64, 3 * 128, 1)
    spreads = [float(layer.weight.detach().std()) for layer in (conv, twin)]
    assert spreads[0] == pytest.approx(spreads[1], rel=0.02)
    assert conv.weight.abs().max() <= 1 / 8
    assert isinstance(conv, SpatialGraphConv)


def steps(learning_rate: float, count: int = 12) -> tuple[PublishedSTGCN, list[Tensor], list[float]]:
    """A small network after some steps of Adam, its adjacency matrices before, and the losses."""
    torch.manual_seed(0)
    model, batch = PublishedSTGCN(GRAPHS["uniform"], 2, 6, SMALL), batch_of(7, 12, 9, 9, partition="uniform")
    before = [unit.get_parameter("spatial.adjacency").detach().clone() for unit in model.units]
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(count):
        loss = F.cross_entropy(model(batch), torch.tensor([0, 1, 2, 3]))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(float(loss.detach()))
    return model, before, losses


def test_adjacency_matrices_train() -> None:
    model, before, losses = steps(learning_rate=1e-2)
    assert losses[-1] < losses[0]
    after = [unit.get_parameter("spatial.adjacency") for unit in model.units]
    assert all(adjacency.isfinite().all() for adjacency in after)
    assert any(not torch.equal(adjacency, start) for adjacency, start in zip(after, before, strict=True))


def test_at_the_rate_of_the_best_runs_adjacency_matrices_stay() -> None:
    """Adam's step is rounded away: single precision has no number between."""
    model, before, losses = steps(learning_rate=1e-4)
    assert losses[-1] < losses[0]
    for unit, start in zip(model.units, before, strict=True):
        adjacency = unit.get_parameter("spatial.adjacency")
        assert adjacency.grad is not None
        assert adjacency.grad.abs().max() > 0
        assert torch.equal(adjacency, start)


# Input and augmentation


def test_published_input_is_pixels_with_missing_joints_at_the_corner() -> None:
    body = random_body(6, 5, missing=0.3)
    body.score[[2, 8]] = 0
    before = body.clone()
    data = PublishedInput()(body)
    kept = [0, 1, 3, 4, 5, 6, 7, 9, 10]
    seen = (body.score > 0)[kept]
    assert torch.equal(data.x[seen], body.pos[kept][seen])
    assert (data.x[~seen] == 0).all()
    assert not seen.all()
    assert data.ptr.tolist() == [0, 9]
    assert torch.equal(data.frame, body.frame[kept])
    assert torch.equal(body.run, before.run)
    assert body.x is None


def test_published_input_refuses_a_recording_without_anybody() -> None:
    body = random_body(3)
    body.score[:] = 0
    with pytest.raises(ValueError, match="recording: nobody is seen in any frame"):
        PublishedInput()(body)


def columns(kinds: set[str], degrees: float, factor: float) -> Tensor:
    """The matrix that the published code builds for columns ``(x, y, 1)``."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    each = {
        "rotation": [[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]],
        "translation": [[1, 0, 5], [0, 1, 5], [0, 0, 1]],
        "scaling": [[factor, 0, 0], [0, factor, 0], [0, 0, 1]],
        "flip": [[-1, 0, 0], [0, 1, 0], [0, 0, 1]],
    }
    total = torch.eye(3, dtype=torch.float64)
    for kind, matrix in each.items():
        if kind in kinds:
            total = torch.tensor(matrix, dtype=torch.float64) @ total
    return total


@pytest.mark.parametrize("first", range(4))
@pytest.mark.parametrize("second", range(4))
def test_augmentation_multiplies_rows_by_a_matrix_for_columns(first: int, second: int) -> None:
    names = ("rotation", "translation", "scaling", "flip")
    pixels = normal(8, 2)
    got = pixels @ published_matrix(first, second)
    rows = torch.cat([pixels, torch.zeros(8, 1, dtype=torch.float64)], dim=1)
    possible = [
        (rows @ columns({names[first], names[second]}, degrees, factor))[:, :2]
        for degrees in DEGREES
        for factor in FACTORS
    ]
    assert any(torch.allclose(got, expected) for expected in possible)


def test_half_of_the_recordings_are_augmented_and_translations_do_nothing() -> None:
    torch.manual_seed(0)
    pixels = 80 + 20 * normal(3, 25, 2)
    pixels[1, 4] = 0
    outcomes = []
    for _ in range(800):
        x = PublishedAugmentation()(SkeletonData(x=pixels.clone())).x
        assert (x[1, 4] == 0).all()
        outcomes.append((not torch.equal(x, pixels), bool((x[0, :, 0] < 0).all())))
    changed, flipped = (sum(column) / 800 for column in zip(*outcomes, strict=True))
    assert changed == pytest.approx(0.5 * 15 / 16, abs=0.06)  # one in 16 draws translation twice
    assert flipped == pytest.approx(0.5 * 7 / 16, abs=0.05)
    assert torch.equal(published_matrix(1, 1), torch.eye(2, dtype=torch.float64))


def test_augmentation_draws_from_torch() -> None:
    pixels = normal(3, 25, 2)
    draws = []
    for _ in range(2):
        torch.manual_seed(5)
        draws.append([PublishedAugmentation()(SkeletonData(x=pixels.clone())).x for _ in range(20)])
    assert all(torch.equal(one, other) for one, other in zip(*draws, strict=True))
    assert any(not torch.equal(one, other) for one, other in pairwise(draws[0]))


# Accuracy


def test_batch_means_weigh_the_last_batch_more() -> None:
    y = torch.zeros(120, dtype=torch.long)
    logits = F.one_hot((torch.rand(120, generator=torch.Generator().manual_seed(0)) < 0.3).long(), 6).double()
    logits[112:] = F.one_hot(torch.ones(8, dtype=torch.long), 6).double()  # the last batch is all wrong
    accuracy = batch_means(logits, y)
    right = logits.argmax(dim=1) == y
    assert (accuracy * 128).is_integer()
    assert accuracy == (int(right[:112].sum()) + 2 * int(right[112:].sum())) / 128
    assert accuracy < float(right.double().mean())
    assert batch_means(logits.argmax(dim=1), y) == accuracy
    assert batch_means(logits[:112], y[:112]) == pytest.approx(float(right[:112].double().mean()))


def test_batch_means_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\[2\] predictions of \[3\]"):
        batch_means(torch.zeros(2), torch.zeros(3))
