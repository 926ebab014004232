"""NumPy arrays of joints: the least a recording can be, or many of them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

import numpy as np
import numpy.typing as npt

from stgcn_pyg.io.content import sequence_in
from stgcn_pyg.io.layouts import usual_layout
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import Skeleton

Array = npt.NDArray[Any]

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
        skeleton: The joint layout. If left out, it goes by the number of joints.
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
    pos, score = _with_score(arrays)
    skeleton = skeleton or usual_layout(path, pos.shape[1])
    return sequence_in(path, pos, score, skeleton, fps=_rate(path, arrays) if fps is None else fps)


def read_collection(
    path: str | Path, skeleton: Skeleton | None = None, *, fps: float | None = None
) -> list[SkeletonSequence]:
    """Read the N recordings of a ``.npy`` or ``.npz`` file, all of the same length.

    The array is ``[N, T, V, 2]`` or ``[N, T, V, 3]`` and is read as :func:`read_array` reads one recording; so are
    MPOSE2021's. Of an ``.npz`` archive, ``label`` or ``y`` (``[N]``, whole numbers) and ``classes`` (names by
    label) become the facts ``label`` and ``action``.

    Args:
        path: The file; its stem and a number from 0 become the names of the sequences.
        skeleton: The joint layout. If left out, it goes by the number of joints.
        fps: Frames a second; goes before the rate in the file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is empty, damaged or not of numbers, or if what it holds are not recordings in that
            layout.

    Example:
        >>> path = getfixture("tmp_path") / "gestures.npz"
        >>> np.savez(path, keypoints=np.ones((2, 40, 25, 2)), label=[1, 0], classes=["wave", "jump"])
        >>> for sequence in read_collection(path, fps=25):
        ...     print(sequence, sequence.facts)
        SkeletonSequence('gestures_0', 40 frames, BODY_25, 2D, 25 fps, 0% missing) {'label': 1, 'action': 'jump'}
        SkeletonSequence('gestures_1', 40 frames, BODY_25, 2D, 25 fps, 0% missing) {'label': 0, 'action': 'wave'}
    """
    path = Path(path)
    arrays = _load(path)
    pos = arrays["pos"]
    if pos.ndim != 4 or pos.shape[3] not in (2, 3) or len(pos) == 0:
        raise ValueError(f"{path}: recordings must be [N, T, V, 2 or 3], not an array of {list(pos.shape)}")
    pos, score = _with_score(arrays)
    if score.shape != pos.shape[:3]:
        raise ValueError(f"{path}: scores are {list(score.shape)}, positions {list(pos.shape)}")
    skeleton = skeleton or usual_layout(path, pos.shape[2])
    rate = _rate(path, arrays) if fps is None else fps
    return [
        sequence_in(path, pos[n], score[n], skeleton, fps=rate, name=f"{path.stem}_{n}", facts=facts)
        for n, facts in enumerate(_labels(path, len(pos)))
    ]


def array_shape(path: Path) -> tuple[int, ...] | None:
    """The shape of the array of positions, as its header says, or None if there is no such header."""
    with path.open("rb") as file:
        try:
            if file.read(2) != b"PK":
                file.seek(0)
                return _header_shape(file)
            with ZipFile(file) as archive:
                names = [name.removesuffix(".npy") for name in archive.namelist()]
                with archive.open(f"{_members(path, names)['pos']}.npy") as member:
                    return _header_shape(member)
        except Exception:  # of the same many types as over damage, which the reader is to name
            return None


def _header_shape(file: IO[bytes]) -> tuple[int, ...]:
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[np.lib.format.read_magic(file)]
    shape: tuple[int, ...] = read_header(file)[0]
    return shape


def load_arrays(path: Path, choose: Callable[[list[str]], Mapping[str, str]]) -> dict[str, Array]:
    """Some arrays of an ``.npz`` archive; a ``.npy`` file holds one alone, ``pos``. Nothing is unpickled.

    Args:
        path: The file.
        choose: Given the names in an archive, those of the arrays that are wanted, by what to call them.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is empty, damaged or neither.
    """
    if path.stat().st_size == 0:
        raise ValueError(f"{path}: the file is empty (0 bytes)")
    with path.open("rb") as file:
        with _refuse_damage(path):
            content = np.load(file, allow_pickle=False)
        if isinstance(content, np.ndarray):
            return {"pos": content}
        names = choose(content.files)
        with _refuse_damage(path):
            return {key: content[name] for key, name in names.items()}


def named(*names: str) -> Callable[[list[str]], Mapping[str, str]]:
    """Chooses those of these names that are there."""
    return lambda there: {name: name for name in names if name in there}


def _load(path: Path) -> dict[str, Array]:
    """The arrays of a file that matter here, by name; the one of positions is called ``pos``."""
    arrays = load_arrays(path, lambda names: _members(path, names))
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


def _with_score(arrays: dict[str, Array]) -> tuple[Array, Array]:
    """Coordinates and scores of ``[..., V, 2]``, of ``[..., V, 2 + score]`` or of arrays of their own."""
    pos = arrays["pos"]
    if "score" in arrays:
        return pos, arrays["score"]
    if pos.shape[-1] == 3:
        return pos[..., :2], pos[..., 2]
    return pos, (pos != 0).any(axis=-1)


def _labels(path: Path, count: int) -> list[dict[str, int | float | str]]:
    """What each of the recordings of an archive is said to show."""
    found = load_arrays(path, named("label", "y", "classes"))
    labels = found.get("label", found.get("y"))
    if labels is None:
        return [{} for _ in range(count)]
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise ValueError(f"{path}: labels must be {count} whole numbers, not {labels.dtype} {list(labels.shape)}")
    names = found.get("classes", np.array([], str))
    if names.ndim != 1 or names.dtype.kind != "U":
        raise ValueError(f"{path}: classes must be names, not {names.dtype} {list(names.shape)}")
    actions = dict(enumerate(names.tolist()))
    return [{"label": y} | ({"action": actions[y]} if y in actions else {}) for y in labels.tolist()]


def _rate(path: Path, arrays: dict[str, Array]) -> float | None:
    """The frame rate that a file states, if it does."""
    if "fps" not in arrays:
        return None
    if arrays["fps"].size != 1:
        raise ValueError(f"{path}: fps must be one number, not an array of {list(arrays['fps'].shape)}")
    return float(arrays["fps"].item())
