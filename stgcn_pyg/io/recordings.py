"""Whatever recordings there are at a path, in whatever format."""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from stgcn_pyg.io.formats import OPENPOSE_FRAMES, Format, UnknownFormat, find_format
from stgcn_pyg.io.openpose import FRAME_FILE
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import Skeleton

BESIDE = ("SYNTHETIC.json",)
"""Files that lie beside recordings, of which nobody needs to hear that they are none."""


def read_sequences(
    path: str | Path, skeleton: Skeleton | None = None, *, fps: float | None = None, people: int = 1
) -> list[SkeletonSequence]:
    """Read the recordings in a file, or in all files of a folder, whatever their format.

    The format of each file is found by looking into it (:func:`find_format`; :data:`FORMATS` lists those that are
    known). In a folder, OpenPose's JSON frames are clips, hidden files and folders are left alone, and files of no
    known format are named in a warning.

    Args:
        path: The file or folder.
        skeleton: The joint layout of files that do not say theirs; if left out, the usual one of so many joints.
            What AlphaPose, PYSKL and text files hold has it only if the number of joints is the same.
        fps: Frames a second, whatever the files say; if left out, what they say.
        people: Up to how many people of a recording to give, in order of importance, where a file has several; of
            more than 1 each is a sequence of the recording's name, with its number from 0 as the fact ``person``.

    Raises:
        FileNotFoundError: If there is nothing at that path, or no recording in the folder.
        ValueError: If a file is empty, damaged or, when it is ``path`` itself, of no known format.

    Example:
        >>> import numpy as np
        >>> folder = getfixture("tmp_path")
        >>> np.save(folder / "wave.npy", np.ones((40, 25, 3)))
        >>> _ = (folder / "poses.txt").write_text("120 38 0.73 " * 25 + "running")
        >>> read_sequences(folder, fps=25)
        [SkeletonSequence('poses', 1 frames, BODY_25, 2D, 25 fps, 0% missing),
         SkeletonSequence('wave', 40 frames, BODY_25, 2D, 25 fps, 0% missing)]
    """
    return read_formats(find_formats(path), skeleton, fps=fps, people=people)


def find_formats(path: str | Path) -> dict[Path, Format]:
    """The format of a file, or of each file in a folder that is of a known one, in the order of their names.

    Clips of OpenPose's JSON frames are one entry, that of the folder.

    Raises:
        FileNotFoundError: If there is nothing at that path, or no recording in the folder.
        ValueError: If a file is empty, damaged or, when it is ``path`` itself, of no known format.

    Example:
        >>> import numpy as np
        >>> folder = getfixture("tmp_path")
        >>> np.save(folder / "wave.npy", np.ones((40, 25, 3)))
        >>> {path.name: form.name for path, form in find_formats(folder).items()}
        {'wave.npy': 'NumPy array'}
    """
    path = Path(path)
    if not path.is_dir():
        return {path: find_format(path)}
    found: dict[Path, Format] = {}
    others: dict[str, str] = {}
    for file in sorted(path.iterdir()):
        if file.name.startswith(".") or file.name in BESIDE or file.is_dir():
            continue
        if FRAME_FILE.fullmatch(file.name):
            found[path] = OPENPOSE_FRAMES
            continue
        try:
            found[file] = find_format(file)
        except UnknownFormat as error:
            others[file.name] = str(error)
    if not found:
        inner = [file for file in path.iterdir() if file.is_dir()]
        folders = f"name one of the folders in it, such as {min(inner)}" if inner else "it is empty"
        reason = next(iter(others.values()), folders)
        raise FileNotFoundError(f"{path}: no recording of a known format is in this folder ({reason})")
    if others:
        named = ", ".join(list(others)[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
        warnings.warn(f"{path}: left alone, as they are no recordings of a known format: {named}", stacklevel=3)
    return found


def read_formats(
    files: Mapping[Path, Format], skeleton: Skeleton | None = None, *, fps: float | None = None, people: int = 1
) -> list[SkeletonSequence]:
    """Read files whose formats have been found (:func:`find_formats`), as :func:`read_sequences` does."""
    if people < 1:
        raise ValueError(f"at least 1 person is read of a recording, not {people}")
    sequences = [one for path, form in files.items() for one in form.read(path, skeleton, people)]
    return sequences if fps is None else [replace(one, fps=fps) for one in sequences]
