"""NumPy arrays of joints: the least a recording can be."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25, COCO_17, COCO_WHOLEBODY_133, HALPE_26, OPENPOSE_18, Skeleton

Array = npt.NDArray[Any]

USUAL_LAYOUT = {
    skeleton.num_joints: skeleton for skeleton in (BODY_25, COCO_17, OPENPOSE_18, HALPE_26, COCO_WHOLEBODY_133)
}
"""What a file that does not name its layout is taken to be, by its number of joints.

Those of pose estimators in pictures, whose third column is a score. Layouts of 20 and of 33 joints are usually
recorded in space, and a third coordinate must not be taken for a score without a word.
"""

POSITION_KEYS = ("pos", "keypoints")
"""Names under which an ``.npz`` archive may hold the joint positions."""


def read_array(path: str | Path, skeleton: Skeleton | None = None, *, fps: float | None = None) -> SkeletonSequence:
    """Read one recording from a ``.npy`` or ``.npz`` file.

    The array is ``[T, V, 2]`` or ``[T, V, 3]``, where the third column is the score (0 = missing). With two
    columns, a joint at exactly (0, 0) is missing, as pose estimators write it.

    An ``.npz`` archive holds this array alone under any name, or under ``pos`` or ``keypoints`` beside others.
    Of those, ``fps`` (one number) is the frame rate and ``score`` (``[T, V]``) the scores; where there are
    scores, every column of the positions is a coordinate. The rest is ignored. Nothing is ever unpickled.

    Args:
        path: The file; its stem becomes the name of the sequence.
        skeleton: The joint layout. If left out, it goes by the number of joints (:data:`USUAL_LAYOUT`).
        fps: Frames a second; goes before the rate in the file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is empty, damaged or not of numbers, or if what it holds is not a recording in
            that layout: wrong shape, no frames, entries that are not finite.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.save(f"{folder}/wave.npy", np.ones((40, 25, 3)))
        ...     read_array(f"{folder}/wave.npy", fps=25)
        SkeletonSequence('wave', 40 frames, BODY_25, 2D, 25 fps, 0% missing)
    """
    path = Path(path)
    arrays = _load(path)
    pos = arrays["pos"]
    if pos.ndim != 3 or pos.shape[2] not in (2, 3):
        raise ValueError(f"{path}: one recording a file, [T, V, 2 or 3], not an array of {list(pos.shape)}")
    pos, score = (pos, arrays["score"]) if "score" in arrays else _split_score(pos)
    # Built under the path, for messages that name the file; then called by its stem.
    sequence = SkeletonSequence(
        pos=pos,
        score=score,
        skeleton=skeleton or _usual_layout(path, pos.shape[1]),
        fps=_rate(path, arrays) if fps is None else fps,
        name=str(path),
    )
    return replace(sequence, name=path.stem)


def _load(path: Path) -> dict[str, Array]:
    """The arrays of a file that matter here, by name; the one of positions is called ``pos``."""
    if path.stat().st_size == 0:
        raise ValueError(f"{path}: the file is empty (0 bytes)")
    with path.open("rb") as file:
        with _refuse_damage(path):
            content = np.load(file, allow_pickle=False)
        if isinstance(content, np.ndarray):
            arrays = {"pos": content}
        else:
            names = _members(path, content.files)
            with _refuse_damage(path):
                arrays = {key: content[name] for key, name in names.items()}
    for key, array in arrays.items():
        if array.dtype.kind not in "fiu":
            raise ValueError(f"{path}: {key} must be real numbers, not {array.dtype}")
    return arrays


def _members(path: Path, names: list[str]) -> dict[str, str]:
    """Which array of an archive is which."""
    positions = names if len(names) == 1 else [name for name in POSITION_KEYS if name in names]
    if len(positions) != 1:
        raise ValueError(
            f"{path}: holds {', '.join(names) or 'nothing'}; give one array the name {' or '.join(POSITION_KEYS)}"
        )
    return {"pos": positions[0]} | {name: name for name in ("score", "fps") if name in names}


@contextmanager
def _refuse_damage(path: Path) -> Iterator[None]:
    """Turn whatever NumPy, zip or the parser of headers raise over a damaged file into an error that names it."""
    try:
        yield
    except Exception as error:
        # NumPy takes whatever it does not know for a pickle, and says how to execute it.
        reason = "of another format, or of Python objects" if "allow_pickle" in str(error) else error
        raise ValueError(
            f"{path}: not a whole NumPy file of numbers ({reason}); write it with np.save or np.savez"
        ) from error


def _split_score(pos: Array) -> tuple[Array, Array]:
    """Coordinates and scores of ``[T, V, 2]`` or ``[T, V, 2 + score]``."""
    if pos.shape[2] == 3:
        return pos[..., :2], pos[..., 2]
    return pos, (pos != 0).any(axis=2)


def _usual_layout(path: Path, num_joints: int) -> Skeleton:
    if num_joints in USUAL_LAYOUT:
        return USUAL_LAYOUT[num_joints]
    known = ", ".join(f"{number} ({skeleton.name})" for number, skeleton in USUAL_LAYOUT.items())
    raise ValueError(
        f"{path}: {num_joints} joints a frame; layouts known by their number of joints: {known}; "
        f"pass any other as skeleton="
    )


def _rate(path: Path, arrays: dict[str, Array]) -> float | None:
    """The frame rate that a file states, if it does."""
    if "fps" not in arrays:
        return None
    if arrays["fps"].size != 1:
        raise ValueError(f"{path}: fps must be one number, not an array of {list(arrays['fps'].shape)}")
    return float(arrays["fps"].item())
