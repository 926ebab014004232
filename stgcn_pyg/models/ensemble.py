"""Several networks that vote."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor


class Ensemble(torch.nn.Module):
    r"""A deep ensemble: the mean of the probabilities of networks that were trained apart.

    .. math::
        \log p(y \mid \mathbf{x}) = \log \frac{1}{M} \sum_{m=1}^{M} \mathrm{softmax}(f_m(\mathbf{x}))_y

    With few recordings, networks from different seeds err on different ones; together they err less
    (Lakshminarayanan, Pritzel, Blundell, NeurIPS 2017).

    Args:
        members: The networks.

    Shapes:
        - **data**: what the networks take
        - **output**: log-probabilities ``[N, classes]``, which are logits too

    Example:
        >>> ensemble = Ensemble([torch.nn.Linear(4, 3), torch.nn.Linear(4, 3)])
        >>> ensemble(torch.randn(5, 4)).exp().sum(dim=1).allclose(torch.ones(5))
        True
    """

    def __init__(self, members: Iterable[torch.nn.Module]) -> None:
        super().__init__()
        self.members = torch.nn.ModuleList(members)

    def forward(self, data: Any) -> Tensor:
        """Ask every member and average."""
        return vote([member(data) for member in self.members])


def vote(logits: Sequence[Tensor]) -> Tensor:
    """The logarithm of the mean of the probabilities that several networks' logits ``[N, classes]`` stand for.

    Example:
        >>> vote([torch.tensor([[0.0, 0.0]]), torch.tensor([[0.0, 0.0]])]).exp()
        tensor([[0.5000, 0.5000]])
    """
    votes = torch.stack([one.log_softmax(dim=-1) for one in logits])
    return votes.logsumexp(dim=0) - math.log(len(logits))
