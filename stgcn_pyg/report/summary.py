"""What the runs of one setting come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from statistics import stdev

from stgcn_pyg.metrics import grouped_interval
from stgcn_pyg.report.paired import number
from stgcn_pyg.report.results import Experiment, Mode, Run


@dataclass(frozen=True)
class Summary:
    """Accuracies of the runs of one cell in one mode.

    Attributes:
        values: One for each run that has an accuracy.
        people: The people that each of these was tested on.
        diverged: For the others, the epoch at which their loss became indefinite.
        planned: How many runs there are to be.
    """

    values: tuple[float, ...]
    people: tuple[tuple[int, ...], ...]
    diverged: tuple[int, ...]
    planned: int

    @classmethod
    def of(cls, experiment: Experiment, cell: str, mode: Mode, measure: str) -> "Summary":
        """The finished runs of a cell."""
        runs = experiment.runs(cell, mode)
        scored = [(value, run) for run in runs if (value := run.accuracy(measure)) is not None]
        return cls(
            tuple(value for value, _ in scored),
            tuple(run.test_subjects for _, run in scored),
            tuple(run.diverged for run in runs if run.diverged is not None),
            experiment.planned(cell, mode),
        )

    @property
    def finished(self) -> int:
        """How many runs are finished."""
        return len(self.values) + len(self.diverged)

    @property
    def interval(self) -> tuple[float, float, float] | None:
        """Mean and 95 % interval over groups of people; nothing without an accuracy."""
        return grouped_interval(self.values, number(self.people)) if self.values else None

    @property
    def state(self) -> str:
        """How many runs there are, and what is the matter with them; "" if all is well.

        Example:
            >>> Summary((0.5, 0.7), ((16,), (17,)), diverged=(3,), planned=5).state
            '3 of 5 runs, 1 diverged (epoch 3)'
        """
        if not self.finished:
            return "not run"
        count = f"{self.finished} run{'s' * (self.finished != 1)}"
        parts = [f"{self.finished} of {self.planned} runs" if self.finished < self.planned else count]
        if self.diverged:
            epochs = sorted(set(self.diverged))
            which = f"epoch{'s' * (len(epochs) > 1)} {', '.join(map(str, epochs))}"
            parts.append(f"{len(self.diverged)} diverged ({which})")
        return ", ".join(parts)

    def __str__(self) -> str:
        """Mean, standard deviation over runs, interval within [0, 1], and how many runs.

        Example:
            >>> print(Summary((0.6, 0.7, 0.8), ((16,), (17,), (18,)), diverged=(), planned=3))
            0.700 ± 0.100 (0.452 to 0.948), 3 runs
        """
        if self.interval is None:
            return self.state
        mean, low, high = self.interval
        spread = f" ± {stdev(self.values):.3f}" if len(self.values) > 1 else ""
        bounds = "" if isnan(low) else f" ({max(low, 0):.3f} to {min(high, 1):.3f})"
        return f"{mean:.3f}{spread}{bounds}, {self.state}"


def mean_reading(runs: Sequence[Run], reading: str, measure: str) -> float | None:
    """Mean of an accuracy, read in a way of its own; nothing where a run lacks it."""
    accuracies = [run.readings.get(reading) for run in runs if run.diverged is None]
    values = [getattr(one, measure) for one in accuracies if one is not None]
    if not values or len(values) < len(accuracies) or None in values:
        return None
    return float(sum(values) / len(values))
