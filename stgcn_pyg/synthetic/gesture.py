"""Boxing, hand clapping and hand waving: a standing body whose wrists follow a path."""

import numpy as np

from stgcn_pyg.synthetic.body import SIDES, Array, Pose, joints, on_ground, reach, vector
from stgcn_pyg.synthetic.subject import Subject

CYCLES = {"boxing": 1.0, "handclapping": 1.15, "handwaving": 0.65}
"""How often a second each gesture comes round at the usual tempo (boxing: both fists once)."""

STANCE = {"boxing": (0.12, 0.12, 0.3), "handclapping": (0.02, 0.03, 0.0), "handwaving": (0.02, 0.03, 0.0)}
"""In radians: how much one foot stands before the other, how much the legs bend, how the shoulders follow."""


def gesture_joints(action: str, subject: Subject, phase: Array, rng: np.random.Generator) -> Array:
    """The joints of a standing body that boxes, claps or waves, ``[T, 25, 3]``, the feet at height 0.

    Args:
        action: ``boxing``, ``handclapping`` or ``handwaving``.
        subject: Who moves.
        phase: The phase of the gesture in radians, ``[T]``.
        rng: Draws how the subject does it this time.
    """
    num_frames = len(phase)
    wrists, elbow = {"boxing": _box, "handclapping": _clap, "handwaving": _wave}[action](subject, phase, rng)
    arms = [reach(subject.body, wrists[i], vector(*elbow) * (1, 1, sign)) for i, (_, sign) in enumerate(SIDES)]
    stride, crouch, twist = STANCE[action] * rng.normal(size=3)
    bend = abs(crouch) * (1 + 0.3 * np.sin(2 * phase))
    pose = Pose(
        lean=np.full(num_frames, abs(rng.normal(0, 0.06))),
        twist=abs(twist) * np.sin(phase),
        thigh=np.stack([bend - stride, bend + stride]),
        knee=np.stack([2 * bend, 2 * bend]),
        foot=np.zeros((2, num_frames)),
        spread=np.full((2, num_frames), abs(rng.normal(0.06, 0.04))),
        upper_arm=np.stack([upper_arm for upper_arm, _ in arms]),
        forearm=np.stack([forearm for _, forearm in arms]),
    )
    return on_ground(joints(subject.body, pose))


_Path = tuple[list[Array], tuple[float, float, float]]
"""The paths of both wrists seen from their shoulders, and the side the right elbow bends to."""


def _between(start: Array, end: Array, share: Array) -> Array:
    """Move from one place ``[3]`` to another and back as the shares ``[T]`` go from 0 to 1 and back."""
    return start + share[:, None] * (end - start)


def _box(subject: Subject, phase: Array, rng: np.random.Generator) -> _Path:
    """The fists leave the guard before the chin in turn, straight ahead and back."""
    arm, half = subject.body.arm, subject.body.shoulders / 2
    length = min(0.88 + 0.06 * subject.vigor + rng.normal(0, 0.04), 0.98)
    guard, height = rng.normal((0.45, -0.1), 0.06)
    wrists = []
    for _, sign in SIDES:
        punch = np.maximum(sign * np.sin(phase), 0) ** 1.3
        start = vector(guard * arm, height * arm, -0.4 * sign * half)
        end = vector(length * arm, 0.05 * arm, -0.6 * sign * half)
        wrists.append(_between(start, end, punch))
    return wrists, (-0.2, -1.0, 0.5)


def _clap(subject: Subject, phase: Array, rng: np.random.Generator) -> _Path:
    """The hands meet before the chest and part, widely or a little."""
    arm, half = subject.body.arm, subject.body.shoulders / 2
    width = float(np.clip(0.5 + 0.25 * subject.vigor + rng.normal(0, 0.15), 0.05, 0.95))
    height, rise = rng.normal(-0.15, 0.2), rng.normal(0, 0.2)
    together = ((1 + np.cos(phase)) / 2) ** 1.2
    wrists = []
    for _, sign in SIDES:
        apart = vector((0.75 - 0.6 * width) * arm, (height + rise) * arm, sign * width * arm)
        meeting = vector(0.6 * arm, height * arm, -sign * (half - 0.03))
        wrists.append(_between(apart, meeting, together))
    return wrists, (-0.2, -1.0, 0.5)


def _wave(subject: Subject, phase: Array, rng: np.random.Generator) -> _Path:
    """Both arms rise sideways over the head and sink again."""
    arm = subject.body.arm
    low = np.radians(np.clip(35 - 20 * subject.vigor + rng.normal(0, 15), 10, 80))
    high = np.radians(np.clip(145 + 20 * subject.vigor + rng.normal(0, 12), 100, 178))
    raised = low + (high - low) * (1 - np.cos(phase)) / 2
    length = arm * (0.96 - rng.uniform(0, 0.2) * (1 - np.cos(raised)) / 2)
    forward = rng.uniform(0, 0.5) * arm
    wrists = [vector(forward, -length * np.cos(raised), sign * length * np.sin(raised)) for _, sign in SIDES]
    return wrists, (-0.4, -0.3, 1.0)
