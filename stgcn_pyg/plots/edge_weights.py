"""What a network has learned to think of each edge of the skeleton."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import CenteredNorm
from matplotlib.figure import Figure, FigureBase

from stgcn_pyg.nn.spatial import SpatialGraphConv
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.plots.edges import draw_edges
from stgcn_pyg.plots.rest_pose import rest_pose
from stgcn_pyg.plots.save import save

FloatArray = npt.NDArray[np.float64]

CMAP = colormaps["coolwarm"]
"""Grey in the middle, where nothing was learned."""

PANEL = 1.5
"""Inches that a body is wide."""

BAR = 0.7
"""Inches that the colour bar takes with its label."""

TALLEST = 6
"""Layers below each other; more are drawn in two blocks."""

SMALLEST = 0.01
"""The least half-width of the scale, so that an untrained network looks untrained."""


def learned_edge_weights(network: torch.nn.Module) -> FloatArray:
    r"""The importance :math:`m_{ij}` that each layer has learned for each edge, ``[L, E]``; all 1 at first.

    Raises:
        ValueError: If the network was not built to learn them.
    """
    layers = [layer.edge_importance for layer in network.modules() if isinstance(layer, SpatialGraphConv)]
    weights = [weight.detach().cpu().numpy() for weight in layers if weight is not None]
    if not weights:
        raise ValueError("the network has no learned edge weights; train it with --edge-importance")
    return np.stack(weights).astype(float)


def plot_edge_weights(
    network: torch.nn.Module, graph: SkeletonGraph, picture: Path, pose: npt.ArrayLike | None = None
) -> None:
    """Draw the learned edge weights on the body: a row for each layer, a column for each partition.

    An arrow leads from a neighbour to the joint that hears of it, a circle is what a joint hears of itself. Grey is
    1, what every weight is before training; red edges are heard more, blue ones less.

    Args:
        network: A network with learned edge weights.
        graph: Its graph.
        picture: The PNG file to write.
        pose: Where to draw the joints, ``[V, 2]`` with y upwards; a standing figure if left out.

    Raises:
        ValueError: If the network was not built to learn edge weights.
    """
    weights = learned_edge_weights(network)
    place = rest_pose(graph.skeleton) if pose is None else np.asarray(pose, dtype=float)
    norm = CenteredNorm(vcenter=1, halfrange=max(SMALLEST, float(np.abs(weights - 1).max())))
    blocks = 1 if len(weights) <= TALLEST else 2
    rows = -(-len(weights) // blocks)
    height = PANEL * float(np.clip(np.ptp(place[:, 1]) / max(np.ptp(place[:, 0]), 1e-6), 0.5, 2))
    size = (blocks * (PANEL * graph.num_partitions + 0.5), rows * height + BAR)
    figure = Figure(figsize=size, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.08)  # type: ignore[union-attr, call-arg]
    bodies, bar = figure.subfigures(2, 1, squeeze=False, height_ratios=(rows * height, BAR))[:, 0]
    for block, part in enumerate(bodies.subfigures(1, blocks, squeeze=False)[0]):
        layers = range(block * rows, min((block + 1) * rows, len(weights)))
        _draw_layers(part, layers, graph, place, weights, norm)
    bar.colorbar(
        ScalarMappable(norm, CMAP),
        cax=bar.add_axes((0.2, 0.65, 0.6, 0.2)),
        orientation="horizontal",
        label="learned weight of an edge (1: as before training)",
    )
    save(figure, picture)


def _draw_layers(
    figure: FigureBase,
    layers: range,
    graph: SkeletonGraph,
    place: FloatArray,
    weights: FloatArray,
    norm: CenteredNorm,
) -> None:
    """A row for each of some layers."""
    edges = [(int(a), int(b)) for a, b in graph.edge_index.T]
    panels = figure.subplots(layers.stop - layers.start, graph.num_partitions, squeeze=False)
    for layer, row in zip(layers, panels, strict=True):
        for label, axes in enumerate(row):
            chosen = np.flatnonzero(graph.edge_type.numpy() == label)
            mine = [edges[e] for e in chosen]
            draw_edges(axes, graph.skeleton, place, mine, weights[layer, chosen], norm, CMAP)
            if layer == layers.start:
                axes.set_title(f"partition {label}", fontsize=10)
        beside = {"transform": row[0].transAxes, "rotation": 90, "ha": "right", "va": "center"}
        row[0].text(-0.04, 0.5, f"layer {layer + 1}", **beside)
