"""What stands between convolutions, in as few calls as can be."""

from collections.abc import Callable

import torch
from torch import Tensor

from stgcn_pyg.nn import JointNorm, NormReLU
from stgcn_pyg.nn.fold import affine

Pointwise = Callable[[Tensor], Tensor]
"""Makes of features ``[S, V, C]`` others; it leaves them as they are."""


def pointwise(module: torch.nn.Module) -> Pointwise:
    """A norm, a ReLU, both or neither, as they are in evaluation.

    Raises:
        TypeError: If it is anything else.

    Example:
        >>> pointwise(torch.nn.ReLU())(torch.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """
    if isinstance(module, torch.nn.Sequential) and len(module) <= 1:
        module = module[0] if len(module) else torch.nn.Identity()
    if isinstance(module, torch.nn.Identity):
        return lambda x: x
    if isinstance(module, torch.nn.ReLU):
        return torch.relu
    if not isinstance(module, JointNorm):
        raise TypeError(f"what to make of {module} in a stream is not known; known are norms and ReLUs")
    scale, shift = (values.detach() for values in affine(module))
    if not isinstance(module, NormReLU):
        return lambda x: torch.addcmul(shift, x, scale)
    if module.relu_first:
        return lambda x: torch.addcmul(shift, x.relu(), scale)
    return lambda x: torch.addcmul(shift, x, scale).relu_()
