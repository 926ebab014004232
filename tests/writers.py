"""Recordings written as other tools and data sets write them."""

import json
import pickle
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.io import savemat

from stgcn_pyg.io import write_compact
from stgcn_pyg.io.utd_mhad import UTD_MHAD_JOINTS
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25, KINECT_20

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


def write_alphapose(path: Path, poses: Sequence[Sequence[Doubles]], **changes: object) -> Path:
    """The people ``[V, 3]`` detected in each frame as AlphaPose's results."""
    results = [
        {"image_id": f"{time}.jpg", "category_id": 1, "keypoints": person.ravel().tolist(), "score": 2.9} | changes
        for time, people in enumerate(poses)
        for person in people
    ]
    path.write_text(json.dumps(results))
    return path


def write_lines(path: Path, pose: Doubles, label: str = "running") -> Path:
    """A pose ``[T, V, 3]`` as lines of text."""
    lines = [" ".join([*map(str, joints), label]) for joints in pose.reshape(len(pose), -1).tolist()]
    path.write_text("\n".join(lines))
    return path


def write_pyskl(path: Path, annotations: list[dict[str, object]], protocol: int = 4, **splits: list[str]) -> Path:
    """Annotations and splits as a pickle of PYSKL."""
    return dump_pickle(path, {"split": splits, "annotations": annotations}, protocol)


def dump_pickle(path: Path, content: object, protocol: int = 4) -> Path:
    """Anything as a pickle."""
    path.write_bytes(pickle.dumps(content, protocol))
    return path


def write_coco(path: Path, pose: Doubles, **changes: object) -> Path:
    """One person ``[T, V, 3]`` as COCO's annotations; what has a score is seen."""
    flagged = np.concatenate([pose[..., :2], 2.0 * (pose[..., 2:] > 0)], axis=2)
    images = [{"id": 100 + t, "file_name": f"walk_{t:04d}.png"} for t in range(len(pose))]
    people = [{"image_id": 100 + t, "keypoints": one.ravel().tolist()} for t, one in enumerate(flagged)]
    path.write_text(json.dumps({"images": images, "annotations": people} | changes))
    return path


def write_mediapipe(path: Path, pose: Doubles) -> Path:
    """One person ``[T, 33, 3]`` as a table of MediaPipe's landmarks."""
    header = ",".join(f"x{n},y{n},z{n},v{n}" for n in range(1, pose.shape[1] + 1))
    lines = [",".join(f"{x!r},{y!r},0.1,{v!r}" for x, y, v in one) for one in pose.tolist()]
    path.write_text("\n".join([f"frame,class,{header}", *(f"{t},wave,{line}" for t, line in enumerate(lines))]))
    return path


def write_deeplabcut(path: Path, pose: Doubles, joints: Sequence[str] = BODY_25.joints) -> Path:
    """One body ``[T, V, 3]`` as DeepLabCut's table."""
    joints = joints[: pose.shape[1]]
    header = [["scorer", *["me"] * 3 * len(joints)], ["bodyparts", *(joint for joint in joints for _ in "xyp")]]
    header.append(["coords", *["x", "y", "likelihood"] * len(joints)])
    rows = [[str(t), *map(repr, one)] for t, one in enumerate(pose.reshape(len(pose), -1).tolist())]
    path.write_text("\n".join(",".join(row) for row in header + rows))
    return path


def write_sleap(path: Path, pose: Doubles, joints: Sequence[str] = BODY_25.joints) -> Path:
    """One body ``[T, V, 3]`` as SLEAP's table."""
    columns = [f"{joint}.{what}" for joint in joints[: pose.shape[1]] for what in ("x", "y", "score")]
    rows = [["a", str(t), "0.9", *map(repr, one)] for t, one in enumerate(pose.reshape(len(pose), -1).tolist())]
    path.write_text("\n".join(",".join(row) for row in [["track", "frame_idx", "instance.score", *columns], *rows]))
    return path


def _pose(num_joints: int) -> Doubles:
    """A small pose ``[3, V, 3]``, nothing of it missing."""
    return np.random.default_rng(0).uniform(0.1, 1, size=(3, num_joints, 3))


def _save(path: Path, array: Doubles) -> Path:
    np.save(path, array)
    return path


def _write_own(path: Path) -> Path:
    write_compact(SkeletonSequence(_pose(25)[..., :2].astype(np.float32), BODY_25, name="wave"), path)
    return path


EXAMPLES: dict[str, Callable[[Path], Path]] = {
    "stgcn_pyg .npz": lambda folder: _write_own(folder / "own.npz"),
    "NumPy collection": lambda folder: _save(folder / "gestures.npy", _pose(25)[None]),
    "NumPy array": lambda folder: _save(folder / "array.npy", _pose(25)),
    "PYSKL .pkl": lambda folder: write_pyskl(
        folder / "poses.pkl", [{"frame_dir": "jump", "label": 2, "keypoint": _pose(17)[None, ..., :2]}]
    ),
    "UTD-MHAD .mat": lambda folder: write_utd_mhad(folder / "a1_s1_t1_skeleton.mat", _pose(20)),
    "Northwestern-UCLA JSON": lambda folder: write_nw_ucla(folder / "a01_s01_e00_v01.json", _pose(20)),
    "AlphaPose JSON": lambda folder: write_alphapose(folder / "alphapose.json", [[pose] for pose in _pose(17)]),
    "NTU RGB+D .skeleton": lambda folder: write_ntu(
        folder / "S001C001P001R001A001.skeleton", 3, {"72057594037937060": dict(enumerate(_pose(25)))}
    ),
    "COCO keypoint JSON": lambda folder: write_coco(folder / "coco.json", _pose(17)),
    "MediaPipe CSV": lambda folder: write_mediapipe(folder / "mediapipe.csv", _pose(33)),
    "DeepLabCut CSV": lambda folder: write_deeplabcut(folder / "deeplabcut.csv", _pose(25)),
    "SLEAP CSV": lambda folder: write_sleap(folder / "sleap.csv", _pose(25)),
    "OpenPose lines": lambda folder: write_lines(folder / "lines.txt", _pose(25)),
}
"""What writes a small recording of three frames in each format into a folder."""
