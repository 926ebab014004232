"""Walking, jogging and running: one gait at different efforts."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import minimum_filter1d, uniform_filter1d

from stgcn_pyg.synthetic.body import SIDES, Array, Body, Feet, Pose, hanging, hip, turned, vector
from stgcn_pyg.synthetic.course import GRAVITY, Course
from stgcn_pyg.synthetic.footsteps import Stride, footsteps
from stgcn_pyg.synthetic.subject import Subject

EFFORTS = {"walking": (0.0, -0.15, 0.3), "jogging": (1.0, 0.7, 1.9), "running": (2.0, 1.2, 2.5)}
"""The usual, the least and the greatest effort of the three gaits; people differ, and some jog as others run."""

GAIT = {
    # What KTH's people do: outdoors they are in view for 90, 55 and 39 frames a pass (medians of its annotations),
    # and by pose estimates go 2.5, 3.2 and 6 trunks a second.
    "speed": (1.25, 1.80, 3.20),  # metres a second, of someone whose legs are 0.82 m long
    "strides": (0.92, 1.32, 1.43),  # both legs once, a second; running: 1.41 in OpenPose's tracks of KTH
    # Novacheck, The biomechanics of running, Gait & Posture 7 (1998); Winter (2009).
    "duty": (0.62, 0.43, 0.355),
    "strike": (18.0, 9.0, 6.0),  # degrees, as all angles here
    "toe_off": (50.0, 46.0, 52.0),
    "swing_pitch": (58.0, 60.0, 70.0),
    "lift": (0.02, 0.11, 0.25),  # shares of the leg
    "behind": (0.10, 0.14, 0.17),
    "crouch": (0.001, 0.006, 0.010),  # the share of the leg's length that is never used
    "hip_turn": (4.0, 4.0, 7.0),
    "lean": (2.0, 6.0, 9.0),
    "arm": (13.0, 19.0, 31.0),  # to either side of the mean
    "arm_mean": (2.0, -11.0, -13.0),
    "elbow": (14.0, 74.0, 86.0),
}
"""What a gait is like at the efforts 0, 1 and 2."""


@dataclass(frozen=True)
class Gait:
    """How somebody walks, jogs or runs: metres, radians and cycles a second, by the names of ``GAIT``."""

    speed: float
    strides: float
    hip_turn: float
    lean: float
    arm: float
    arm_mean: float
    elbow: float
    carriage: float
    crouch: float
    nod: float
    stride: Stride

    @classmethod
    def sample(cls, action: str, subject: Subject, pace: float, rng: np.random.Generator) -> "Gait":
        """Draw how a subject does it this time, ``pace`` times as fast as usual.

        The speed is shared between stride frequency and stride length as people share it: the frequency goes
        with its square root.
        """
        usual, least, most = EFFORTS[action]
        effort = np.clip(usual + 0.33 * subject.effort + rng.normal(0, 0.15), least, most)
        own = {key: _at(np.clip(effort + rng.normal(0, 0.15), least, most), values) for key, values in GAIT.items()}
        angle = {key: np.radians(value) for key, value in own.items()}
        leg, haste = subject.body.leg, pace * subject.tempo
        return cls(
            speed=own["speed"] * haste * np.sqrt(leg / 0.82),
            strides=own["strides"] * np.sqrt(haste) * np.sqrt(0.82 / leg),
            hip_turn=angle["hip_turn"],
            lean=angle["lean"] + 0.05 * subject.posture,
            arm=angle["arm"] * np.exp(0.25 * subject.vigor),
            arm_mean=angle["arm_mean"] - 0.08 * subject.carriage,
            elbow=float(np.clip(angle["elbow"] * np.exp(0.22 * subject.bend), 0.1, 1.9)),
            carriage=max(0.10 + 0.07 * subject.carriage, 0.0),
            crouch=own["crouch"],
            nod=0.1 * subject.posture,
            stride=Stride(
                duty=own["duty"],
                strike=angle["strike"],
                toe_off=angle["toe_off"],
                swing_pitch=min(angle["swing_pitch"], 1.45),
                lift=own["lift"] * leg * np.exp(0.15 * subject.vigor),
                width=0.06 * np.exp(0.3 * subject.width) / (1 + effort.clip(0)),
                behind=own["behind"] * leg,
                toes_out=max(0.1 + 0.06 * subject.width, 0.0),
            ),
        )


def _at(effort: float, values: tuple[float, float, float]) -> float:
    """The value at an effort, in straight lines through 0, 1 and 2 and on beyond them."""
    low, middle, high = values
    return middle + (effort - 1) * (middle - low if effort < 1 else high - middle)


def gait_pose(body: Body, gait: Gait, course: Course, time: Array, rng: np.random.Generator) -> Pose:
    """Go along a course, from a place and with a foot that are drawn."""
    clock = np.arange(time[0] - 2.0, time[-1] + 2.0, 0.02)  # strides begin before the film and end after it
    uneven = 0.02 * np.sin(rng.uniform(0, 2 * np.pi) + rng.uniform(0.5, 2.0) * clock)
    phases = rng.uniform() + gait.strides * (clock - clock[0]) + uneven
    ways = course.travel(gait.speed, clock, rng.uniform(0, 2 * course.half))
    phase, way = np.interp(time, clock, phases), np.interp(time, clock, ways)
    feet = footsteps(gait.stride, body, phase, lambda at: course.at(np.interp(at, phases, ways)), rng)
    ground, heading = course.at(way)
    turn = np.cos(2 * np.pi * phase)  # 1 when the right foot is ahead, -1 when the left one is
    hip_turn = gait.hip_turn * turn
    over = 0.3 * gait.stride.width * np.cos(2 * np.pi * (phase - gait.stride.duty / 2))  # over the standing foot
    pelvis = vector(ground[:, 0], 0, ground[:, 1]) + turned(vector(0, 0, over), heading)
    cycle = 2 * int(np.count_nonzero(time < time[0] + 1 / gait.strides) // 2) + 1
    pelvis[:, 1] = _hip_height(body, gait, phase, pelvis, heading + hip_turn, feet, cycle)
    upper_arm, forearm = _arms(gait, phase)
    return Pose(
        pelvis=pelvis,
        heading=heading,
        hip_turn=hip_turn,
        twist=-(0.5 * gait.hip_turn + 0.25 * gait.arm) * turn,
        lean=gait.lean + 0.02 * np.cos(4 * np.pi * phase),
        sway=0.4 * over,
        nod=np.full(len(time), gait.nod + 0.5 * gait.lean),
        feet=feet,
        upper_arm=upper_arm,
        forearm=forearm,
    )


def bob(phase: Array, duty: float, strides: float, step: float, leg: float) -> Array:
    r"""How the hips rise and fall with the phase, ``[T]`` in metres.

    Who walks swings over the standing leg like an upside-down pendulum: highest in the middle of stance. A
    stiff leg of length :math:`\ell` under a step :math:`s` would let the hips sink by
    :math:`\ell - \sqrt{\ell^2 - s^2/4}`; knees, feet and pelvis save two fifths of it.

    Who runs falls freely in flight, for the time :math:`t_f = (1/2 - \beta)/f` from toe-off on, and in contact, for
    :math:`t_c = \beta / f`, the ground pushes with half a sine: :math:`\ddot y = -g + P \sin(\pi t / t_c)`. What
    comes down must go up as fast, so that :math:`P = \pi g\,(t_c + t_f) / 2 t_c` and

    .. math::
        y = \tfrac{1}{2} g\,t\,(t_c - t) - P\,(t_c / \pi)^2 \sin(\pi t / t_c)
        \quad\text{in contact},\qquad
        y = \tfrac{1}{2} g\,t\,(t_f - t) \quad\text{in flight.}
    """
    if duty >= 0.5:
        sink = leg - np.sqrt(leg**2 - min(step, leg) ** 2 / 4)
        return np.asarray(0.3 * sink * np.cos(4 * np.pi * (phase - duty / 2)))
    since = (phase % 0.5) / strides  # since a foot came down
    contact, flight = duty / strides, (0.5 - duty) / strides
    push = np.pi * GRAVITY * (contact + flight) / (2 * contact)
    bounce = 0.5 * GRAVITY * since * (contact - since)
    bounce -= push * (contact / np.pi) ** 2 * np.sin(np.pi * since / contact)
    fall = 0.5 * GRAVITY * (since - contact) * (contact + flight - since)
    return np.where(since < contact, bounce, fall)


def _hip_height(
    body: Body, gait: Gait, phase: Array, pelvis: Array, heading: Array, feet: Feet, width: int
) -> Array:
    """The hips as high over the ground as the standing legs allow, ``[T]``, and their rise and fall.

    How high that is changes from step to step; it is the mean, over ``width`` frames about each frame, of the
    least height that the ``width`` frames about each of those allow, and so never more than the frame itself does.
    """
    rise = bob(phase, gait.stride.duty, gait.strides, gait.speed / gait.strides / 2, body.leg)
    reach = (1 - gait.crouch) * body.leg
    highest = np.full(len(phase), body.ankle + reach) - rise.max()
    for i, (_, sign) in enumerate(SIDES):
        away = (feet.ankle[i] - hip(body, pelvis, heading, sign))[:, [0, 2]]
        room = feet.ankle[i, :, 1] + np.sqrt((reach**2 - (away**2).sum(axis=1)).clip(0)) - rise
        stands = (phase + i / 2) % 1 < gait.stride.duty
        highest = np.where(stands, np.minimum(highest, room), highest)
    return np.asarray(uniform_filter1d(minimum_filter1d(highest, width), width) + rise)


def _arms(gait: Gait, phase: Array) -> tuple[Array, Array]:
    """Each arm swings with the leg of the other side, the elbow bending more as it comes forward."""
    upper_arm, forearm = [], []
    for i, (_, sign) in enumerate(SIDES):
        swing = -np.cos(2 * np.pi * (phase + i / 2))  # 1 when this arm is in front
        shoulder = gait.arm_mean + gait.arm * swing
        elbow = gait.elbow * (1 + 0.3 * swing)
        upper_arm.append(hanging(shoulder, sign * gait.carriage))
        forearm.append(hanging(shoulder + elbow, -sign * 0.5 * np.sin(gait.elbow)))
    return np.stack(upper_arm), np.stack(forearm)
