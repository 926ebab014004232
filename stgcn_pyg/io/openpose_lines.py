"""OpenPose's poses as lines of text, one a frame."""

from pathlib import Path

import numpy as np

from stgcn_pyg.io.content import sequence_in
from stgcn_pyg.io.layouts import fitting_layout
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import Skeleton


def read_openpose_lines(
    path: str | Path, skeleton: Skeleton | None = None, *, fps: float | None = None
) -> SkeletonSequence:
    r"""Read a text file of one pose a line: ``x y score`` for each joint and, if it is there, what it shows.

    So OpenPose's poses of the KTH actions are passed around: nothing says where a video ends or who is in it, and
    all lines are the frames of one sequence. If every line ends in the same word, that is the fact ``action``; if
    it is the same whole number, ``label``.

    Args:
        path: The file; its stem becomes the name of the sequence.
        skeleton: The joint layout, if it has as many joints as a line; else the usual one of so many.
        fps: Frames a second.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If lines differ in length or are anything else, or if the layout is not known.

    Example:
        >>> path = getfixture("tmp_path") / "running.txt"
        >>> _ = path.write_text(3 * ("120 38 0.73 " * 25 + "running\n"))
        >>> read_openpose_lines(path, fps=25)
        SkeletonSequence('running', 3 frames, BODY_25, 2D, 25 fps, 0% missing)
        >>> read_openpose_lines(path).facts
        {'action': 'running'}
    """
    path = Path(path)
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    rows = [(number, line.split()) for number, line in enumerate(lines, start=1) if line.strip()]
    if not rows:
        raise ValueError(f"{path}: no line with a pose")
    length = len(rows[0][1])
    num_joints, labels = divmod(length, 3)
    if num_joints == 0 or labels == 2:
        where = f"{path}, line {rows[0][0]}"
        raise ValueError(f"{where}: {length} entries are not x, y and score of joints and a label")
    pose = np.empty((len(rows), num_joints, 3))
    for row, (number, words) in zip(pose, rows, strict=True):
        if len(words) != length:
            raise ValueError(f"{path}, line {number}: {len(words)} entries, but {length} in the first")
        try:
            row[:] = np.array(words[: 3 * num_joints], np.float64).reshape(-1, 3)
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: not x, y and score of each joint ({error})") from error
    skeleton = fitting_layout(path, num_joints, skeleton)
    facts = _facts({words[-1] for _, words in rows}) if labels else {}
    return sequence_in(path, pose[..., :2], pose[..., 2], skeleton, fps=fps, facts=facts)


def _facts(labels: set[str]) -> dict[str, int | str]:
    """What all lines say that they show."""
    if len(labels) > 1:
        return {}
    (label,) = labels
    if label.isascii() and label.isdigit() and len(label) < 10:
        return {"label": int(label)}
    return {"action": label}
