"""Whatever recordings there are at a path."""

from pathlib import Path

from stgcn_pyg.io.arrays import read_array
from stgcn_pyg.io.openpose import read_openpose_folder
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import Skeleton


def read_recordings(path: str | Path, skeleton: Skeleton, *, fps: float | None = None) -> list[SkeletonSequence]:
    """Read an array file, a folder of array files, or a folder of OpenPose's JSON frames.

    Files whose names begin with a dot are left alone, such as what some systems put beside every file.

    Args:
        path: The file or folder.
        skeleton: The joint layout.
        fps: Frames a second; if left out, what a file says.

    Raises:
        FileNotFoundError: If there is nothing at that path, or a folder has neither.
        ValueError: If a file cannot be read.
    """
    path = Path(path)
    if path.suffix == ".json" and path.is_file():
        raise ValueError(f"{path}: recordings of OpenPose are folders of frames; give the folder {path.parent}")
    if not path.is_dir():
        return [read_array(path, skeleton, fps=fps)]
    if arrays := sorted(path.glob("[!.]*.np[yz]")):
        return [read_array(array, skeleton, fps=fps) for array in arrays]
    if not any(path.glob("*_keypoints.json")):
        raise FileNotFoundError(f"{path} has neither arrays (.npy, .npz) nor OpenPose's *_keypoints.json frames")
    return read_openpose_folder(path, skeleton=skeleton, fps=fps)
