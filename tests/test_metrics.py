"""Scores: intervals, counts, errors."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, f1_score

from stgcn_pyg.metrics import Scores, mean_interval, wilson_interval


@given(st.integers(1, 500), st.data())
def test_wilson_interval_is_scipys(total: int, data: st.DataObject) -> None:
    correct = data.draw(st.integers(0, total))
    expected = binomtest(correct, total).proportion_ci(method="wilson")
    assert wilson_interval(correct, total) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize(("correct", "total"), [(0, 0), (3, 2), (-1, 5)])
def test_impossible_counts_are_refused(correct: int, total: int) -> None:
    with pytest.raises(ValueError, match="is no proportion"):
        wilson_interval(correct, total)


def test_mean_interval_by_hand() -> None:
    mean, low, high = mean_interval([1.0, 2.0, 3.0])
    half = 4.302652729 * 1.0 / math.sqrt(3)  # Student's t with 2 degrees of freedom
    assert (mean, low, high) == pytest.approx((2.0, 2 - half, 2 + half))


def test_a_single_measurement_has_no_interval() -> None:
    mean, low, high = mean_interval([0.9])
    assert mean == 0.9
    assert math.isnan(low)
    assert math.isnan(high)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=50))
def test_scores_are_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    true, predicted = (np.array(column) for column in zip(*pairs, strict=True))
    scores = Scores.of(true, predicted, "abcd")
    assert scores.accuracy == pytest.approx(accuracy_score(true, predicted))
    assert scores.macro_f1 == pytest.approx(
        f1_score(true, predicted, average="macro", labels=np.unique(true), zero_division=0)
    )
    assert sum(map(sum, scores.confusion)) == scores.total == len(pairs)
    assert sum(scores.confusion[i][i] for i in range(4)) == (true == predicted).sum()


def test_scores_read_well() -> None:
    assert str(Scores.of([0, 1, 1], [0, 1, 0], ["a", "b"])) == (
        "accuracy 0.667 (95 % interval 0.208-0.939, n = 3), macro-F1 0.667"
    )


def test_labels_and_predictions_must_match() -> None:
    with pytest.raises(ValueError, match="3 labels do not go with 2 predictions"):
        Scores.of([0, 1, 1], [0, 1], ["a", "b"])
