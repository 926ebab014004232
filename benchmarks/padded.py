"""A textbook ST-GCN on padded batches ``(N, C, T, V)``, as published code has it: the timeline's opponent."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stgcn_pyg.models import STGCN
from stgcn_pyg.nn import ResidualUnit


class PaddedUnit(nn.Module):
    """The full pre-activation residual unit: 1 x 1 convolution, einsum over joints, (9, 1) convolution."""

    def __init__(self, unit: ResidualUnit, is_input: bool) -> None:
        super().__init__()
        size_in, size_out = unit.spatial.in_channels, unit.spatial.out_channels
        stride, self.num_partitions, self.is_input = unit.temporal.stride[0], unit.spatial.num_partitions, is_input
        kernel = unit.temporal.kernel_size[0]
        self.norm_in = nn.BatchNorm2d(size_in)
        self.spatial = nn.Conv2d(size_in, size_out * self.num_partitions, 1)
        self.norm_middle = nn.BatchNorm2d(size_out)
        self.temporal = nn.Conv2d(size_out, size_out, (kernel, 1), (stride, 1), (kernel // 2, 0))
        same = size_in == size_out and stride == 1
        self.shortcut = None if same else nn.Conv2d(size_in, size_out, 1, (stride, 1))

    def forward(self, x: Tensor, adjacency: Tensor) -> Tensor:
        """``(N, C, T, V)`` and ``(K, neighbour, root)`` to ``(N, C', T', V)``."""
        short = x if self.shortcut is None else self.shortcut(x)
        x = self.norm_in(x) if self.is_input else F.relu(self.norm_in(x))
        x = self.spatial(x)
        n, kc, t, v = x.shape
        x = x.view(n, self.num_partitions, kc // self.num_partitions, t, v)
        x = torch.einsum("nkctv,kvw->nctw", x, adjacency).contiguous()
        out: Tensor = short + self.temporal(F.relu(self.norm_middle(x)))
        return out


class PaddedSTGCN(nn.Module):
    """The network of an :class:`~stgcn_pyg.models.STGCN` with ``bias="partition"``, for padded batches.

    Args:
        model: The network whose shape and weights it takes.
        adjacency: ``[K, root, neighbour]``.
    """

    adjacency: Tensor

    def __init__(self, model: STGCN, adjacency: Tensor) -> None:
        super().__init__()
        self.register_buffer("adjacency", adjacency.float().transpose(1, 2).contiguous())
        self.units = nn.ModuleList(PaddedUnit(unit, i == 0) for i, unit in enumerate(model.units))  # type: ignore[arg-type]
        self.norm = nn.BatchNorm2d(model.classifier.in_features)
        self.classifier = nn.Linear(model.classifier.in_features, model.classifier.out_features)
        self.load_state_dict({"adjacency": self.adjacency, **weights(model)})

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, T, V)`` to logits ``(N, classes)``; padding is pooled with the rest."""
        for unit in self.units:
            x = unit(x, self.adjacency)
        logits: Tensor = self.classifier(F.relu(self.norm(x)).mean((2, 3)))
        return logits


def weights(model: STGCN, gradients: bool = False) -> dict[str, Tensor]:
    """A model's state, or the gradients of its parameters, under the names and in the shapes of the padded one."""
    entries = {name: p.grad for name, p in model.named_parameters()} if gradients else model.state_dict()
    return {name.replace("final.0.", "norm."): _padded_form(name, value) for name, value in entries.items()}


def _padded_form(name: str, value: Tensor | None) -> Tensor:
    assert value is not None, name
    if name.endswith("spatial.weight"):  # [K, C_in, C_out]
        return value.transpose(1, 2).reshape(-1, value.shape[1], 1, 1)
    if name.endswith("spatial.bias"):  # [K, C_out]
        return value.reshape(-1)
    if name.endswith(("temporal.weight", "shortcut.weight")):  # [C_out, C_in, Gamma]
        return value.unsqueeze(-1)
    return value


def pad(samples: list[Tensor]) -> Tensor:
    """Recordings ``[T, V, C]`` as one batch ``(N, C, T, V)``, with zeros up to the longest."""
    return nn.utils.rnn.pad_sequence(samples, batch_first=True).permute(0, 3, 1, 2).contiguous()
