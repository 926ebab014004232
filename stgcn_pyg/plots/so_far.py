"""What a model makes of a recording while it goes on."""

import numpy as np
import numpy.typing as npt

from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import IntArray, SkeletonSequence


def predict_so_far(recognizer: Recognizer, sequence: SkeletonSequence, frames: IntArray) -> npt.NDArray[np.float32]:
    """Probabilities ``[len(frames), classes]`` from the frames up to each of some; NaN before anybody is seen."""
    seen = np.flatnonzero(sequence.in_view)
    probabilities = np.full((len(frames), len(recognizer.classes)), np.nan, dtype=np.float32)
    with_somebody = [row for row, t in enumerate(frames) if len(seen) and t >= seen[0]]
    prefixes = [sequence.select(slice(int(frames[row]) + 1), sequence.name) for row in with_somebody]
    if prefixes:
        probabilities[with_somebody] = recognizer.predict(prefixes).numpy()
    return probabilities
