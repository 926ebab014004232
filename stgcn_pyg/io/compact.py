"""The package's own format: a recording with all that is known of it as one file of numbers."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from stgcn_pyg.files import draft
from stgcn_pyg.io.arrays import load_arrays, named
from stgcn_pyg.io.content import sequence_in
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import Skeleton

VERSION = 1
"""The version that is written; a reader knows all up to its own."""

HEADER = "stgcn_pyg"
"""The array by which the format is known: its version, and as JSON what is no array."""


def write_compact(sequence: SkeletonSequence, path: str | Path) -> None:
    """Write a recording with everything known of it, whole or not at all.

    The file is an ``.npz`` archive without pickles, which any NumPy opens: ``pos [T, V, D]``, ``score [T, V]`` and
    ``frame [T]`` as they are, and a text ``stgcn_pyg`` of JSON: the version of the format, the recording's name,
    frame rate and facts, and its joint layout as a declaration.

    Args:
        sequence: The recording.
        path: Where; the name ends in ``.npz``.

    Raises:
        ValueError: If the name ends in anything else.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> path = getfixture("tmp_path") / "wave.npz"
        >>> write_compact(SkeletonSequence(np.ones((40, 25, 2)), BODY_25, fps=25, facts={"action": "wave"}), path)
        >>> read_compact(path), read_compact(path).facts
        (SkeletonSequence('recording', 40 frames, BODY_25, 2D, 25 fps, 0% missing), {'action': 'wave'})
    """
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"{path}: the name must end in .npz")
    about = {
        "version": VERSION,
        "name": sequence.name,
        "fps": sequence.fps,
        "facts": dict(sequence.facts),
        "skeleton": sequence.skeleton.to_dict(),
    }
    header: Any = {HEADER: np.array(json.dumps(about))}
    with draft(path) as whole:
        np.savez_compressed(whole, pos=sequence.pos, score=sequence.score, frame=sequence.frame, **header)


def read_compact(path: str | Path) -> SkeletonSequence:
    """Read what :func:`write_compact` wrote: it is the same again, to the last bit.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, of a newer version, or anything else.
    """
    path = Path(path)
    arrays = load_arrays(path, named("pos", "score", "frame", HEADER))
    missing = [key for key in (HEADER, "pos", "score", "frame") if key not in arrays]
    if missing:
        raise ValueError(f"{path}: has no {missing[0]}, so stgcn_pyg did not write it")
    about = _about(path, str(arrays[HEADER]))
    for key in ("pos", "score"):
        if arrays[key].dtype.kind != "f":
            raise ValueError(f"{path}: {key} must be real numbers, not {arrays[key].dtype}")
    if arrays["frame"].dtype.kind not in "iu":
        raise ValueError(f"{path}: frame must be whole numbers, not {arrays['frame'].dtype}")
    return sequence_in(
        path,
        arrays["pos"],
        arrays["score"],
        about["skeleton"],
        fps=about["fps"],
        name=about["name"],
        frame=arrays["frame"],
        facts=about["facts"],
    )


def _about(path: Path, text: str) -> dict[str, Any]:
    """What is no array."""
    try:
        about = json.loads(text)
        version, name, fps, facts = (about[key] for key in ("version", "name", "fps", "facts"))
        skeleton = Skeleton.from_dict(about["skeleton"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"{path} is damaged: its {HEADER} is no description of a recording ({error})") from error
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise ValueError(f"{path}: version {version!r:.50} of the format, but this stgcn_pyg knows {VERSION}")
    if not isinstance(name, str) or not (fps is None or _is_number(fps)) or not _are_facts(facts):
        raise ValueError(f"{path} is damaged: name {name!r:.50}, fps {fps!r:.50}, facts {facts!r:.50}")
    return {"name": name, "fps": fps, "facts": facts, "skeleton": skeleton}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _are_facts(facts: object) -> bool:
    return isinstance(facts, dict) and all(_is_number(value) or isinstance(value, str) for value in facts.values())
