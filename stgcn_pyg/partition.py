r"""From a skeleton to a labelled, weighted graph: neighbourhoods, partitions, normalisation.

A *partition strategy* is a function that returns the labels of all pairs of joints as one matrix: entry
``[i, j]`` is the label :math:`l_i(j) \in \{0..K-1\}` of joint ``j`` in the neighbourhood of the root joint
``i``, or -1 where ``j`` is not in it. The four strategies of the paper are such functions, and a user's own
is another.
"""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from stgcn_pyg.skeleton import Skeleton

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Strategy = Callable[[Skeleton, int], IntArray]
Normalization = Callable[[FloatArray], FloatArray]

ALPHA = 0.001
"""The paper's alpha, which keeps empty rows of an adjacency matrix from a division by zero (section 4.4.1)."""


def uniform(skeleton: Skeleton, max_hops: int = 1) -> IntArray:
    """Uni-labelling: every joint up to D hops away has label 0, K = 1 (paper, section 4.3)."""
    return _up_to(max_hops, skeleton.hops, np.zeros_like(skeleton.hops))


def distance(skeleton: Skeleton, max_hops: int = 1) -> IntArray:
    """Distance partitioning: the label is the hop distance, K = D + 1 (paper, section 4.3)."""
    return _up_to(max_hops, skeleton.hops, skeleton.hops)


def symmetrical(skeleton: Skeleton, max_hops: int = 1) -> IntArray:
    """Symmetrical distance partitioning: distance over the body and its mirror image, K = D + 1.

    0 is the root; a joint's label is its hop distance or that of its mirror image, whichever is less, and 1
    for the root's own mirror image (paper, section 4.3).
    """
    hops = np.minimum(skeleton.hops, skeleton.hops[:, skeleton.mirror_index])
    hops = np.maximum(hops, 1)
    np.fill_diagonal(hops, 0)
    return _up_to(max_hops, hops, hops)


def spatial(skeleton: Skeleton, max_hops: int = 1, radius: npt.ArrayLike | None = None) -> IntArray:
    r"""Spatial configuration partitioning, K = 3 (paper, eq. 4).

    .. math::
        l_i(j) = \begin{cases} 0 & r_j = r_i \\ 1 & r_j < r_i \text{ (centripetal)} \\
        2 & \text{otherwise (centrifugal)} \end{cases}

    Args:
        skeleton: The joint layout.
        max_hops: The neighbourhood's size D.
        radius: The joint radii :math:`r` ``[V]`` of :func:`joint_radii`. Where one of a pair is NaN (never
            observed), and everywhere if left out, the hop distances to the skeleton's centre are compared.

    Example:
        >>> from stgcn_pyg.skeleton import COCO_17 as body
        >>> label = spatial(body)[body.index("left_elbow"), body.index("left_shoulder")]
        >>> int(label)  # towards the centre
        1
    """
    hops = skeleton.hops[skeleton.index(skeleton.center)].astype(float)
    r = np.full(skeleton.num_joints, np.nan) if radius is None else np.asarray(radius, dtype=float)
    if r.shape != hops.shape:
        raise ValueError(f"{skeleton.name} has {skeleton.num_joints} joints, but radii are {list(r.shape)}")
    unseen = np.isnan(r)
    if radius is not None and unseen.any():
        names = ", ".join(np.array(skeleton.joints)[unseen])
        warnings.warn(
            f"never observed in the training recordings, so labelled by hops from {skeleton.center}: {names}",
            stacklevel=2,
        )
    by_hops = unseen[:, None] | unseen[None, :]
    outward = np.where(by_hops, hops[None, :] - hops[:, None], r[None, :] - r[:, None])
    labels = np.select([outward == 0, outward < 0], [0, 1], default=2)
    return _up_to(max_hops, skeleton.hops, labels)


STRATEGIES: dict[str, Callable[..., IntArray]] = {
    "uniform": uniform,
    "distance": distance,
    "spatial": spatial,
    "symmetrical": symmetrical,
}
"""The paper's partition strategies by name."""


def joint_radii(recordings: Iterable[tuple[npt.ArrayLike, npt.ArrayLike]]) -> FloatArray:
    r"""Mean distance :math:`r_i` of each joint to its frame's centre of gravity, over all frames.

    The centre of gravity is the mean of the joints seen in the frame; missing joints and frames in which
    nobody was seen do not count. Give it the training recordings alone.

    Args:
        recordings: Pairs of positions ``[T, V, D]`` and scores ``[T, V]`` (0 = missing).

    Returns:
        Radii ``[V]`` in the unit of the positions; NaN for a joint that was never seen.

    Raises:
        ValueError: If there are no recordings.

    Example:
        >>> pos = [[[0.0, 0.0], [4.0, 0.0], [9.0, 9.0]]]
        >>> joint_radii([(pos, [[1, 1, 0]])]).tolist()
        [2.0, 2.0, nan]
    """
    totals: list[FloatArray] = []
    counts: list[FloatArray] = []
    for pos, score in recordings:
        seen = (np.asarray(score) > 0).astype(float)
        points = np.where(seen[..., None] > 0, pos, 0.0)
        weight = seen[..., None] / np.maximum(seen.sum(axis=1), 1)[:, None, None]
        gravity = (points * weight).sum(axis=1, keepdims=True)
        totals.append((np.linalg.norm(points - gravity, axis=2) * seen).sum(axis=0))
        counts.append(seen.sum(axis=0))
    if not totals:
        raise ValueError("joint radii need at least one recording")
    count = np.sum(counts, axis=0)
    radius: FloatArray = np.where(count > 0, np.sum(totals, axis=0) / np.maximum(count, 1), np.nan)
    return radius


def symmetric(adjacency: FloatArray) -> FloatArray:
    r"""Eq. 5 as written: :math:`\Lambda_j^{-1/2} A_j \Lambda_j^{-1/2}`, row sums plus alpha on both sides.

    An edge whose source joint has an empty row in that partition is divided by :math:`\sqrt\alpha`.
    """
    scale: FloatArray = (adjacency.sum(axis=2) + ALPHA) ** -0.5
    return scale[:, :, None] * adjacency * scale[:, None, :]


def directed(adjacency: FloatArray) -> FloatArray:
    """Eq. 5 for directed partitions: the target's row sum and the source's column sum; no weight exceeds 1."""
    rows: FloatArray = (adjacency.sum(axis=2) + ALPHA) ** -0.5
    columns: FloatArray = (adjacency.sum(axis=1) + ALPHA) ** -0.5
    return rows[:, :, None] * adjacency * columns[:, None, :]


def neighbourhood(adjacency: FloatArray) -> FloatArray:
    """One over the target's degree in its whole neighbourhood, before it is partitioned."""
    degree: FloatArray = np.maximum(adjacency.sum(axis=(0, 2)), 1)
    return adjacency / degree[None, :, None]


def row(adjacency: FloatArray) -> FloatArray:
    """One over the target's degree within each partition: the mean of each partition's neighbours."""
    degree: FloatArray = np.maximum(adjacency.sum(axis=2), 1)
    return adjacency / degree[:, :, None]


NORMALIZATIONS: dict[str, Normalization] = {
    "symmetric": symmetric,
    "directed": directed,
    "neighbourhood": neighbourhood,
    "row": row,
}
"""Degree normalisations by name: functions of the 0/1 adjacency matrices ``[K, root, neighbour]``."""


@dataclass(frozen=True, eq=False)
class SkeletonGraph:
    r"""One skeleton as a labelled, normalised graph: what eq. 5 sums over.

    An edge runs from a neighbour to its root. Edges are sorted by root, then label, then neighbour.

    Args:
        skeleton: The joint layout, V joints.
        edge_index: Neighbour and root of each edge ``[2, E]``.
        edge_type: Label of each edge ``[E]``, the partition it belongs to.
        edge_weight: Normalised weight of each edge ``[E]``, float64.
        partition: The strategy's name.
        normalization: The normalisation's name.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> SkeletonGraph.build(BODY_25, partition="spatial")
        SkeletonGraph(BODY_25, V=25, E=73, K=3, partition='spatial', normalization='directed')

        A strategy of one's own is a function of the skeleton and the number of hops:

        >>> def up_and_down(skeleton, max_hops):
        ...     order = np.sign(np.arange(skeleton.num_joints)[None] - np.arange(skeleton.num_joints)[:, None])
        ...     return np.where(skeleton.hops <= max_hops, order + 1, -1)
        >>> SkeletonGraph.build(BODY_25, partition=up_and_down).num_partitions
        3
    """

    skeleton: Skeleton
    edge_index: Tensor
    edge_type: Tensor
    edge_weight: Tensor
    partition: str
    normalization: str

    @classmethod
    def build(
        cls,
        skeleton: Skeleton,
        partition: str | Strategy = "spatial",
        normalization: str = "directed",
        max_hops: int = 1,
        radius: npt.ArrayLike | None = None,
    ) -> "SkeletonGraph":
        """Label all neighbours of all joints and normalise.

        Args:
            skeleton: The joint layout.
            partition: ``"uniform"``, ``"distance"``, ``"spatial"``, ``"symmetrical"`` or a strategy of your own.
            normalization: ``"directed"``, ``"symmetric"``, ``"neighbourhood"`` or ``"row"``.
            max_hops: The neighbourhood's size D (eq. 2).
            radius: Joint radii ``[V]`` of the training recordings, for ``"spatial"``.

        Raises:
            ValueError: If a name is not known, D is negative, or a strategy returns something that is not a
                matrix of labels.
        """
        if max_hops < 0:
            raise ValueError(f"a neighbourhood of {max_hops} hops is impossible; give 0 or more")
        strategy = _named(STRATEGIES, partition, "partition strategy") if isinstance(partition, str) else partition
        normalize = _named(NORMALIZATIONS, normalization, "normalisation")
        if strategy is spatial:
            strategy = partial(spatial, radius=radius)
        labels = _checked(strategy(skeleton, max_hops), skeleton)
        weights = normalize(np.stack([labels == k for k in range(labels.max() + 1)]).astype(float))
        root, neighbour = np.nonzero(labels >= 0)
        order = np.lexsort((neighbour, labels[root, neighbour], root))
        root, neighbour = root[order], neighbour[order]
        label = labels[root, neighbour]
        return cls(
            skeleton=skeleton,
            edge_index=torch.from_numpy(np.stack([neighbour, root])),
            edge_type=torch.from_numpy(label),
            edge_weight=torch.from_numpy(weights[label, root, neighbour]),
            partition=partition if isinstance(partition, str) else getattr(partition, "__name__", "custom"),
            normalization=normalization,
        )

    @property
    def num_nodes(self) -> int:
        """The number of joints V."""
        return self.skeleton.num_joints

    @property
    def num_edges(self) -> int:
        """The number of labelled edges E, self-connections included."""
        return self.edge_type.numel()

    @property
    def num_partitions(self) -> int:
        """The number of labels K."""
        return int(self.edge_type.max()) + 1

    def adjacency(self) -> Tensor:
        """The normalised adjacency matrices ``[K, V (root), V (neighbour)]``, float64."""
        dense = torch.zeros(self.num_partitions, self.num_nodes, self.num_nodes, dtype=torch.float64)
        dense[self.edge_type, self.edge_index[1], self.edge_index[0]] = self.edge_weight
        return dense

    def to_dict(self) -> dict[str, Any]:
        """Everything, as plain lists, for JSON; the weights come back exactly."""
        return {
            "skeleton": self.skeleton.to_dict(),
            "partition": self.partition,
            "normalization": self.normalization,
            "edge_index": self.edge_index.tolist(),
            "edge_type": self.edge_type.tolist(),
            "edge_weight": self.edge_weight.tolist(),
        }

    @classmethod
    def from_dict(cls, facts: dict[str, Any]) -> "SkeletonGraph":
        """The inverse of :meth:`to_dict`."""
        return cls(
            skeleton=Skeleton.from_dict(facts["skeleton"]),
            edge_index=torch.tensor(facts["edge_index"], dtype=torch.long),
            edge_type=torch.tensor(facts["edge_type"], dtype=torch.long),
            edge_weight=torch.tensor(facts["edge_weight"], dtype=torch.float64),
            partition=facts["partition"],
            normalization=facts["normalization"],
        )

    def __repr__(self) -> str:
        """The facts, not the tensors."""
        return (
            f"SkeletonGraph({self.skeleton.name}, V={self.num_nodes}, E={self.num_edges}, "
            f"K={self.num_partitions}, partition={self.partition!r}, normalization={self.normalization!r})"
        )


def _up_to(max_hops: int, hops: IntArray, labels: IntArray) -> IntArray:
    """The labels of joints up to D hops away, else -1; V hops say that there is no way, however great D is."""
    return np.where(hops <= min(max_hops, len(hops) - 1), labels, -1)


def _named(known: dict[str, Any], name: str, what: str) -> Any:
    if name not in known:
        raise ValueError(f"no {what} is called {name!r}; known: {', '.join(known)}")
    return known[name]


def _checked(labels: npt.ArrayLike, skeleton: Skeleton) -> IntArray:
    """The labels of a strategy as integers, if they are a matrix over the joints with at least one edge."""
    matrix = np.asarray(labels)
    size = skeleton.num_joints
    if matrix.shape != (size, size) or not np.issubdtype(matrix.dtype, np.integer):
        raise ValueError(
            f"a partition strategy returns integer labels [{size}, {size}] for {skeleton.name}, "
            f"not {matrix.dtype} {list(matrix.shape)}"
        )
    if matrix.max() < 0:
        raise ValueError(f"the partition strategy left {skeleton.name} without a single edge")
    return matrix.astype(np.int64)
