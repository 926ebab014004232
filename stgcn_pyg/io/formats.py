"""The formats that are known, and how a file of each looks inside."""

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from stgcn_pyg.io.alphapose import read_alphapose
from stgcn_pyg.io.arrays import array_shape, read_array, read_collection
from stgcn_pyg.io.coco import read_coco
from stgcn_pyg.io.compact import HEADER, read_compact
from stgcn_pyg.io.deeplabcut import read_deeplabcut
from stgcn_pyg.io.mediapipe import landmark_columns, read_mediapipe
from stgcn_pyg.io.ntu import read_ntu
from stgcn_pyg.io.nw_ucla import read_nw_ucla
from stgcn_pyg.io.openpose import FRAME_FILE, read_openpose_folder
from stgcn_pyg.io.openpose_lines import read_openpose_lines
from stgcn_pyg.io.pyskl import read_pyskl
from stgcn_pyg.io.sleap import read_sleap
from stgcn_pyg.io.utd_mhad import MATLAB_HEADER, read_utd_mhad
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25, Skeleton

GLANCE = 1 << 16
"""How many bytes of a file are looked at, unless its format can only be told from the whole."""

NUMPY, ZIP, PICKLE = b"\x93NUMPY", b"PK", b"\x80"
"""What files begin with."""

_LIKE_JSON = re.compile(rb"""\s*([{]\s*["}]|\[\s*[\]\[{"\d-])""")
"""How JSON begins, and a text with brackets does not."""

Read = Callable[[Path, Skeleton | None, int], list[SkeletonSequence]]
"""What reads a file: it is given the layout of files that do not say theirs, and how many people are wanted."""


class Glance:
    """What a look into a file shows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self.head = file.read(GLANCE)
        if not self.head:
            raise ValueError(f"{path}: the file is empty (0 bytes)")

    @cached_property
    def lines(self) -> list[list[str]]:
        """The words of the first lines that have any, if it is text."""
        try:
            text = self.head.decode("utf-8-sig", errors="strict" if len(self.head) < GLANCE else "ignore")
        except UnicodeDecodeError:
            return []
        return [] if "\0" in text else [line.split() for line in text.splitlines() if line.strip()][:4]

    @property
    def cells(self) -> list[list[str]]:
        """The cells of the first lines, as of a table; at least one line."""
        text = self.head.decode("utf-8-sig", errors="replace")
        return [[cell.strip() for cell in line.split(",")] for line in text.splitlines()[:3]] or [[""]]

    @cached_property
    def json(self) -> Any:
        """What it holds, if it begins as JSON does."""
        if not _LIKE_JSON.match(self.head):
            return None
        try:
            return json.loads(self.path.read_bytes())
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{self.path} is damaged: not whole JSON ({error})") from error

    @property
    def keys(self) -> set[str]:
        """The keys of its JSON, or of the first entry where that is a list."""
        first = self.json[0] if isinstance(self.json, list) and self.json else self.json
        return set(first) if isinstance(first, dict) else set()

    @cached_property
    def members(self) -> list[str]:
        """The names of the files in it, if it is an archive."""
        if not self.head.startswith(ZIP):
            return []
        try:
            with ZipFile(self.path) as archive:
                return archive.namelist()
        except Exception:  # as many as there are kinds of damage, which the reader is to name
            return []

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array of positions, if it is a NumPy file that has one."""
        return array_shape(self.path) or () if self.head.startswith((NUMPY, ZIP)) else ()


@dataclass(frozen=True)
class Format:
    """A format that recordings come in.

    Args:
        name: What it is called, such as ``"NTU RGB+D .skeleton"``.
        description: What is in a file, in a line.
        read: Reads a file: given its path, the layout of files that do not say theirs, and how many people to give.
        fits: Whether a file looks like it inside.
    """

    name: str
    description: str
    read: Read = field(repr=False)
    fits: Callable[[Glance], bool] = field(repr=False)


def _is_numbers(words: list[str]) -> bool:
    try:
        return all(isfinite(float(word)) for word in words)
    except ValueError:
        return False


def _is_ntu(glance: Glance) -> bool:
    """A number of frames, a number of bodies, then a body or another number of bodies."""
    match glance.lines:
        case [[frames], [bodies], *rest] if frames.isdigit() and bodies.isdigit():
            return not rest or len(rest[0]) == (10 if int(bodies) else 1)
    return False


def _is_lines(glance: Glance) -> bool:
    """Numbers in threes, of at least three joints, then perhaps a word."""
    first = glance.lines[0] if glance.lines else []
    return len(first) >= 9 and len(first) % 3 < 2 and _is_numbers(first[: len(first) // 3 * 3])


OPENPOSE_FRAMES = Format(
    "OpenPose JSON frames",
    "a folder of CLIP_000000000000_keypoints.json, a file a frame; several clips in one folder are told apart",
    lambda path, skeleton, people: read_openpose_folder(path, skeleton=skeleton or BODY_25, people=people),
    lambda glance: False,
)
"""The one format of which a recording is no single file."""

FORMATS: tuple[Format, ...] = (
    Format(
        "stgcn_pyg .npz",
        "the package's own: joints, scores, frame numbers, rate, layout and facts, as write_compact writes them",
        lambda path, skeleton, people: [read_compact(path)],
        lambda glance: f"{HEADER}.npy" in glance.members,
    ),
    Format(
        "NumPy collection",
        "N recordings of one length as an array [N, T, V, 2 or 3] (.npy; .npz with label and classes); MPOSE2021",
        lambda path, skeleton, people: read_collection(path, skeleton),
        lambda glance: len(glance.shape) == 4,
    ),
    Format(
        "NumPy array",
        "a recording as an array [T, V, 2] or [T, V, 3], x, y and score (.npy; .npz with score and fps)",
        lambda path, skeleton, people: [read_array(path, skeleton)],
        lambda glance: glance.head.startswith((NUMPY, ZIP)),
    ),
    Format(
        "PYSKL .pkl",
        "annotation pickles of PYSKL and MMAction2; nothing in them is executed",
        lambda path, skeleton, people: read_pyskl(path, skeleton, people=people),
        lambda glance: glance.head.startswith(PICKLE),
    ),
    Format(
        "UTD-MHAD .mat",
        "MATLAB files with d_skel [20, 3, T]",
        lambda path, skeleton, people: [read_utd_mhad(path)],
        lambda glance: glance.head.startswith(MATLAB_HEADER),
    ),
    Format(
        "Northwestern-UCLA JSON",
        "{file_name, skeletons [T][20][3], label}",
        lambda path, skeleton, people: [read_nw_ucla(path)],
        lambda glance: "skeletons" in glance.keys,
    ),
    Format(
        "AlphaPose JSON",
        "a list of {image_id, keypoints, score}, also as results for the COCO challenge",
        lambda path, skeleton, people: read_alphapose(path, skeleton, people=people),
        lambda glance: {"image_id", "keypoints"} <= glance.keys and isinstance(glance.json, list),
    ),
    Format(
        "COCO keypoint JSON",
        "{images, annotations [{image_id, keypoints}]}",
        lambda path, skeleton, people: read_coco(path, skeleton, people=people),
        lambda glance: "annotations" in glance.keys,
    ),
    Format(
        "MediaPipe CSV",
        "a table of 33 landmarks, a row a frame",
        lambda path, skeleton, people: [read_mediapipe(path)],
        lambda glance: landmark_columns(glance.cells[0]) is not None,
    ),
    Format(
        "DeepLabCut CSV",
        "a table with the headers scorer, bodyparts and coords; needs a layout of its body parts",
        lambda path, skeleton, people: [read_deeplabcut(path, skeleton)],
        lambda glance: [row[0] for row in glance.cells[:2]] in (["scorer", "bodyparts"], ["scorer", "individuals"]),
    ),
    Format(
        "SLEAP CSV",
        "a table with frame_idx, NODE.x and NODE.y; needs a layout of its nodes",
        lambda path, skeleton, people: read_sleap(path, skeleton, people=people),
        lambda glance: "frame_idx" in glance.cells[0],
    ),
    Format(
        "NTU RGB+D .skeleton",
        "text: the number of frames, then for each the bodies and their 25 joints",
        lambda path, skeleton, people: read_ntu(path, people=people),
        _is_ntu,
    ),
    Format(
        "OpenPose lines",
        "text: a line a frame, x, y and score of each joint, then perhaps the action",
        lambda path, skeleton, people: [read_openpose_lines(path, skeleton)],
        _is_lines,
    ),
    OPENPOSE_FRAMES,
)
"""The formats that are known, in the order in which a file is tried."""


class UnknownFormat(ValueError):
    """A file that is of none of the formats."""


def find_format(path: str | Path) -> Format:
    """Find the format of a file by looking into it; its name says nothing.

    Args:
        path: The file, or a folder of OpenPose's JSON frames.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is empty, damaged or of none of the :data:`FORMATS`, with what is known.

    Example:
        >>> import numpy as np
        >>> path = getfixture("tmp_path") / "wave"
        >>> with path.open("wb") as file:
        ...     np.save(file, np.ones((40, 25, 3)))
        >>> find_format(path).name
        'NumPy array'
    """
    path = Path(path)
    if path.is_dir() and any(FRAME_FILE.fullmatch(file.name) for file in path.iterdir()):
        return OPENPOSE_FRAMES
    glance = Glance(path)
    for one in FORMATS:
        if one.fits(glance):
            return one
    if "people" in glance.keys:
        raise ValueError(f"{path}: recordings of OpenPose are folders of frames; give the folder {path.parent}")
    if kind := _video(glance.head):
        command = f"stgcn-pyg extract {shlex.quote(str(path))}"
        raise UnknownFormat(f"{path}: a video ({kind}), not poses; `{command}` finds those in it")
    raise UnknownFormat(f"{path}: none of the formats that are known: {', '.join(one.name for one in FORMATS)}")


def _video(head: bytes) -> str:
    """What kind of video begins like this, if one does."""
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "AVI"
    if head[4:8] == b"ftyp":
        return "MP4 or MOV"
    starts = {b"\x1a\x45\xdf\xa3": "MKV or WebM", b"FLV": "FLV", b"\x00\x00\x01\xba": "MPEG", b"OggS": "Ogg"}
    return next((kind for start, kind in starts.items() if head.startswith(start)), "")
