"""Video in, :class:`~stgcn_pyg.sequence.SkeletonSequence` out, by pose estimators that are extras.

Nothing of this is needed for recordings that are skeletons already, and an estimator's libraries are only imported
when it is used.
"""

from stgcn_pyg.pose.camera import Camera
from stgcn_pyg.pose.catalogue import ESTIMATORS, load_estimator
from stgcn_pyg.pose.estimator import Picture, PoseEstimator
from stgcn_pyg.pose.extract import extract
from stgcn_pyg.pose.video import Video

__all__ = ["ESTIMATORS", "Camera", "Picture", "PoseEstimator", "Video", "extract", "load_estimator"]
