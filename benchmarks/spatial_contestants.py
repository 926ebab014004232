"""One labelled graph convolution, computed in all the ways that `spatial_conv.py` compares.

All take the same features, weights and graph, have no bias and learn no edge weights. What depends on the graph
alone is made beforehand, except by our layers, whose edge weights may be learned.
"""

import warnings
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor
from torch_geometric.nn import RGCNConv
from torch_geometric.typing import WITH_TORCH_SCATTER

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.nn import SpatialGraphConv, spatial_graph_conv
from stgcn_pyg.nn.spatial import Backend
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.transforms import UnrollFrames

MEMORY_GUARD = 4 << 30
"""Bytes of a single tensor beyond which a contestant is left out."""

TOLERANCE = 1e-4
"""How far float32 results may lie apart, relative to the largest entry."""

RESULTS = ("output", "gradient of x", "gradient of W")
"""What is compared."""


class Problem(NamedTuple):
    """What is to be computed.

    Attributes:
        graph: The labelled graph, V joints, E edges, K partitions.
        x: Features ``[F, V, C]``.
        weight: ``[K, C, C_out]``.
        grad: The gradient of the output ``[F, V, C_out]``, to start the backward pass with.
    """

    graph: SkeletonGraph
    x: Tensor
    weight: torch.nn.Parameter
    grad: Tensor

    @classmethod
    def draw(cls, graph: SkeletonGraph, frames: int, channels: int, out: int, device: torch.device) -> "Problem":
        """Random features, weights and gradients."""
        num_nodes, num_partitions = graph.num_nodes, graph.num_partitions
        weight = torch.randn(num_partitions, channels, out, device=device) / (channels * num_partitions) ** 0.5
        return cls(
            graph,
            torch.randn(frames, num_nodes, channels, device=device, requires_grad=True),
            torch.nn.Parameter(weight),
            torch.randn(frames, num_nodes, out, device=device),
        )

    def adjacency(self) -> Tensor:
        """The adjacency matrices ``[V, K, V]``: root, label, neighbour."""
        return self.graph.adjacency().transpose(0, 1).to(self.x)


class Contestant(NamedTuple):
    """One way to compute it.

    Attributes:
        forward: Returns the output ``[F, V, C_out]``.
        inputs: Features and weights, of which gradients are taken.
    """

    forward: Callable[[], Tensor]
    inputs: tuple[Tensor, Tensor]

    def infer(self) -> Tensor:
        """Forward alone, with nothing kept for gradients."""
        with torch.no_grad():
            return self.forward()

    def step(self, grad: Tensor) -> tuple[Tensor, ...]:
        """Forward and backward: the output, and the gradients of features and weights."""
        out = self.forward()
        return out.detach(), *torch.autograd.grad(out, self.inputs, grad)


def ours(problem: Problem, backend: Backend) -> Contestant:
    """One of our backends, on frames over one graph."""
    graph, x, weight, _ = problem
    conv = _layer(weight, backend)
    edges = graph.edge_index.to(x.device), graph.edge_type.to(x.device), graph.edge_weight.to(x)
    return Contestant(lambda: conv(x, *edges), (x, weight))


def csr(problem: Problem) -> Contestant:
    """Torch's product of a sparse matrix with features ``[V, F * C]``, which takes transposing them."""
    _, x, weight, _ = problem
    frames, nodes, channels = x.shape
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta")
        adjacency = problem.adjacency().flatten(0, 1).to_sparse_csr()

    def forward() -> Tensor:
        sums = adjacency @ x.transpose(0, 1).reshape(nodes, -1)  # [V * K, F * C]
        rows = sums.view(nodes, -1, frames, channels).permute(2, 0, 1, 3)  # [F, V, K, C]
        return rows.reshape(frames, nodes, -1) @ weight.flatten(0, 1)

    return Contestant(forward, (x, weight))


def einsum(problem: Problem) -> Contestant:
    """As published code has it: one product to K times the channels, then a sum over neighbours and labels."""
    _, x, weight, _ = problem
    adjacency = problem.adjacency().permute(1, 2, 0).contiguous()

    def forward() -> Tensor:
        products = x @ weight.transpose(0, 1).flatten(1)
        products = products.view(*x.shape[:2], len(weight), -1).transpose(1, 2)  # [F, K, V, C_out]
        return torch.einsum("fkvc,kvw->fwc", products, adjacency)

    return Contestant(forward, (x, weight))


def unrolled(problem: Problem) -> Contestant:
    """Our message passing on an ordinary graph of F * V nodes."""
    graph, x, weight, grad = problem
    conv = _layer(weight, "sparse")
    edges = _unrolled_edges(graph, x)
    return Contestant(lambda: conv(x.flatten(0, 1), *edges).view_as(grad), (x, weight))


def rgcn(problem: Problem) -> Contestant:
    """PyG's own relational convolution on the same ordinary graph; its means are the weights of ``"row"``."""
    graph, x, weight, grad = problem
    labels, channels, out = weight.shape
    conv = RGCNConv(channels, out, labels, aggr="mean", root_weight=False, bias=False)
    conv.weight = weight
    edge_index, edge_type, _ = _unrolled_edges(graph, x)
    return Contestant(lambda: conv(x.flatten(0, 1), edge_index, edge_type).view_as(grad), (x, weight))


def product(problem: Problem) -> Contestant:
    """The matrix product alone, of sums made beforehand; so its first gradient is that of the sums."""
    sums = (problem.adjacency().flatten(0, 1) @ problem.x.detach()).view(*problem.x.shape[:2], -1).requires_grad_()
    return Contestant(lambda: sums @ problem.weight.flatten(0, 1), (sums, problem.weight))


BUILD: dict[str, Callable[[Problem], Contestant]] = {
    "sparse": partial(ours, backend="sparse"),
    "segment": partial(ours, backend="segment"),
    "dense": partial(ours, backend="dense"),
    "auto": partial(ours, backend="auto"),
    "csr": csr,
    "einsum": einsum,
    "unrolled": unrolled,
    "RGCNConv": rgcn,
    "product": product,
}
OURS = ("sparse", "segment", "dense", "auto")


def widest_bytes(problem: Problem) -> dict[str, int]:
    """Bytes of the widest tensor that each contestant makes, to be compared with the guard."""
    graph, x, _, grad = problem
    sums = x.nbytes * graph.num_partitions
    messages = max(sums, x.shape[0] * graph.num_edges * x.shape[2] * x.itemsize)
    several = grad.nbytes * graph.num_partitions
    return dict.fromkeys(BUILD, sums) | {
        "sparse": messages,
        "segment": messages,
        "unrolled": messages,
        "RGCNConv": messages,
        "einsum": several,
        "auto": max(x.nbytes, grad.nbytes),
    }


def line_up(problem: Problem, guard: int = MEMORY_GUARD) -> tuple[dict[str, Contestant], dict[str, str]]:
    """The contestants, and why the others are left out."""
    left_out = {
        name: f"a tensor of {size / 1e9:.3g} GB, over the guard of {guard / 1e9:.3g} GB"
        for name, size in widest_bytes(problem).items()
        if size > guard
    }
    if not WITH_TORCH_SCATTER:
        left_out["segment"] = "torch-scatter is not installed"
    return {name: build(problem) for name, build in BUILD.items() if name not in left_out}, left_out


def check_equal(contestants: dict[str, Contestant], grad: Tensor) -> None:
    """Compare outputs and gradients of all contestants with the first one's.

    Raises:
        AssertionError: If one lies further away than the tolerance; it is named, and how far.
    """
    first, *others = contestants
    expected = contestants[first].step(grad)
    for name in others:
        results = zip(RESULTS, contestants[name].step(grad), expected, strict=True)
        for what, result, right in results:
            if name == "product" and what == "gradient of x":  # it has that of the sums
                continue
            error = float((result - right).abs().max() / right.abs().max())
            if not error <= TOLERANCE:
                raise AssertionError(f"{what}: {name} and {first} differ by {error:.1e} of the largest entry")


def _layer(weight: torch.nn.Parameter, backend: Backend) -> SpatialGraphConv:
    labels, channels, out = weight.shape
    conv = spatial_graph_conv(channels, out, labels, bias="none", backend=backend)
    conv.weight = weight
    return conv


def _unrolled_edges(graph: SkeletonGraph, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    run = torch.zeros(x.shape[0], dtype=torch.long)
    edges = UnrollFrames(graph)(SkeletonData(x=torch.empty(*x.shape[:2], 0), run=run))
    return edges.edge_index.to(x.device), edges.edge_type.to(x.device), edges.edge_weight.to(x)
