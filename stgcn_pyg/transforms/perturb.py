"""Augmentations beyond the paper's, for the same place: between normalisation and streams."""

from collections.abc import Sequence

import torch
from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform

from stgcn_pyg.skeleton import Skeleton
from stgcn_pyg.transforms.augment import augmented

DETAILS = ("eye", "ear", "big_toe", "small_toe", "heel", "hand_tip", "thumb")
"""Joints, by what follows the side in their names, that many pose estimators never report."""


class Stretch(BaseTransform):
    """Scales each axis by a factor of its own, uniform between ``exp(-most)`` and ``exp(most)`` in its logarithm.

    Args:
        most: The largest logarithm of a factor.
    """

    def __init__(self, most: float = 0.1) -> None:
        self.most = most

    def forward(self, data: Data) -> Data:
        """Scale pose and motion alike."""
        factors = ((2 * torch.rand(data.x.shape[-1]) - 1) * self.most).exp()
        data.x, data.motion = data.x * factors, data.motion * factors
        return augmented(data)

    def __repr__(self) -> str:
        """The largest logarithm."""
        return f"{type(self).__name__}({self.most})"


class Jitter(BaseTransform):
    """Adds Gaussian noise to the joints that were seen, as a pose estimator does.

    Args:
        std: Standard deviation in body lengths.
    """

    def __init__(self, std: float = 0.02) -> None:
        self.std = std

    def forward(self, data: Data) -> Data:
        """Shake."""
        data.x = data.x + self.std * torch.randn_like(data.x) * (data.score > 0)[..., None]
        return augmented(data)

    def __repr__(self) -> str:
        """The standard deviation."""
        return f"{type(self).__name__}({self.std})"


class DropRootMotion(BaseTransform):
    """Stops the root, so that a network does not rely on its motion alone."""

    def forward(self, data: Data) -> Data:
        """Set the motion to 0."""
        data.motion = torch.zeros_like(data.motion)
        return augmented(data)


class DropJoints(BaseTransform):
    """Makes joints missing throughout, as in the recordings of a pose estimator that does not know them.

    Args:
        skeleton: The joint layout.
        names: Which joints, by what follows the side in their names; those that the layout lacks do not matter.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> from stgcn_pyg.data import SkeletonData
        >>> data = SkeletonData(x=torch.ones(4, 25, 2), score=torch.ones(4, 25))
        >>> DropJoints(BODY_25, ["ankle", "nose"])(data).score[0].sum()
        tensor(22.)
    """

    def __init__(self, skeleton: Skeleton, names: Sequence[str] = DETAILS) -> None:
        self.skeleton = skeleton
        self.names = tuple(names)
        stems = [joint.removeprefix("left_").removeprefix("right_") for joint in skeleton.joints]
        self.kept = torch.tensor([stem not in self.names for stem in stems])

    def forward(self, data: Data) -> Data:
        """Drop."""
        data.score = data.score * self.kept
        data.x = data.x * self.kept[:, None]
        return augmented(data)

    def __repr__(self) -> str:
        """The layout and the joints by name."""
        return f"{type(self).__name__}({self.skeleton.name}, {list(self.names)})"
