"""The features of :class:`~stgcn_pyg.transforms.SkeletonFeatures` of a whole recording, in ONNX's own operators."""

import torch
from torch import Tensor

from stgcn_pyg.transforms import SkeletonFeatures
from stgcn_pyg.transforms.normalize_pose import TELEPORT

Length = tuple[Tensor, Tensor]
"""A length of bodies, and of which of them it is known."""


class Streams(torch.nn.Module):
    """What the offline features and those of a single frame share: bodies ``[..., V, D]`` to channels.

    Args:
        features: The features of a model.
        fps: Frames a second; 1 where they are not known.
    """

    def __init__(self, features: SkeletonFeatures, fps: float) -> None:
        super().__init__()
        self.root, self.neck = list(features.normalize.root), list(features.normalize.neck)
        self.parent = features.streams.parent.tolist()
        self.names = features.streams.streams
        self.fps = fps
        fitted = features.standardize
        self.mean = None if fitted is None else torch.nn.Buffer(fitted.mean.float())
        self.std = None if fitted is None else torch.nn.Buffer(fitted.std.float())

    def mean_of(self, joints: list[int], pos: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """The mean of some joints ``[..., D]``, and where all of them were seen."""
        if not joints:
            return torch.zeros_like(pos[..., 0, :]), torch.zeros_like(seen[..., 0])
        return pos[..., joints, :].mean(dim=-2), seen[..., joints].all(dim=-1)

    def middle(self, pos: Tensor, seen: Tensor) -> Tensor:
        """The centre of the visible joints ``[..., D]``."""
        count = seen.sum(dim=-1, keepdim=True).clamp(min=1)
        return (pos * seen[..., None]).sum(dim=-2) / count

    def lengths(self, pos: Tensor, seen: Tensor, root: Tensor) -> tuple[Length, Length]:
        """The length of the torso and the mean distance of joints from the root."""
        neck, has_neck = self.mean_of(self.neck, pos, seen)
        has_torso = has_neck & self.mean_of(self.root, pos, seen)[1]
        torso = _norm(neck - root)
        span = (_norm(pos - root[..., None, :]) * seen).sum(dim=-1) / seen.sum(dim=-1).clamp(min=1)
        return (torso, has_torso & (torso > 0)), (span, span > 0)

    def root_motion(self, step: Tensor, real: Tensor) -> Tensor:
        """The root's motion a second, from its step in body lengths a frame; 0 for jumps."""
        return step * self.fps * (real & (_norm(step) <= TELEPORT))[..., None]

    def forward(
        self, pose: Tensor, seen: Tensor, motion: Tensor, before: Tensor, seen_before: Tensor, frames: Tensor
    ) -> Tensor:
        """All streams side by side ``[..., V, C]``.

        Args:
            pose: Normalised poses.
            seen: Which joints were seen.
            motion: The root's motion ``[..., D]``.
            before: The poses one frame before.
            seen_before: Which joints were seen in them; none where a run begins.
            frames: How many frames before that was.
        """
        rate = (self.fps / frames.to(pose))[..., None, None]
        streams = []
        for name in self.names:
            if name == "joint":
                streams.append(pose)
            elif name == "bone":
                streams.append(self._bone(pose, seen)[0])
            elif name == "joint_motion":
                streams.append((pose - before) * rate * (seen & seen_before)[..., None])
            elif name == "bone_motion":
                (bone, both), (old, both_before) = self._bone(pose, seen), self._bone(before, seen_before)
                streams.append((bone - old) * rate * (both & both_before)[..., None])
            elif name == "root_motion":
                streams.append(motion[..., None, :].expand_as(pose))
            elif name == "score":
                streams.append(seen[..., None].to(pose))
            else:
                raise ValueError(f"how to export the input stream {name!r} is not known")
        x = torch.cat(streams, dim=-1)
        if self.mean is None or self.std is None:
            return x
        return (x - self.mean) / self.std * seen[..., None]

    def _bone(self, pose: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """Each joint as seen from its parent, and where both were seen."""
        both = seen & seen[..., self.parent]
        return (pose - pose[..., self.parent, :]) * both[..., None], both


class RecordingFeatures(torch.nn.Module):
    """The features of a whole recording.

    Args:
        features: The features of a model.
        fps: Frames a second; 1 where they are not known.

    Shapes:
        - **pos** ``[T, V, D]``, **seen** ``[T, V]``, **frame** ``[T]``, **run** ``[T]`` to ``[T, V, C]``

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> features = RecordingFeatures(SkeletonFeatures(BODY_25), fps=25)
        >>> frame = torch.arange(40)
        >>> features(torch.randn(40, 25, 2), torch.ones(40, 25, dtype=torch.bool), frame, 0 * frame).shape
        torch.Size([40, 25, 6])
    """

    def __init__(self, features: SkeletonFeatures, fps: float) -> None:
        super().__init__()
        self.streams = Streams(features, fps)

    def forward(self, pos: Tensor, seen: Tensor, frame: Tensor, run: Tensor) -> Tensor:
        """Make the features."""
        now = torch.arange(pos.shape[0], device=pos.device)
        previous = (now - 1).clamp(min=0)
        begins = (now == 0) | (run != run[previous])
        root, last, known = self._root(pos, seen, _last(begins))
        length = self._length(pos, seen, root)
        scale = torch.where(length > 0, length, 1.0)
        pose = (pos - root[:, None]) / scale[:, None, None] * seen[..., None]
        since = (frame - frame[last.clamp(min=0)][previous]).clamp(min=1).to(pos)
        step = (root - root[previous]) / (scale * since)[:, None]
        motion = self.streams.root_motion(step, known[previous] & ~begins & (length > 0))
        seen_before = seen[previous] & ~begins[:, None]
        frames = (frame - frame[previous]).clamp(min=1)
        x: Tensor = self.streams(pose, seen, motion, pose[previous], seen_before, frames)
        return x

    def _root(self, pos: Tensor, seen: Tensor, start: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The root or what stands in for it ``[T, D]``, the last frame that had one, and if its run had one."""
        at_root, has_root = self.streams.mean_of(self.streams.root, pos, seen)
        no_root_yet = _last(has_root) < start
        root = torch.where(no_root_yet[:, None], self.streams.middle(pos, seen), at_root)
        last = _last(has_root | (no_root_yet & seen.any(dim=1)))
        return root[last.clamp(min=0)], last, last >= start

    def _length(self, pos: Tensor, seen: Tensor, root: Tensor) -> Tensor:
        """The body's length as far as it is known ``[T]``; 0 where nothing has had any extent yet."""
        torso, span = (_running_mean(*length) for length in self.streams.lengths(pos, seen, root))
        return torch.where(torso > 0, torso, span)


def _norm(values: Tensor) -> Tensor:
    return values.square().sum(dim=-1).sqrt()


def _last(known: Tensor) -> Tensor:
    """The last frame up to each one that is known ``[T]``; -1 before there is any.

    ONNX has no running maximum. It has running sums, which count the known frames so far: they are looked up in a
    table of the known frames.
    """
    count = known.long().cumsum(dim=0)
    frames = torch.arange(known.shape[0], device=known.device)
    # All frames that are not known write the same -1 into the same place, and no two others share one.
    table = torch.full_like(torch.cat([count, count[:1]]), -1)
    table = table.scatter(0, torch.where(known, count, 0), torch.where(known, frames, -1))
    return table[count]


def _running_mean(values: Tensor, counted: Tensor) -> Tensor:
    """The mean of the values that count up to each frame ``[T]``; 0 before there is any."""
    number = counted.to(values)
    return (values * number).cumsum(dim=0) / number.cumsum(dim=0).clamp(min=1)
