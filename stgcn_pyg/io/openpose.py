"""OpenPose's output: one JSON file a frame."""

import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np

from stgcn_pyg.io.tracking import follow_people
from stgcn_pyg.sequence import FloatArray, SkeletonSequence
from stgcn_pyg.skeleton import BODY_25, Skeleton

FRAME_FILE = re.compile(r"(?!\.)((?P<clip>.+)_)?(?P<frame>[0-9]{1,18})_keypoints\.json")
"""What OpenPose calls its files: ``CLIP_000000000042_keypoints.json``, without the clip's name for a camera."""

MAX_GAP = 100_000
"""More frames than this without a file (over an hour) are a stray file, not a pause."""


def read_openpose(
    folder: str | Path, *, clip: str | None = None, skeleton: Skeleton = BODY_25, fps: float | None = None
) -> SkeletonSequence:
    """Read the one clip in a folder, or the one of that name, from OpenPose's JSON files.

    Frames are in the order of their numbers, from the first file to the last. A number without a file and a file
    without people are frames in which every joint is missing, so that time is kept. Coordinates stay as they
    are, pixels or 0..1. Of several people the main one is followed; :func:`read_openpose_folder` reads more of
    them. Hands, faces and OpenPose's person ids are ignored.

    A clip without any person is a sequence without any joint: whether that is of use is not for a reader to say.

    Args:
        folder: Holds ``CLIP_000000000000_keypoints.json`` and so on; other files are ignored.
        clip: Which clip, where the folder holds several. It becomes the name of the sequence.
        skeleton: The joint layout that OpenPose was run with.
        fps: Frames a second.

    Raises:
        FileNotFoundError: If there is no such folder.
        ValueError: If the folder has no such files or not exactly one clip to read, if two files are the same
            frame, or if a file is damaged or of another layout.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for t in (0, 1, 3):
        ...         frame = {"version": 1.3, "people": [{"pose_keypoints_2d": 25 * [0.5, 0.5, 0.9]}]}
        ...         path = Path(folder) / f"wave_{t:012d}_keypoints.json"
        ...         _ = path.write_text(json.dumps(frame))
        ...     read_openpose(folder, fps=25)
        SkeletonSequence('wave', 4 frames, BODY_25, 2D, 25 fps, 25% missing)
    """
    clips = _find_clips(Path(folder))
    names = ", ".join(clips)
    if clip is None and len(clips) > 1:
        raise ValueError(f"{folder}: holds {len(clips)} clips; name one with clip=, or read the folder: {names}")
    if clip is not None and clip not in clips:
        raise ValueError(f"{folder}: holds no clip {clip!r}; its clips: {names}")
    name = next(iter(clips)) if clip is None else clip
    return _read_clip(name, clips[name], skeleton, fps)[0]


def read_openpose_folder(
    folder: str | Path,
    *,
    skeleton: Skeleton = BODY_25,
    fps: float | None = None,
    people: int = 1,
    by: str = "score",
) -> list[SkeletonSequence]:
    """Read every clip in a folder of OpenPose's JSON files, in the order of their names.

    This is how OpenPose leaves the videos of one action in one folder; the files are told apart by the clip's
    name. Other arguments and errors are those of :func:`read_openpose`.

    Args:
        folder: Holds the files.
        skeleton: The joint layout.
        fps: Frames a second.
        people: How many people of each clip are read, at most. Of more than one each is a sequence of its own, of
            the clip's name and with its number from 0 as the fact ``person``, the most important first.
        by: What makes a person important (:func:`~stgcn_pyg.io.tracking.follow_people`).

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for clip in ("person02", "person01"):
        ...         path = Path(folder) / f"{clip}_000000000000_keypoints.json"
        ...         _ = path.write_text('{"people": []}')
        ...     [sequence.name for sequence in read_openpose_folder(folder)]
        ['person01', 'person02']
    """
    clips = _find_clips(Path(folder))
    sequences = [_read_clip(name, files, skeleton, fps, people, by) for name, files in clips.items()]
    return [sequence for found in sequences for sequence in found]


def _find_clips(folder: Path) -> dict[str, dict[int, Path]]:
    """The files of each clip by frame number, clips by name."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: there is no such folder")
    clips: dict[str, dict[int, Path]] = {}
    for path in sorted(folder.iterdir()):
        if match := FRAME_FILE.fullmatch(path.name):
            files = clips.setdefault(match["clip"] or folder.resolve().name, {})
            number = int(match["frame"])
            if number in files:
                raise ValueError(f"{path}: the same frame {number} as {files[number].name}; remove one of the two")
            files[number] = path
    if not clips:
        raise ValueError(f"{folder}: no OpenPose output; looked for files like CLIP_000000000000_keypoints.json")
    return dict(sorted(clips.items()))


def _read_clip(
    name: str,
    files: dict[int, Path],
    skeleton: Skeleton,
    fps: float | None,
    people: int = 1,
    by: str = "score",
) -> list[SkeletonSequence]:
    """The main people of a clip."""
    numbers = sorted(files)
    for before, after in pairwise(numbers):
        if after - before > MAX_GAP:
            raise ValueError(f"{files[after]}: no file for {after - before - 1} frames before it; a stray one?")
    detected = {number: _read_people(files[number]) for number in numbers}
    _check_layout({files[number]: detected[number] for number in numbers}, skeleton)
    frame = np.arange(numbers[0], numbers[-1] + 1)
    shape = (-1, skeleton.num_joints, 3)
    frames = [np.array(detected.get(number, []), np.float32).reshape(shape) for number in frame.tolist()]
    return [
        SkeletonSequence(
            pos=pose[..., :2],
            score=pose[..., 2],
            skeleton=skeleton,
            fps=fps,
            name=name,
            frame=frame,
            facts={"person": person} if people > 1 else {},
        )
        for person, pose in enumerate(follow_people(frames, people, by))
    ]


def _read_people(path: Path) -> list[FloatArray]:
    """Everybody detected in one frame, each ``[V, 3]``: x, y, score."""
    try:
        # Every number a float: an integer of a thousand digits is then infinite, and refused as such.
        content = json.loads(path.read_bytes(), parse_int=float)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: not whole JSON ({error}); run OpenPose again or remove the file") from error
    people = content.get("people") if isinstance(content, dict) else None
    if not isinstance(people, list):
        raise ValueError(f"{path}: no list of 'people', so not OpenPose's output")
    return [_read_person(f"{path}: person {i}", person) for i, person in enumerate(people)]


def _read_person(where: str, person: object) -> FloatArray:
    values = person.get("pose_keypoints_2d") if isinstance(person, dict) else None
    if not isinstance(values, list) or not all(isinstance(value, float) for value in values):
        raise ValueError(f"{where} has no list of numbers 'pose_keypoints_2d'")
    if not values or len(values) % 3:
        raise ValueError(f"{where} has {len(values)} numbers in 'pose_keypoints_2d', not three a joint")
    pose = np.array(values).reshape(-1, 3)
    if not (np.abs(pose) < np.finfo(np.float32).max).all():
        raise ValueError(f"{where} has a number that is not finite in 'pose_keypoints_2d'")
    return pose.astype(np.float32)


def _check_layout(people: dict[Path, list[FloatArray]], skeleton: Skeleton) -> None:
    """Every person of a clip must have the joints of the layout."""
    example: dict[int, Path] = {}  # a file for each number of joints
    for path, poses in people.items():
        for pose in poses:
            example.setdefault(len(pose), path)
    if len(example) > 1:
        (a, first), (b, other), *_ = example.items()
        raise ValueError(f"{other}: people of {b} joints, but of {a} in {first.name}; a clip has one layout")
    for number, path in example.items():
        if number != skeleton.num_joints:
            raise ValueError(
                f"{path}: people of {number} joints, but {skeleton.name} has {skeleton.num_joints}; "
                f"pass the layout that OpenPose was run with as skeleton="
            )
