"""One synthetic recording: someone does something, is filmed, and a pose estimator looks at the film."""

from dataclasses import dataclass

import numpy as np

from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.synthetic.body import Array, joints
from stgcn_pyg.synthetic.camera import HEIGHT, SCENARIOS, WIDTH, Scenario, out_of_view, project, zooming
from stgcn_pyg.synthetic.course import Course
from stgcn_pyg.synthetic.estimator import estimate
from stgcn_pyg.synthetic.gait import EFFORTS, Gait, gait_pose
from stgcn_pyg.synthetic.gesture import gesture_pose
from stgcn_pyg.synthetic.subject import Subject

ACTIONS = ("boxing", "handclapping", "handwaving", "jogging", "running", "walking")
"""The six actions of KTH."""

FPS = 25.0
"""Frames a second of a synthetic recording, as of KTH's films."""

NUM_FRAMES = (204, 1492)
"""The shortest and the longest recording of KTH, in frames at 25 a second."""

TYPICAL, SCATTER = 464.0, 0.2755
"""Median and standard deviation (of the logarithm) of KTH's lengths: with these the mean is KTH's 483."""


@dataclass(frozen=True)
class Performance:
    """What happened before the camera, without any error: joints ``[T, 25, 3]`` in the world, and headings."""

    joints: Array
    heading: Array


def synthesize(
    action: str,
    subject: int,
    scenario: int,
    *,
    seed: int = 0,
    num_frames: int | None = None,
    fps: float = FPS,
) -> SkeletonSequence:
    """Make up a recording in the manner of KTH: BODY_25 in pixels, with an estimator's faults.

    The picture is 160 x 120, and joints outside it are missing. A recording depends on these arguments alone, so
    a part of the collection is the same as in the whole. People who walk, jog or run cross the picture and come
    back; while they are out of it, all joints are missing.

    KTH's lengths tell the action (walking takes longest); here all actions draw theirs from one log-normal
    distribution, fitted to all 599 recordings, so that nothing can be learned from length.

    Args:
        action: One of ``ACTIONS``.
        subject: The person's number, from 1; the same body and habits in all actions and scenarios.
        scenario: 1 outdoors, 2 with changing scale, 3 in clothes that hide the joints, 4 indoors.
        seed: Another seed, other people.
        num_frames: How long the recording is; if left out, it lasts as long as one of KTH's, whatever the action.
        fps: Frames a second.

    Raises:
        ValueError: If the action or the scenario does not exist, or a number is not positive.

    Example:
        >>> synthesize("walking", subject=1, scenario=1, num_frames=80)
        SkeletonSequence('person01_walking_d1_uncomp', 80 frames, BODY_25, 2D, 25 fps, ...% missing)
    """
    if action not in ACTIONS:
        raise ValueError(f"there is no synthetic action {action!r}; there are {', '.join(ACTIONS)}")
    if scenario not in SCENARIOS:
        raise ValueError(f"there is no synthetic scenario {scenario}; there are 1 to {len(SCENARIOS)}")
    if subject < 1 or not fps > 0 or (num_frames is not None and num_frames < 1):
        raise ValueError(f"subject {subject}, {num_frames} frames and {fps} frames a second must all be positive")
    rng = np.random.default_rng((seed, subject, ACTIONS.index(action), scenario))
    usual = np.exp(rng.normal(np.log(TYPICAL), SCATTER)).clip(*NUM_FRAMES)
    time = np.arange(num_frames or max(round(usual * fps / FPS), 1)) / fps
    filmed = SCENARIOS[scenario]
    scale = zooming(filmed, time, rng)
    performance = perform(action, Subject.of(subject, seed), filmed, time, rng)
    pixels = project(performance.joints, scale, (WIDTH / 2 + rng.normal(0, 4), HEIGHT / 2 + 2 + rng.normal(0, 2)))
    pos, score = estimate(pixels, scale, np.cos(performance.heading), filmed.clothes, fps, rng)
    name = recording_name(action, subject, scenario)
    return SkeletonSequence(pos.astype(np.float32), BODY_25, score.astype(np.float32), fps, name)


def recording_name(action: str, subject: int, scenario: int) -> str:
    """What KTH calls a recording.

    Example:
        >>> recording_name("boxing", 3, 1)
        'person03_boxing_d1_uncomp'
    """
    return f"person{subject:02d}_{action}_d{scenario}_uncomp"


def perform(
    action: str, subject: Subject, scenario: Scenario, time: Array, rng: np.random.Generator
) -> Performance:
    """Do one of the six actions before the camera, at the times ``[T]`` in seconds."""
    turn = rng.normal(0, scenario.turn)
    pace = scenario.pace * float(np.exp(rng.normal(0, 0.05)))
    if action in EFFORTS:
        gait = Gait.sample(action, subject, pace, rng)
        course = _course(gait.speed, scenario, turn, rng)
        pose = gait_pose(subject.body, gait, course, time, rng)
    else:
        pose = gesture_pose(action, subject, _facing(action, subject, turn, rng), pace, time, rng)
    return Performance(joints(subject.body, pose), pose.heading)


def _course(speed: float, scenario: Scenario, turn: float, rng: np.random.Generator) -> Course:
    """To and fro past the camera; who is faster needs more room to turn."""
    angle = turn + rng.choice([-1, 1]) * scenario.aslant
    radius = 0.35 + 0.12 * speed
    beyond = rng.uniform(0.2, 1.0) + 0.1 * speed**2
    straight = 2 * (out_of_view(scenario, angle) + beyond)
    return Course(straight, radius, angle, side=float(rng.choice([-1, 1])))


def _facing(action: str, subject: Subject, turn: float, rng: np.random.Generator) -> float:
    """Clap and wave at the camera; box at somebody to the side."""
    if action == "boxing":
        return float(-np.pi / 2 + subject.side * (np.pi / 2 - 0.12 - 0.12 * abs(subject.carriage)) + turn)
    return float(-np.pi / 2 + turn + rng.normal(0, 0.08))
