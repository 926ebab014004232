"""Positions about the body's root in body lengths, and how fast the root moves."""

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform

from stgcn_pyg.skeleton import Skeleton


class NormalizePose(BaseTransform):
    r"""Makes the pose independent of where the body stands and how large it appears.

    .. math::
        \mathbf{x}_{tv} = \frac{\mathbf{p}_{tv} - \mathbf{r}_t}{s}, \qquad
        \mathbf{m}_t = \frac{\mathbf{r}_t - \mathbf{r}_{t-1}}{s \, \Delta_t}

    where :math:`\mathbf{r}_t` is the body's root (mid-hip), :math:`s` the median length of its torso (root to
    neck) over the recording and :math:`\Delta_t` the seconds since the frame before. How fast the body moves
    would be lost with its position, so it is kept as the root's motion :math:`\mathbf{m}`, in body lengths a
    second (a frame, where the rate is not known).

    Where the root is missing it stays where it was last seen; a body whose root was not seen yet has the
    centre of its visible joints for a root. Where no torso was ever seen, :math:`s` is the median distance of
    the visible joints from the root. Missing joints are at 0. The first frame of a run has motion 0.

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
        root = _held(*self._root(pos, seen))
        scale = self._scale(pos, seen, root)
        data.x = (pos - root[:, None]) / scale * seen[..., None]
        data.motion = _motion(root, data) / scale
        return data

    def _root(self, pos: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """The root of each frame, and where it is known."""
        at_root, has_root = _mean_of(self.root, pos, seen)
        count = seen.sum(dim=1)
        middle = (pos * seen[..., None]).sum(dim=1) / count.clamp(min=1)[:, None]
        no_root_yet = ~has_root.cummax(dim=0).values
        root = torch.where(no_root_yet[:, None], middle, at_root)
        return root, has_root | (no_root_yet & (count > 0))

    def _scale(self, pos: Tensor, seen: Tensor, root: Tensor) -> Tensor:
        """One length for the whole recording; 1 where nothing has any extent."""
        neck, has_neck = _mean_of(self.neck, pos, seen)
        has_torso = has_neck & _mean_of(self.root, pos, seen)[1]
        lengths = (neck - root).norm(dim=-1)[has_torso]
        if not (lengths > 0).any():
            lengths = (pos - root[:, None]).norm(dim=-1)[seen]
        lengths = lengths[lengths > 0]
        return lengths.median() if lengths.numel() else pos.new_ones(())

    def __repr__(self) -> str:
        """The layout by name."""
        return f"{type(self).__name__}({self.skeleton.name})"


def _mean_of(joints: tuple[int, ...], pos: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
    """The mean of some joints ``[T, D]``, and where all of them were seen ``[T]``."""
    if not joints:
        return pos.new_zeros(pos.shape[0], pos.shape[2]), seen.new_zeros(seen.shape[0])
    index = list(joints)
    return pos[:, index].mean(dim=1), seen[:, index].all(dim=1)


def _held(values: Tensor, known: Tensor) -> Tensor:
    """Each frame's value, or the last known one; 0 before there is any."""
    frames = torch.arange(known.numel(), device=known.device)
    last = torch.where(known, frames, -1).cummax(dim=0).values
    return values[last.clamp(min=0)] * (last >= 0)[:, None]


def _motion(root: Tensor, data: Data) -> Tensor:
    """Change of the root a second; 0 where a run begins."""
    fps = data.fps if "fps" in data else 1.0
    seconds = data.frame.diff().clamp(min=1).to(root) / fps
    motion = torch.cat([torch.zeros_like(root[:1]), root.diff(dim=0) / seconds[:, None]])
    motion[data.ptr[:-1]] = 0
    return motion
