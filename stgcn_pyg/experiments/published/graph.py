"""The published adjacency matrices, and the joint radii behind the published spatial partition."""

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor
from torch_geometric.data import Data

from stgcn_pyg.partition import ALPHA, FloatArray, SkeletonGraph, Strategy
from stgcn_pyg.skeleton import Skeleton


def published_adjacency(graph: SkeletonGraph) -> Tensor:
    r"""The published "normalised" adjacency matrices ``[K, V (root), V (neighbour)]``, float64.

    .. math::
        (\Lambda_k + \alpha \mathbf{1}\mathbf{1}^\top)^{\circ -1/2} \, A_k \,
        (\Lambda_k + \alpha \mathbf{1}\mathbf{1}^\top)^{\circ -1/2}

    The published code adds :math:`\alpha` to the whole degree matrix, not to its diagonal, before it takes the
    power entry by entry. What should be 0 beside the diagonal becomes :math:`\alpha^{-1/2} = 31.6`, so every joint
    gets something of every other one, nearly the same of all: with one partition of BODY_25 entries are between
    64,113 and 70,045, where eq. 5 as it is written has none above 0.5. The package normalises by degrees
    (:data:`~stgcn_pyg.partition.NORMALIZATIONS`).

    Args:
        graph: A labelled graph, of which the labels alone are taken.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> dense = published_adjacency(SkeletonGraph.build(BODY_25, "uniform"))
        >>> dense.shape, round(float(dense.min())), round(float(dense.max()))
        (torch.Size([1, 25, 25]), 64113, 70045)
    """
    labelled = torch.zeros(graph.num_partitions, graph.num_nodes, graph.num_nodes, dtype=torch.float64)
    labelled[graph.edge_type, graph.edge_index[1], graph.edge_index[0]] = 1.0
    power = (torch.diag_embed(labelled.sum(dim=2)) + ALPHA) ** -0.5
    return power @ labelled @ power


def published_radius(recordings: Iterable[Data]) -> FloatArray:
    """The published radii of joints ``[V]``: mean distances to the centre, in which missing joints count.

    The published code measures them on all recordings, those to be tested on included, and takes a joint that
    was not seen to be at the picture's corner (0, 0): it draws the centre there, and has a radius itself. Frames
    without anybody are left out. The package measures on the training recordings and on joints that were seen
    (:func:`~stgcn_pyg.partition.joint_radii`).

    Args:
        recordings: All recordings, with ``pos`` and ``score``.

    Raises:
        ValueError: If nobody is seen in any of them.

    Example:
        >>> data = Data(pos=torch.tensor([[[4.0, 0.0], [2.0, 0.0], [9.0, 9.0]]]), score=torch.tensor([[1, 1, 0]]))
        >>> published_radius([data]).tolist()  # the centre is at 2
        [2.0, 0.0, 2.0]
    """
    frames = [published_pixels(data).double().numpy() for data in recordings]
    pixels = np.concatenate(frames) if frames else np.empty((0, 0, 2))
    if len(pixels) == 0:
        raise ValueError("the published radii need a recording in which somebody is seen")
    centre = pixels.mean(axis=1, keepdims=True)
    radius: FloatArray = np.linalg.norm(pixels - centre, axis=2).mean(axis=0)
    return radius


def published_graph(
    skeleton: Skeleton, partition: str | Strategy, recordings: Iterable[Data], max_hops: int = 1
) -> SkeletonGraph:
    """The labelled graph of the published code, for data to carry and a network to be built on.

    Labels are the package's, but for the spatial partition, which compares :func:`published_radius`. The weights
    of the edges are the package's too; :class:`PublishedSpatialConv` has others (:func:`published_adjacency`).

    Args:
        skeleton: The joint layout.
        partition: The partition strategy.
        recordings: All recordings, which are only read for the spatial partition.
        max_hops: The neighbourhood's size D.
    """
    radius = published_radius(recordings) if partition == "spatial" else None
    return SkeletonGraph.build(skeleton, partition, max_hops=max_hops, radius=radius)


def published_pixels(data: Data) -> Tensor:
    """Positions as the published code has them ``[T', V, D]``: missing joints at 0, frames without anybody gone."""
    seen = data.score > 0
    pixels: Tensor = (data.pos * seen[..., None])[seen.any(dim=1)]
    return pixels
