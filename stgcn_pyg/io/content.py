"""What readers share: numbers out of lists, and recordings whose errors name their file."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import Skeleton

Doubles = npt.NDArray[np.float64]
Facts = Mapping[str, int | float | str]


def numbers(where: str, values: Any, shape: tuple[int | None, ...]) -> Doubles:
    """Nested lists as an array of that shape, in which None stands for any length.

    Raises:
        ValueError: If they have another shape, differ in length or hold anything but numbers.

    Example:
        >>> numbers("wave.json", [[1, 2], [3, 4]], (None, 2)).tolist()
        [[1.0, 2.0], [3.0, 4.0]]
        >>> numbers("wave.json", [[1, "2"]], (None, 2))
        Traceback (most recent call last):
        ValueError: wave.json must be numbers [any, 2], and something else is among them
    """
    wanted = f"{where} must be numbers [{', '.join('any' if n is None else str(n) for n in shape)}]"
    try:
        array = np.asarray(values)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{wanted}, and its lists differ in length") from error
    if array.dtype.kind not in "fiu":
        raise ValueError(f"{wanted}, and something else is among them")
    if array.ndim != len(shape) or any(n not in (None, m) for n, m in zip(shape, array.shape, strict=True)):
        raise ValueError(f"{wanted}, not {list(array.shape)}")
    return array.astype(np.float64)


def whole_number(where: str, value: Any) -> int:
    """A whole number.

    Raises:
        ValueError: If it is anything else.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{where} must be a whole number, not {value!r:.50}")
    return value


def sequence_in(
    path: Path,
    pos: npt.ArrayLike,
    score: npt.ArrayLike,
    skeleton: Skeleton,
    *,
    fps: float | None = None,
    name: str = "",
    frame: npt.ArrayLike | None = None,
    facts: Facts | None = None,
) -> SkeletonSequence:
    """The recording in a file, called by the file's stem or by a name of its own.

    Raises:
        ValueError: If it is none, with the name of the file.
    """
    # Built under the path, for messages that name the file; then called by its name.
    sequence = SkeletonSequence(
        pos=pos,  # type: ignore[arg-type]
        score=score,  # type: ignore[arg-type]
        skeleton=skeleton,
        fps=fps,
        name=str(path),
        frame=frame,  # type: ignore[arg-type]
        facts=facts or {},
    )
    return replace(sequence, name=name or path.stem)


def seen_in_space(pos: Doubles) -> npt.NDArray[np.bool_]:
    """Which joints ``[T, V, 3]`` a depth camera saw: those that are not at exactly (0, 0, 0)."""
    seen: npt.NDArray[np.bool_] = np.any(pos != 0, axis=2)
    return seen
