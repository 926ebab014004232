"""Tables of joints as comma-separated text: what MediaPipe's, DeepLabCut's and SLEAP's have in common."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stgcn_pyg.sequence import FloatArray
from stgcn_pyg.sequence.sequence import FARTHEST
from stgcn_pyg.skeleton import Skeleton

Row = list[str]
Columns = tuple[int, int, int | None]
"""Where x, y and, if it is there, the score of a joint stand."""


def read_table(path: Path, num_headers: int = 1) -> tuple[list[Row], list[Row]]:
    """The rows of a table: its headers, and those below.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no text, there is nothing below the headers, or its rows differ in length.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path}: no comma-separated text ({error})") from error
    if len(rows) <= num_headers:
        raise ValueError(f"{path}: {len(rows)} rows, but a table has {num_headers} of headers and more below")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise ValueError(f"{path}, row {number}: {len(row)} cells, but {len(rows[0])} in the first")
    return rows[:num_headers], rows[num_headers:]


def read_poses(path: Path, rows: Sequence[Row], columns: Sequence[Columns]) -> FloatArray:
    """The joints ``[T, V, 3]`` (x, y, score) of rows; a joint with an empty cell for x or y is missing.

    Raises:
        ValueError: If a cell is no number.
    """
    pose = np.zeros((len(rows), len(columns), 3))
    for row, joints in zip(rows, pose, strict=True):
        for (x, y, score), joint in zip(columns, joints, strict=True):
            if row[x] and row[y]:
                joint[:] = [_number(path, cell) for cell in (row[x], row[y], "1" if score is None else row[score])]
    pose[np.isnan(pose).any(axis=2)] = 0  # how tables write what is not there
    if not (np.abs(pose) < FARTHEST).all():
        raise ValueError(f"{path}: has a number that is not finite; leave the cells of missing joints empty")
    return pose.astype(np.float32)


def frame_numbers(path: Path, rows: Sequence[Row], column: int | None) -> list[int]:
    """The frame number of each row, or how many are above it where no column has them.

    Raises:
        ValueError: If one is no whole number.
    """
    if column is None:
        return list(range(len(rows)))
    found = [_number(path, row[column]) for row in rows]
    if not all(0 <= number < 1e9 and number.is_integer() for number in found):
        raise ValueError(f"{path}: the numbers of its frames are not whole")
    return [int(number) for number in found]


def columns_of(path: Path, joints: dict[str, Columns], skeleton: Skeleton | None) -> tuple[Skeleton, list[Columns]]:
    """The columns of a layout's joints, in its order, by their names.

    Raises:
        ValueError: If no layout is given, or one of its joints is not in the table.
    """
    there = ", ".join(joints)
    if skeleton is None:
        raise ValueError(f"{path}: its joints are its author's own; pass a Skeleton of them as skeleton=: {there}")
    if lacking := [joint for joint in skeleton.joints if joint not in joints]:
        raise ValueError(
            f"{path}: has no joint {lacking[0]!r} of {skeleton.name}; joints are known by name, here {there}"
        )
    return skeleton, [joints[joint] for joint in skeleton.joints]


def _number(path: Path, cell: str) -> float:
    try:
        return float(cell or "nan")
    except ValueError as error:
        raise ValueError(f"{path}: {cell[:50]!r} is no number") from error
