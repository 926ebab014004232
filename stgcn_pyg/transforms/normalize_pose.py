"""Positions about the body's root in body lengths, and how fast the root moves."""

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform

from stgcn_pyg.nn.runs import spread
from stgcn_pyg.skeleton import Skeleton

TELEPORT = 4.5
"""Body lengths a frame from which on a body has jumped, not moved; at 5 frames a second a sprinter covers two."""


class NormalizePose(BaseTransform):
    r"""Makes the pose independent of where the body stands and how large it appears.

    .. math::
        \mathbf{x}_{tv} = \frac{\mathbf{p}_{tv} - \mathbf{r}_t}{s_t}, \qquad
        \mathbf{m}_t = \frac{\mathbf{r}_t - \mathbf{r}_{t-1}}{s_t \, \Delta_t}

    where :math:`\mathbf{r}_t` is the body's root (mid-hip), :math:`s_t` the mean length of its own torso (root to
    neck) up to this frame and :math:`\Delta_t` the seconds since the root was last known: everything is known as
    soon as the frame is. How fast the body moves would be lost with its position, so it is kept as the root's
    motion :math:`\mathbf{m}`, in body lengths a second (a frame, where the rate is not known).

    Where the root is missing it stays where it was last seen in the run; a body whose root was not seen yet has
    the centre of its visible joints for a root. Where no torso was seen yet, :math:`s_t` is the mean distance of
    the visible joints from the root. Missing joints are at 0. The first frame of a run has motion 0, and so has
    one in which the body has had no extent yet, or is more than :data:`TELEPORT` body lengths a frame from where
    it was.

    Args:
        skeleton: The joint layout.

    Shapes:
        - **pos** ``[T, V, D]``, **score** ``[T, V]`` to **x** ``[T, V, D]``, **motion** ``[T, D]``

    Example:
        >>> from stgcn_pyg.data import SkeletonData
        >>> body = Skeleton("stick", joints=("mid_hip", "neck"), bones=(("mid_hip", "neck"),))
        >>> data = SkeletonData(
        ...     pos=torch.tensor([[[5.0, 2.0], [5.0, 6.0]], [[7.0, 2.0], [7.0, 6.0]]]),
        ...     score=torch.ones(2, 2), frame=torch.arange(2), run=torch.zeros(2, dtype=torch.long),
        ... )
        >>> data = NormalizePose(body)(data)
        >>> data.x[0].tolist(), data.motion.tolist()
        ([[0.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [0.5, 0.0]])
    """

    def __init__(self, skeleton: Skeleton) -> None:
        self.skeleton = skeleton
        self.root = skeleton.sources("mid_hip") or (skeleton.index(skeleton.center),)
        self.neck = skeleton.sources("neck")

    def forward(self, data: Data) -> Data:
        """Add ``x`` and ``motion``."""
        pos, seen = data.pos, data.score > 0
        start = spread(data.ptr[:-1], data.ptr, len(pos))
        root, last = self._root(pos, seen, start)
        length = self._length(pos, seen, root, _frames_of_each_body(data))
        scale = torch.where(length > 0, length, 1.0)
        data.x = (pos - root[:, None]) / scale[:, None, None] * seen[..., None]
        data.motion = _motion(root, last, last >= start, scale, data) * (length > 0)[:, None]
        return data

    def _root(self, pos: Tensor, seen: Tensor, start: Tensor) -> tuple[Tensor, Tensor]:
        """The root of each frame or what stands in for it ``[T, D]``, and the last frame of its run that had one.

        ``start [T]`` is where the frame's run starts; a last frame before it means that there is none yet.
        """
        at_root, has_root = _mean_of(self.root, pos, seen)
        count = seen.sum(dim=1)
        middle = (pos * seen[..., None]).sum(dim=1) / count.clamp(min=1)[:, None]
        no_root_yet = _last(has_root) < start
        root = torch.where(no_root_yet[:, None], middle, at_root)
        last = _last(has_root | (no_root_yet & (count > 0)))
        return root[last.clamp(min=0)], last

    def _length(self, pos: Tensor, seen: Tensor, root: Tensor, frames: list[int]) -> Tensor:
        """Each body's length as far as it is known ``[T]``; 0 where nothing has had any extent yet."""
        neck, has_neck = _mean_of(self.neck, pos, seen)
        has_torso = has_neck & _mean_of(self.root, pos, seen)[1]
        torso = _running_mean((neck - root).norm(dim=-1), has_torso, frames)
        spans = (pos - root[:, None]).norm(dim=-1) * seen
        span = _running_mean(spans.sum(dim=1) / seen.sum(dim=1).clamp(min=1), seen.any(dim=1), frames)
        return torch.where(torso > 0, torso, span)

    def __repr__(self) -> str:
        """The layout by name."""
        return f"{type(self).__name__}({self.skeleton.name})"


def _mean_of(joints: tuple[int, ...], pos: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
    """The mean of some joints ``[T, D]``, and where all of them were seen ``[T]``."""
    if not joints:
        return pos.new_zeros(pos.shape[0], pos.shape[2]), seen.new_zeros(seen.shape[0])
    index = list(joints)
    return pos[:, index].mean(dim=1), seen[:, index].all(dim=1)


def _last(known: Tensor) -> Tensor:
    """The last frame up to each one that is known ``[T]``; -1 before there is any."""
    frames = torch.arange(known.numel(), device=known.device)
    return torch.where(known, frames, -1).cummax(dim=0).values


def _frames_of_each_body(data: Data) -> list[int]:
    """How many frames show each person, one after the other; all show the same if nothing is said."""
    if "body" not in data:
        return [len(data.pos)]
    return data.body.unique_consecutive(return_counts=True)[1].tolist()  # type: ignore[no-any-return]


def _running_mean(values: Tensor, known: Tensor, frames: list[int]) -> Tensor:
    """The mean of a body's values above 0 that are known up to each frame ``[T]``; 0 before there is any."""
    counted = (known & (values > 0)).to(values)
    bodies = zip(torch.split(values * counted, frames), torch.split(counted, frames), strict=True)
    return torch.cat([total.cumsum(dim=0) / count.cumsum(dim=0).clamp(min=1) for total, count in bodies])


def _motion(root: Tensor, last: Tensor, known: Tensor, scale: Tensor, data: Data) -> Tensor:
    """Change of the root in body lengths a second since it was last known; 0 where there is none to speak of."""
    fps = data.fps if "fps" in data else 1.0
    frames = (data.frame[1:] - data.frame[last[:-1].clamp(min=0)]).clamp(min=1).to(root)
    step = root.diff(dim=0) / scale[1:, None] / frames[:, None]
    real = known[:-1] & (step.norm(dim=-1) <= TELEPORT)
    motion = torch.cat([torch.zeros_like(root[:1]), step * fps * real[:, None]])
    motion[data.ptr[:-1]] = 0
    return motion
