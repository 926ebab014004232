"""What is timed against each other computes the same, and the tables say what was measured."""

import math
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch_geometric.typing import WITH_TORCH_SCATTER

from benchmarks import spatial_contestants
from benchmarks.large_skeletons import holistic_like, random_tree
from benchmarks.spatial_contestants import BUILD, Contestant, Problem, check_equal, line_up
from benchmarks.spatial_conv import MODES, PARTITIONS, Row, Table, compare, crossings, plot, problem, report
from stgcn_pyg.plots.save import save
from stgcn_pyg.skeleton import BODY_25, Skeleton
from stgcn_pyg.skeleton.skeleton import hop_distances

CPU = torch.device("cpu")
TREE = random_tree(40)


def tiny(skeleton: Skeleton = BODY_25, labels: int = 3, channels: int = 4) -> Problem:
    return problem(skeleton, labels, channels, nodes=100, device=CPU)


@pytest.mark.parametrize("labels", PARTITIONS)
@pytest.mark.parametrize("skeleton", [BODY_25, TREE], ids=lambda skeleton: skeleton.name)
def test_all_contestants_compute_the_same(skeleton: Skeleton, labels: int) -> None:
    task = tiny(skeleton, labels)
    contestants, left_out = line_up(task)
    assert contestants.keys() | left_out.keys() == set(BUILD)
    assert left_out.keys() <= (set() if WITH_TORCH_SCATTER else {"segment"})
    check_equal(contestants, task.grad)
    for contestant in contestants.values():
        torch.testing.assert_close(contestant.infer(), contestants["sparse"].infer())


SPOILED: dict[str, Callable[[Tensor, Problem], Tensor]] = {
    "output": lambda y, task: 1.01 * y,
    "gradient of x": lambda y, task: y + (task.x - task.x.detach()).sum(),
    "gradient of W": lambda y, task: y + (task.weight - task.weight.detach()).sum(),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_contestant_that_computes_something_else_is_named(what: str) -> None:
    task = tiny()
    right = line_up(task)[0]["csr"]
    wrong = Contestant(lambda: SPOILED[what](right.forward(), task), right.inputs)
    with pytest.raises(AssertionError, match=f"{what}: wrong and right differ by"):
        check_equal({"right": right, "wrong": wrong}, task.grad)


def test_who_would_need_too_much_memory_is_left_out_with_the_reason() -> None:
    task = tiny()
    contestants, left_out = line_up(task, guard=task.grad.nbytes)
    assert "auto" in contestants
    assert "over the guard" in left_out["einsum"]


def test_who_is_not_installed_is_left_out_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spatial_contestants, "WITH_TORCH_SCATTER", False)
    contestants, left_out = line_up(tiny())
    assert left_out == {"segment": "torch-scatter is not installed"}
    assert contestants.keys() == set(BUILD) - {"segment"}


def test_large_skeletons_know_their_hops() -> None:
    body = holistic_like()
    assert body.hops.max() < body.num_joints == 543  # joined to one
    assert (TREE.hops == hop_distances(TREE.bone_index, TREE.num_joints)).all()
    assert torch.bincount(torch.from_numpy(TREE.bone_index.flatten())).max() <= 4


def rows(times: dict[str, list[float]]) -> list[Row]:
    """Rows of made-up times over V = 10, 100, 1000, C = 64, K = 3."""
    return [
        {"V": v, "K": 3, "C": 64, "F": 1000 // v, "mode": mode, "contestant": name}
        | {"median_ms": values[i], "low_ms": values[i], "high_ms": values[i]}
        | {"peak_mb": 2.0 if mode == MODES[1] else None}
        for name, values in times.items()
        for (i, v), mode in product(enumerate((10, 100, 1000)), MODES)
    ]


MADE_UP = {
    "sparse": [2.0, 2.0, 2.0],
    "dense": [1.0, 4.0, 16.0],
    "auto": [1.5, 1.5, 1.5],
    "RGCNConv": [3.0, 3.0, 3.0],
}


def test_tables_follow_from_the_times() -> None:
    text = report(Table(rows(MADE_UP)), [])
    assert "The highest is 1.50, at V = 10" in text
    assert "| sparse | V = 32 | V = 32 |" in text  # half-way between 10 and 100
    assert "| dense / auto | 1000 | 10.7 | 10.7 | 1 | above 1, auto is faster |" in text
    assert "| auto / RGCNConv | 10 | 0.5 | 0.5 | 1 | below 1, auto is faster |" in text


def test_lines_that_do_not_meet_have_no_crossing() -> None:
    assert crossings([10, 100, 1000], [1.0, 1.0, 1.0], [2.0, 3.0, 4.0]) == []
    assert crossings([10, 100, 1000], [2.0, math.nan, 1.0], [1.0, 1.0, 2.0]) == []


def test_one_point_from_the_problem_to_the_picture(tmp_path: Path) -> None:
    measured, left_out = compare(tiny(channels=64), rounds=2)
    assert {row["contestant"] for row in measured} == set(BUILD) - left_out.keys()
    assert all(0 < row["low_ms"] <= row["median_ms"] <= row["high_ms"] for row in measured)
    table = Table(measured)
    assert "V = 25" in report(table, [])
    save(plot(table), tmp_path / "times.png")
    assert (tmp_path / "times.png").stat().st_size > 0
