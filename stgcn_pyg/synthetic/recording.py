"""One synthetic recording: someone does something, is filmed, and a pose estimator looks at the film."""

from dataclasses import dataclass

import numpy as np

from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.synthetic.body import Array
from stgcn_pyg.synthetic.camera import HEIGHT, SCENARIOS, WIDTH, Scenario, place_in_world, project
from stgcn_pyg.synthetic.estimator import estimate
from stgcn_pyg.synthetic.gait import EFFORT, gait_joints, sample_gait
from stgcn_pyg.synthetic.gesture import CYCLES, gesture_joints
from stgcn_pyg.synthetic.subject import Subject

ACTIONS = ("boxing", "handclapping", "handwaving", "jogging", "running", "walking")
"""The six actions of KTH."""

FPS = 12.5
"""Frames a second of a synthetic recording: every other frame of KTH's films."""

NUM_FRAMES = (60, 100)
"""The shortest and the longest synthetic recording, in frames; all lengths between are equally likely."""


@dataclass(frozen=True)
class Performance:
    """What happened before the camera, without any error: joints ``[T, 25, 3]`` in metres, heading and track."""

    joints: Array
    heading: Array
    track: Array


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

    Args:
        action: One of ``ACTIONS``.
        subject: The person's number, from 1; the same body and habits in all actions and scenarios.
        scenario: 1 outdoors, 2 with changing scale, 3 in clothes that hide the joints, 4 indoors.
        seed: Another seed, other people.
        num_frames: How long the recording is; if left out, any length in ``NUM_FRAMES``, whatever the action.
        fps: Frames a second.

    Raises:
        ValueError: If the action or the scenario does not exist, or a number is not positive.

    Example:
        >>> synthesize("walking", subject=1, scenario=1, num_frames=80)
        SkeletonSequence('person01_walking_d1_uncomp', 80 frames, BODY_25, 2D, 12.5 fps, 40% missing)
    """
    if action not in ACTIONS:
        raise ValueError(f"there is no synthetic action {action!r}; there are {', '.join(ACTIONS)}")
    if scenario not in SCENARIOS:
        raise ValueError(f"there is no synthetic scenario {scenario}; there are 1 to {len(SCENARIOS)}")
    if subject < 1 or not fps > 0 or (num_frames is not None and num_frames < 1):
        raise ValueError(f"subject {subject}, {num_frames} frames and {fps} frames a second must all be positive")
    rng = np.random.default_rng((seed, subject, ACTIONS.index(action), scenario))
    length = int(rng.integers(NUM_FRAMES[0], NUM_FRAMES[1] + 1))
    time = np.arange(num_frames or length) / fps
    filmed = SCENARIOS[scenario]
    scale = _zoom(filmed, time, rng)
    performance = perform(action, Subject.of(subject, seed), filmed, time, rng)
    world = place_in_world(performance.joints, performance.heading, performance.track)
    pixels = project(world, scale, (WIDTH / 2 + rng.normal(0, 4), HEIGHT / 2 + 4 + rng.normal(0, 2)))
    pos, score = estimate(pixels, scale, filmed.noise, rng)
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
    if action in EFFORT:
        gait = sample_gait(action, subject, rng)
        phase = _phase(gait["strides"], time, rng)
        half = (WIDTH / 2 / scenario.scale * scenario.zoom**0.5 + 0.3) / np.cos(turn)  # out of the widest picture
        along, back = _passes(gait["speed"], half, time, rng)
        track = along[:, None] * np.array([np.cos(turn), np.sin(turn)])
        return Performance(gait_joints(subject.body, gait, phase), turn + np.pi * back, track)
    phase = _phase(CYCLES[action] * subject.tempo * np.exp(rng.normal(0, 0.12)), time, rng)
    facing = _facing(action, subject, rng) + turn + 0.05 * np.sin(0.7 * time)
    track = np.stack([rng.normal(0, 0.15) + 0.03 * np.sin(0.9 * time), np.zeros_like(time)], axis=1)
    return Performance(gesture_joints(action, subject, phase, rng), facing, track)


def _zoom(scenario: Scenario, time: Array, rng: np.random.Generator) -> Array:
    """Pixels a metre over time: the scale of the scenario, swelling or shrinking slowly if it zooms."""
    share = np.sin(rng.uniform(0, 2 * np.pi) + rng.uniform(0.3, 0.8) * time)
    return scenario.scale * rng.normal(1, 0.04) * scenario.zoom ** (share / 2)


def _phase(cycles: float, time: Array, rng: np.random.Generator) -> Array:
    """The phase of a movement that comes round so often a second, a little unevenly, ``[T]``."""
    uneven = 0.25 * np.sin(rng.uniform(0, 2 * np.pi) + rng.uniform(0.5, 2.0) * time)
    return rng.uniform(0, 2 * np.pi) + 2 * np.pi * cycles * time + uneven


def _passes(speed: float, half: float, time: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Cross the picture again and again.

    Returns:
        The way from the middle of the picture in metres, ``[T]``, beyond ``half`` while turning round out of
        sight; and 0 or 1, whether the person is on the way back.
    """
    crossing, turning = 2 * half / speed, rng.uniform(0.3, 0.7)
    since = time + rng.uniform(0, crossing) + (crossing + turning) * rng.integers(2)
    number, into = np.divmod(since, crossing + turning)
    back = number % 2
    return np.where(into < crossing, speed * into - half, 2 * half) * (1 - 2 * back), back


def _facing(action: str, subject: Subject, rng: np.random.Generator) -> float:
    """Clap and wave at the camera; box at somebody to the side, or between them and the camera."""
    if action == "boxing":
        return float(-np.pi / 2 + rng.choice([-1, 1]) * np.pi / 2 * (1 - subject.frontal))
    return float(-np.pi / 2 + rng.normal(0, 0.35))
