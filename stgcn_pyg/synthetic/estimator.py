"""What a pose estimator makes of joints: jitter, lapses, left taken for right, and scores."""

import numpy as np
import numpy.typing as npt

from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.synthetic.body import Array
from stgcn_pyg.synthetic.camera import HEIGHT, WIDTH

_LEGS = [BODY_25.index(f"{side}_{part}") for side in ("left", "right") for part in ("hip", "knee", "ankle", "heel")]
_LEGS += [BODY_25.index(f"{side}_{part}_toe") for side in ("left", "right") for part in ("big", "small")]
_ARMS = [BODY_25.index(f"{side}_{part}") for side in ("left", "right") for part in ("shoulder", "elbow", "wrist")]
_PARTS = (_LEGS, _ARMS)

_HARD = ("wrist", "ankle", "heel", "toe", "ear")
_DIFFICULTY = np.array([1.5 if joint.endswith(_HARD) else 1.0 for joint in BODY_25.joints])


def estimate(pixels: Array, scale: Array, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Positions ``[T, V, 2]`` and scores ``[T, V]`` in 0..1 as an estimator would give them; 0 = missing.

    Args:
        pixels: Where the joints are, ``[T, V, 2]``.
        scale: Pixels a metre, ``[T]``: the error is in metres, so that near people are no better seen.
        noise: How hard the joints are to find, as a factor.
        rng: Draws the errors.
    """
    num_frames, num_joints, _ = pixels.shape
    spread = 0.016 * noise * _DIFFICULTY[:, None] * scale[:, None, None]
    error = 0.8 * spread * (_drift(pixels.shape, rng) + rng.normal(size=pixels.shape))
    seen = _swap_sides(pixels + error, 0.012 * noise, rng)
    doubt = rng.gamma(2.0, 0.05 * noise, (num_frames, num_joints)) * _DIFFICULTY
    score = (0.92 - doubt).clip(0.1, 1.0)
    lost = _lapses(num_frames, num_joints, 0.012 * noise, rng) | _outside(seen)
    lost |= lost.mean(axis=1, keepdims=True) > 0.8  # too little left to tell that it is a person
    score[lost] = 0
    seen[lost] = 0
    return seen, score


def _drift(shape: tuple[int, ...], rng: np.random.Generator, width: int = 5) -> Array:
    """Noise of variance 1 that wanders slowly over frames: a running sum over so many of them."""
    total = np.cumsum(rng.normal(size=(shape[0] + width, *shape[1:])), axis=0)
    return np.asarray((total[width:] - total[:-width]) / np.sqrt(width))


def _swap_sides(pixels: Array, rate: float, rng: np.random.Generator) -> Array:
    """Take the left limbs for the right ones now and then, legs and arms apart, for a few frames."""
    swapped = pixels.copy()
    for part in _PARTS:
        wrong = _lapses(len(pixels), 1, rate, rng)[:, 0]
        joint = np.array(part)
        swapped[np.ix_(wrong, joint)] = pixels[np.ix_(wrong, BODY_25.mirror_index[joint])]
    return swapped


def _lapses(num_frames: int, num_tracks: int, rate: float, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Spells of one to three frames that begin at a rate a frame, ``[num_frames, num_tracks]``."""
    begins = rng.random((num_frames, num_tracks)) < rate
    longer = rng.random((2, num_frames, num_tracks)) < 0.5
    lapse = begins.copy()
    lapse[1:] |= begins[:-1] & longer[0, 1:]
    lapse[2:] |= begins[:-2] & longer[0, 1:-1] & longer[1, 2:]
    return lapse


def _outside(pixels: Array) -> npt.NDArray[np.bool_]:
    """Which joints lie beyond the edges of the picture."""
    beyond: npt.NDArray[np.bool_] = np.any((pixels < 0) | (pixels >= (WIDTH, HEIGHT)), axis=-1)
    return beyond
