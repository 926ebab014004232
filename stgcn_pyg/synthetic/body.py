"""A jointed body: limb lengths, and where the joints are when hands and feet are somewhere.

Everything is in metres and in the world's axes: to the picture's right, up, and away from the camera. A heading is
an angle in radians: 0 looks to the picture's right, -pi/2 at the camera, and it grows as one turns to the left.
Arrays of two limbs are in the order right, left.
"""

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from stgcn_pyg.skeleton import BODY_25

Array = npt.NDArray[np.float64]

SIDES = (("right", 1.0), ("left", -1.0))
"""The sides of the body, and which way each lies along the axis to the body's right."""


@dataclass(frozen=True)
class Body:
    """Limb lengths in metres; the defaults are those of a person 1 m tall, so they read as shares of stature.

    The shares are Winter's (Biomechanics and Motor Control of Human Movement, 2009), nudged to what pose
    estimators see of people in KTH: their hips sit lower and their shoulders closer than the skeleton's own.
    """

    trunk: float = 0.300
    head: float = 0.128
    shoulders: float = 0.19
    hips: float = 0.106
    upper_arm: float = 0.168
    forearm: float = 0.140
    thigh: float = 0.228
    shin: float = 0.226
    ankle: float = 0.040
    toe: float = 0.100
    heel: float = 0.035

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Body":
        """A person about 1.72 m tall whose proportions are a little their own."""
        stature = rng.normal(1.72, 0.08)
        return cls(**{part: stature * share * rng.normal(1, 0.035) for part, share in asdict(cls()).items()})

    @property
    def arm(self) -> float:
        """The length of a straight arm."""
        return self.upper_arm + self.forearm

    @property
    def leg(self) -> float:
        """The length of a straight leg, hip to ankle."""
        return self.thigh + self.shin


@dataclass(frozen=True)
class Feet:
    """Where two feet are in T frames.

    Args:
        ankle: The ankles, ``[2, T, 3]``.
        heading: Where the toes point, ``[2, T]``.
        pitch: How far the toes point below the horizontal, in radians, ``[2, T]``.
    """

    ankle: Array
    heading: Array
    pitch: Array


@dataclass(frozen=True)
class Pose:
    """What a body does in T frames; angles in radians. Legs follow from pelvis and feet.

    Args:
        pelvis: The middle of the hips, ``[T, 3]``.
        heading: Where the body looks, ``[T]``.
        hip_turn: How far the hips turn to the left of that, ``[T]``.
        twist: How far the shoulders turn to the left of it, ``[T]``.
        lean: How far the trunk leans forward, ``[T]``.
        sway: How far the trunk leans to the right, ``[T]``.
        nod: How far the head is bent forward, ``[T]``.
        feet: The feet.
        upper_arm: Where each upper arm points: unit vectors forward, up and right of the chest, ``[2, T, 3]``.
        forearm: Where each forearm points, ``[2, T, 3]``.
    """

    pelvis: Array
    heading: Array
    hip_turn: Array
    twist: Array
    lean: Array
    sway: Array
    nod: Array
    feet: Feet
    upper_arm: Array
    forearm: Array


def vector(*components: npt.ArrayLike) -> Array:
    """Stack components, broadcast against each other, into vectors ``[..., D]``."""
    return np.stack(np.broadcast_arrays(*(np.asarray(c, dtype=np.float64) for c in components)), axis=-1)


def unit(vectors: Array) -> Array:
    """Scale vectors ``[..., 3]`` to length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def hanging(forward: Array, outward: npt.ArrayLike = 0.0) -> Array:
    """Where a limb points that hangs down and is swung forward and outward (to the right) by some angles."""
    return vector(np.sin(forward) * np.cos(outward), -np.cos(forward) * np.cos(outward), np.sin(outward))


def turned(vectors: Array, heading: Array) -> Array:
    """Turn vectors ``[..., 3]`` from (forward, up, right) of who looks along a heading into the world's axes."""
    forward, up, right = np.moveaxis(vectors, -1, 0)
    cosine, sine = np.cos(heading), np.sin(heading)
    return vector(forward * cosine + right * sine, up, forward * sine - right * cosine)


def two_links(first: float, second: float, target: Array, aside: Array) -> tuple[Array, Array]:
    r"""Point a limb of two parts so that its end comes to a place, as far as the limb is long.

    The middle joint is where two circles meet: with parts :math:`a, b` and the end at distance :math:`d`, the
    angle at the root is :math:`\cos\alpha = (a^2 + d^2 - b^2) / 2ad`.

    Args:
        first: The length :math:`a` of the part at the root.
        second: The length :math:`b` of the other.
        target: Where the end should be, seen from the root, ``[..., 3]``.
        aside: The side the middle joint bends to, ``[..., 3]``.

    Returns:
        Where the two parts point, unit vectors ``[..., 3]`` each.
    """
    distance = np.linalg.norm(target, axis=-1, keepdims=True)
    distance = distance.clip(abs(first - second) + 0.02, 0.9995 * (first + second))
    toward = unit(target)
    across = unit(aside - (aside * toward).sum(axis=-1, keepdims=True) * toward)
    cosine = (first**2 + distance**2 - second**2) / (2 * first * distance)
    root = cosine * toward + np.sqrt(1 - cosine**2) * across
    return root, unit(distance * toward - first * root)


def joints(body: Body, pose: Pose) -> Array:
    """Where the 25 joints are in the world, ``[T, 25, 3]``."""
    chest = pose.heading + pose.twist
    upright = np.sqrt(1 - np.sin(pose.lean) ** 2 - np.sin(pose.sway) ** 2)
    place = {"mid_hip": pose.pelvis}
    place["neck"] = pose.pelvis + body.trunk * turned(
        vector(np.sin(pose.lean), upright, np.sin(pose.sway)), pose.heading
    )
    place |= _head(body, place["neck"], pose.nod, pose.heading + pose.twist / 2)
    for i, (side, sign) in enumerate(SIDES):
        place[f"{side}_shoulder"] = place["neck"] + turned(vector(0, 0, sign * body.shoulders / 2), chest)
        place[f"{side}_elbow"] = place[f"{side}_shoulder"] + body.upper_arm * turned(pose.upper_arm[i], chest)
        place[f"{side}_wrist"] = place[f"{side}_elbow"] + body.forearm * turned(pose.forearm[i], chest)
        place |= _leg(body, pose, i)
    return np.stack([place[joint] for joint in BODY_25.joints], axis=1)


def _head(body: Body, neck: Array, nod: Array, heading: Array) -> dict[str, Array]:
    def at(forward: float, up: float, right: float) -> Array:
        cosine, sine = np.cos(nod), np.sin(nod)
        turn = vector(forward * cosine + up * sine, up * cosine - forward * sine, right)
        return neck + body.head * turned(turn, heading)

    place = {"nose": at(0.62, 0.78, 0)}
    for side, sign in SIDES:
        place |= {f"{side}_eye": at(0.50, 0.95, sign * 0.2), f"{side}_ear": at(0.03, 0.90, sign * 0.45)}
    return place


def hip(body: Body, pelvis: Array, heading: Array, sign: float) -> Array:
    """The hip joint of one side, ``[T, 3]``, of hips that look along a heading."""
    return pelvis + turned(vector(0, 0, sign * body.hips / 2), heading)


def _leg(body: Body, pose: Pose, i: int) -> dict[str, Array]:
    """Solve a leg from hip to ankle, the knee to the front, and put the foot on it."""
    side, sign = SIDES[i]
    root = hip(body, pose.pelvis, pose.heading + pose.hip_turn, sign)
    heading, pitch = pose.feet.heading[i], pose.feet.pitch[i]
    target = pose.feet.ankle[i] - root
    thigh, shin = two_links(body.thigh, body.shin, target, turned(vector(1, 0, 0.1 * sign), heading))
    knee = root + body.thigh * thigh
    ankle = knee + body.shin * shin

    def sole(ahead: float, right: float = 0.0) -> Array:
        cosine, sine = np.cos(pitch), np.sin(pitch)
        turn = vector(ahead * cosine - body.ankle * sine, -ahead * sine - body.ankle * cosine, right)
        return ankle + turned(turn, heading)

    return {
        f"{side}_hip": root,
        f"{side}_knee": knee,
        f"{side}_ankle": ankle,
        f"{side}_heel": sole(-body.heel),
        f"{side}_big_toe": sole(body.toe),
        f"{side}_small_toe": sole(0.85 * body.toe, sign * 0.3 * body.toe),
    }
