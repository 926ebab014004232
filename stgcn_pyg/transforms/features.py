"""All that happens between a recording and the network's input, as one value that a model keeps."""

from collections.abc import Sequence
from typing import Any

from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform, Compose

from stgcn_pyg.skeleton import Skeleton
from stgcn_pyg.transforms.input_streams import InputStreams
from stgcn_pyg.transforms.normalize_pose import NormalizePose

DEFAULT_STREAMS = ("joint", "root_motion")
"""The pose about the root, and how the root moves."""


class SkeletonFeatures(BaseTransform):
    """Raw positions ``pos`` and ``score`` to input features ``x``: :class:`NormalizePose`, :class:`InputStreams`.

    Args:
        skeleton: The joint layout.
        streams: Names of the input streams.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> SkeletonFeatures(BODY_25)
        SkeletonFeatures(BODY_25, joint, root_motion)
    """

    def __init__(self, skeleton: Skeleton, streams: Sequence[str] = DEFAULT_STREAMS) -> None:
        self.normalize = NormalizePose(skeleton)
        self.streams = InputStreams(skeleton, streams)

    def forward(self, data: Data) -> Data:
        """Normalise, then make the streams."""
        return self.streams(self.normalize(data))

    def augmented(self, augmentation: BaseTransform) -> Compose:
        """The same features with an augmentation where it belongs: after normalisation, before the streams."""
        return Compose([self.normalize, augmentation, self.streams])

    def num_channels(self, num_dims: int) -> int:
        """The number of channels C that recordings of so many coordinates get."""
        return self.streams.num_channels(num_dims)

    def to_dict(self) -> dict[str, Any]:
        """The settings, for JSON; the skeleton is the graph's."""
        return {"streams": list(self.streams.streams)}

    def __repr__(self) -> str:
        """The layout and the streams by name."""
        return f"{type(self).__name__}({self.streams.skeleton.name}, {', '.join(self.streams.streams)})"
