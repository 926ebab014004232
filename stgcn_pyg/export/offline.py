"""The whole way from a recording's poses to scores as one module that can be exported."""

import torch
from torch import Tensor

from stgcn_pyg.export.features import RecordingFeatures
from stgcn_pyg.export.network import ExportedNetwork
from stgcn_pyg.export.unit import RecordingUnit
from stgcn_pyg.models import STGCN
from stgcn_pyg.models.ensemble import vote
from stgcn_pyg.recognizer import Recognizer


class RecordingNetwork(ExportedNetwork):
    """A network that is given all frames at once.

    Attributes:
        gap: How many frames must lie between two runs so that neither is seen from the other.
    """

    Unit = RecordingUnit

    def __init__(self, network: STGCN) -> None:
        super().__init__(network)
        self.gap = max(max(u.ahead, u.behind) * stride for u, stride in zip(self.units, self.strides, strict=False))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Logits ``[classes]`` of features ``[T, V, C]`` with a mask ``[T]``, 0 for frames of no run."""
        x = self.norm(x)
        for unit in self.units:
            x, mask = unit(x, mask)
        pooled = (self.final(x).mean(dim=1) * mask[:, None]).sum(dim=0) / mask.sum().clamp(min=1)
        logits: Tensor = self.classifier(pooled)
        return logits


class OfflineModel(torch.nn.Module):
    """Scores of a whole recording.

    Runs must be far enough apart not to see each other: between two of them there are ``gap`` frames of no run at
    least, and each begins at a multiple of ``stride``.

    Args:
        recognizer: The model; it is copied.

    Attributes:
        stride: How many frames one of the last layer stands for.
        gap: Frames between runs.

    Shapes:
        - **pos**: positions ``[T, V, D]``; those of missing joints are not looked at
        - **score**: ``[T, V]``, 0 where missing
        - **frame**: frame numbers ``[T]``
        - **run**: ``[T]``, the run of each frame; -1 for frames of none
        - **output**: logits ``[classes]`` and probabilities ``[classes]``

    Example:
        >>> from stgcn_pyg.partition import SkeletonGraph
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> model = OfflineModel(Recognizer(SkeletonGraph.build(BODY_25), ["walk", "run"], channels=[(8, 1)]))
        >>> frame = torch.arange(40)
        >>> logits, probabilities = model(torch.randn(40, 25, 2), torch.ones(40, 25), frame, 0 * frame)
        >>> probabilities.shape
        torch.Size([2])
    """

    def __init__(self, recognizer: Recognizer) -> None:
        super().__init__()
        self.features = RecordingFeatures(recognizer.features, recognizer.fps or 1.0)
        networks = [RecordingNetwork(network) for network in recognizer.networks]
        self.networks = torch.nn.ModuleList(networks)
        self.shape = (recognizer.graph.num_nodes, recognizer.num_dims)
        self.stride, self.gap = networks[0].strides[-1], networks[0].gap

    def forward(self, pos: Tensor, score: Tensor, frame: Tensor, run: Tensor) -> tuple[Tensor, Tensor]:
        """Score a recording."""
        in_run = run >= 0
        seen = (score > 0) & in_run[:, None]
        x = self.features(torch.where(seen[..., None], pos, 0.0), seen, frame, run)
        return decide([network(x, in_run.to(x)) for network in self.networks])


def decide(logits: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Logits and probabilities ``[classes]`` from those of one network or of several that vote."""
    decided = logits[0] if len(logits) == 1 else vote(logits)
    return decided, decided.softmax(dim=-1)
