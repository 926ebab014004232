"""A jointed body: limb lengths, and where the joints are when the limbs point somewhere.

Everything is in metres and in the body's own axes: forward, up, and to the body's right; the mid-hip is the
origin. Arrays of two limbs are in the order right, left.
"""

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from stgcn_pyg.skeleton import BODY_25

Array = npt.NDArray[np.float64]

SIDES = (("right", 1.0), ("left", -1.0))
"""The sides of the body, and which way each lies along the third axis."""

FEET = [BODY_25.index(f"{side}_{part}") for side, _ in SIDES for part in ("heel", "big_toe", "small_toe")]


@dataclass(frozen=True)
class Body:
    """Limb lengths in metres; the defaults are those of a person 1 m tall, so they read as shares of stature."""

    trunk: float = 0.285
    head: float = 0.12
    shoulders: float = 0.21
    hips: float = 0.12
    upper_arm: float = 0.172
    forearm: float = 0.15
    thigh: float = 0.245
    shin: float = 0.24
    foot: float = 0.11

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Body":
        """A person about 1.72 m tall whose proportions are a little their own."""
        stature = rng.normal(1.72, 0.08)
        return cls(**{part: stature * share * rng.normal(1, 0.04) for part, share in asdict(cls()).items()})

    @property
    def arm(self) -> float:
        """The length of a straight arm."""
        return self.upper_arm + self.forearm

    @property
    def leg(self) -> float:
        """The length of a straight leg, hip to ankle."""
        return self.thigh + self.shin


@dataclass(frozen=True)
class Pose:
    """What a body does in T frames: angles in radians, and unit vectors for the arms.

    Args:
        lean: How far the trunk leans forward, ``[T]``.
        twist: How far the shoulders turn to the left against the hips, ``[T]``.
        thigh: How far each thigh points forward of straight down, ``[2, T]``.
        knee: How far each knee bends, ``[2, T]``; never negative.
        foot: How far each foot points below the horizontal, ``[2, T]``.
        spread: How far each leg points outward, ``[2, T]``.
        upper_arm: Where each upper arm points, ``[2, T, 3]``.
        forearm: Where each forearm points, ``[2, T, 3]``.
    """

    lean: Array
    twist: Array
    thigh: Array
    knee: Array
    foot: Array
    spread: Array
    upper_arm: Array
    forearm: Array


def vector(forward: npt.ArrayLike, up: npt.ArrayLike, right: npt.ArrayLike = 0.0) -> Array:
    """Stack three components, broadcast against each other, into vectors ``[..., 3]``."""
    return np.stack(np.broadcast_arrays(*(np.asarray(c, dtype=np.float64) for c in (forward, up, right))), axis=-1)


def unit(vectors: Array) -> Array:
    """Scale vectors ``[..., 3]`` to length 1."""
    length: Array = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / length


def hanging(forward: Array, outward: npt.ArrayLike = 0.0) -> Array:
    """Where a limb points that hangs down and is swung forward and outward (to the right) by some angles."""
    return vector(np.sin(forward) * np.cos(outward), -np.cos(forward) * np.cos(outward), np.sin(outward))


def reach(body: Body, wrist: Array, elbow: Array) -> tuple[Array, Array]:
    r"""Point an arm so that the wrist comes to a place, as far as the arm is long.

    The elbow is where two circles meet: with arm parts :math:`a, b` and the wrist at distance :math:`d`, the
    angle at the shoulder is :math:`\cos\alpha = (a^2 + d^2 - b^2) / 2ad`.

    Args:
        body: Whose arm.
        wrist: Where the wrist should be, seen from the shoulder, ``[T, 3]``.
        elbow: The side the elbow bends to, ``[3]``.

    Returns:
        Where upper arm and forearm point, ``[T, 3]`` each.
    """
    a, b = body.upper_arm, body.forearm
    distance = np.linalg.norm(wrist, axis=-1, keepdims=True).clip(abs(a - b) + 0.02, 0.995 * (a + b))
    toward = unit(wrist)
    aside = unit(elbow - (toward @ elbow)[:, None] * toward)
    cosine = (a**2 + distance**2 - b**2) / (2 * a * distance)
    upper_arm = cosine * toward + np.sqrt(1 - cosine**2) * aside
    return upper_arm, unit(distance * toward - a * upper_arm)


def joints(body: Body, pose: Pose) -> Array:
    """Where the 25 joints are, ``[T, 25, 3]``, by walking the limbs outward from the hips."""
    num_frames = len(pose.lean)
    place = {"mid_hip": np.zeros((num_frames, 3))}
    place["neck"] = body.trunk * vector(np.sin(pose.lean), np.cos(pose.lean))
    place["nose"] = place["neck"] + body.head * vector(0.5 + 0.5 * np.sin(pose.lean), 0.85)
    for i, (side, sign) in enumerate(SIDES):
        across = sign * vector(np.sin(pose.twist), 0, np.cos(pose.twist))
        place[f"{side}_shoulder"] = place["neck"] + body.shoulders / 2 * across
        place[f"{side}_elbow"] = place[f"{side}_shoulder"] + body.upper_arm * pose.upper_arm[i]
        place[f"{side}_wrist"] = place[f"{side}_elbow"] + body.forearm * pose.forearm[i]
        place[f"{side}_eye"] = place["nose"] + body.head * vector(-0.1, 0.2, sign * 0.2)
        place[f"{side}_ear"] = place["nose"] + body.head * vector(-0.6, 0.1, sign * 0.5)
        place |= _leg(body, pose, i)
    return np.stack([np.broadcast_to(place[joint], (num_frames, 3)) for joint in BODY_25.joints], axis=1)


def on_ground(place: Array, height: npt.ArrayLike = 0.0) -> Array:
    """Lift joints ``[T, 25, 3]`` so that the lowest part of the feet is at a height above the ground, ``[T]``."""
    lifted = place.copy()
    lifted[..., 1] += (height - place[:, FEET, 1].min(axis=1))[:, None]
    return lifted


def _leg(body: Body, pose: Pose, i: int) -> dict[str, Array]:
    side, sign = SIDES[i]
    outward = sign * pose.spread[i]
    hip = vector(np.zeros(len(pose.lean)), 0, sign * body.hips / 2)
    knee = hip + body.thigh * hanging(pose.thigh[i], outward)
    ankle = knee + body.shin * hanging(pose.thigh[i] - pose.knee[i], outward)
    sole = vector(np.cos(pose.foot[i]), -np.sin(pose.foot[i]))
    below = -0.35 * vector(np.sin(pose.foot[i]), np.cos(pose.foot[i]))  # from the ankle down to the sole
    toe = ankle + body.foot * (sole + below)
    return {
        f"{side}_hip": hip,
        f"{side}_knee": knee,
        f"{side}_ankle": ankle,
        f"{side}_heel": ankle + body.foot * (below - 0.25 * sole),
        f"{side}_big_toe": toe,
        f"{side}_small_toe": toe + body.foot * vector(-0.1, 0, sign * 0.3),
    }
