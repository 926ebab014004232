"""The data sets by the names that the command line calls them by."""

from stgcn_pyg.datasets.kinect import NWUCLA, UTDMHAD
from stgcn_pyg.datasets.kth import KTHSkeletonDataset
from stgcn_pyg.datasets.ntu import NTURGBD, NTURGBD120
from stgcn_pyg.datasets.own import SkeletonFolder
from stgcn_pyg.datasets.pose_file import PoseFile
from stgcn_pyg.datasets.recordings import RecordingDataset

DATASETS: dict[str, type[RecordingDataset]] = {
    "kth": KTHSkeletonDataset,
    "nw-ucla": NWUCLA,
    "utd-mhad": UTDMHAD,
    "ntu-rgbd": NTURGBD,
    "ntu-rgbd-120": NTURGBD120,
    "folder": SkeletonFolder,
    "pose-file": PoseFile,
}
"""All of them."""


def find_dataset(name: str) -> type[RecordingDataset]:
    """The data set of that name.

    Raises:
        ValueError: If there is none.

    Example:
        >>> find_dataset("nw-ucla").__name__
        'NWUCLA'
    """
    if name not in DATASETS:
        raise ValueError(f"no data set is called {name!r}; known: {', '.join(DATASETS)}")
    return DATASETS[name]
