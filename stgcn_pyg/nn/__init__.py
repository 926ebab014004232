"""Layers over timelines ``[F, V, C]``: they know edges and runs, but no skeletons, files or training."""

from stgcn_pyg.nn.runs import run_pointers, seams
from stgcn_pyg.nn.spatial import (
    DenseSpatialGraphConv,
    SegmentSpatialGraphConv,
    SpatialGraphConv,
    spatial_graph_conv,
)
from stgcn_pyg.nn.temporal import TemporalConv
from stgcn_pyg.nn.unit import Edges, JointNorm, PlainUnit, ResidualUnit

__all__ = [
    "DenseSpatialGraphConv",
    "Edges",
    "JointNorm",
    "PlainUnit",
    "ResidualUnit",
    "SegmentSpatialGraphConv",
    "SpatialGraphConv",
    "TemporalConv",
    "run_pointers",
    "seams",
    "spatial_graph_conv",
]
