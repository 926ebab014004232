"""Another camera for a body in space."""

import math

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform

from stgcn_pyg.transforms.augment import augmented


class Turn(BaseTransform):
    r"""Turns a body in space about the vertical, and tilts it to or from the camera, as from another viewpoint.

    With angles :math:`\psi \sim U(-\text{yaw}, \text{yaw})` and :math:`\theta \sim U(-\text{tilt}, \text{tilt})`,
    the pose and the root's motion become

    .. math::
        \mathbf{x}' = R_x(\theta) \, R_y(\psi) \, \mathbf{x}, \qquad
        \mathbf{m}' = R_x(\theta) \, R_y(\psi) \, \mathbf{m}

    where x points to the side, y up or down and z away from the camera. It stands where the other augmentations do,
    between normalisation and streams. Recordings in the plane of a picture cannot be turned and stay as they are.

    Args:
        yaw: The largest turn about the vertical, in degrees.
        tilt: The largest tilt, in degrees.

    Example:
        >>> from stgcn_pyg.data import SkeletonData
        >>> data = SkeletonData(x=torch.tensor([[[3.0, 2.0, 4.0]]]), motion=torch.zeros(1, 3))
        >>> turned = Turn(yaw=180, tilt=0)(data).x
        >>> turned[..., 1].item(), round(turned.norm().item() ** 2)  # as high and as far as before
        (2.0, 29)
    """

    def __init__(self, yaw: float = 60, tilt: float = 10) -> None:
        self.yaw = yaw
        self.tilt = tilt

    def forward(self, data: Data) -> Data:
        """Turn pose and motion alike."""
        if data.x.shape[-1] == 3:
            turn = _about_y(_angle(self.yaw)) @ _about_x(_angle(self.tilt))
            data.x, data.motion = data.x @ turn.to(data.x), data.motion @ turn.to(data.x)
        return augmented(data)

    def __repr__(self) -> str:
        """The largest angles."""
        return f"{type(self).__name__}({self.yaw}, {self.tilt})"


def _angle(most: float) -> float:
    return math.radians((2 * float(torch.rand(())) - 1) * most)


def _about_y(angle: float) -> Tensor:
    """Rows times it are turned."""
    c, s = math.cos(angle), math.sin(angle)
    return torch.tensor([[c, 0, -s], [0, 1, 0], [s, 0, c]], dtype=torch.float64)


def _about_x(angle: float) -> Tensor:
    c, s = math.cos(angle), math.sin(angle)
    return torch.tensor([[1, 0, 0], [0, c, s], [0, -s, c]], dtype=torch.float64)
