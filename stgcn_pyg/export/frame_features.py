"""The features of :class:`~stgcn_pyg.transforms.SkeletonFeatures`, a frame at a time, their memory in the open."""

from typing import NamedTuple

import torch
from torch import Tensor

from stgcn_pyg.export.features import Streams
from stgcn_pyg.transforms import SkeletonFeatures


class FeatureState(NamedTuple):
    """What the features of the next frame need of the frames before; zeros at first.

    Attributes:
        lengths: Mean length of the torso and how many it is of, the same of the joints' distance from the root
            ``[4]``. They are the body's own and outlast a run.
        known: Whether the run has had a root or what stands in for it, and whether a real one ``[2]``.
        root: Where it was last ``[D]``.
        pose: The normalised pose of the frame before ``[V, D]``.
        seen: Which joints were seen in it ``[V]``.
        frame: The numbers of the frame that last had a root, and of the frame before ``[2]``.
    """

    lengths: Tensor
    known: Tensor
    root: Tensor
    pose: Tensor
    seen: Tensor
    frame: Tensor


class FrameFeatures(torch.nn.Module):
    """The features of a single frame.

    Args:
        features: The features of a model.
        fps: Frames a second; 1 where they are not known.
        num_dims: Coordinates of the positions, D.

    Shapes:
        - **pos** ``[V, D]``, **seen** ``[V]``, **frame** ``[]`` and a state to ``[V, C]`` and the next state
    """

    def __init__(self, features: SkeletonFeatures, fps: float, num_dims: int) -> None:
        super().__init__()
        self.streams = Streams(features, fps)
        self.shape = (features.normalize.skeleton.num_joints, num_dims)

    def start(self) -> FeatureState:
        """The state before the first frame."""
        num_joints, num_dims = self.shape
        return FeatureState(
            torch.zeros(4),
            torch.zeros(2),
            torch.zeros(num_dims),
            torch.zeros(self.shape),
            torch.zeros(num_joints),
            torch.zeros(2, dtype=torch.int64),
        )

    def forward(self, pos: Tensor, seen: Tensor, frame: Tensor, old: FeatureState) -> tuple[Tensor, FeatureState]:
        """Make the features."""
        root, root_frame, known = self._root(pos, seen, frame, old)
        lengths = torch.cat(
            [
                _mean_so_far(mean, value, counts)
                for mean, (value, counts) in zip(
                    (old.lengths[:2], old.lengths[2:]), self.streams.lengths(pos, seen, root), strict=True
                )
            ]
        )
        length = torch.where(lengths[0] > 0, lengths[0], lengths[2])
        scale = torch.where(length > 0, length, 1.0)
        pose = (pos - root) / scale * seen[:, None]
        since = (frame - old.frame[0]).clamp(min=1).to(pos)
        motion = self.streams.root_motion((root - old.root) / (scale * since), (old.known[0] > 0) & (length > 0))
        frames = (frame - old.frame[1]).clamp(min=1)
        x = self.streams(pose, seen, motion, old.pose, old.seen > 0, frames)
        return x, FeatureState(lengths, known, root, pose, seen.to(pos), torch.stack([root_frame, frame]))

    def _root(self, pos: Tensor, seen: Tensor, frame: Tensor, old: FeatureState) -> tuple[Tensor, Tensor, Tensor]:
        """The root or what stands in for it ``[D]``, the frame that last had one, and what is known of it."""
        at_root, has_root = self.streams.mean_of(self.streams.root, pos, seen)
        rooted = (old.known[1] > 0) | has_root
        here = torch.where(rooted, at_root, self.streams.middle(pos, seen))
        now = has_root | (~rooted & seen.any())
        root = torch.where(now, here, old.root)
        root_frame = torch.where(now, frame, old.frame[0])
        return root, root_frame, torch.stack([(old.known[0] > 0) | now, rooted]).to(pos)


def _mean_so_far(old: Tensor, value: Tensor, counts: Tensor) -> Tensor:
    """The mean of values and their number ``[2]``, with one more if it counts."""
    number = old[1] + counts.to(value)
    mean = old[0] + (value - old[0]) * counts / number.clamp(min=1)
    return torch.stack([mean, number])
