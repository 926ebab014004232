"""The mistakes of the paper's published code, kept apart so that what they cost can be measured.

The published code computes something else than the paper says, or than is right, in a dozen places. Here each
has a name, and its docstring says what the package does instead. Nothing outside of ``experiments`` may import
this: a mistake that is measured must not find its way into what is used.
"""

from stgcn_pyg.experiments.published.accuracy import batch_means
from stgcn_pyg.experiments.published.augmentation import PublishedAugmentation
from stgcn_pyg.experiments.published.graph import published_adjacency, published_graph, published_radius
from stgcn_pyg.experiments.published.network import PublishedResidualUnit, PublishedSTGCN
from stgcn_pyg.experiments.published.pixels import PublishedInput
from stgcn_pyg.experiments.published.spatial import PublishedSpatialConv

__all__ = [
    "PublishedAugmentation",
    "PublishedInput",
    "PublishedResidualUnit",
    "PublishedSTGCN",
    "PublishedSpatialConv",
    "batch_means",
    "published_adjacency",
    "published_graph",
    "published_radius",
]
