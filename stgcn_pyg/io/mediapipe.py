"""MediaPipe's landmarks as a table."""

import re
from pathlib import Path

from stgcn_pyg.io.content import sequence_in
from stgcn_pyg.io.tables import Columns, frame_numbers, read_poses, read_table
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BLAZEPOSE_33

_NAMES = """
    nose left_eye_inner left_eye left_eye_outer right_eye_inner right_eye right_eye_outer left_ear right_ear
    mouth_left mouth_right left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist
    left_pinky right_pinky left_index right_index left_thumb right_thumb left_hip right_hip left_knee right_knee
    left_ankle right_ankle left_heel right_heel left_foot_index right_foot_index
"""

LANDMARKS = tuple(_NAMES.split())
"""MediaPipe's own names of the joints of BLAZEPOSE_33."""

_NUMBERED = re.compile(r"(?P<what>x|y|v|vis|visibility|score)_?(?P<joint>\d{1,2})")
_NAMED = re.compile(r"(?P<joint>[a-z_]+)_(?P<what>x|y|v|vis|visibility|score)")


def read_mediapipe(path: str | Path, *, fps: float | None = None) -> SkeletonSequence:
    r"""Read a table of MediaPipe's 33 landmarks, a row a frame.

    There is no one format of them. Columns may be called ``x1``, ``x_1``, ``NOSE_x`` or the like, with numbers from
    0 or 1, and likewise ``y`` and the visibility (``v``, ``visibility``), which is the score; without it every
    landmark that is there has the score 1. Empty cells are missing joints. ``frame`` holds the frame numbers,
    ``class``, ``label`` or ``action`` the fact ``action`` if it is the same in all rows; z, a guess of depth, and
    other columns are left.

    Args:
        path: The file; its stem becomes the name of the sequence.
        fps: Frames a second.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such table, or a cell is no number.

    Example:
        >>> path = getfixture("tmp_path") / "wave.csv"
        >>> header = ",".join(f"x{n},y{n},z{n},v{n}" for n in range(1, 34))
        >>> _ = path.write_text(header + 2 * ("\n" + ",".join(33 * ["0.5,0.4,0.1,0.9"])))
        >>> read_mediapipe(path, fps=30)
        SkeletonSequence('wave', 2 frames, BLAZEPOSE_33, 2D, 30 fps, 0% missing)
    """
    path = Path(path)
    (header,), rows = read_table(path)
    columns = landmark_columns(header)
    if columns is None:
        raise ValueError(f"{path}: no columns of x and y of 33 landmarks, such as x1 and y1 or NOSE_x and NOSE_y")
    names = [name.lower() for name in header]
    frame = frame_numbers(path, rows, names.index("frame") if "frame" in names else None)
    said = next((names.index(name) for name in ("class", "label", "action") if name in names), None)
    actions = set() if said is None else {row[said] for row in rows}
    pose = read_poses(path, rows, columns)
    facts = {"action": actions.pop()} if len(actions) == 1 else {}
    return sequence_in(path, pose[..., :2], pose[..., 2], BLAZEPOSE_33, fps=fps, frame=frame, facts=facts)


def landmark_columns(header: list[str]) -> list[Columns] | None:
    """The columns of MediaPipe's landmarks in their order, if a header has them all."""
    found: dict[str, dict[str, int]] = {"x": {}, "y": {}, "v": {}}
    for column, name in enumerate(header):
        if match := _NUMBERED.fullmatch(name.lower()) or _NAMED.fullmatch(name.lower()):
            what = match["what"] if match["what"] in "xy" else "v"
            found[what][match["joint"]] = column
    for names in (LANDMARKS, [str(n) for n in range(33)], [str(n) for n in range(1, 34)]):
        if all(name in found["x"] and name in found["y"] for name in names):
            return [(found["x"][name], found["y"][name], found["v"].get(name)) for name in names]
    return None
