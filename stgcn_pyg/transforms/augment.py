"""The paper's augmentations, done to the normalised body: flip, rotation, scaling, translation.

They stand between :class:`NormalizePose` and :class:`InputStreams`: normalisation after them would undo
scaling and translation, and motions made before them would not follow. Each changes the pose and the root's
motion together, so that an augmented body still goes where it faces. Missing joints stay at 0. All draw from
torch's generator, which PyTorch seeds in every worker. An augmented sample has no ``pos``: that is what was
recorded.
"""

import math
from collections.abc import Sequence
from typing import TypeVar

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform

from stgcn_pyg.skeleton import Skeleton

T = TypeVar("T")

KTH_TORSO = 25.6
"""Median torso length of KTH's bodies in pixels of 160x120: what the paper's pixels are converted with."""

KTH_OFFSETS = tuple((x / KTH_TORSO, y / KTH_TORSO) for x, y in ((5, 5), (0, 5), (5, 0)))
"""The paper's translations in body lengths."""


class Flip(BaseTransform):
    """Mirrors the body about its own middle: x changes sign, left and right joints trade places.

    Args:
        skeleton: The joint layout.

    Example:
        >>> from stgcn_pyg.data import SkeletonData
        >>> body = Skeleton("hands", ("left", "right"), bones=(("left", "right"),), mirror=(("left", "right"),))
        >>> data = SkeletonData(x=torch.tensor([[[1.0, 5.0], [3.0, 7.0]]]), score=torch.tensor([[0.5, 1.0]]))
        >>> data.motion = torch.tensor([[2.0, 0.0]])
        >>> flipped = Flip(body)(data)
        >>> flipped.x.tolist(), flipped.motion.tolist(), flipped.score.tolist()
        ([[[-3.0, 7.0], [-1.0, 5.0]]], [[-2.0, 0.0]], [[1.0, 0.5]])
    """

    def __init__(self, skeleton: Skeleton) -> None:
        self.skeleton = skeleton
        self.mirror = torch.from_numpy(skeleton.mirror_index)

    def forward(self, data: Data) -> Data:
        """Mirror."""
        data.x = _mirrored(data.x[:, self.mirror])
        data.score = data.score[:, self.mirror]
        data.motion = _mirrored(data.motion)
        return augmented(data)

    def __repr__(self) -> str:
        """The layout by name."""
        return f"{type(self).__name__}({self.skeleton.name})"


class Rotate(BaseTransform):
    """Turns the body about its root in the plane of the picture, by one of the angles.

    Args:
        degrees: The angles to choose from.
    """

    def __init__(self, degrees: Sequence[float] = (-15, -10, -5, 5, 10, 15)) -> None:
        self.degrees = tuple(degrees)

    def forward(self, data: Data) -> Data:
        """Turn pose and motion alike."""
        angle = math.radians(_choice(self.degrees))
        turn = torch.eye(data.x.shape[-1], dtype=data.x.dtype)
        turn[:2, :2] = torch.tensor([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        data.x, data.motion = data.x @ turn, data.motion @ turn
        return augmented(data)

    def __repr__(self) -> str:
        """The angles."""
        return f"{type(self).__name__}({list(self.degrees)})"


class Scale(BaseTransform):
    """Enlarges the body about its root, by one of the factors.

    Args:
        factors: The factors to choose from.
    """

    def __init__(self, factors: Sequence[float] = (0.95, 1.05, 1.1)) -> None:
        self.factors = tuple(factors)

    def forward(self, data: Data) -> Data:
        """Scale pose and motion alike."""
        factor = _choice(self.factors)
        data.x, data.motion = data.x * factor, data.motion * factor
        return augmented(data)

    def __repr__(self) -> str:
        """The factors."""
        return f"{type(self).__name__}({list(self.factors)})"


class Translate(BaseTransform):
    """Shifts the body against its root, by one of the offsets in body lengths.

    Args:
        offsets: The offsets to choose from, each of D numbers; the default is the paper's 5 pixels.
    """

    def __init__(self, offsets: Sequence[Sequence[float]] = KTH_OFFSETS) -> None:
        self.offsets = tuple(tuple(offset) for offset in offsets)

    def forward(self, data: Data) -> Data:
        """Shift the joints that were seen."""
        offset = data.x.new_zeros(data.x.shape[-1])
        chosen = _choice(self.offsets)
        offset[: len(chosen)] = offset.new_tensor(chosen)
        data.x = data.x + offset * (data.score > 0)[..., None]
        return augmented(data)

    def __repr__(self) -> str:
        """The offsets."""
        return f"{type(self).__name__}({[list(offset) for offset in self.offsets]})"


class RandomChoice(BaseTransform):
    """Applies some of several transforms, with a probability.

    Args:
        transforms: What to choose from.
        count: How many distinct ones are applied, in random order.
        probability: How often any are.

    Example:
        >>> RandomChoice([Rotate([5]), Scale([1.1])], count=2, probability=0.5)
        RandomChoice([Rotate([5]), Scale([1.1])], count=2, probability=0.5)
    """

    def __init__(self, transforms: Sequence[BaseTransform], count: int = 1, probability: float = 1.0) -> None:
        if not 0 < count <= len(transforms):
            raise ValueError(f"cannot choose {count} of {len(transforms)} transforms")
        self.transforms = list(transforms)
        self.count = count
        self.probability = probability

    def forward(self, data: Data) -> Data:
        """Draw, and apply what was drawn; samples carry the same whatever that was, so that they can be batched."""
        data = augmented(data)
        if torch.rand(()) >= self.probability:
            return data
        for i in torch.randperm(len(self.transforms))[: self.count].tolist():
            data = self.transforms[i](data)
        return data

    def __repr__(self) -> str:
        """The transforms and how they are drawn."""
        return f"{type(self).__name__}({self.transforms}, count={self.count}, probability={self.probability})"


def kth_augmentation(skeleton: Skeleton) -> RandomChoice:
    """The paper's augmentation (section 3.1): with probability 0.5, two distinct ones of its four transforms."""
    return RandomChoice([Flip(skeleton), Rotate(), Scale(), Translate()], count=2, probability=0.5)


def _choice(values: Sequence[T]) -> T:
    return values[int(torch.randint(len(values), ()))]


def _mirrored(values: Tensor) -> Tensor:
    return torch.cat([-values[..., :1], values[..., 1:]], dim=-1)


def augmented(data: Data) -> Data:
    """The sample without ``pos``, which says where the body was recorded."""
    if "pos" in data:
        del data.pos
    return data
