r"""What a pose estimator makes of joints: scores, jitter, missing joints, and left taken for right.

How well a joint is seen is a hidden quality :math:`q`, a normal variable that wanders over time. What OpenPose
reports follows from it: the score has the rank of :math:`q` among the scores that OpenPose gave that joint, the
joint is missing where :math:`q` is among the lowest, and its error grows as :math:`q` falls. The table below was
measured on OpenPose's poses of KTH's runners (10,824 frames of 160 x 120 pixels).
"""

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter
from scipy.stats import norm

from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.synthetic.body import Array
from stgcn_pyg.synthetic.camera import HEIGHT, WIDTH

Mask = npt.NDArray[np.bool_]

SEEN = {
    "nose": (0.21, 0.24, 0.016, (0.10, 0.28, 0.52, 0.72, 0.83)),
    "neck": (0.007, 0.13, 0.014, (0.52, 0.63, 0.71, 0.80, 0.87)),
    "shoulder": (0.02, 0.14, 0.018, (0.38, 0.56, 0.68, 0.76, 0.84)),
    "elbow": (0.094, 0.10, 0.022, (0.08, 0.29, 0.58, 0.74, 0.83)),
    "wrist": (0.177, 0.11, 0.026, (0.09, 0.28, 0.54, 0.71, 0.80)),
    "mid_hip": (0.001, 0.12, 0.014, (0.44, 0.54, 0.60, 0.68, 0.76)),
    "hip": (0.009, 0.06, 0.018, (0.34, 0.48, 0.57, 0.65, 0.74)),
    "knee": (0.015, 0.06, 0.022, (0.37, 0.61, 0.71, 0.77, 0.82)),
    "ankle": (0.038, 0.05, 0.024, (0.29, 0.57, 0.68, 0.73, 0.79)),
    "eye": (0.445, 0.24, 0.014, (0.07, 0.20, 0.47, 0.70, 0.83)),
    "ear": (0.386, 0.30, 0.014, (0.09, 0.37, 0.62, 0.75, 0.82)),
    "big_toe": (0.064, 0.05, 0.026, (0.13, 0.37, 0.53, 0.63, 0.71)),
    "small_toe": (0.099, 0.05, 0.026, (0.16, 0.38, 0.51, 0.61, 0.70)),
    "heel": (0.054, 0.05, 0.024, (0.18, 0.45, 0.57, 0.64, 0.71)),
}
"""By joint: the share missing, how long its quality lasts in seconds, its error in trunks, and the 5, 25, 50, 75
and 95 % quantiles of its score where it is there."""

UNDER_CLOTHES = ("neck", "shoulder", "elbow", "mid_hip", "hip", "knee")
"""The joints that clothes hide."""

TRUNK = 0.5
"""The length of a trunk in metres, in which errors were measured."""

SWAPS = (("hip", "knee", "ankle", "heel", "big_toe", "small_toe"), 0.07), (("shoulder", "elbow", "wrist"), 0.05)
"""The joints of a limb, and the share of frames in which it is taken for the other where one hides the other."""


OVERLOOKS = (0.055, 0.5)
"""The factor c of OpenPose and of MediaPipe: somebody who crosses the picture at u trunks a second is overlooked in
a share c (1 - (2.4/u)^3) of the frames. Measured: OpenPose loses 5 % of the frames of KTH's runners on their way;
MediaPipe, given every fifth frame, loses 43 % of runners and 31 % of joggers, and next to nothing of walkers."""


def _kind(joint: str) -> str:
    return joint.removeprefix("left_").removeprefix("right_") if joint != "mid_hip" else joint


_KINDS = [_kind(joint) for joint in BODY_25.joints]
_MISSING, _LASTS, _ERROR = (np.array([SEEN[kind][k] for kind in _KINDS]) for k in range(3))
_HIDDEN = np.array([kind in UNDER_CLOTHES for kind in _KINDS])
_SIDE = np.array([1.0 * joint.startswith("right") - joint.startswith("left") for joint in BODY_25.joints])


def estimate(
    pixels: Array, scale: Array, side_view: Array, clothes: float, fps: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Positions ``[T, V, 2]`` and scores ``[T, V]`` in 0..1 as an estimator would give them; 0 = missing.

    Args:
        pixels: Where the joints are, ``[T, V, 2]``.
        scale: Pixels a metre, ``[T]``: the error is in metres, so that near people are no better seen.
        side_view: How much the right side is seen, ``[T]``: 1 it alone, -1 the left one alone, 0 both.
        clothes: How hard joints under clothes are to find, as a factor.
        fps: Frames a second.
        rng: Draws the errors.
    """
    hidden = np.where(_HIDDEN, clothes, 1.0)
    frame = wandering((len(pixels), 1), 0.15 * fps, rng)  # some frames are worse than others for all joints
    quality = 0.92 * wandering(pixels.shape[:2], _LASTS * fps, rng) + 0.39 * frame
    quality += 0.15 * side_view[:, None] * _SIDE - 0.5 * np.log(hidden)
    spread = TRUNK * _ERROR * hidden * np.exp(-0.35 * quality.clip(-2.5, 1.5)) * scale[:, None]
    error = 1.2 * rng.normal(size=pixels.shape) + 0.7 * wandering(pixels.shape, 0.2 * fps, rng)
    seen = _swap_sides(pixels + spread[..., None] * error, np.abs(side_view), fps, rng)
    score = _scores(norm.cdf(quality))
    lost = (score == 0) | _outside(seen) | _overlooked(pixels, scale, fps, rng)[:, None]
    lost |= lost[:, [BODY_25.index("mid_hip")]]  # who is half out of the picture is not found
    score[lost] = 0
    seen[lost] = 0
    return seen, score


def _overlooked(pixels: Array, scale: Array, fps: float, rng: np.random.Generator) -> Mask:
    """The frames in which nobody is found although somebody is there, ``[T]``: more the faster they go.

    Each recording has one of the two estimators that were measured.
    """
    across = pixels[:, BODY_25.index("mid_hip"), 0] / scale / TRUNK
    speed = np.abs(np.gradient(across)) * fps if len(across) > 1 else np.zeros(1)  # in trunks a second
    share = rng.choice(OVERLOOKS) * (1 - (2.4 / speed.clip(2.4)) ** 3)
    return np.asarray(norm.cdf(wandering((len(pixels),), 0.1 * fps, rng)) < share)


def wandering(shape: tuple[int, ...], lasts: npt.ArrayLike, rng: np.random.Generator) -> Array:
    r"""Normal noise of variance 1 along the first axis that is forgotten after a number of frames.

    :math:`n_t = \rho\,n_{t-1} + \sqrt{1 - \rho^2}\,\epsilon_t` with :math:`\rho = e^{-1/\tau}`.

    Args:
        shape: The shape of the noise.
        lasts: How many frames :math:`\tau` it lasts: one number, or one for each place of the second axis.
        rng: Draws :math:`\epsilon`.
    """
    fresh = rng.normal(size=shape)
    for rho in np.unique(kept := np.exp(-1 / np.asarray(lasts, dtype=np.float64))):
        at = (slice(None), kept == rho) if kept.ndim else (slice(None),)
        part = fresh[at]
        part[1:] *= np.sqrt(1 - rho**2)
        fresh[at] = lfilter([1.0], [1.0, -rho], part, axis=0)
    return fresh


def _scores(rank: Array) -> Array:
    """The score at a rank in 0..1 among all frames, ``[T, V]``: 0 up to the share that is missing."""
    score = np.empty_like(rank)
    for v, kind in enumerate(_KINDS):
        among = (rank[:, v] - _MISSING[v]) / (1 - _MISSING[v])
        low, *middle, high = SEEN[kind][3]
        table = (0.6 * low, low, *middle, high, 0.25 + 0.75 * high)
        score[:, v] = np.where(among < 0, 0, np.interp(among, (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1), table))
    return score


def _swap_sides(pixels: Array, side_view: Array, fps: float, rng: np.random.Generator) -> Array:
    """Take the left limbs for the right ones now and then, legs and arms apart, where one hides the other."""
    swapped = pixels.copy()
    for kinds, share in SWAPS:
        joint = np.array([v for v, kind in enumerate(_KINDS) if kind in kinds])
        wrong = norm.cdf(wandering((len(pixels),), 0.06 * fps, rng)) < share * side_view
        swapped[np.ix_(wrong, joint)] = pixels[np.ix_(wrong, BODY_25.mirror_index[joint])]
    return swapped


def _outside(pixels: Array) -> Mask:
    """Which joints lie beyond the edges of the picture."""
    beyond: Mask = np.any((pixels < 0) | (pixels >= (WIDTH, HEIGHT)), axis=-1)
    return beyond
