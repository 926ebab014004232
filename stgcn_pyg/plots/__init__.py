"""Pictures: of training and scores, of recordings, of what a network has learned and what it goes by."""

from stgcn_pyg.plots.clip import plot_clip
from stgcn_pyg.plots.confusion import plot_confusion
from stgcn_pyg.plots.curves import plot_curves
from stgcn_pyg.plots.edge_weights import learned_edge_weights, plot_edge_weights
from stgcn_pyg.plots.explanation import plot_explanation
from stgcn_pyg.plots.rest_pose import rest_pose
from stgcn_pyg.plots.scenarios import plot_scenarios
from stgcn_pyg.plots.strip import plot_strip

__all__ = [
    "learned_edge_weights",
    "plot_clip",
    "plot_confusion",
    "plot_curves",
    "plot_edge_weights",
    "plot_explanation",
    "plot_scenarios",
    "plot_strip",
    "rest_pose",
]
