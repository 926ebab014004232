"""Batch norms whose statistics stand fast, folded into the convolutions before them."""

import copy
from typing import TypeVar

import torch
from torch import Tensor

from stgcn_pyg.nn.blocked import Step
from stgcn_pyg.nn.norm import JointNorm
from stgcn_pyg.nn.spatial import SpatialGraphConv
from stgcn_pyg.nn.temporal import TemporalConv
from stgcn_pyg.nn.unit import PlainUnit, PostActivationUnit, ResidualUnit

Module = TypeVar("Module", bound=torch.nn.Module)


def fold_norms(model: Module) -> Module:
    r"""A copy of a network for evaluation, without the batch norms that directly follow a convolution.

    In evaluation, a norm multiplies each channel by one number and adds another. A convolution with weights
    :math:`\mathbf{W}` and bias :math:`\mathbf{b}` before it can do that as well:

    .. math::
        \mathbf{W}' = \mathbf{W} \, \mathrm{diag}(\mathbf{s}), \qquad
        \mathbf{b}' = (\mathbf{b} - \boldsymbol{\mu}) \odot \mathbf{s} + \boldsymbol{\beta}, \qquad
        \mathbf{s} = \boldsymbol{\gamma} / \sqrt{\boldsymbol{\sigma}^2 + \epsilon}

    Those are the norms after spatial convolutions, and those after the temporal ones and the shortcuts of plain and
    post-activation units. Of them the ReLU stays, if there is one. Norms that follow a sum stay, as those at the
    start of residual units do, and so do those that a ReLU goes before.

    Args:
        model: A network of units, or anything that holds some.

    Raises:
        ValueError: If it is in training, where norms have each batch's own statistics.

    Example:
        >>> unit = PlainUnit(2, 8, lambda *size: SpatialGraphConv(*size, num_partitions=3))
        >>> fold_norms(unit.eval())
        PlainUnit(
          (norm_in): JointNorm(2, ...)
          (spatial): SpatialGraphConv(2, 8, num_partitions=3)
          (middle): ReLU()
          (temporal): TemporalConv(8, 8, kernel_size=9, stride=1)
          (norm_out): ReLU()
          (dropout): Dropout(p=0.0, inplace=False)
        )
    """
    if any(part.training for part in model.modules()):
        raise ValueError("norms of a network in training have each batch's own statistics; call its eval() first")
    model = copy.deepcopy(model)
    for unit in model.modules():
        if isinstance(unit, PlainUnit):
            _fold(unit, "spatial", "middle")
            _fold(unit, "temporal", "norm_out")
        elif isinstance(unit, ResidualUnit):
            _fold(unit, "spatial", "norm_middle")
        elif isinstance(unit, PostActivationUnit):
            _fold(unit, "spatial", "norm_middle")
            _fold(unit, "temporal", "norm_out")
            if unit.shortcut is not None:
                _fold(unit, "shortcut", "norm_shortcut")
    return model.eval()


class _Shifted(torch.nn.Module):
    """A spatial convolution, and a number for each channel.

    A bias of each partition reaches a joint as often as it has weighted edges, a norm's shift reaches it once.
    """

    def __init__(self, conv: SpatialGraphConv, shift: Tensor) -> None:
        super().__init__()
        self.conv = conv
        self.shift = torch.nn.Parameter(shift)

    def forward(self, *x: Tensor, before: torch.nn.Module | None = None) -> Tensor:
        """Convolve and add."""
        y: Tensor = self.conv(*x, before=before) + self.shift
        return y


@torch.no_grad()
def _fold(unit: torch.nn.Module, conv_name: str, norm_name: str) -> None:
    """Fold the norm of that name into the convolution of that name, if there is one that can be."""
    conv = unit.get_submodule(conv_name)
    step = Step.of(unit.get_submodule(norm_name))
    if step is None or step.norm is None:
        return
    assert isinstance(conv, SpatialGraphConv | TemporalConv)
    scale, shift = affine(step.norm)
    conv.weight.mul_(scale if isinstance(conv, SpatialGraphConv) else scale[:, None, None])
    if conv.bias is None:
        conv.bias = torch.nn.Parameter(shift)
        if isinstance(conv, SpatialGraphConv):
            conv.bias_kind = "channel"
    elif isinstance(conv, SpatialGraphConv) and conv.bias_kind == "partition":
        conv.bias.mul_(scale)
        setattr(unit, conv_name, _Shifted(conv, shift))
    else:
        conv.bias.mul_(scale).add_(shift)
    setattr(unit, norm_name, torch.nn.ReLU() if step.relu else torch.nn.Identity())


def affine(norm: JointNorm) -> tuple[Tensor, Tensor]:
    """What a norm multiplies by and what it adds, in evaluation ``[C]``.

    Example:
        >>> affine(JointNorm(1).eval())
        (tensor([1.0000], ...), tensor([0.], ...))
    """
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight * (norm.running_var + norm.eps).rsqrt()
    return scale, norm.bias - norm.running_mean * scale
