"""Layers over timelines ``[F, V, C]``: they know edges and runs, but no skeletons, files or training."""

from stgcn_pyg.nn.fold import fold_norms
from stgcn_pyg.nn.norm import InputNorm, JointNorm, NormReLU, synchronize
from stgcn_pyg.nn.runs import run_pointers, seams
from stgcn_pyg.nn.spatial import (
    BlockedSpatialGraphConv,
    DenseSpatialGraphConv,
    SegmentSpatialGraphConv,
    SpatialGraphConv,
    spatial_graph_conv,
)
from stgcn_pyg.nn.temporal import TemporalConv
from stgcn_pyg.nn.unit import Edges, Norm, PlainUnit, PostActivationUnit, ResidualUnit, norm_relu

__all__ = [
    "BlockedSpatialGraphConv",
    "DenseSpatialGraphConv",
    "Edges",
    "InputNorm",
    "JointNorm",
    "Norm",
    "NormReLU",
    "PlainUnit",
    "PostActivationUnit",
    "ResidualUnit",
    "SegmentSpatialGraphConv",
    "SpatialGraphConv",
    "TemporalConv",
    "fold_norms",
    "norm_relu",
    "run_pointers",
    "seams",
    "spatial_graph_conv",
    "synchronize",
]
