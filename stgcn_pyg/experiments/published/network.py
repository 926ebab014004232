"""The published network."""

from functools import partial
from typing import Any

import torch
from torch import Tensor

from stgcn_pyg.data import TimelineBatch
from stgcn_pyg.experiments.published.graph import published_adjacency
from stgcn_pyg.experiments.published.spatial import PublishedSpatialConv
from stgcn_pyg.models import NINE_LAYERS, STGCN
from stgcn_pyg.models.stgcn import Channels
from stgcn_pyg.nn import Edges, Norm, PlainUnit, ResidualUnit, TemporalConv
from stgcn_pyg.nn.spatial import Backend, Bias
from stgcn_pyg.partition import SkeletonGraph


class PublishedResidualUnit(ResidualUnit):
    r"""The published residual unit.

    .. math::
        \mathbf{H} = \mathrm{drop}(\sigma(\mathrm{Short}(\mathbf{X}) + \mathrm{Temporal}(\sigma(\mathrm{BN}(
        \mathrm{Spatial}(\sigma(\mathrm{BN}(\mathbf{X}))))))))

    The published code applies a ReLU and dropout after the sum, so that it is not full pre-activation: nothing
    passes the shortcuts unchanged, and what a unit adds can only grow. In the first unit it also cuts the
    normalised coordinates in half by a ReLU. The package drops out what is added, adds, and leaves both out
    (:class:`~stgcn_pyg.nn.ResidualUnit`).
    """

    def forward(self, x: Tensor, ptr: Tensor, edges: Edges) -> tuple[Tensor, Tensor]:
        """Frames ``[F, V, C_in]`` and their runs to frames ``[F', V, C_out]`` and theirs."""
        short = x if self.shortcut is None else self.shortcut(x, ptr)[0]
        x = self.spatial(x, *edges, before=self.norm_in)
        x, ptr = self.temporal(x, ptr, before=self.norm_middle)
        return self.dropout((short + x).relu()), ptr


class PublishedSTGCN(STGCN):
    r"""The published network: :class:`PublishedSpatialConv` in every unit, and batches padded by loops.

    Besides the mistakes of its convolutions, the published code

    - repeats each sample of a batch from its start until it is as long as the longest, and pools over what it
      padded, so that a sample's logits depend on what else is in its batch. The package pads nothing.
    - has nothing between the spatial and the temporal convolution of a plain unit, so that both are one linear map.
      The package has a norm and a ReLU there.
    - pools what the last residual sum's ReLU gives (:class:`PublishedResidualUnit`), where full pre-activation
      needs a norm and a ReLU, as the package has them.

    Its parameters are exactly as many as the published code's, the adjacency matrices among them.

    Args:
        graph: The labelled skeleton graph, such as :func:`published_graph` makes it.
        in_channels: Input features of each joint, 2 for :class:`PublishedInput`.
        num_classes: The number of actions.
        channels: Output channels and stride of each unit.
        residual: Published residual units, else plain ones.
        kernel_size: Frames of the temporal kernels.
        dropout: Dropout of every unit's output.
        edge_importance: Multiply adjacency matrices by a jittered mask that never trains.
        causal: False, as is published.
        bias: ``"partition"``, as is published.
        linear_middle: If given, True for plain units, as is published, and False for residual ones.
        norm: Where batch norms stand; see :class:`~stgcn_pyg.models.STGCN`.
        relu_first: Every ReLU before the norm beside it, not after it.
        backend: ``"auto"`` or ``"dense"``: published matrices are dense.

    Raises:
        ValueError: If an argument contradicts the published code, or is impossible.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> model = PublishedSTGCN(SkeletonGraph.build(BODY_25, "uniform"), in_channels=2, num_classes=6)
        >>> sum(values.numel() for values in model.parameters())
        2592244
    """

    def __init__(
        self,
        graph: SkeletonGraph,
        in_channels: int,
        num_classes: int,
        channels: Channels = NINE_LAYERS,
        residual: bool = False,
        kernel_size: int = 9,
        dropout: float = 0.0,
        edge_importance: bool = False,
        causal: bool = False,
        bias: Bias = "partition",
        linear_middle: bool | None = None,
        norm: Norm = "both",
        relu_first: bool = False,
        backend: Backend = "auto",
    ) -> None:
        _refuse(causal, "causal=True", "causal=False")
        _refuse(bias != "partition", f"bias={bias!r}", 'bias="partition"')
        _refuse(linear_middle not in (None, not residual), f"{linear_middle=}", f"linear_middle={not residual}")
        _refuse(backend not in ("auto", "dense"), f"backend={backend!r}", 'backend="auto"')
        super().__init__(
            graph, in_channels, num_classes, channels, residual, kernel_size, norm=norm, relu_first=relu_first
        )
        adjacency = published_adjacency(graph)

        def spatial(size_in: int, size_out: int) -> PublishedSpatialConv:
            return PublishedSpatialConv(size_in, size_out, adjacency, edge_importance)

        unit: Any = PublishedResidualUnit if residual else partial(PlainUnit, linear_middle=True)
        how = {"dropout": dropout, "norm": norm, "relu_first": relu_first}
        self.units = torch.nn.ModuleList()
        size = in_channels
        for size_out, stride in channels:
            self.units.append(unit(size, size_out, spatial, kernel_size, stride, **how))
            size = size_out
        self.final = torch.nn.Sequential()
        for part in self.modules():
            if isinstance(part, TemporalConv):
                torch.nn.Conv1d.reset_parameters(part)  # drawn as PyTorch does, not as the package does

    def forward(self, data: Any) -> Tensor:
        """Logits ``[N, classes]`` of a batch whose samples are looped to the longest one's length.

        Raises:
            ValueError: If the data carries another graph, or its features are not of this network's shape.
        """
        x, _, batch = self._frames(data)
        lengths = batch.bincount(minlength=getattr(data, "num_graphs", 1))
        frames = loop_frames(lengths)
        looped = TimelineBatch(x=x[frames], run=torch.zeros_like(frames), batch=batch[frames])
        looped.frame_ptr = int(lengths.max()) * torch.arange(len(lengths) + 1, device=frames.device)
        looped.edge_index, looped.edge_type, looped.edge_weight = self.edge_index, self.edge_type, self.edge_weight
        return super().forward(looped)


def loop_frames(lengths: Tensor) -> Tensor:
    """Which frames of a timeline make samples of these lengths ``[N]`` equally long, ``[N * longest]``.

    Example:
        >>> loop_frames(torch.tensor([2, 5])).tolist()
        [0, 1, 0, 1, 0, 2, 3, 4, 5, 6]
    """
    first = lengths.cumsum(0) - lengths
    steps = torch.arange(int(lengths.max()), device=lengths.device)
    return (first[:, None] + steps % lengths[:, None]).flatten()


def _refuse(wrong: bool, given: str, published: str) -> None:
    if wrong:
        raise ValueError(f"{given} is not what the published code does; leave it at {published}")
