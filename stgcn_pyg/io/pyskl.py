"""The annotation pickles of PYSKL and MMAction2."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stgcn_pyg.io.content import sequence_in
from stgcn_pyg.io.layouts import LAYOUT_IN_SPACE, USUAL_LAYOUT, fitting_layout
from stgcn_pyg.io.pickles import Array, ArrayRecord, read_pickle
from stgcn_pyg.io.tracking import follow_people
from stgcn_pyg.sequence import FloatArray, SkeletonSequence
from stgcn_pyg.sequence.sequence import FARTHEST
from stgcn_pyg.skeleton import Skeleton

Splits = dict[str, list[str]]
"""The names of the recordings in each split."""


def read_pyskl(
    path: str | Path, skeleton: Skeleton | None = None, *, fps: float | None = None, people: int = 1
) -> list[SkeletonSequence]:
    """Read the recordings in an annotation pickle of PYSKL or MMAction2, without executing anything in it.

    The file is ``{"split": {...}, "annotations": [...]}`` or the list of annotations alone. An annotation has
    ``frame_dir``, which becomes the name, ``keypoint [M, T, V, C]`` and perhaps ``keypoint_score [M, T, V]`` and
    ``label``, which becomes the fact. With ``C = 3`` the joints lie in space. Without scores, a joint at exactly 0
    is missing. The people of a recording in space are those that the file tells apart, in its order; in pictures,
    where theirs is the order of detections, they are followed (:func:`~stgcn_pyg.io.follow_people`).

    The file is read with an unpickler that knows containers, numbers, texts and arrays of numbers; whatever else
    a pickle asks for is refused.

    Args:
        path: The file.
        skeleton: The joint layout, if it has as many joints as an annotation; else the usual one of so many (in
            pictures COCO_17, BODY_25, ...; in space NTU_25, KINECT_20, ...).
        fps: Frames a second, which the file does not say.
        people: Up to how many people to give of a recording, in order of importance; where it is more than 1, the
            fact ``person`` counts them from 0.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, holds no keypoints or anything but plain containers and arrays of numbers, or
            if the layout is not known.

    Example:
        >>> import pickle
        >>> path = getfixture("tmp_path") / "poses.pkl"
        >>> wave = {"frame_dir": "wave1", "label": 3, "keypoint": np.ones((1, 40, 17, 2), np.float16)}
        >>> _ = path.write_bytes(pickle.dumps({"split": {"train": ["wave1"]}, "annotations": [wave]}))
        >>> read_pyskl(path, fps=30)
        [SkeletonSequence('wave1', 40 frames, COCO_17, 2D, 30 fps, 0% missing)]
    """
    return read_pyskl_splits(path, skeleton, fps=fps, people=people)[0]


def read_pyskl_splits(
    path: str | Path, skeleton: Skeleton | None = None, *, fps: float | None = None, people: int = 1
) -> tuple[list[SkeletonSequence], Splits]:
    """Read the recordings in an annotation pickle, as :func:`read_pyskl` does, and its splits by name.

    A file that is the list of annotations alone has no splits.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If :func:`read_pyskl` would raise it, or if ``split`` is not lists of names.

    Example:
        >>> import pickle
        >>> path = getfixture("tmp_path") / "poses.pkl"
        >>> wave = {"frame_dir": "wave1", "label": 3, "keypoint": np.ones((1, 40, 17, 2), np.float16)}
        >>> _ = path.write_bytes(pickle.dumps({"split": {"train": ["wave1"]}, "annotations": [wave]}))
        >>> read_pyskl_splits(path)[1]
        {'train': ['wave1']}
    """
    path = Path(path)
    content = read_pickle(path)
    annotations = content.get("annotations") if isinstance(content, dict) else content
    if not isinstance(annotations, list) or not all(isinstance(one, dict) for one in annotations):
        raise ValueError(f"{path}: no list of annotations, so not of PYSKL or MMAction2")
    if not annotations:
        raise ValueError(f"{path}: its list of annotations is empty")
    found: dict[str, list[SkeletonSequence]] = {}
    room = path.stat().st_size
    for number, annotation in enumerate(annotations):
        name = annotation.get("frame_dir", annotation.get("filename", f"{path.stem}_{number}"))
        if not isinstance(name, str):
            raise ValueError(f"{path}: the name of annotation {number} is {type(name).__name__}, not a text")
        if name in found:
            raise ValueError(f"{path}: two annotations are called {name!r:.100}")
        keypoint, score = _keypoints(f"{path}: annotation {name!r:.100}", annotation)
        room -= keypoint.nbytes + (0 if score is None else score.nbytes)
        if room < 0:  # the same bytes over and over
            raise ValueError(f"{path}: its arrays are larger than the file")
        found[name] = list(_sequences(path, name, annotation, keypoint, score, skeleton, fps, people))
    splits = content.get("split", {}) if isinstance(content, dict) else {}
    return [one for sequences in found.values() for one in sequences], _check_splits(path, splits)


def _keypoints(where: str, annotation: dict[str, Any]) -> tuple[Array, Array | None]:
    """The arrays ``[M, T, V, C]`` and ``[M, T, V]``."""
    if "keypoint" not in annotation:
        raise ValueError(f"{where} has no 'keypoint': the file lists recordings, but holds no poses")
    keypoint = _array(f"{where}: keypoint", annotation["keypoint"])
    if keypoint.ndim != 4 or keypoint.shape[3] not in (2, 3) or 0 in keypoint.shape:
        raise ValueError(f"{where}: keypoint must be [M, T, V, 2 or 3], not {list(keypoint.shape)}")
    if annotation.get("keypoint_score") is None:
        return keypoint, None
    score = _array(f"{where}: keypoint_score", annotation["keypoint_score"])
    if score.shape != keypoint.shape[:3]:
        raise ValueError(f"{where}: scores are {list(score.shape)}, keypoints {list(keypoint.shape)}")
    return keypoint, score


def _array(where: str, record: Any) -> Array:
    if not isinstance(record, ArrayRecord):
        raise ValueError(f"{where} must be an array, not {type(record).__name__}")
    try:
        return record.array()
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error


def _sequences(
    path: Path,
    name: str,
    annotation: dict[str, Any],
    keypoint: Array,
    score: Array | None,
    skeleton: Skeleton | None,
    fps: float | None,
    people: int,
) -> Iterator[SkeletonSequence]:
    """The main people of a recording."""
    where = f"{path}: annotation {name!r:.100}"
    usual = LAYOUT_IN_SPACE if keypoint.shape[3] == 3 else USUAL_LAYOUT
    layout = fitting_layout(where, keypoint.shape[2], skeleton, usual)
    seen = (keypoint != 0).any(axis=3) if score is None else score
    pose = np.concatenate([keypoint.astype(np.float64), seen[..., None].astype(np.float64)], axis=3)
    pose[pose[..., -1] <= 0] = 0
    if not (np.abs(pose) < FARTHEST).all():
        raise ValueError(f"{where} has a number that is not finite; give missing joints the score 0")
    label = _label(where, annotation)
    for person, body in enumerate(_people(pose.astype(np.float32), people)):
        facts = label | ({"person": person} if people > 1 else {})
        yield sequence_in(path, body[..., :-1], body[..., -1], layout, fps=fps, name=name, facts=facts)


def _people(pose: FloatArray, people: int) -> Sequence[FloatArray]:
    """The main people of ``[M, T, V, C + 1]``."""
    if pose.shape[3] == 3:
        return list(follow_people(list(pose.transpose(1, 0, 2, 3)), people))
    return [body for body in pose if body[..., -1].any()][:people] or [pose[0]]


def _label(where: str, annotation: dict[str, Any]) -> dict[str, int | float | str]:
    label = annotation.get("label")
    if label is None:
        return {}
    if type(label) is not int:
        raise ValueError(f"{where}: label must be a whole number, not {type(label).__name__}")
    return {"label": label}


def _check_splits(path: Path, splits: Any) -> Splits:
    if not isinstance(splits, dict) or not all(map(_is_split, splits, splits.values())):
        raise ValueError(f"{path}: split must be lists of names")
    return {split: list(names) for split, names in splits.items()}


def _is_split(split: Any, names: Any) -> bool:
    return isinstance(names, list | tuple) and all(isinstance(name, str) for name in (split, *names))
