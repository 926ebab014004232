"""What a model makes of a recording while it goes on."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import IntArray, SkeletonSequence


def predict_so_far(
    recognizer: Recognizer, people: Sequence[SkeletonSequence], numbers: IntArray
) -> npt.NDArray[np.float32]:
    """Probabilities ``[len(numbers), classes]`` from the frames up to each of some; NaN before anybody is seen.

    Args:
        recognizer: What predicts.
        people: The bodies of one recording, in most a single one.
        numbers: Frame numbers of the recording.
    """
    begins = min((int(one.frame[one.in_view][0]) for one in people if one.in_view.any()), default=None)
    rows = [] if begins is None else [row for row, number in enumerate(numbers) if number >= begins]
    probabilities = np.full((len(numbers), len(recognizer.classes)), np.nan, dtype=np.float32)
    if rows:
        probabilities[rows] = recognizer.predict([_up_to(people, int(numbers[row])) for row in rows]).numpy()
    return probabilities


def _up_to(people: Sequence[SkeletonSequence], number: int) -> list[SkeletonSequence]:
    """Those who have frames by then, with these frames."""
    return [one.select(one.frame <= number, one.name) for one in people if one.frame[0] <= number]
