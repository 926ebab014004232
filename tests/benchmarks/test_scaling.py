"""How costs grow: exponents are those of the laws that they are fitted to, and what is timed is right."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import scaling
from benchmarks.scaling import (
    GROWING,
    Problem,
    Size,
    assert_equal,
    exponent,
    geometric,
    measure,
    plot,
    report,
    sweeps,
)
from stgcn_pyg.plots.save import save

CPU = torch.device("cpu")
SIZES = geometric(1, 10_000, 9)


@given(st.floats(-1, 3), st.floats(1e-3, 1e3))
def test_the_exponent_of_a_power_law_is_its_power(power: float, factor: float) -> None:
    fit = exponent(SIZES, [factor * size**power for size in SIZES])
    assert fit is not None
    np.testing.assert_allclose(fit, (power, 0), atol=1e-6)


def test_what_small_sizes_cost_besides_does_not_count() -> None:
    fit = exponent(SIZES, [max(size, 90) for size in SIZES])
    assert fit is not None
    np.testing.assert_allclose(fit, (1, 0), atol=1e-6)


def test_the_standard_error_is_that_of_the_slope() -> None:
    rng = np.random.default_rng(0)
    draws = [exponent(SIZES, [size * np.exp(rng.normal(scale=0.1)) for size in SIZES]) for _ in range(300)]
    slopes, errors = np.array([fit for fit in draws if fit is not None]).T
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(slopes.std(), rel=0.15)


def test_what_was_not_measured_has_no_exponent() -> None:
    assert exponent([1, 2, 3, 4], [None] * 4) is None
    assert scaling.plus_minus(None) == "not measured"


@pytest.mark.parametrize("quick", [True, False])
def test_one_letter_grows_while_the_others_stay(quick: bool) -> None:
    for letter, sizes in sweeps(quick).items():
        values = [size._asdict() for size in sizes]
        assert [value[letter] for value in values] == sorted({value.pop(letter) for value in map(dict, values)})
        assert len({tuple(value.items()) for value in ({**value, letter: 0} for value in values)}) == 1


@pytest.mark.parametrize("size", [Size(200), Size(20, N=3), Size(20, V=60)], ids=str)
def test_what_is_timed_predicts_what_the_plain_layers_do(size: Size) -> None:
    problem = Problem(size, CPU)
    assert_equal(problem)
    assert problem.predict().shape == (size.N, scaling.CLASSES)


def test_a_wrong_prediction_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem(Size(20), CPU)
    logits = iter([torch.zeros(1, 6), torch.full((1, 6), 1e-3)])
    monkeypatch.setattr(problem, "predict", lambda: next(logits))
    with pytest.raises(AssertionError):
        assert_equal(problem)


def test_from_the_sizes_to_the_picture(tmp_path: Path) -> None:
    small = {"T": [Size(t) for t in (8, 10, 12, 14, 16)], "N": [Size(8, N=n) for n in (1, 2, 3, 4, 5)]}
    results: dict[str, Any] = {letter: measure(letter, sizes, 1, CPU) for letter, sizes in small.items()}
    text = report(results)
    assert all(f"| {letter}, {GROWING[letter]} |" in text for letter in small)
    assert all(f"| {letter} = {getattr(size, letter)} |" in text for letter in small for size in small[letter])
    save(plot(results), tmp_path / "scaling.png")
    assert (tmp_path / "scaling.png").stat().st_size > 0
