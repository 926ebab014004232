"""A recording as the facts that the player's page draws: numbers and words alone, ready for JSON."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import numpy as np

from stgcn_pyg.plots.clip import MOST_PREDICTIONS
from stgcn_pyg.plots.moments import USUAL_FPS, spread_over
from stgcn_pyg.plots.palette import style
from stgcn_pyg.plots.rest_pose import rest_pose
from stgcn_pyg.plots.sides import Side, bone_sides, joint_sides
from stgcn_pyg.plots.so_far import predict_so_far
from stgcn_pyg.plots.view import upright
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import FloatArray, IntArray, SkeletonSequence
from stgcn_pyg.skeleton import Skeleton

Facts = dict[str, Any]

DASHES = {"-": "", "--": "7 4", "-.": "8 3 2 3", ":": "2 3"}
"""Matplotlib's lines as SVG draws them."""


def recording_facts(people: Sequence[SkeletonSequence], recognizer: Recognizer | None = None) -> Facts:
    """All that the page knows.

    Frames of several people are laid on one axis: the frame numbers of them all. A person is missing in a frame
    that is not the person's own.

    Args:
        people: The bodies of one recording, the main one first.
        recognizer: What predicts, from the frames of all bodies so far.

    Raises:
        ValueError: If there is nobody, or the bodies differ in layout, dimensions or rate.
    """
    if not people:
        raise ValueError("there is no recording to show")
    first = people[0]
    for other in people[1:]:
        if (other.skeleton, other.num_dims, other.fps) != (first.skeleton, first.num_dims, first.fps):
            raise ValueError(f"{first.name}: {other!r} cannot be shown beside {first!r}")
    frame = np.unique(np.concatenate([person.frame for person in people]))
    return {
        "name": first.name,
        "facts": {key: value for key, value in first.facts.items() if key != "person"},
        "fps": first.fps,
        "usualFps": USUAL_FPS,
        "frame": frame.tolist(),
        "numDims": first.num_dims,
        "axes": _axes(first),
        "skeleton": _skeleton_facts(first.skeleton),
        "people": [_person_facts(person, frame) for person in people],
        **({} if recognizer is None else _prediction_facts(people, frame, recognizer)),
    }


def _skeleton_facts(skeleton: Skeleton) -> Facts:
    """Joints and bones with their sides, and how the body stands at rest."""
    names = {Side.LEFT: "left", Side.MIDDLE: "middle", Side.RIGHT: "right"}
    return {
        "name": skeleton.name,
        "joints": skeleton.joints,
        "bones": skeleton.bone_index.T.tolist(),
        "jointSides": [names[side] for side in joint_sides(skeleton)],
        "boneSides": [names[side] for side in bone_sides(skeleton)],
        "rest": rest_pose(skeleton).round(1).tolist(),
    }


def _axes(sequence: SkeletonSequence) -> list[list[int]]:
    """What points right, up and towards us, as rows over the recording's coordinates ``[3, D]``."""
    if sequence.num_dims == 2:
        return [[1, 0], [0, -1], [0, 0]]
    across, up, downwards = upright(sequence)
    unit = np.eye(3, dtype=int)
    right, upwards = unit[across], -unit[up] if downwards else unit[up]
    return [row.tolist() for row in (right, upwards, np.cross(right, upwards))]  # so nothing is mirrored


def _person_facts(sequence: SkeletonSequence, frame: IntArray) -> Facts:
    """A body on the common axis of frames."""
    own = np.searchsorted(frame, sequence.frame)
    pos = np.zeros((len(frame), *sequence.pos.shape[1:]), np.float32)
    score = np.zeros((len(frame), sequence.score.shape[1]), np.float32)
    pos[own], score[own] = sequence.pos, sequence.score
    return {"pos": _packed(pos), "score": _packed(score)}


def _packed(values: FloatArray) -> str:
    """Single precision in little-endian order, as base64: exact, and half as long as digits."""
    return b64encode(values.astype("<f4").tobytes()).decode()


def _prediction_facts(people: Sequence[SkeletonSequence], frame: IntArray, recognizer: Recognizer) -> Facts:
    """The actions with their lines in the chart, and their probabilities at some of the frames."""
    moments = spread_over(np.arange(len(frame)), MOST_PREDICTIONS)
    rows = predict_so_far(recognizer, people, frame[moments])
    known = np.isfinite(rows).all(axis=1)
    inks = [style(number) for number in range(len(recognizer.classes))]
    return {
        "classes": [
            {"name": name, "color": color, "dash": DASHES[line]}
            for name, (color, line) in zip(recognizer.classes, inks, strict=True)
        ],
        "moments": moments[known].tolist(),
        "probabilities": [[round(float(value), 4) for value in row] for row in rows[known]],
    }
