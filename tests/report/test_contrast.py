"""Correct networks are set against the published code's by pairs, read in the same way."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from stgcn_pyg.metrics import mean_interval
from stgcn_pyg.report.contrast import contrast
from stgcn_pyg.report.results import read_results
from tests.report.made_up import write_results

HIGH, LOW = [0.70, 0.80, 0.75, 0.90, 0.60], [0.50, 0.70, 0.60, 0.60, 0.55]


def text_of(folder: Path, cells: Mapping[str, Mapping[str, Sequence[float | None]]]) -> str:
    (experiment,) = read_results(write_results(folder, cells)).experiments
    return contrast(experiment)


def test_differences_are_paired_by_seed(tmp_path: Path) -> None:
    text = text_of(tmp_path, {"spatial": {"correct": [*HIGH], "published": [*LOW]}})
    mean, low, high = mean_interval([a - b for a, b in zip(HIGH, LOW, strict=True)])
    assert f"| spatial | {mean:+.3f} ({low:+.3f} to {high:+.3f}) |" in text
    assert "mean of" not in text


def test_the_mean_over_cells_is_taken_within_people(tmp_path: Path) -> None:
    """Cells whose differences cancel for each person leave a mean without spread."""
    cells = {
        "spatial": {"correct": [*HIGH], "published": [*LOW]},
        "uniform": {"correct": [*LOW], "published": [*HIGH]},
        "distance": {"correct": [*LOW]},
    }
    text = text_of(tmp_path, cells)
    assert "| mean of the 2 | +0.000 |" in text
    assert "distance" not in text


@pytest.mark.parametrize("published", [[], [None] * 5])
def test_nothing_is_said_without_pairs(tmp_path: Path, published: list[float | None]) -> None:
    assert text_of(tmp_path, {"spatial": {"correct": [*HIGH], "published": published}}) == ""


def test_a_run_that_diverged_is_left_out(tmp_path: Path) -> None:
    text = text_of(tmp_path, {"spatial": {"correct": [None, *HIGH[1:]], "published": [*LOW]}})
    assert f"{sum(a - b for a, b in zip(HIGH[1:], LOW[1:], strict=True)) / 4:+.3f}" in text
