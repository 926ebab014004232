"""What the published code's mistakes cost: correct networks against published ones, both read in the same way."""

from collections.abc import Mapping
from math import isnan

from stgcn_pyg.report.markdown import table
from stgcn_pyg.report.paired import Paired
from stgcn_pyg.report.results import Experiment, Run

READING = "best"
"""The best validation epoch, each recording counted once: a reading that runs of both modes have."""


def contrast(experiment: Experiment) -> str:
    """A row for each cell that both modes have finished: paired difference of the test accuracies.

    Runs are paired by seed, and pairs tested on the same people averaged. The last row is the mean over the cells,
    taken for each group of people before the interval is.
    """
    cells = {cell.name: _differences(experiment, cell.name) for cell in experiment.cells}
    found = {name: one for name, one in cells.items() if one}
    if not found:
        return ""
    rows = [[name, _difference(list(one.values()))] for name, one in found.items()]
    people = set.intersection(*(set(one) for one in found.values()))
    if len(found) > 1 and people:
        means = [sum(one[group] for one in found.values()) / len(found) for group in sorted(people)]
        rows.append([f"mean of the {len(found)}", _difference(means)])
    return (
        "Correct minus published network, both at the best validation epoch with each recording counted once "
        "(paired difference of test accuracies, 95 % interval over groups of people):\n\n"
    ) + table(["cell", "correct - published"], rows)


def _differences(experiment: Experiment, cell: str) -> Mapping[tuple[int, ...], float]:
    """Difference for each group of people, of the pairs where both networks have an accuracy."""
    published = {run.seed: run for run in experiment.runs(cell, "published")}
    pairs = [(run, published[run.seed]) for run in experiment.runs(cell, "correct") if run.seed in published]
    scored = [
        (ours, theirs, group)
        for a, b in pairs
        if (ours := _test(a)) is not None
        and (theirs := _test(b)) is not None
        and (group := a.test_subjects) == b.test_subjects
    ]
    if not scored:
        return {}
    paired = Paired.of(*zip(*scored, strict=True))
    return dict(zip(sorted({group for *_, group in scored}), paired.differences, strict=True))


def _test(run: Run) -> float | None:
    accuracies = None if run.diverged is not None else run.readings.get(READING)
    return None if accuracies is None else accuracies.test


def _difference(values: list[float]) -> str:
    mean, low, high = Paired(tuple(values), len(values)).interval
    return f"{mean:+.3f}" + ("" if isnan(low) else f" ({low:+.3f} to {high:+.3f})")
