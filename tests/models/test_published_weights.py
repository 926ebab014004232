"""Published weights: our network gives the logits of a plain one that is written from the paper's equations."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stgcn_pyg.data import SkeletonData, TimelineBatch
from stgcn_pyg.models import STGCN, read_published
from stgcn_pyg.nn import fold_norms
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.skeleton import COCO_17, NTU_25, OPENPOSE_18, Skeleton
from stgcn_pyg.transforms import SkeletonFeatures, UnrollFrames
from tests.strategies import normal

SIZES = (64, 64, 64, 64, 128, 128, 128, 256, 256, 256)
SMALL = (4, 4, 8, 8)


def stride(sizes: tuple[int, ...], unit: int) -> int:
    return 2 if unit and sizes[unit] != sizes[unit - 1] else 1


class Random:
    """Random weights, of which no two are alike."""

    def __init__(self) -> None:
        self.weights: dict[str, Tensor] = {}

    def add(self, name: str, *shape: int, spread: float = 0.3, shift: float = 0.0) -> None:
        self.weights[name] = shift + spread * normal(*shape, seed=len(self.weights))

    def conv(self, name: str, size_in: int, size_out: int, length: int = 1) -> None:
        self.add(f"{name}.weight", size_out, size_in, length, 1, spread=(size_in * length) ** -0.5)
        self.add(f"{name}.bias", size_out)

    def norm(self, name: str, size: int) -> None:
        self.add(f"{name}.weight", size, shift=1)
        self.add(f"{name}.bias", size)
        self.add(f"{name}.running_mean", size)
        self.add(f"{name}.running_var", size, spread=0.1)
        self.weights[f"{name}.running_var"] = self.weights[f"{name}.running_var"].abs() + 0.5


def adjacency(skeleton: Skeleton) -> Tensor:
    """Matrices as they are published: neighbour, then root."""
    return SkeletonGraph.build(skeleton, "spatial", "neighbourhood").adjacency().transpose(1, 2).contiguous()


def official(
    skeleton: Skeleton, sizes: tuple[int, ...], importance: bool = True, classes: int = 5
) -> dict[str, Tensor]:
    """A state dictionary of the official code."""
    random, a = Random(), adjacency(skeleton)
    random.norm("data_bn", 3 * skeleton.num_joints)
    size_in = 3
    for unit, size in enumerate(sizes):
        start = f"st_gcn_networks.{unit}"
        random.conv(f"{start}.gcn.conv", size_in, 3 * size)
        random.norm(f"{start}.tcn.0", size)
        random.conv(f"{start}.tcn.2", size, size, length=9)
        random.norm(f"{start}.tcn.3", size)
        if stride(sizes, unit) == 2:
            random.conv(f"{start}.residual.0", size_in, size)
            random.norm(f"{start}.residual.1", size)
        if importance:
            random.add(f"edge_importance.{unit}", *a.shape, shift=1)
        size_in = size
    random.conv("fcn", size_in, classes)
    return {"A": a, **random.weights}


def openmmlab(
    skeleton: Skeleton, sizes: tuple[int, ...], adaptive: str | None, head: str, post: bool = False
) -> Any:
    """A state dictionary of PYSKL's or MMAction2's."""
    random, a = Random(), adjacency(skeleton)
    random.norm("backbone.data_bn", 3 * skeleton.num_joints)
    size_in = 3
    for unit, size in enumerate(sizes):
        start = f"backbone.gcn.{unit}"
        random.weights[f"{start}.gcn.A"] = a
        if adaptive == "init":
            random.add(f"{start}.gcn.A", *a.shape)
        elif adaptive:
            random.add(f"{start}.gcn.PA", *a.shape, shift=float(adaptive == "importance"))
        random.norm(f"{start}.gcn.bn", size)
        random.conv(f"{start}.gcn.conv", *((3 * size_in, size) if post else (size_in, 3 * size)))
        random.conv(f"{start}.tcn.conv", size, size, length=9)
        random.norm(f"{start}.tcn.bn", size)
        if stride(sizes, unit) == 2:
            random.conv(f"{start}.residual.conv", size_in, size)
            random.norm(f"{start}.residual.bn", size)
        size_in = size
    random.add(f"cls_head.{head}.weight", 5, size_in)
    random.add(f"cls_head.{head}.bias", 5)
    return random.weights


def plain(x: Tensor, w: dict[str, Tensor], sizes: tuple[int, ...], combine: Callable[[int], Tensor]) -> Tensor:
    """The network of the AAAI paper on people of equal length, ``[M, C, T, V]`` to logits, with dense matrices.

    ``combine`` gives the adjacency matrices of a unit.
    """
    mm = "backbone.data_bn.weight" in w
    names = ("gcn.bn", "tcn.conv", "tcn.bn", "residual.conv", "residual.bn")
    bn1, conv, bn2, short, bn3 = names if mm else ("tcn.0", "tcn.2", "tcn.3", "residual.0", "residual.1")

    def norm(y: Tensor, name: str) -> Tensor:
        mean, var, weight, bias = (
            w[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")
        )
        return F.batch_norm(y, mean, var, weight, bias)

    def conv2d(y: Tensor, name: str, **how: Any) -> Tensor:
        return F.conv2d(y, w[f"{name}.weight"], w[f"{name}.bias"], **how)

    people, channels, frames, joints = x.shape
    flat = x.permute(0, 3, 1, 2).reshape(people, joints * channels, frames)
    flat = norm(flat, "backbone.data_bn" if mm else "data_bn")
    x = flat.view(people, joints, channels, frames).permute(0, 2, 3, 1)
    for unit, size in enumerate(sizes):
        start, a, step = f"{'backbone.gcn' if mm else 'st_gcn_networks'}.{unit}", combine(unit), stride(sizes, unit)
        if len(w[f"{start}.gcn.conv.weight"]) == size:  # after aggregation
            sums = [x @ a[k] for k in range(3)]
            y = conv2d(torch.cat(sums, dim=1), f"{start}.gcn.conv")
        else:
            parts = conv2d(x, f"{start}.gcn.conv").chunk(3, dim=1)
            y = sum((part @ a[k] for k, part in enumerate(parts)), torch.zeros(()))
        y = norm(y, f"{start}.{bn1}").relu()
        y = norm(conv2d(y, f"{start}.{conv}", stride=(step, 1), padding=(4, 0)), f"{start}.{bn2}")
        if step == 2:
            y = y + norm(conv2d(x, f"{start}.{short}", stride=(step, 1)), f"{start}.{bn3}")
        elif unit:
            y = y + x
        x = y.relu()
    head = next(key.removesuffix(".weight") for key in w if key.startswith(("fcn.w", "cls_head")))
    pooled = x.mean(dim=(2, 3)).mean(dim=0, keepdim=True)
    return pooled @ w[f"{head}.weight"].flatten(1).T + w[f"{head}.bias"]


def people(skeleton: Skeleton, frames: int = 20, count: int = 1) -> Tensor:
    return normal(count, 3, frames, skeleton.num_joints, seed=99)


def recording(graph: SkeletonGraph, x: Tensor) -> SkeletonData:
    """The same people as runs of one recording."""
    run = torch.arange(len(x)).repeat_interleave(x.shape[2])
    return SkeletonData(x=x.permute(0, 2, 3, 1).flatten(0, 1), run=run).attach(graph)


def assert_same(weights: dict[str, Tensor], skeleton: Skeleton, sizes: tuple[int, ...], **how: Any) -> STGCN:
    """Our network and the plain one answer alike."""
    mask = how.get("mask", "importance")

    def combine(unit: int) -> Tensor:
        a = weights["A"] if "A" in weights else weights[f"backbone.gcn.{unit}.gcn.A"]
        own = weights.get(f"edge_importance.{unit}", weights.get(f"backbone.gcn.{unit}.gcn.PA"))
        return a if own is None else (a * own if mask == "importance" else a + own)

    graph, model = read_published(weights, skeleton, **how)
    for x in (people(skeleton), people(skeleton, 21), people(skeleton, 1), people(skeleton, 13, count=2)):
        logits = model(recording(graph, x))
        torch.testing.assert_close(logits, plain(x, weights, sizes, combine), rtol=1e-9, atol=1e-9)
    return model


@pytest.mark.parametrize("skeleton", [OPENPOSE_18, NTU_25], ids=lambda skeleton: skeleton.name)
@pytest.mark.parametrize("importance", [True, False])
def test_the_official_codes_weights_give_their_logits(skeleton: Skeleton, importance: bool) -> None:
    model = assert_same(official(skeleton, SIZES, importance, classes=60), skeleton, SIZES)
    assert [unit.temporal.stride for unit in model.units] == [(1,)] * 4 + [(2,)] + [(1,)] * 2 + [(2,)] + [(1,)] * 2


@pytest.mark.parametrize("head", ["fc_cls", "fc"])
@pytest.mark.parametrize("adaptive", [None, "importance", "offset", "init"])
@pytest.mark.parametrize("post", [False, True])
def test_openmmlabs_weights_give_their_logits(adaptive: str | None, head: str, post: bool) -> None:
    weights = openmmlab(COCO_17, SMALL, adaptive, head, post)
    assert_same(weights, COCO_17, SMALL, **({"mask": "offset"} if adaptive == "offset" else {}))


def test_openmmlabs_network_of_full_size_gives_its_logits() -> None:
    assert_same(openmmlab(NTU_25, SIZES, "importance", "fc_cls"), NTU_25, SIZES)


def test_single_precision_is_kept_and_agrees() -> None:
    weights = official(NTU_25, SMALL)
    single = {name: value.float() for name, value in weights.items()}
    graph, model = read_published(single, NTU_25)
    assert {value.dtype for value in model.parameters()} == {torch.float32}
    data, exact = recording(graph, people(NTU_25)), read_published(weights, NTU_25)
    double = exact[1](recording(exact[0], people(NTU_25)))
    torch.testing.assert_close(model(data).double(), double, rtol=1e-4, atol=1e-4)


def test_what_is_read_is_a_network_like_any_other(tmp_path: Path) -> None:
    """It takes batches and unrolled recordings, folds its norms, is frozen, saved and read again."""
    graph, model = read_published(official(OPENPOSE_18, SMALL), "OPENPOSE_18")
    one, other = (recording(graph, people(OPENPOSE_18, frames)) for frames in (9, 14))
    alone = torch.cat([model(one), model(other)])
    batch = TimelineBatch.from_data_list([one, other])
    for logits in (model(batch), fold_norms(model)(batch)):
        torch.testing.assert_close(logits, alone, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(model(UnrollFrames(graph)(one)), alone[:1], rtol=1e-9, atol=1e-9)
    model.train()
    model.freeze(1)
    assert not model.norm.training
    recognizer = Recognizer(
        graph,
        "abcde",
        SkeletonFeatures(OPENPOSE_18, ("joint", "score")),
        channels=[(size, stride(SMALL, unit)) for unit, size in enumerate(SMALL)],
        residual="post-activation",
        edge_importance=True,
        bias="partition",
    )
    recognizer.model.load_state_dict(model.state_dict())
    recognizer.save_pretrained(tmp_path)
    again = Recognizer.from_pretrained(tmp_path).model.eval()
    torch.testing.assert_close(again(one.clone()).double(), alone[:1], rtol=1e-3, atol=1e-3)


def test_files_are_read_in_any_wrapping_and_of_any_age(tmp_path: Path) -> None:
    weights = official(NTU_25, SMALL)
    expected = read_published(weights, "NTU_25")[1].state_dict()
    counted = weights | {"data_bn.num_batches_tracked": torch.tensor(7)}
    contents = {
        "plain": weights,
        "counted": counted,
        "wrapped": {"meta": {"epoch": 3}, "state_dict": weights},
        "parallel": {f"module.{name}": value for name, value in weights.items()},
    }
    for name, content in contents.items():
        torch.save(content, tmp_path / name)
    torch.save(weights, tmp_path / "old", _use_new_zipfile_serialization=False)
    for name in (*contents, "old"):
        state = read_published(tmp_path / name, "NTU_25")[1].state_dict()
        assert all(torch.equal(state[key], value) for key, value in expected.items()), name


class Hostile:
    """What would do something when unpickled."""

    def __reduce__(self) -> Any:
        return print, ("executed",)


def test_nothing_in_a_file_is_executed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save({"state_dict": official(NTU_25, SMALL), "hook": Hostile()}, tmp_path / "hostile.pt")
    with pytest.raises(ValueError, match=r"hostile\.pt cannot be read without executing"):
        read_published(tmp_path / "hostile.pt", "NTU_25")
    assert "executed" not in capsys.readouterr().out
    with pytest.raises(FileNotFoundError):
        read_published(tmp_path / "nowhere.pt", "NTU_25")


def broken() -> Iterator[tuple[str, dict[str, Any], str]]:
    """What is wrong with weights, and what is said of it."""
    good, mm = official(NTU_25, SMALL), openmmlab(NTU_25, SMALL, None, "fc")
    without = {name: value for name, value in good.items() if name != "st_gcn_networks.2.tcn.3.bias"}
    yield "missing", without, r"lack st_gcn_networks\.2\.tcn\.3\.bias"
    other = good | {"st_gcn_networks.1.tcn.2.weight": torch.zeros(4, 5, 9, 1)}
    yield "shape", other, r"units\.1\.temporal\.weight is \[4, 5, 9\] in the file, but \[4, 4, 9\] in the network"
    yield (
        "joints",
        good | {"A": torch.ones(3, 17, 17)},
        r"edge_importance\.0 is \[3, 25, 25\], but the .* \[3, 17, 17\]",
    )
    yield "norm", good | {"data_bn.weight": torch.ones(150)}, r"norm\.weight is \[150\] in the file, but \[75\]"
    plus = mm | {"backbone.gcn.0.gcn.down.0.weight": torch.zeros(4, 3, 1, 1)}
    yield "ST-GCN++", plus, r"of another: backbone\.gcn\.0\.gcn\.down\.0\.weight"
    branches = {name.replace("tcn.conv", "tcn.branches.0.3.conv"): value for name, value in mm.items()}
    yield "multi-scale", branches, r"lack backbone\.gcn\.0\.tcn\.conv\.weight"
    yield "a gap", {name: value for name, value in good.items() if "works.1." not in name}, r"have units 0, 2, 3"
    yield (
        "spatial",
        good
        | {"A": torch.ones(2, 25, 25)}
        | {f"edge_importance.{unit}": torch.ones(2, 25, 25) for unit in range(4)},
        r"networks\.0\.gcn\.conv\.weight is \[12, 3, 1, 1\], which 2 partitions and 4 channels do not make",
    )
    yield "no tensor", good | {"epoch": 3}, "a tensor for each name"


@pytest.mark.parametrize(
    ("weights", "message"), [case[1:] for case in broken()], ids=[case[0] for case in broken()]
)
def test_weights_that_do_not_fit_are_refused(weights: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_published(weights, "NTU_25")


def test_another_layout_and_other_strides_are_refused() -> None:
    weights = official(NTU_25, SMALL)
    with pytest.raises(ValueError, match="for 25 joints, but COCO_17 has 17"):
        read_published(weights, COCO_17)
    with pytest.raises(ValueError, match="4 units, but 2 strides"):
        read_published(weights, NTU_25, strides=[1, 2])
    assert [unit.temporal.stride for unit in read_published(weights, NTU_25, [1, 1, 1, 1])[1].units] == [(1,)] * 4
