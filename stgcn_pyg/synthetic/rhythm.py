"""Doing the same again and again, as people do: never quite evenly, and with a rest now and then."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from stgcn_pyg.synthetic.body import Array


@dataclass(frozen=True)
class Rhythm:
    """Repetitions of a movement.

    Args:
        number: Which repetition is under way, ``[T]``, from 0.
        share: How much of it is over, in 0..1, ``[T]``; 1 while resting.
        count: The number of repetitions.
    """

    number: npt.NDArray[np.int64]
    share: Array
    count: int

    @classmethod
    def sample(cls, rate: float, time: Array, rests: float, rng: np.random.Generator) -> "Rhythm":
        """Repeat something about so often a second; each time takes its own time, and some are rested after.

        Args:
            rate: Repetitions a second, rests left out.
            time: The times of the frames, ``[T]``.
            rests: The share of repetitions with a rest after them, of about half a second.
            rng: Draws all that.
        """
        count = int((time[-1] - time[0]) * rate * 1.5) + 4
        drift = 0.08 * np.sin(np.arange(count) * rng.uniform(0.2, 0.6) + rng.uniform(0, 2 * np.pi))
        lasts = np.exp(drift + rng.normal(0, 0.05, count)) / rate
        rest = (rng.random(count) < rests) * rng.gamma(3.0, 0.17, count)
        ends = np.cumsum(lasts + rest) - rng.uniform(0, lasts[0]) + time[0]
        begins = np.concatenate([[ends[0] - lasts[0] - rest[0]], ends[:-1]])
        number = np.searchsorted(ends, time, side="right").clip(0, count - 1)
        return cls(number, ((time - begins[number]) / lasts[number]).clip(0, 1), count)

    def follow(self, moments: npt.ArrayLike, values: npt.ArrayLike) -> Array:
        """Go smoothly through values at given shares of each repetition, ``[T]``."""
        return np.asarray(PchipInterpolator(moments, values)(self.share))

    def each(self, rng: np.random.Generator, spread: float) -> Array:
        """A number for each repetition, drawn about 0, and carried over smoothly to the next: ``[T]``."""
        drawn = rng.normal(0, spread, self.count + 1)
        smooth = self.share**2 * (3 - 2 * self.share)
        return np.asarray(drawn[self.number] + smooth * (drawn[self.number + 1] - drawn[self.number]))


def wander(time: Array, spread: float, rng: np.random.Generator) -> Array:
    """A slow movement to and fro that nobody intends, ``[T]``."""
    rates, starts = rng.uniform(0.15, 0.7, 3), rng.uniform(0, 2 * np.pi, 3)
    return np.asarray(spread * np.sqrt(2 / 3) * np.sin(np.outer(time, 2 * np.pi * rates) + starts).sum(axis=1))
