"""Paired differences, p-values and wobbles keep their laws."""

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from stgcn_pyg.report.paired import Paired, holm, wobble
from tests.strategies import few

PEOPLE = [(16,), (17,), (18,), (19,), (20,)]
shares = st.lists(st.integers(0, 24).map(lambda right: right / 24), min_size=5, max_size=5)


@few
@given(shares, shares)
def test_swapping_the_two_flips_the_sign(a: list[float], b: list[float]) -> None:
    there, back = Paired.of(a, b, PEOPLE), Paired.of(b, a, PEOPLE)
    mean, low, high = there.interval
    assert back.interval == pytest.approx((-mean, -high, -low), nan_ok=True)
    assert back.p() == pytest.approx(there.p())
    assert back.p(0.05) == pytest.approx(there.p(-0.05))


@few
@given(shares, shares, st.lists(st.floats(-1, 1), min_size=5, max_size=5))
def test_what_both_of_a_pair_gain_changes_nothing(a: list[float], b: list[float], shift: list[float]) -> None:
    plain = Paired.of(a, b, PEOPLE)
    shifted = Paired.of(np.add(a, shift).tolist(), np.add(b, shift).tolist(), PEOPLE)
    assert shifted.differences == pytest.approx(plain.differences, abs=1e-9)
    assert shifted.all_equal or shifted.interval == pytest.approx(plain.interval, abs=1e-9, nan_ok=True)


@few
@given(shares, st.integers(-24, 24))
def test_a_constant_difference_says_nothing_of_how_it_varies(b: list[float], gain: int) -> None:
    constant = Paired.of([value + gain / 24 for value in b], b, PEOPLE)
    assert constant.all_equal
    assert constant.interval == pytest.approx((gain / 24, nan, nan), nan_ok=True)
    assert constant.p() == constant.p(0.05) == 1.0


def test_p_is_that_of_the_paired_t_test_and_goes_with_the_interval() -> None:
    a, b = [0.70, 0.80, 0.75, 0.90, 0.60], [0.60, 0.75, 0.65, 0.70, 0.62]
    gain = Paired.of(a, b, PEOPLE)
    assert gain.p() == pytest.approx(ttest_rel(a, b).pvalue)
    _, low, high = gain.interval
    assert gain.p(low) == pytest.approx(0.05)
    assert gain.p(high) == pytest.approx(0.05)


def test_runs_on_the_same_people_count_once() -> None:
    twice = Paired.of([0.7, 0.9, 0.9, 0.9], [0.6, 0.6, 0.8, 0.7], [(16,), (16,), (17,), (17,)])
    assert twice.differences == pytest.approx((0.2, 0.15))
    assert twice.pairs == 4


def test_two_people_are_too_few_to_be_sure() -> None:
    assert Paired.of([1.0, 1.0], [0.0, 0.0], PEOPLE[:2]).p() == 1.0
    assert isnan(Paired.of([1.0], [0.0], PEOPLE[:1]).interval[1])


@few
@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_holm_lies_between_no_correction_and_bonferroni(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(p <= one <= min(1, len(p_values) * p) + 1e-12 for p, one in zip(p_values, adjusted, strict=True))
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(np.asarray(adjusted)[order]) >= 0).all()


@few
@given(st.lists(st.floats(-1, 1), min_size=4, max_size=30), st.floats(-1, 1), st.floats(0.1, 10))
def test_a_line_does_not_wobble_and_adds_nothing(values: list[float], slope: float, factor: float) -> None:
    line = slope * np.arange(len(values))
    assert wobble(line.tolist()) == pytest.approx(0, abs=1e-9)
    size = wobble(values)
    assert wobble((np.asarray(values) + line).tolist()) == pytest.approx(size, abs=1e-9)
    assert wobble((factor * np.asarray(values)).tolist()) == pytest.approx(factor * size, abs=1e-9)  # type: ignore[operator]


def test_three_epochs_have_no_wobble() -> None:
    assert wobble([3.0, 1.0, 2.0]) is None
