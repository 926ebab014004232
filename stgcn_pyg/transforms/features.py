"""All that happens between a recording and the network's input, as one value that a model keeps."""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform, Compose

from stgcn_pyg.skeleton import Skeleton
from stgcn_pyg.transforms.input_streams import InputStreams
from stgcn_pyg.transforms.normalize_pose import NormalizePose
from stgcn_pyg.transforms.standardize import Standardize

DEFAULT_STREAMS = ("joint", "root_motion", "joint_motion")
"""The pose about the root, how the root moves, and how the joints move about it."""


class SkeletonFeatures(BaseTransform):
    """Raw positions ``pos`` and ``score`` to input features ``x``.

    :class:`NormalizePose`, then :class:`InputStreams`, then :class:`Standardize` once :meth:`fit` has seen the
    training recordings. Each frame's features need no later frame.

    Args:
        skeleton: The joint layout.
        streams: Names of the input streams.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> SkeletonFeatures(BODY_25)
        SkeletonFeatures(BODY_25, joint, root_motion, joint_motion)
    """

    def __init__(self, skeleton: Skeleton, streams: Sequence[str] = DEFAULT_STREAMS) -> None:
        self.normalize = NormalizePose(skeleton)
        self.streams = InputStreams(skeleton, streams)
        self.standardize: Standardize | None = None

    def fit(self, recordings: Iterable[Data]) -> "SkeletonFeatures":
        """Measure what to standardise by on the training recordings, as they were recorded."""
        self.standardize = Standardize.of(self.streams(self.normalize(data)) for data in recordings)
        return self

    def forward(self, data: Data) -> Data:
        """Make the features."""
        return self.augmented()(data)

    def augmented(self, *transforms: BaseTransform) -> Compose:
        """The same features with augmentation where it belongs: after normalisation, before the streams."""
        last = [] if self.standardize is None else [self.standardize]
        return Compose([self.normalize, *transforms, self.streams, *last])

    def num_channels(self, num_dims: int) -> int:
        """The number of channels C that recordings of so many coordinates get."""
        return self.streams.num_channels(num_dims)

    def to_dict(self) -> dict[str, Any]:
        """The settings, for JSON; the skeleton is the graph's."""
        settings: dict[str, Any] = {"streams": list(self.streams.streams)}
        if self.standardize is not None:
            settings |= {"mean": self.standardize.mean.tolist(), "std": self.standardize.std.tolist()}
        return settings

    @classmethod
    def from_dict(cls, skeleton: Skeleton, settings: dict[str, Any]) -> "SkeletonFeatures":
        """The inverse of :meth:`to_dict`."""
        features = cls(skeleton, settings["streams"])
        if "mean" in settings:
            features.standardize = Standardize(torch.tensor(settings["mean"]), torch.tensor(settings["std"]))
        return features

    def __repr__(self) -> str:
        """The layout and the streams by name."""
        return f"{type(self).__name__}({self.streams.skeleton.name}, {', '.join(self.streams.streams)})"
