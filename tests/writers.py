"""Recordings written as other tools and data sets write them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.io import savemat

from stgcn_pyg.io.utd_mhad import UTD_MHAD_JOINTS
from stgcn_pyg.skeleton import KINECT_20

Doubles = npt.NDArray[np.float64]

HEADER = 128
"""Bytes before the first variable of a MATLAB file."""


def read_or_refuse(read: Callable[[Path], object], path: Path) -> None:
    """Read whatever is in a file, which is right, or refuse it by an error that names the file."""
    try:
        read(path)
    except ValueError as error:
        said = str(error)
    else:
        return
    assert str(path) in said


def write_nw_ucla(path: Path, pos: Doubles, **changes: object) -> Path:
    """Joints in space ``[T, 20, 3]`` as Northwestern-UCLA's JSON."""
    content = {"file_name": path.stem, "skeletons": pos.tolist(), "label": 1}
    path.write_text(json.dumps(content | changes))
    return path


def write_utd_mhad(path: Path, pos: Doubles) -> Path:
    """Joints in space ``[T, 20, 3]``, in the order of KINECT_20, as UTD-MHAD's MATLAB file."""
    order = [KINECT_20.joints.index(joint) for joint in UTD_MHAD_JOINTS[: pos.shape[1]]]
    savemat(path, {"d_skel": pos[:, order].transpose(1, 2, 0)})
    return path


def write_ntu(path: Path, num_frames: int, bodies: Mapping[str, Mapping[int, Doubles]]) -> Path:
    """Bodies ``[V, 3]`` by id and frame as NTU RGB+D's text; a joint at (0, 0, 0) is not tracked."""
    lines = [str(num_frames)]
    for time in range(num_frames):
        there = {name: poses[time] for name, poses in bodies.items() if time in poses}
        lines.append(str(len(there)))
        for name, pos in there.items():
            lines += [f"{name} 0 1 1 1 1 0 0.01 -0.02 2", str(len(pos))]
            for x, y, z in pos.tolist():
                state = 2 * bool(x or y or z)
                lines.append(f"{x!r} {y!r} {z!r} 258.0 244.1 980.4 670.0 0 0 0 0 {state}")
    path.write_text("\n".join([*lines, ""]))
    return path
