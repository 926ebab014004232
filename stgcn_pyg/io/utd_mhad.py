"""UTD-MHAD: the skeletons of one recording as a MATLAB file."""

import io
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from stgcn_pyg.io.content import Doubles, seen_in_space, sequence_in
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import KINECT_20

FPS = 30.0
"""Frames a second, as its authors say."""

MATLAB_HEADER = b"MATLAB 5.0 MAT-file"
"""What files begin with that MATLAB wrote since its version 5."""

MOST_BYTES = 1 << 26
"""What a compressed variable may come to; all of UTD-MHAD in one would be less."""

UTD_MHAD_JOINTS = ("head", "neck", "lower_spine", "mid_hip", *KINECT_20.joints[4:])
"""Its joints: those of the first Kinect, but the first four the other way round."""

_NAME = re.compile(r"a(?P<label>\d+)_s(?P<subject>\d+)_t(?P<repetition>\d+)_skeleton")


def read_utd_mhad(path: str | Path) -> SkeletonSequence:
    """Read one recording of UTD-MHAD.

    A file ``aA_sS_tT_skeleton.mat`` holds ``d_skel [20, 3, T]``: positions before a Kinect in metres, y upwards, at
    30 frames a second. They are brought into the order of ``KINECT_20``. A joint at exactly (0, 0, 0) is missing.

    The facts are ``label``, ``subject`` and ``repetition``, counted from 1 as in the name of the file; another name
    gives none. Only numbers are read: whatever else a MATLAB file can hold is refused or left alone.

    Args:
        path: The file; its stem becomes the name of the sequence.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged or not such a recording.

    Example:
        >>> from scipy.io import savemat
        >>> path = getfixture("tmp_path") / "a27_s8_t4_skeleton.mat"
        >>> savemat(path, {"d_skel": np.ones((20, 3, 48))})
        >>> read_utd_mhad(path)
        SkeletonSequence('a27_s8_t4_skeleton', 48 frames, KINECT_20, 3D, 30 fps, 0% missing)
        >>> read_utd_mhad(path).facts
        {'label': 27, 'subject': 8, 'repetition': 4}
    """
    path = Path(path)
    pos = _load(path).transpose(2, 0, 1)[:, [UTD_MHAD_JOINTS.index(joint) for joint in KINECT_20.joints]]
    match = _NAME.fullmatch(path.stem)
    facts = {key: int(value) for key, value in match.groupdict().items()} if match else {}
    return sequence_in(path, pos, seen_in_space(pos), KINECT_20, fps=FPS, facts=facts)


def _load(path: Path) -> Doubles:
    """The array ``d_skel``, ``[20, 3, T]``."""
    from scipy.io import loadmat, whosmat

    content = path.read_bytes()
    if not content.startswith(MATLAB_HEADER):
        raise ValueError(f"{path}: not a MATLAB file of version 5 to 7.2, such as UTD-MHAD's")
    try:
        _check_size(content)
        shapes = {name: shape for name, shape, _ in whosmat(io.BytesIO(content))}
        found = loadmat(io.BytesIO(content), variable_names=["d_skel"]) if "d_skel" in shapes else {}
    except Exception as error:  # whatever SciPy raises over damage: it is of many types
        raise ValueError(f"{path}: not a whole MATLAB file ({error})") from error
    if "d_skel" not in found:
        raise ValueError(f"{path}: has no d_skel, so it is no recording of UTD-MHAD; it holds {', '.join(shapes)}")
    array = found["d_skel"]
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiu":
        raise ValueError(f"{path}: d_skel must be real numbers")
    if array.ndim != 3 or array.shape[:2] != (20, 3):
        raise ValueError(f"{path}: d_skel must be [20, 3, T], not {list(array.shape)}")
    return array.astype(np.float64)


def _check_size(content: bytes) -> None:
    """Refuse variables that would be blown up beyond all measure."""
    for kind, element in _elements(content):
        if kind == 15:  # compressed
            unpacker = zlib.decompressobj()
            unpacker.decompress(element, MOST_BYTES)
            if unpacker.unconsumed_tail:
                raise ValueError(f"a variable of more than {MOST_BYTES} bytes")


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The variables of a MATLAB file and their types, as they lie in it, behind a header of 128 bytes."""
    order = ">" if content[126:128] == b"MI" else "<"
    start = 128
    while start + 8 <= len(content):
        kind, size = struct.unpack_from(f"{order}II", content, start)
        yield kind, content[start + 8 : start + 8 + size]
        start += 8 + size
