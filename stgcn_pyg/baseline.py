"""What a network has to beat: a random forest on statistics of each clip."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import RandomForestClassifier

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.skeleton import Skeleton
from stgcn_pyg.transforms import SkeletonFeatures

FloatArray = npt.NDArray[np.float64]


def clip_statistics(recordings: Sequence[SkeletonData], skeleton: Skeleton) -> FloatArray:
    """Statistics of each recording ``[N, features]`` that do not reveal its length.

    Mean, standard deviation, least and greatest value of every coordinate of the normalised pose and of its
    motion and the root's, and the median of their absolute values; of joints and frames that were seen.

    Args:
        recordings: Recordings with ``pos`` and ``score``.
        skeleton: Their joint layout.
    """
    features = SkeletonFeatures(skeleton, ["joint", "joint_motion", "root_motion"])
    return np.stack([_statistics(features(data)) for data in recordings])


def _statistics(data: SkeletonData) -> FloatArray:
    seen = np.repeat((data.score > 0).numpy()[:, :, None], data.x.shape[2], axis=2)
    x = np.where(seen, data.x.numpy().astype(float), np.nan).reshape(data.num_frames, -1)
    filled = np.where(np.isnan(x).all(axis=0), 0.0, x)  # a joint that was never seen
    kinds = [
        np.nanmean(filled, axis=0),
        np.nanstd(filled, axis=0),
        np.nanmin(filled, axis=0),
        np.nanmax(filled, axis=0),
        np.nanmedian(np.abs(filled), axis=0),
    ]
    return np.concatenate(kinds)


def forest_predictions(
    train: Sequence[SkeletonData], test: Sequence[SkeletonData], skeleton: Skeleton, seed: int = 0
) -> npt.NDArray[np.int64]:
    """Classes ``[N]`` that a forest of 500 trees, trained on the one set, predicts for the other."""
    forest = RandomForestClassifier(n_estimators=500, random_state=seed, n_jobs=1)
    forest.fit(clip_statistics(train, skeleton), [int(data.y) for data in train])
    predicted: npt.NDArray[np.int64] = forest.predict(clip_statistics(test, skeleton))
    return predicted
