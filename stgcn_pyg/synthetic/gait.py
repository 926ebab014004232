"""Walking, jogging and running: one gait at different efforts."""

import numpy as np

from stgcn_pyg.synthetic.body import SIDES, Array, Body, Pose, hanging, joints, on_ground
from stgcn_pyg.synthetic.subject import Subject

EFFORT = {"walking": 0.0, "jogging": 1.1, "running": 2.0}
"""The effort of the three gaits; people differ, and some jog as others run."""

GAIT = {
    "speed": (1.15, 2.0, 3.6),  # metres a second
    "strides": (0.9, 1.25, 1.45),  # both legs once, a second
    "hip": (22.0, 26.0, 38.0),  # degrees to either side of the mean
    "hip_mean": (4.0, 10.0, 16.0),
    "knee_stance": (7.0, 18.0, 22.0),
    "knee_swing": (44.0, 60.0, 80.0),
    "toe_off": (40.0, 50.0, 60.0),
    "arm": (20.0, 26.0, 38.0),
    "elbow": (15.0, 62.0, 82.0),
    "lean": (3.0, 8.0, 13.0),
    "flight": (0.0, 0.04, 0.07),  # metres above the ground in mid-flight
}
"""What a gait is like at the efforts 0, 1 and 2."""


def sample_gait(action: str, subject: Subject, rng: np.random.Generator) -> dict[str, float]:
    """Draw how a subject walks, jogs or runs this time: the entries of ``GAIT``, each with its own scatter."""
    effort = EFFORT[action] + subject.effort + rng.normal(0, 0.25)
    efforts = (effort + rng.normal(0, 0.3, len(GAIT))).clip(-0.3, 2.6)
    gait = {key: _at(effort, values) for (key, values), effort in zip(GAIT.items(), efforts, strict=True)}
    gait["speed"] *= subject.tempo * subject.body.leg / 0.83
    gait["strides"] *= subject.tempo
    gait["arm"] *= np.exp(0.25 * subject.vigor)
    return gait


def _at(effort: float, values: tuple[float, float, float]) -> float:
    """The value at an effort, in straight lines through 0, 1 and 2 and on beyond them; never negative."""
    low, middle, high = values
    below, above = middle - low, high - middle
    return max(middle + (effort - 1) * (below if effort < 1 else above), 0.0)


def gait_joints(body: Body, gait: dict[str, float], phase: Array) -> Array:
    r"""The joints of a body in motion on the spot, ``[T, 25, 3]``, the lower foot on the ground at height 0.

    Each thigh swings as :math:`\cos\varphi`, forward at 0, with the other leg half a cycle behind and each arm
    with the opposite leg. The leg is on the ground while the thigh goes back and folds while it comes forward.

    Args:
        body: Whose joints.
        gait: The entries of ``GAIT``.
        phase: The phase of the right leg :math:`\varphi` in radians, ``[T]``.
    """
    angle = {key: np.radians(value) for key, value in gait.items()}
    legs = np.stack([phase, phase + np.pi])  # [2, T]
    upper_arm = -angle["arm"] * np.cos(legs)
    elbow = angle["elbow"] * (1 - 0.25 * np.cos(legs))
    pose = Pose(
        lean=np.full(len(phase), angle["lean"]),
        twist=0.4 * angle["arm"] * np.cos(phase),
        thigh=angle["hip_mean"] + angle["hip"] * np.cos(legs),
        knee=angle["knee_stance"] + angle["knee_swing"] * _bump(legs, 1.38 * np.pi),
        foot=angle["toe_off"] * _bump(legs, 1.2 * np.pi) - 0.3 * _bump(legs, 0.0),
        spread=np.full(legs.shape, 0.02),
        upper_arm=np.stack([hanging(upper_arm[i] - 0.05, sign * 0.1) for i, (_, sign) in enumerate(SIDES)]),
        forearm=np.stack([hanging(upper_arm[i] + elbow[i], sign * -0.1) for i, (_, sign) in enumerate(SIDES)]),
    )
    return on_ground(joints(body, pose), gait["flight"] * (1 + np.cos(2 * phase)) / 2)


def _bump(phase: Array, center: float) -> Array:
    """A smooth hill of height 1, once a cycle."""
    hill: Array = np.exp(2.2 * (np.cos(phase - center) - 1))
    return hill
