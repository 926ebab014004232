"""Batch normalisation over timelines: on its own, beside a ReLU, and with the statistics of several devices."""

from typing import Any

import torch
from torch import Tensor


class JointNorm(torch.nn.BatchNorm1d):
    r"""Batch normalisation of each channel over all frames and joints of a timeline ``[F, V, C]``.

    .. math::
        \mathbf{y} = \frac{\mathbf{x} - \mathrm{E}[\mathbf{x}]}{\sqrt{\mathrm{Var}[\mathbf{x}] + \epsilon}}
        \odot \boldsymbol{\gamma} + \boldsymbol{\beta}

    Attributes:
        synchronized: While it trains on several devices, mean and variance are those of all their frames
            together, as one device would have them; see :func:`synchronize`.

    Example:
        >>> JointNorm(3)(torch.randn(10, 25, 3)).shape
        torch.Size([10, 25, 3])
    """

    synchronized = False

    @property
    def has_own_statistics(self) -> bool:
        """Whether :meth:`statistics` tells all: it normalises as is usual, and over one device's frames."""
        alone = not (self.synchronized and _devices_work_together())
        return alone and self.affine and self.track_running_stats and self.momentum is not None

    @torch.no_grad()
    def statistics(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance with epsilon added ``[C]``: in training a batch's, and the running ones move."""
        assert self.running_mean is not None
        assert self.running_var is not None
        mean, var = self.running_mean, self.running_var
        if self.training:
            assert self.num_batches_tracked is not None
            rows = x.flatten(0, -2)
            if len(rows) < 2:  # torch's own error, where the variance would be NaN
                raise ValueError(
                    f"Expected more than 1 value per channel when training, got input size {rows.shape}"
                )
            self.num_batches_tracked.add_(1)
            mean, var = torch.batch_norm_update_stats(rows, mean, var, self.momentum or 0.0)
        return mean, var + self.eps

    def forward(self, input: Tensor) -> Tensor:
        """Normalise; frames and joints are all rows of one table."""
        rows = input.flatten(0, 1)
        together = self.synchronized and self.training and _devices_work_together()
        return (self._forward_together(rows) if together else super().forward(rows)).view_as(input)

    def _forward_together(self, rows: Tensor) -> Tensor:
        # torch's SyncBatchNorm refuses CPUs and takes dimension 1, here the joints, for the channels. Devices may
        # have different numbers of rows; the variance is taken about the common mean, so that nothing cancels.
        x = rows.to(torch.promote_types(rows.dtype, torch.float32))
        sums = _sum_over_devices(torch.cat([x.sum(dim=0), x.new_tensor([x.shape[0]])]))
        mean, count = sums[:-1] / sums[-1], sums[-1]
        centred = x - mean
        var = _sum_over_devices(centred.square().sum(dim=0)) / count
        self._track(mean.detach(), var.detach() * count / (count - 1))
        y = centred * (var + self.eps).rsqrt()
        if self.affine:
            y = torch.addcmul(self.bias, y, self.weight)
        return y.to(rows.dtype)

    @torch.no_grad()
    def _track(self, mean: Tensor, var: Tensor) -> None:
        """Move the running statistics towards a batch's, as batch normalisation does."""
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked.add_(1)
        share = 1 / int(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean.to(self.running_mean), share)
        self.running_var.lerp_(var.to(self.running_var), share)

    def extra_repr(self) -> str:
        """The hyper-parameters of batch normalisation, and whether devices share statistics."""
        shown = super().extra_repr()  # type: ignore[no-untyped-call]
        return f"{shown}, synchronized=True" if self.synchronized else str(shown)


class NormReLU(JointNorm):
    """:class:`JointNorm` and a ReLU, in this order or the other one (paper, section 5.5).

    Args:
        num_features: Channels.
        relu_first: ReLU before the norm.

    Example:
        >>> y = NormReLU(3)(torch.randn(10, 25, 3))
        >>> bool((y >= 0).all()), bool((NormReLU(3, relu_first=True)(y) >= 0).all())
        (True, False)
    """

    def __init__(self, num_features: int, relu_first: bool = False) -> None:
        super().__init__(num_features)
        self.relu_first = relu_first

    def forward(self, input: Tensor) -> Tensor:
        """Normalise and activate."""
        return super().forward(input.relu()) if self.relu_first else super().forward(input).relu()

    def extra_repr(self) -> str:
        """The hyper-parameters of the norm, and the order if it is the unusual one."""
        return super().extra_repr() + (", relu_first=True" if self.relu_first else "")


class InputNorm(torch.nn.BatchNorm1d):
    r"""Batch normalisation of each channel of each joint over all frames of a timeline ``[F, V, C]``.

    The input norm of the first ST-GCN (Yan, Xiong, Lin, AAAI 2018): :math:`V \cdot C` means and variances, joint by
    joint.

    Args:
        num_nodes: Joints V.
        num_channels: Channels C.

    Example:
        >>> InputNorm(25, 3)(torch.randn(10, 25, 3)).shape
        torch.Size([10, 25, 3])
    """

    def __init__(self, num_nodes: int, num_channels: int) -> None:
        super().__init__(num_nodes * num_channels)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise; a frame is a row of the table."""
        return super().forward(input.flatten(1)).view_as(input)


def synchronize(module: torch.nn.Module, synchronized: bool = True) -> None:
    """Let every :class:`JointNorm` of a module take its statistics over all devices of a training, or no longer.

    Without a process group, and in evaluation, this changes nothing.

    Example:
        >>> norm = JointNorm(8)
        >>> synchronize(torch.nn.Sequential(norm))
        >>> norm
        JointNorm(8, ..., synchronized=True)
    """
    for part in module.modules():
        if isinstance(part, JointNorm):
            part.synchronized = synchronized


def _devices_work_together() -> bool:
    return torch.distributed.is_available() and torch.distributed.is_initialized()


class _SumOverDevices(torch.autograd.Function):
    """The sum of what every device has; as all losses depend on it, its gradient is the sum of theirs."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        total = values.clone(memory_format=torch.contiguous_format)
        torch.distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return _SumOverDevices.apply(grad)  # type: ignore[no-untyped-call]


def _sum_over_devices(values: Tensor) -> Tensor:
    total: Tensor = _SumOverDevices.apply(values)  # type: ignore[no-untyped-call]
    return total
