"""What a prediction rests on, drawn on the body."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import CenteredNorm
from matplotlib.figure import Figure

from stgcn_pyg.explain import Explanation
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.plots.edges import draw_edges
from stgcn_pyg.plots.save import save
from stgcn_pyg.plots.view import View
from stgcn_pyg.sequence import FloatArray, SkeletonSequence

CMAP = colormaps["coolwarm"]
"""Red speaks for the class, blue against it."""

BARS = 8
"""Joints, and edges, that are listed."""

MEANING = {
    "occlusion": "what the log-probability loses without it (nats)",
    "gradient": "part of the log-probability, by integrated gradients (nats)",
}


def plot_explanation(explanation: Explanation, graph: SkeletonGraph, picture: Path) -> None:
    """Draw which joints and edges a prediction rests on, on a frame of the recording that shows them well.

    Joints are the larger and edges the thicker, the more they matter; beside them stand those that speak for the
    class the most, in the same colours.

    Args:
        explanation: What :func:`~stgcn_pyg.explain.explain` says.
        graph: The model's graph.
        picture: The PNG file to write.
    """
    pose = clear_pose(explanation.sequence)
    pairs = [(int(a), int(b)) for a, b in graph.edge_index.T]
    figure = Figure(figsize=(9.5, 8.4), layout="constrained")
    (body, joint_bars), (edge_body, edge_bars) = figure.subplots(2, 2)
    loops = [(v, v) for v in range(graph.num_nodes)]
    for axes, edges, values in ((body, loops, explanation.joints), (edge_body, pairs, explanation.edges)):
        sizes = 320.0 if edges is loops else 110.0
        draw_edges(axes, graph.skeleton, pose, edges, values, _norm(values), CMAP, sizes)
    body.set_title("joints", fontsize=11)
    edge_body.set_title("edges (circles: a joint to itself)", fontsize=11)
    _list(joint_bars, explanation.top_joints(BARS), _norm(explanation.joints))
    _list(edge_bars, explanation.top_edges(BARS), _norm(explanation.edges))
    for axes in (joint_bars, edge_bars):
        axes.set_xlabel(MEANING[explanation.method], fontsize=9)
    what = f"{explanation.target} ({explanation.probability:.2f})"
    figure.suptitle(f"{explanation.sequence.name}: what {what} rests on", fontsize=12)
    save(figure, picture)


def clear_pose(sequence: SkeletonSequence) -> FloatArray:
    """A pose in which little lies on top of each other, ``[V, 2]`` with y upwards, NaN where a joint is missing.

    Of the frames that show the most joints it is one that is wider than three in four, but no outlier.
    """
    view = View.of(sequence)
    count = view.seen.sum(axis=1)
    fullest = np.flatnonzero(count == count.max())
    x = np.where(view.seen, view.pos[..., 0], 0.0)[fullest]
    middle = x.sum(axis=1, keepdims=True) / max(int(count.max()), 1)
    width = (np.abs(x - middle) * view.seen[fullest]).sum(axis=1)
    pose: FloatArray = view.pos[fullest[np.argsort(width)[3 * len(width) // 4]]]
    return pose * np.array((1, -1 if view.downwards else 1), np.float32)


def _norm(values: npt.NDArray[np.float64]) -> CenteredNorm:
    return CenteredNorm(vcenter=0, halfrange=max(1e-6, float(np.abs(values).max())))


def _list(axes: Axes, entries: list[tuple[str, float]], norm: CenteredNorm) -> None:
    """Names and values as bars, the largest on top."""
    names = [name.replace("_", " ") for name, _ in entries]
    values = [value for _, value in entries]
    axes.barh(range(len(entries)), values, color=CMAP(norm(values)), edgecolor="0.35", linewidth=0.5)
    axes.set_yticks(range(len(entries)), names, fontsize=9)
    axes.invert_yaxis()
    axes.axvline(0, color="0.35", lw=0.8)
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
