"""Claims are judged by the runs that there are."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import pytest

from stgcn_pyg.files import read_json, write_json
from stgcn_pyg.report.results import Experiment, Kind, read_results
from stgcn_pyg.report.verdict import FAILS, HOLDS, NOT_RUN, OPEN, RULES, Verdict, judge
from tests.report.made_up import write_results

LOW = [10 / 24, 11 / 24, 9 / 24, 10 / 24, 10 / 24]
HIGH = [18 / 24, 19 / 24, 18 / 24, 17 / 24, 18 / 24]
WILD = [4 / 24, 20 / 24, 9 / 24, 22 / 24, 12 / 24]
Runs = Sequence[float | None]


def verdict(folder: Path, kind: str, a: Runs, *others: Runs, mode: str = "correct", **claim: Any) -> Verdict:
    """Judge the first cell's claim against the others."""
    names = "abcd"[: 1 + len(others)]
    runs = {name: {mode: values} for name, values in zip(names, (a, *others), strict=True)}
    facts = {"text": "It is so", "kind": kind, "cell": "a", "than": list(names[1:]), **claim}
    (experiment,) = read_results(write_results(folder, runs, [facts])).experiments
    return judge(experiment.claims[0], experiment, "correct")


def up(values: Sequence[float], by: float) -> list[float]:
    """So much higher, but for a little: differences that are all the same tell nothing."""
    return [value + by + little for value, little in zip(values, (-0.001, 0, 0.001, 0, 0), strict=True)]


@pytest.mark.parametrize(
    ("kind", "a", "others", "word"),
    [
        ("better", HIGH, [LOW], HOLDS),
        ("better", LOW, [HIGH], FAILS),
        ("better", up(LOW, 0), [LOW], FAILS),  # not the least gain
        ("better", WILD, [HIGH], OPEN),
        ("better", up(LOW, 1 / 24), [LOW], HOLDS),  # certain, however small
        ("better", HIGH, [LOW, LOW], HOLDS),
        ("better", HIGH, [LOW, up(HIGH, 0)], FAILS),
        ("better", HIGH, [LOW, WILD], OPEN),
        ("not-better", LOW, [HIGH], HOLDS),
        ("not-better", up(LOW, 0), [LOW], HOLDS),
        ("not-better", HIGH, [LOW], FAILS),
        ("not-better", WILD, [HIGH], OPEN),
        ("alike", up(LOW, 0), [LOW], HOLDS),
        ("alike", up(LOW, 1 / 24), [LOW], HOLDS),
        ("alike", HIGH, [LOW], FAILS),
        ("alike", WILD, [HIGH], OPEN),
        ("between", up(LOW, 4 / 24), [LOW, HIGH], HOLDS),
        ("between", up(LOW, 4 / 24), [HIGH, LOW], FAILS),
        ("between", WILD, [LOW, HIGH], OPEN),
    ],
)
def test_comparisons(tmp_path: Path, kind: str, a: Runs, others: list[Runs], word: str) -> None:
    judged = verdict(tmp_path, kind, a, *others)
    assert judged.word == word, judged.reason
    assert "95 % interval" in judged.reason
    assert "5 pairs of runs; p " in judged.reason
    assert ("by Holm" in judged.reason) == (len(others) > 1)


def test_the_reason_has_the_figures(tmp_path: Path) -> None:
    reason = verdict(tmp_path, "better", up(LOW, 2 / 24), LOW).reason
    assert reason.startswith("a - b: +0.083 (95 % interval +0.082 to +0.084; 5 pairs of runs; p < 0.001")
    assert "60 against 50 of 120 recordings right" in reason


def test_differences_that_are_all_the_same_tell_nothing(tmp_path: Path) -> None:
    judged = verdict(tmp_path, "alike", LOW, LOW)
    assert judged.word == OPEN
    assert "no interval, as all pairs differ by the same; 5 pairs of runs; 50 against 50" in judged.reason


def test_holm_asks_more_of_several_comparisons(tmp_path: Path) -> None:
    cell = [0.60, 0.70, 0.50, 0.55, 0.65]
    one = [0.53, 0.59, 0.45, 0.38, 0.64]  # p = 0.040; of the other 0.044
    other = [0.52, 0.59, 0.45, 0.36, 0.64]
    assert verdict(tmp_path / "one", "better", cell, one).word == HOLDS
    assert verdict(tmp_path / "other", "better", cell, other).word == HOLDS
    assert verdict(tmp_path / "both", "better", cell, one, other).word == OPEN


def test_validation_is_compared_where_it_was_not_chosen(tmp_path: Path) -> None:
    claim = {"text": "It is so", "kind": "better", "cell": "a", "than": ["b"], "measure": "validation"}
    write_results(tmp_path, {"a": {"correct": HIGH}, "b": {"correct": LOW}}, [claim])
    for path in tmp_path.glob("runs/correct0*.json"):
        facts = read_json(path)
        facts["readings"]["last"] = {"validation": 1 / 24, "test": facts["test"]}
        write_json(path, facts)
    (experiment,) = read_results(tmp_path).experiments
    assert judge(experiment.claims[0], experiment, "correct").word == FAILS


def test_of_several_comparisons_each_is_judged(tmp_path: Path) -> None:
    reason = verdict(tmp_path, "better", HIGH, LOW, up(HIGH, 0)).reason
    assert re.search(r"^a - b: [^:]*: holds\. a - c: [^:]*: does not hold\.$", reason)


def test_what_is_not_run_is_said(tmp_path: Path) -> None:
    judged = verdict(tmp_path / "a", "better", [], LOW)
    assert (judged.word, judged.reason) == (NOT_RUN, "No run of a is finished.")
    judged = verdict(tmp_path / "b", "better", HIGH, LOW, [])
    assert judged.word == OPEN
    assert judged.reason.endswith("No run of c is finished.")
    assert verdict(tmp_path / "c", "better", LOW, HIGH, []).word == FAILS
    assert verdict(tmp_path / "d", "better", HIGH, LOW, mode="published").word == NOT_RUN


def test_two_pairs_are_too_few(tmp_path: Path) -> None:
    judged = verdict(tmp_path, "better", HIGH[:2], LOW[:2])
    assert judged.word == OPEN
    assert "A verdict needs 3 groups of people, not 2." in judged.reason


def test_pairs_are_of_one_seed(tmp_path: Path) -> None:
    judged = verdict(tmp_path, "better", HIGH, LOW[:3])
    assert "3 pairs of runs" in judged.reason


def test_a_run_that_diverged_is_named_and_not_compared(tmp_path: Path) -> None:
    judged = verdict(tmp_path / "one", "better", HIGH, [None, *LOW[1:]])
    assert judged.word == HOLDS
    assert "4 pairs of runs" in judged.reason
    assert "1 of 5 runs of b diverged, in epoch 6" in judged.reason
    judged = verdict(tmp_path / "all", "better", HIGH, [None] * 5)
    assert judged.word == OPEN
    assert "5 of 5 runs of b diverged" in judged.reason


@pytest.mark.parametrize(
    ("runs", "word"), [([None] * 5, HOLDS), (LOW, FAILS), ([None, *LOW[1:]], OPEN), ([], NOT_RUN)]
)
def test_divergence(tmp_path: Path, runs: Runs, word: str) -> None:
    assert verdict(tmp_path, "diverges", runs).word == word


@pytest.mark.parametrize(
    ("limit", "runs", "word"),
    [(0.5, LOW, HOLDS), (0.25, LOW, FAILS), (0.42, LOW, OPEN), (0.5, [None] * 5, OPEN), (0.9, LOW[:2], OPEN)],
)
def test_a_limit(tmp_path: Path, limit: float, runs: Runs, word: str) -> None:
    assert verdict(tmp_path, "below", runs, limit=limit).word == word


def shaken(tmp_path: Path, size: float) -> Experiment:
    """Cells of which the second wobbles so many times as much."""
    write_results(
        tmp_path,
        {"a": {"correct": LOW}, "b": {"correct": LOW}},
        [{"text": "It is smoother", "kind": "smoother", "cell": "a", "than": ["b"]}],
    )
    for path in tmp_path.glob("runs/correct1*.json"):
        facts = read_json(path)
        own = size * (1 + 0.01 * (facts["seed"] - 2))
        facts["curve"]["train_loss"] = [own * y for y in facts["curve"]["train_loss"]]
        write_json(path, facts)
    return read_results(tmp_path).experiments[0]


@pytest.mark.parametrize(("size", "word"), [(2.0, HOLDS), (0.5, FAILS), (1.0, FAILS)])
def test_smoothness(tmp_path: Path, size: float, word: str) -> None:
    experiment = shaken(tmp_path, size)
    judged = judge(experiment.claims[0], experiment, "correct")
    assert judged.word == word
    assert judged.reason.startswith(f"Wobble of b / a: {size:.2f} (95 % interval ")


def test_the_rules_are_told_for_every_kind_of_claim() -> None:
    words = {kind: kind for kind in get_args(Kind)} | {"not-better": "no better", "below": "stays below"}
    assert [kind for kind, word in words.items() if word not in RULES] == []
