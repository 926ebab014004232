"""A recording as an ordinary graph, with a node for each joint of each frame."""

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform

from stgcn_pyg.data import FRAME_KEYS, GRAPH_KEYS, JOINT_KEYS, SkeletonData
from stgcn_pyg.partition import SkeletonGraph


class UnrollFrames(BaseTransform):
    r"""Turns a :class:`SkeletonData` into a ``Data`` of T x V nodes, frame by frame.

    Each frame has the skeleton's labelled edges. With a temporal range :math:`\Gamma > 1` a node's
    neighbourhood also reaches into the frames around it (eq. 2),

    .. math::
        B(v_{ti}) = \{v_{qj} \mid d(v_j, v_i) \le D, \; |q - t| \le \lfloor \Gamma/2 \rfloor\},

    within its run, and labels tell the frames apart (eq. 3):

    .. math::
        l_{ST}(v_{qj}) = l_i(v_j) + (q - t + \lfloor \Gamma/2 \rfloor) \cdot K

    One :class:`~stgcn_pyg.nn.SpatialGraphConv` over these :math:`K \Gamma` labels, with weights
    :math:`\mathbf{W}_{k} \mathbf{T}_{q}`, is the spatial convolution :math:`\mathbf{W}` followed by the temporal
    convolution :math:`\mathbf{T}`, at the ends of runs too.

    What comes out works with PyG's stock loader, any PyG layer and any structural transform; with
    :math:`\Gamma = 1` it also works with :class:`~stgcn_pyg.models.STGCN`, whose logits are the same.

    Args:
        graph: The labelled skeleton graph.
        temporal_range: The range :math:`\Gamma`, odd.
        joint_only: Edges to other frames join a joint to itself alone: the temporal edges :math:`E_F`, each with
            the label and weight of the joint's edge to itself.

    Shapes:
        - **x** ``[T * V, C]``; **edge_index** ``[2, E']``, **edge_type**, **edge_weight** ``[E']``
        - **edge_id** ``[E']``: which edge of the skeleton each edge repeats
        - **frame**, **run**, **body**, **joint** ``[T * V]``: frame number, run, person and joint of each node

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> data = SkeletonData(x=torch.rand(4, 25, 2), run=torch.zeros(4, dtype=torch.long))
        >>> unrolled = UnrollFrames(SkeletonGraph.build(BODY_25))(data)
        >>> unrolled.num_nodes, unrolled.num_edges
        (100, 292)
    """

    def __init__(self, graph: SkeletonGraph, temporal_range: int = 1, joint_only: bool = False) -> None:
        if temporal_range < 1 or temporal_range % 2 == 0:
            raise ValueError(f"a temporal range is an odd number of frames, not {temporal_range}")
        self.graph = graph
        self.temporal_range = temporal_range
        self.joint_only = joint_only

    def forward(self, data: SkeletonData) -> Data:
        """Unroll."""
        if "batch" in data:
            raise ValueError("unroll recordings first and batch them then, with PyG's stock loader")
        num_frames, num_nodes = data.num_frames, self.graph.num_nodes
        unrolled = Data(num_nodes=num_frames * num_nodes)
        for key, value in data.to_dict().items():
            if key in JOINT_KEYS:
                unrolled[key] = value.flatten(0, 1)
            elif key in FRAME_KEYS:
                unrolled[key] = value.repeat_interleave(num_nodes, dim=0)
            elif key not in GRAPH_KEYS:
                unrolled[key] = value
        unrolled.joint = torch.arange(num_nodes).repeat(num_frames)
        half = self.temporal_range // 2
        parts = [self._edges(offset, data.run) for offset in range(-half, half + 1)]
        unrolled.edge_index = torch.cat([index for index, _, _ in parts], dim=1)
        unrolled.edge_type = torch.cat([label for _, label, _ in parts])
        unrolled.edge_id = torch.cat([edge for _, _, edge in parts])
        unrolled.edge_weight = self.graph.edge_weight.float()[unrolled.edge_id]
        return unrolled

    def _edges(self, offset: int, run: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Index, label and skeleton edge of all edges from frames ``t + offset`` to ``t`` of the same run."""
        graph, num_nodes, last = self.graph, self.graph.num_nodes, run.numel() - 1
        frames = torch.arange(run.numel())
        other = (frames + offset).clamp(0, last)
        frames = frames[(run[other] == run) & (other == frames + offset)]
        edges = torch.arange(graph.num_edges)
        if offset and self.joint_only:
            edges = edges[graph.edge_index[0] == graph.edge_index[1]]
        shift = torch.tensor([offset, 0])[:, None, None] + frames[None, :, None]  # [2, frames, 1]
        index = graph.edge_index[:, None, edges] + num_nodes * shift
        label = graph.edge_type[edges] + (offset + self.temporal_range // 2) * graph.num_partitions
        return index.flatten(1), label.repeat(frames.numel()), edges.repeat(frames.numel())

    def __repr__(self) -> str:
        """The graph and the range."""
        joint_only = ", joint_only=True" if self.joint_only else ""
        return f"{type(self).__name__}({self.graph}, temporal_range={self.temporal_range}{joint_only})"
