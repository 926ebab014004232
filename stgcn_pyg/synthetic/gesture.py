"""Boxing, hand clapping and hand waving: a standing body whose wrists follow a path.

How often, how far and how high is what pose estimates of KTH's people show: fists, hands and arms come round 0.8,
0.8 and 0.6 times a second; hands part to 2.4 trunks; waving arms go from the thighs to 0.8 trunks over the
shoulders.
"""

from dataclasses import dataclass

import numpy as np

from stgcn_pyg.synthetic.body import SIDES, Array, Body, Feet, Pose, turned, two_links, vector
from stgcn_pyg.synthetic.rhythm import Rhythm, wander
from stgcn_pyg.synthetic.subject import Subject

RATE = {"boxing": 1.6, "handclapping": 0.82, "handwaving": 0.62}
"""How often a second people punch (both fists together), clap and wave."""


@dataclass(frozen=True)
class Gesture:
    """What hands do, and how the trunk goes along.

    Args:
        wrists: Where the wrists are, seen from their shoulders: forward, up, right of the chest, ``[2, T, 3]``.
        elbows: The sides the elbows bend to, ``[2, T, 3]``.
        twist: How far the shoulders turn to the left, in radians, ``[T]``.
        lean: How far the trunk goes forward, in radians, ``[T]``.
        sink: How far the hips sink, in metres, ``[T]``.
    """

    wrists: Array
    elbows: Array
    twist: Array
    lean: Array
    sink: Array


def gesture_pose(
    action: str, subject: Subject, facing: float, pace: float, time: Array, rng: np.random.Generator
) -> Pose:
    """Stand before the camera and box, clap or wave.

    Args:
        action: ``boxing``, ``handclapping`` or ``handwaving``.
        subject: Who moves.
        facing: Where the person looks.
        pace: How fast, as a factor of what is usual for the subject.
        time: The times of the frames, ``[T]``.
        rng: Draws how the subject does it this time.
    """
    body, boxes = subject.body, action == "boxing"
    rhythm = Rhythm.sample(RATE[action] * pace * subject.tempo, time, 0.0 if boxes else 0.04, rng)
    gesture = {"boxing": _box, "handclapping": _clap, "handwaving": _wave}[action](subject, rhythm, rng)
    arms = [two_links(body.upper_arm, body.forearm, gesture.wrists[i], gesture.elbows[i]) for i in range(2)]
    heading = facing + wander(time, 0.03, rng)
    place = rng.normal(0, 0.12)
    feet = _stand(subject, facing, place, 0.10 if boxes else 0.0, len(time), rng)
    shift = turned(vector(wander(time, 0.012, rng) + 0.15 * gesture.lean, 0, wander(time, 0.010, rng)), heading)
    pelvis = vector(place, _standing_height(body, feet) - gesture.sink, 0) + shift
    return Pose(
        pelvis=pelvis,
        heading=heading,
        hip_turn=0.3 * gesture.twist,
        twist=gesture.twist,
        lean=gesture.lean + 0.03 + 0.03 * subject.posture + wander(time, 0.008, rng),
        sway=wander(time, 0.010, rng),
        nod=0.05 + 0.1 * subject.posture + wander(time, 0.02, rng),
        feet=feet,
        upper_arm=np.stack([upper_arm for upper_arm, _ in arms]),
        forearm=np.stack([forearm for _, forearm in arms]),
    )


def _stand(
    subject: Subject, facing: float, place: float, stagger: float, num_frames: int, rng: np.random.Generator
) -> Feet:
    """Feet that stay where they are, one before the other as far as ``stagger`` says."""
    apart = 0.12 * np.exp(0.35 * subject.width + rng.normal(0, 0.1))
    before = stagger * np.exp(rng.normal(0, 0.3)) + rng.normal(0, 0.01)
    ankles, headings = [], []
    for _, sign in SIDES:
        ankle = turned(vector(-sign * subject.hand * before, subject.body.ankle, sign * apart), np.array(facing))
        ankles.append(np.broadcast_to(ankle + np.array([place, 0, 0]), (num_frames, 3)))
        toes = facing - sign * max(0.2 + 0.1 * subject.width, 0.0)
        headings.append(np.full(num_frames, toes))
    return Feet(np.stack(ankles), np.stack(headings), np.zeros((2, num_frames)))


def _standing_height(body: Body, feet: Feet) -> float:
    """How high the hips are over feet that far apart when the legs are all but straight."""
    away = feet.ankle[0, 0] - feet.ankle[1, 0]
    aside = max(float(np.linalg.norm(away)) - body.hips, 0.0) / 2 + 0.03  # and room to sway
    return float(body.ankle + np.sqrt((0.995 * body.leg) ** 2 - aside**2))


def _box(subject: Subject, rhythm: Rhythm, rng: np.random.Generator) -> Gesture:
    """The fists leave the guard in turn, fast, and come back slower; now and then one punches twice."""
    arm, half = subject.body.arm, subject.body.shoulders / 2
    again = rng.random(rhythm.count) < 0.12
    hands = subject.hand * np.cumprod(np.where(again, 1, -1)) * (rng.random(rhythm.count) > 0.06)  # 0: a rest
    hand, before = hands[rhythm.number], hands[rhythm.number - 1]  # 1 right, -1 left
    out = rhythm.follow([0, 0.1, 0.42, 0.6, 1], [0, 0.03, 1, 0.97, 0.5])
    back = rhythm.follow([0, 0.55, 1], [0.5, 0.04, 0])
    blows = [np.maximum(out * (hand == sign), back * (before == sign)) for _, sign in SIDES]
    length = np.clip(0.95 + 0.03 * subject.vigor + rhythm.each(rng, 0.02), 0.7, 0.985)
    height = 0.12 + 0.06 * subject.punch + rhythm.each(rng, 0.05)
    guard_high = -0.26 + 0.10 * subject.guard + 0.08 * rng.normal()
    guard_ahead = np.clip(0.42 - 0.06 * subject.bend + 0.03 * rng.normal(), 0.36, 0.6)
    hook = max(0.25 * subject.punch, 0.0)
    wrists, elbows = [], []
    for (_, sign), share, other in zip(SIDES, blows, reversed(blows), strict=True):
        high = guard_high - 0.1 * other + rhythm.each(rng, 0.02)  # drawn back while the other goes out
        guard = arm * vector(guard_ahead - 0.1 * other, high, -0.1 * sign)
        across = -0.7 * sign * half
        target = vector(np.sqrt(arm**2 * (length**2 - height**2) - across**2), arm * height, across)
        bulge = hook * arm * share * (1 - share) * 2
        wrists.append(guard + share[:, None] * (target - guard) + vector(0, 0, sign * bulge))
        elbows.append(vector(np.full(len(share), -0.5), -1.0 + 0.8 * hook * share, sign * (0.35 + hook * share)))
    effort = np.maximum(*blows)
    twist = (0.28 + 0.06 * subject.vigor) * (blows[0] - blows[1])
    return Gesture(np.stack(wrists), np.stack(elbows), twist, 0.04 * effort, 0.005 + 0.008 * effort)


def _clap(subject: Subject, rhythm: Rhythm, rng: np.random.Generator) -> Gesture:
    """The hands meet before the chest, stay together for a moment, and part, widely or a little."""
    arm, half = subject.body.arm, subject.body.shoulders / 2
    closed = rhythm.follow([0, 0.25, 0.45, 0.53, 0.8, 1], [0, 0.22, 1, 1, 0.2, 0])
    open_angle = np.radians(np.clip(72 + 13 * subject.vigor + 6 * rng.normal(), 35, 100)) + rhythm.each(rng, 0.06)
    meet_length = np.clip(0.68 - 0.13 * subject.bend + 0.04 * rng.normal(), 0.38, 0.95)
    open_length = np.clip(0.955 - 0.02 * subject.bend + 0.01 * rng.normal(), 0.8, 0.988)
    meet_high = -0.16 + 0.10 * subject.guard + 0.04 * rng.normal()
    open_high = -0.36 + 0.12 * subject.guard + 0.10 * rng.normal() + rhythm.each(rng, 0.03)
    aside = (half - 0.055) / arm  # each hand stops short of the middle by a palm
    ahead = np.sqrt(max(meet_length**2 - meet_high**2 - aside**2, 0.1))
    flat = np.sqrt((open_length**2 - open_high**2).clip(0.05))
    meet_azimuth, meet_flat = np.arctan2(-aside, ahead), np.hypot(aside, ahead)
    azimuth = open_angle + closed * (meet_azimuth - open_angle)
    radius = flat + closed * (meet_flat - flat)
    high = open_high + closed * (meet_high - open_high)
    wrists = [arm * vector(radius * np.cos(azimuth), high, sign * radius * np.sin(azimuth)) for _, sign in SIDES]
    drop = 0.9 - 0.35 * subject.carriage  # elbows down or out to the side
    elbows = [vector(np.full(len(closed), -0.4), -drop, sign * 0.8) for _, sign in SIDES]
    still = np.zeros(len(closed))
    return Gesture(np.stack(wrists), np.stack(elbows), still, 0.015 * closed, still + 0.004 * closed)


def _wave(subject: Subject, rhythm: Rhythm, rng: np.random.Generator) -> Gesture:
    """Both arms rise sideways over the head and sink again, bending on the way up or not."""
    arm = subject.body.arm
    dwell = np.clip(0.05 + 0.03 * rng.normal(), 0.01, 0.12)
    up = rhythm.follow([0, dwell, 0.5 - dwell / 2, 0.5 + dwell / 2, 1 - dwell, 1], [0, 0, 1, 1, 0, 0])
    low = np.radians(np.clip(17 + 6 * subject.carriage + 3 * rng.normal(), 6, 45))
    high = np.radians(np.clip(180 + 8 * subject.vigor + 4 * rng.normal(), 150, 198)) + rhythm.each(rng, 0.05)
    raised = low + up * (high - low)
    bent = np.clip(0.17 + 0.06 * subject.bend + 0.02 * rng.normal(), 0.01, 0.32)
    length = arm * (0.975 - bent * up**1.5)
    forward = np.clip(0.10 + 0.08 * rng.normal(), -0.05, 0.3)
    wrists, elbows = [], []
    for _, sign in SIDES:
        late = raised + 0.04 * sign * rng.normal() * np.sin(2 * np.pi * rhythm.share)
        plane = vector(forward, -np.cos(late), sign * np.sin(late))
        wrists.append(length[:, None] * plane / np.linalg.norm(plane, axis=1, keepdims=True))
        elbows.append(vector(-0.2, -0.6 * up, sign))
    still = np.zeros(len(up))
    return Gesture(np.stack(wrists), np.stack(elbows), still, -0.03 * up, 0.004 * (1 - up))
