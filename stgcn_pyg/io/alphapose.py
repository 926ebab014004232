"""AlphaPose's results, which are those of the COCO challenge: a list of detections."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from stgcn_pyg.files import read_json
from stgcn_pyg.io.content import numbers
from stgcn_pyg.io.detections import follow_detections
from stgcn_pyg.io.layouts import fitting_layout
from stgcn_pyg.sequence import FloatArray, SkeletonSequence
from stgcn_pyg.sequence.sequence import FARTHEST
from stgcn_pyg.skeleton import Skeleton

_FRAME = re.compile(r"(?P<clip>.*?)(?P<frame>\d{1,18})\D*", re.DOTALL)


def read_alphapose(
    path: str | Path, skeleton: Skeleton | None = None, *, fps: float | None = None, people: int = 1
) -> list[SkeletonSequence]:
    """Read the results of AlphaPose on one video, or whatever writes results as the COCO challenge wants them.

    A file is a list of detections ``{"image_id", "keypoints": [x, y, score, x, y, score, ...]}``, with other
    entries that are left, AlphaPose's ids of people among them. The number of a frame is the last number in its
    ``image_id``, such as 12 in ``"12.jpg"``. Numbers without a detection are frames in which every joint is
    missing. Of several people the main one is followed (:func:`~stgcn_pyg.io.follow_people`).

    Args:
        path: The file; its stem becomes the name of every sequence.
        skeleton: The joint layout, if it has as many joints as the detections; else the usual one of so many
            (COCO_17, HALPE_26, COCO_WHOLEBODY_133, ...).
        fps: Frames a second.
        people: Up to how many people to give, in order of importance; where it is more than 1, the fact ``person``
            counts them from 0.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, not such a list or of several videos, or if its layout is not known.

    Example:
        >>> import json
        >>> path = getfixture("tmp_path") / "run.json"
        >>> found = [{"image_id": f"{t}.jpg", "keypoints": 17 * [50.0, 60.0, 0.9], "score": 2.9} for t in (0, 1, 3)]
        >>> _ = path.write_text(json.dumps(found))
        >>> read_alphapose(path, fps=25)
        [SkeletonSequence('run', 4 frames, COCO_17, 2D, 25 fps, 25% missing)]
    """
    path = Path(path)
    content = read_json(path)
    if not isinstance(content, list):
        raise ValueError(f"{path}: no list of detections, so not AlphaPose's results")
    detections: dict[int, list[FloatArray]] = {}
    clips: Counter[str] = Counter()
    for number, detection in enumerate(content):
        where = f"{path}: detection {number}"
        if not isinstance(detection, dict) or not {"image_id", "keypoints"} <= detection.keys():
            raise ValueError(f"{where} has no 'image_id' or no 'keypoints', so it is none of AlphaPose's")
        clip, frame = frame_number(where, detection["image_id"])
        clips[clip] += 1
        detections.setdefault(frame, []).append(read_keypoints(where, detection["keypoints"]))
    if len(clips) > 1:
        named = ", ".join(sorted(clips)[:5])
        raise ValueError(f"{path}: images of several videos ({named}); give each its own file")
    layout = detected_layout(path, detections, skeleton)
    return follow_detections(path, detections, layout, fps=fps, people=people)


def frame_number(where: str, image: Any) -> tuple[str, int]:
    """What an image belongs to, and its number in that: the last in its name.

    Raises:
        ValueError: If it has none.

    Example:
        >>> frame_number("run.json", "clip2/000012.jpg")
        ('clip2/', 12)
    """
    match = _FRAME.fullmatch(str(image)) if isinstance(image, str | int) else None
    if match is None:
        raise ValueError(f"{where}: no number of a frame in image_id {image!r:.50}")
    return match["clip"], int(match["frame"])


def read_keypoints(where: str, values: Any) -> FloatArray:
    """A person ``[V, 3]`` from a flat list of x, y and score.

    Raises:
        ValueError: If it is anything else.
    """
    flat = numbers(f"{where}: keypoints", values, (None,))
    if not flat.size or flat.size % 3:
        raise ValueError(f"{where} has {flat.size} numbers in 'keypoints', not three a joint")
    if not (np.abs(flat) < FARTHEST).all():
        raise ValueError(f"{where} has a number that is not finite in 'keypoints'")
    return flat.reshape(-1, 3).astype(np.float32)


def detected_layout(path: Path, detections: dict[int, list[FloatArray]], skeleton: Skeleton | None) -> Skeleton:
    """The layout of all people detected.

    Raises:
        ValueError: If it is not known, or they have not all the same number of joints.
    """
    counts = sorted({len(person) for found in detections.values() for person in found})
    if not counts:
        raise ValueError(f"{path}: nobody is detected in it")
    if len(counts) > 1:
        raise ValueError(f"{path}: people of {counts[0]} joints, but of {counts[1]} too; a file has one layout")
    return fitting_layout(path, counts[0], skeleton)
