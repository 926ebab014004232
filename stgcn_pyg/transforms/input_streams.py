"""What the network is shown: positions, bones and motions, side by side as channels."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform

from stgcn_pyg.skeleton import Skeleton


class InputStreams(BaseTransform):
    r"""Turns a normalised pose into input channels.

    Streams, by name, each of D channels but the last:

    - ``joint``: the pose :math:`\mathbf{x}_{tv}` itself
    - ``bone``: :math:`\mathbf{x}_{tv} - \mathbf{x}_{tu}` from the joint ``u`` one hop nearer to the centre
    - ``joint_motion``, ``bone_motion``: their change a second since the frame before
    - ``root_motion``: the root's motion :math:`\mathbf{m}_t`, the same for all joints
    - ``score``: 1 where the joint was seen, 0 where it is missing (one channel)

    A value that needs a missing joint, or a frame before the first of a run, is 0.

    Args:
        skeleton: The joint layout.
        streams: Names of streams, in the order of their channels.

    Shapes:
        - **x** ``[T, V, D]``, **motion** ``[T, D]`` to **x** ``[T, V, C]``

    Raises:
        ValueError: If a stream is not known or none is given.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> InputStreams(BODY_25, ["joint", "root_motion"]).num_channels(num_dims=2)
        4
    """

    def __init__(self, skeleton: Skeleton, streams: Sequence[str]) -> None:
        self.skeleton = skeleton
        self.streams = tuple(streams)
        self._known: dict[str, Callable[[Data, Tensor], Tensor]] = {
            "joint": lambda data, seen: data.x,
            "bone": lambda data, seen: self._bone(data.x, seen)[0],
            "joint_motion": lambda data, seen: _change(data.x, seen, data),
            "bone_motion": lambda data, seen: _change(*self._bone(data.x, seen), data),
            "root_motion": lambda data, seen: data.motion[:, None].expand_as(data.x),
            "score": lambda data, seen: seen[..., None].to(data.x),
        }
        if not self.streams:
            raise ValueError(f"name at least one stream of {', '.join(self._known)}")
        for stream in self.streams:
            if stream not in self._known:
                raise ValueError(f"no input stream is called {stream!r}; known: {', '.join(self._known)}")
        self.parent = _parents(skeleton)

    def num_channels(self, num_dims: int) -> int:
        """The number of channels C that recordings of so many coordinates get."""
        return sum(1 if stream == "score" else num_dims for stream in self.streams)

    def forward(self, data: Data) -> Data:
        """Replace the pose ``x`` by the streams."""
        seen = data.score > 0
        data.x = torch.cat([self._known[stream](data, seen) for stream in self.streams], dim=-1)
        return data

    def _bone(self, pose: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """Each joint as seen from its parent, and where both were seen."""
        both = seen & seen[:, self.parent]
        return (pose - pose[:, self.parent]) * both[..., None], both

    def __repr__(self) -> str:
        """The layout and the streams by name."""
        return f"{type(self).__name__}({self.skeleton.name}, {', '.join(self.streams)})"


def _change(values: Tensor, known: Tensor, data: Data) -> Tensor:
    """Change of ``[T, V, D]`` a second since the frame before; 0 where either is missing or a run begins."""
    fps = data.fps if "fps" in data else 1.0
    seconds = data.frame.diff().clamp(min=1).to(values) / fps
    both = (known[1:] & known[:-1])[..., None]
    change = torch.cat([torch.zeros_like(values[:1]), values.diff(dim=0) / seconds[:, None, None] * both])
    change[data.ptr[:-1]] = 0
    return change


def _parents(skeleton: Skeleton) -> Tensor:
    """The neighbour of each joint that is nearer to the centre; itself if there is none."""
    distance = skeleton.hops[skeleton.index(skeleton.center)]
    parent = torch.arange(skeleton.num_joints)
    for a, b in skeleton.bone_index.T.tolist():
        if distance[a] != distance[b]:
            near, far = (a, b) if distance[a] < distance[b] else (b, a)
            parent[far] = near
    return parent
