"""How well a model does, and how sure we can be of it: scores of labelled predictions, with intervals."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, t
from sklearn.metrics import confusion_matrix, f1_score


def wilson_interval(correct: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    r"""Wilson's interval of a proportion, right also for few samples and near 0 and 1.

    .. math::
        \frac{1}{1 + z^2/n} \left( \hat p + \frac{z^2}{2n} \pm
        z \sqrt{\frac{\hat p (1 - \hat p)}{n} + \frac{z^2}{4 n^2}} \right)

    Args:
        correct: How many were right.
        total: Of how many, n.
        confidence: How often such intervals hold the true proportion.

    Raises:
        ValueError: If there were none, or more right than there were.

    Example:
        >>> low, high = wilson_interval(97, 120)  # the paper's best run: 0.8047 of 120
        >>> round(low, 3), round(high, 3)
        (0.729, 0.869)
    """
    if not 0 <= correct <= total or total == 0:
        raise ValueError(f"{correct} correct of {total} is no proportion")
    z = float(norm.ppf((1 + confidence) / 2))
    p = correct / total
    middle = p + z**2 / (2 * total)
    half = z * sqrt(p * (1 - p) / total + z**2 / (4 * total**2))
    shrink = 1 + z**2 / total
    return max(0.0, (middle - half) / shrink), min(1.0, (middle + half) / shrink)


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float, float]:
    """Mean of repeated measurements and Student's interval around it; NaN bounds for a single one.

    For a comparison on the same splits and seeds, give it the differences of the pairs.

    Example:
        >>> [round(value, 3) for value in mean_interval([0.90, 0.92, 0.94])]
        [0.92, 0.87, 0.97]
    """
    array = np.asarray(values, dtype=float)
    mean = float(array.mean())
    if array.size < 2:
        return mean, float("nan"), float("nan")
    half = float(t.ppf((1 + confidence) / 2, array.size - 1) * array.std(ddof=1) / sqrt(array.size))
    return mean, mean - half, mean + half


def grouped_interval(values: Sequence[float], groups: Sequence[int]) -> tuple[float, float, float]:
    """Mean over groups, the values of each averaged first, and Student's interval around it.

    Repeated measurements on the same people, such as several seeds, are not independent: the people are.

    Example:
        >>> [round(value, 2) for value in grouped_interval([0.7, 0.9, 0.9, 0.9], groups=[16, 16, 17, 17])]
        [0.85, 0.21, 1.49]
    """
    distinct = sorted(set(groups))
    members = [[value for value, group in zip(values, groups, strict=True) if group == one] for one in distinct]
    return mean_interval([sum(group) / len(group) for group in members])


def accuracy_by(groups: Sequence[str], true: Sequence[int], predicted: Sequence[int]) -> dict[str, dict[str, Any]]:
    """Accuracy with its 95 % interval in each group of recordings, in the order of their names.

    Args:
        groups: The group of each recording.
        true: Its class number.
        predicted: The predicted one.

    Example:
        >>> accuracy_by(["d1", "d2", "d1"], [0, 1, 1], [0, 1, 0])["d1"]["accuracy"]
        0.5
    """
    hits: dict[str, list[bool]] = {name: [] for name in sorted(set(groups))}
    for group, y, y_hat in zip(groups, true, predicted, strict=True):
        hits[group].append(y == y_hat)
    return {
        name: {
            "accuracy": sum(right) / len(right),
            "interval": list(wilson_interval(sum(right), len(right))),
            "right": sum(right),
            "total": len(right),
        }
        for name, right in hits.items()
    }


@dataclass(frozen=True)
class Scores:
    """Scores of one set of predictions, each recording counted once.

    Attributes:
        accuracy: The share that is right.
        interval: Its 95 % Wilson interval.
        macro_f1: Mean F1 over the classes that occur.
        confusion: Counts ``[classes (true)][classes (predicted)]``.
        classes: Names of the classes.
        total: The number of recordings.
    """

    accuracy: float
    interval: tuple[float, float]
    macro_f1: float
    confusion: list[list[int]]
    classes: list[str]
    total: int

    @classmethod
    def of(cls, true: npt.ArrayLike, predicted: npt.ArrayLike, classes: Sequence[str]) -> "Scores":
        """Score predicted class numbers.

        Raises:
            ValueError: If there are none, or not as many as there are labels.

        Example:
            >>> Scores.of([0, 1, 1], [0, 1, 0], ["walk", "run"]).confusion
            [[1, 0], [1, 1]]
        """
        y, y_hat = np.asarray(true, dtype=int), np.asarray(predicted, dtype=int)
        if y.shape != y_hat.shape or y.ndim != 1:
            raise ValueError(f"{y.size} labels do not go with {y_hat.size} predictions")
        correct = int((y == y_hat).sum())
        numbers = list(range(len(classes)))
        return cls(
            accuracy=correct / max(y.size, 1),
            interval=wilson_interval(correct, y.size),
            macro_f1=float(f1_score(y, y_hat, average="macro", labels=np.unique(y), zero_division=0)),
            confusion=confusion_matrix(y, y_hat, labels=numbers).tolist(),
            classes=list(classes),
            total=int(y.size),
        )

    @classmethod
    def of_confusion(cls, confusion: Sequence[Sequence[int]], classes: Sequence[str]) -> "Scores":
        """Score counts ``[classes (true)][classes (predicted)]``.

        Example:
            >>> Scores.of_confusion([[1, 0], [1, 1]], ["walk", "run"]).total
            3
        """
        pairs = [(i, j) for i, row in enumerate(confusion) for j, count in enumerate(row) for _ in range(count)]
        return cls.of([i for i, _ in pairs], [j for _, j in pairs], classes)

    def to_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Accuracy with its interval, and macro-F1."""
        low, high = self.interval
        interval = f"95 % interval {low:.3f}-{high:.3f}, n = {self.total}"
        return f"accuracy {self.accuracy:.3f} ({interval}), macro-F1 {self.macro_f1:.3f}"
