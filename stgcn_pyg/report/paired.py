"""Comparing two settings by pairs of runs.

Runs are compared in pairs of one seed, which have the same splits. Pairs that are tested on the same people are
averaged first, since people are what is independent, and Student's interval is taken over those means, as
:func:`~stgcn_pyg.metrics.grouped_interval` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from scipy.stats import ttest_rel

from stgcn_pyg.metrics import mean_interval

FEWEST = 3
"""The fewest independent pairs that a verdict rests on: two that happen to agree have an interval of no width."""


@dataclass(frozen=True)
class Paired:
    """Paired differences, those of the same people averaged.

    Attributes:
        differences: One for each group of people, in their order.
        pairs: How many pairs of runs they come from.

    Example:
        >>> gain = Paired.of([0.70, 0.80, 0.75], [0.60, 0.75, 0.65], groups=[(16,), (17,), (18,)])
        >>> [round(value, 3) for value in gain.interval]
        [0.083, 0.012, 0.155]
        >>> round(gain.p(), 3)
        0.038
    """

    differences: tuple[float, ...]
    pairs: int

    @classmethod
    def of(cls, a: Sequence[float], b: Sequence[float], groups: Sequence[tuple[int, ...]]) -> "Paired":
        """Differences a - b of pairs, each of a group of people."""
        members: dict[tuple[int, ...], list[float]] = {}
        for x, y, group in zip(a, b, groups, strict=True):
            members.setdefault(group, []).append(x - y)
        # Differences of the same number of recordings are equal, whatever rounding makes of them.
        means = (round(sum(values) / len(values), 12) for _, values in sorted(members.items()))
        return cls(tuple(means), len(a))

    @property
    def interval(self) -> tuple[float, float, float]:
        """Mean and 95 % interval; NaN bounds if all are equal, which says nothing of how they vary."""
        if self.all_equal:
            return self.differences[0], nan, nan
        return mean_interval(self.differences)

    @property
    def all_equal(self) -> bool:
        """Whether there is no spread to test by: accuracies of few recordings take few values."""
        return len(set(self.differences)) == 1

    @property
    def mean(self) -> float:
        """Mean difference."""
        return self.interval[0]

    def p(self, at: float = 0.0) -> float:
        """P of the paired t-test, two-sided, that the true difference is the given one.

        It is 1 where there is nothing to tell by: too few pairs, or all of them equal.
        """
        if len(self.differences) < FEWEST or self.all_equal:
            return 1.0
        return float(ttest_rel(self.differences, np.full(len(self.differences), at)).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """P adjusted for several tests by Holm's method: the i-th smallest of m times m - i + 1, never falling.

    Example:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]
    """
    adjusted = [0.0] * len(p_values)
    least = 0.0
    for rank, index in enumerate(np.argsort(p_values, kind="stable")):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = least
    return adjusted


def wobble(values: Sequence[float]) -> float | None:
    r"""How much a curve wobbles: the mean deviation of its changes from their mean, after the first quarter.

    .. math::
        \frac{1}{n} \sum_t \left| \Delta_t - \bar\Delta \right|, \qquad \Delta_t = y_{t+1} - y_t

    A straight line, rising or falling, does not wobble. A curve of fewer than 4 epochs has no wobble.

    Example:
        >>> wobble([9, 5, 4, 3, 2, 1]), wobble([9, 5, 4, 5, 4, 5])
        (0.0, 1.0)
    """
    changes = np.diff(np.asarray(values[len(values) // 4 :], dtype=float))
    return float(np.abs(changes - changes.mean()).mean()) if len(values) >= 4 else None


def number(people: Sequence[tuple[int, ...]]) -> list[int]:
    """A number for each group of people.

    Example:
        >>> number([(17,), (16,), (17,)])
        [1, 0, 1]
    """
    order = sorted(set(people))
    return [order.index(group) for group in people]
