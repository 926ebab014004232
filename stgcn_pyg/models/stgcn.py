"""The network: a stack of spatial-temporal units, pooling over each sample, a linear classifier."""

from collections.abc import Sequence
from typing import Any, Literal, Self

import torch
from torch import Tensor
from torch_geometric.nn import global_mean_pool

from stgcn_pyg.nn import (
    Edges,
    InputNorm,
    JointNorm,
    Norm,
    PlainUnit,
    PostActivationUnit,
    ResidualUnit,
    norm_relu,
    run_pointers,
    spatial_graph_conv,
)
from stgcn_pyg.nn.runs import spread
from stgcn_pyg.nn.spatial import Backend, Bias, SpatialGraphConv
from stgcn_pyg.partition import SkeletonGraph

Channels = Sequence[tuple[int, int]]
"""Output channels and stride of each unit."""

NINE_LAYERS: Channels = ((64, 1),) * 4 + ((128, 2),) + ((128, 1),) * 2 + ((256, 2),) + ((256, 1),) * 2
"""The paper's network of 9 + 1 units (section 4.4)."""

TWELVE_LAYERS: Channels = ((64, 1),) * 4 + ((128, 2),) + ((128, 1),) * 3 + ((256, 2),) + ((256, 1),) * 3
"""The paper's deeper network (section 5.6, Figure 10)."""


def scaled(channels: Channels, width: float) -> Channels:
    """The same network with its channels multiplied by ``width``.

    Example:
        >>> scaled([(64, 1), (128, 2)], 0.5)
        ((32, 1), (64, 2))
    """
    return tuple((max(1, round(size * width)), stride) for size, stride in channels)


Residual = bool | Literal["post-activation"]
"""Kind of the units: full pre-activation residual ones, plain ones, or those of the first ST-GCN."""


class STGCN(torch.nn.Module):
    r"""Spatial-temporal graph convolutional network (paper, section 4.4).

    .. math::
        \hat{\mathbf{y}} = \mathbf{W} \cdot \frac{1}{|\mathcal{F}| V}
        \sum_{t \in \mathcal{F}} \sum_{v} \mathbf{H}_{tv} + \mathbf{b}

    where :math:`\mathbf{H}` is what the units make of a sample's frames :math:`\mathcal{F}`. A sample's
    logits depend on its own frames alone: nothing is padded.

    Args:
        graph: The labelled skeleton graph, the only one that the network takes data of.
        in_channels: Input features of each joint.
        num_classes: The number of actions.
        channels: Output channels and stride of each unit.
        residual: Full pre-activation residual units, with a norm and ReLU before pooling; plain units where False;
            ``"post-activation"`` is the first ST-GCN, whose weights others published: its units, and a norm of each
            channel of each joint before them.
        kernel_size: Frames of the temporal kernels.
        dropout: Dropout in every unit: of a plain unit's output, of what a residual unit adds to its shortcut.
        edge_importance: Learn a weight for each edge in every unit (section 4.4.3).
        causal: Look back only.
        bias: Biases of the spatial convolutions: ``"channel"``, or ``"partition"`` as published.
        linear_middle: Plain units without the nonlinearity between their convolutions, as published.
        norm: Where batch norms stand (section 5.5): at ``"both"`` ends of every unit, at its ``"start"`` or its
            ``"end"`` alone, ``"once"`` for the whole network, which normalises its input, or ``"none"``.
        relu_first: Every ReLU before the norm beside it, not after it (section 5.5).
        backend: How spatial convolutions are computed: ``"auto"``, ``"dense"``, ``"sparse"``, ``"segment"``.

    Example:
        >>> from stgcn_pyg.data import SkeletonData
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> graph = SkeletonGraph.build(BODY_25)
        >>> model = STGCN(graph, in_channels=2, num_classes=6, channels=[(16, 1), (32, 2)])
        >>> data = SkeletonData(x=torch.randn(40, 25, 2), run=torch.zeros(40, dtype=torch.long))
        >>> model(data.attach(graph)).shape
        torch.Size([1, 6])
    """

    edge_index: Tensor
    edge_type: Tensor
    edge_weight: Tensor

    def __init__(
        self,
        graph: SkeletonGraph,
        in_channels: int,
        num_classes: int,
        channels: Channels = NINE_LAYERS,
        residual: Residual = True,
        kernel_size: int = 9,
        dropout: float = 0.0,
        edge_importance: bool = False,
        causal: bool = False,
        bias: Bias = "channel",
        linear_middle: bool = False,
        norm: Norm = "both",
        relu_first: bool = False,
        backend: Backend = "auto",
    ) -> None:
        super().__init__()
        if residual and linear_middle:
            raise ValueError("linear_middle is a kind of plain unit; it needs residual=False")
        if residual not in (True, False, "post-activation"):
            raise ValueError(f"no units are called {residual!r}; known: True, False, 'post-activation'")
        if residual == "post-activation" and (norm != "both" or relu_first):
            raise ValueError("post-activation units have their norms where they were published; leave those out")
        self.num_nodes = graph.num_nodes
        self.in_channels = in_channels
        self.register_buffer("edge_index", graph.edge_index, persistent=False)
        self.register_buffer("edge_type", graph.edge_type, persistent=False)
        self.register_buffer("edge_weight", graph.edge_weight.to(torch.get_default_dtype()), persistent=False)

        def spatial(size_in: int, size_out: int) -> SpatialGraphConv:
            num_edges = graph.num_edges if edge_importance else 0
            return spatial_graph_conv(size_in, size_out, graph.num_partitions, num_edges, bias, backend)

        def unit(size_in: int, size_out: int, stride: int, is_input: bool) -> torch.nn.Module:
            shape = (size_in, size_out, spatial, kernel_size, stride, dropout, causal)
            if residual == "post-activation":
                return PostActivationUnit(*shape, is_input)
            if residual:
                return ResidualUnit(*shape, is_input, norm, relu_first)
            return PlainUnit(*shape, linear_middle, norm, relu_first)

        self.norm = self._input_norm(residual, norm)  # no ReLU follows, as it would cut the coordinates in half
        self.units = torch.nn.ModuleList()
        size = in_channels
        for size_out, stride in channels:
            self.units.append(unit(size, size_out, stride, is_input=len(self.units) == 0))
            size = size_out
        # The sum of the last residual unit is still to be normalised and activated; the others' output is.
        last = [norm_relu(size, norm == "both", relu_first)] if residual is True else []
        self.final = torch.nn.Sequential(*last)
        self.classifier = torch.nn.Linear(size, num_classes)
        self.frozen: list[torch.nn.Module] = []

    def _input_norm(self, residual: Residual, norm: Norm) -> torch.nn.Module:
        if residual == "post-activation":
            return InputNorm(self.num_nodes, self.in_channels)
        return JointNorm(self.in_channels) if norm == "once" else torch.nn.Identity()

    def freeze(self, num_units: int) -> None:
        """Keep the first units as they are while the rest is trained, as fine-tuning does.

        Their weights get no gradient, their norms keep their statistics and they drop nothing out. So it is with a
        norm before the first of them, and where all units are frozen with the norm before pooling, so that the
        classifier alone is trained.

        Args:
            num_units: How many, from the input on; 0 frees all.

        Raises:
            ValueError: If there are not so many.
        """
        if not 0 <= num_units <= len(self.units):
            raise ValueError(f"the network has {len(self.units)} units, of which {num_units} cannot be frozen")
        before = [self.norm, *self.units[:num_units]] if num_units else []
        self.frozen = [*before, self.final] if num_units == len(self.units) else before
        for part in (self.norm, *self.units, self.final):
            part.requires_grad_(part not in self.frozen)
        self.train(self.training)

    def train(self, mode: bool = True) -> Self:
        """Switch to training, all but what is frozen, or to evaluation."""
        super().train(mode)
        for part in self.frozen:
            part.eval()
        return self

    def forward(self, data: Any) -> Tensor:
        """Logits ``[N, classes]`` of a :class:`~stgcn_pyg.data.SkeletonData`, a timeline batch or an unrolled one.

        Raises:
            ValueError: If the data carries another graph, or its features are not of this network's shape.
        """
        x, run, batch = self._frames(data)
        ptr = run_pointers(run, batch)
        sample = batch[ptr[:-1]]  # the sample of each run
        edges = Edges(self.edge_index, self.edge_type, self.edge_weight)
        x = self.norm(x)
        for unit in self.units:
            x, ptr = unit(x, ptr, edges)
        joints = self.final(x).mean(dim=1)
        num_samples = getattr(data, "num_graphs", 1)
        pooled = global_mean_pool(joints, spread(sample, ptr, joints.shape[0]), num_samples)  # [N, C]
        logits: Tensor = self.classifier(pooled)
        return logits

    def _frames(self, data: Any) -> tuple[Tensor, Tensor, Tensor]:
        """Features ``[F, V, C]``, run ``[F]`` and sample ``[F]`` of each frame, whatever form the data is in."""
        x, run = data.x, getattr(data, "run", None)
        if x is None:
            raise ValueError("the data has no features x; apply the features transform first")
        if run is None:
            raise ValueError("the data does not say which run each frame belongs to; set run, 0 for a single one")
        batch = data.batch if getattr(data, "batch", None) is not None else torch.zeros_like(run)
        copies = 1  # of the skeleton's edges
        if x.dim() == 2:  # unrolled: a node for each joint of each frame
            x, run, batch = self._rolled(x), self._rolled(run)[:, 0], self._rolled(batch)[:, 0]
            copies = x.shape[0]
        if not self._has_my_edges(data, copies):
            raise ValueError("the data's edges are not those of the graph that this model was built on")
        if x.shape[1:] != (self.num_nodes, self.in_channels):
            raise ValueError(
                f"the model takes [F, {self.num_nodes} joints, {self.in_channels} channels], "
                f"but the data is {list(x.shape)}"
            )
        return x.to(self.edge_weight), run, batch

    def _rolled(self, values: Tensor) -> Tensor:
        if values.shape[0] % self.num_nodes:
            raise ValueError(f"{values.shape[0]} nodes are no whole number of frames of {self.num_nodes} joints")
        return values.view(-1, self.num_nodes, *values.shape[1:])

    def _has_my_edges(self, data: Any, copies: int) -> bool:
        """Whether the data's edges are the graph's: once, or in an unrolled recording once for each frame."""
        index, label, weight = (getattr(data, key, None) for key in ("edge_index", "edge_type", "edge_weight"))
        if index is None or label is None or weight is None:
            return False
        shift = self.num_nodes * torch.arange(copies, device=index.device)
        return (
            torch.equal(index, (self.edge_index[:, None] + shift[:, None]).flatten(1))
            and torch.equal(label, self.edge_type.repeat(copies))
            and torch.allclose(weight.to(self.edge_weight), self.edge_weight.repeat(copies))
        )
