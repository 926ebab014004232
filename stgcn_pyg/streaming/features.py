"""The features of :class:`~stgcn_pyg.transforms.SkeletonFeatures`, a frame at a time."""

from typing import Any

import numpy as np
import numpy.typing as npt

from stgcn_pyg.sequence import IntArray
from stgcn_pyg.transforms import SkeletonFeatures
from stgcn_pyg.transforms.normalize_pose import TELEPORT

Array = npt.NDArray[Any]


class StreamingFeatures:
    """What normalisation and input streams need of the frames before, for each of many streams.

    A frame's features need no later frame offline either: the mean length of the torso so far, the last known root
    and the frame before tell all. The first lasts as long as the stream, the others as long as the run.

    Args:
        features: The features of a model.
        num_streams: How many streams S there is room for at first.
        num_dims: Coordinates of the positions, D.
        dtype: Of the features.

    Shapes:
        - **pos** ``[S', V, D]``, **seen** ``[S', V]`` to features ``[S', V, C]``

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> live = StreamingFeatures(SkeletonFeatures(BODY_25), num_streams=1, num_dims=2)
        >>> pos, seen, one = np.ones((1, 25, 2)), np.ones((1, 25), bool), np.array([0])
        >>> live.push(one, pos, seen, frame=np.array([7]), fps=np.array([25.0])).shape
        (1, 25, 6)
    """

    def __init__(
        self, features: SkeletonFeatures, num_streams: int, num_dims: int, dtype: npt.DTypeLike = np.float32
    ) -> None:
        self._root_joints, self._neck_joints = list(features.normalize.root), list(features.normalize.neck)
        self._parent = features.streams.parent.numpy()
        self._streams = features.streams.streams
        self._dtype = np.dtype(dtype)
        fitted = features.standardize
        self._standard = None
        if fitted is not None:
            self._standard = fitted.mean.numpy().astype(dtype), fitted.std.numpy().astype(dtype)
        num_joints = features.normalize.skeleton.num_joints
        fields: list[Any] = [
            ("torso", np.float64, 2),  # sum and number of the torso's lengths so far
            ("span", np.float64, 2),  # and of the mean distances of joints from the root
            ("begun", bool),  # whether the run had a frame
            ("rooted", bool),  # whether its root was seen
            ("root", dtype, num_dims),  # where it was last known, or what stands in for it
            ("root_frame", np.int64),  # and when
            ("pose", dtype, (num_joints, num_dims)),  # the frame before
            ("seen", bool, num_joints),
            ("frame", np.int64),
        ]
        self._state = np.zeros(num_streams, np.dtype(fields, align=True))

    def push(self, stream: IntArray, pos: Array, seen: Array, frame: IntArray, fps: Array) -> Array:
        """The features of a new frame of some of the streams ``[S']``.

        Args:
            stream: Which streams.
            pos: Positions, 0 where missing.
            seen: Which joints were seen.
            frame: Frame numbers ``[S']``.
            fps: Frames a second ``[S']``; 1 where it is not known.
        """
        pos = pos.astype(self._dtype)
        old, new = self._state[stream], self._state[stream]
        root = self._find_root(new, pos, seen, frame)
        length = self._measure(new, pos, seen, root)
        scale = np.where(length > 0, length, 1).astype(self._dtype)
        pose = (pos - root[:, None]) / scale[:, None, None] * seen[..., None]
        new["begun"], new["pose"], new["seen"], new["frame"] = True, pose, seen, frame
        self._state[stream] = new
        motion = _root_motion(old, root, scale, frame, fps) * (length > 0)[:, None]
        x = np.concatenate([self._stream(name, old, pose, seen, motion, frame, fps) for name in self._streams], -1)
        if self._standard is not None:
            mean, std = self._standard
            x = np.where(seen[..., None], (x - mean) / std, 0)
        return x.astype(self._dtype, copy=False)

    def _find_root(self, state: Array, pos: Array, seen: Array, frame: IntArray) -> Array:
        """The root of each body or what stands in for it ``[S', D]``, which the state is told of."""
        at_root, has_root = _mean_of(self._root_joints, pos, seen)
        count = seen.sum(axis=1)
        middle = (pos * seen[..., None]).sum(axis=1) / np.maximum(count, 1)[:, None]
        state["rooted"] |= has_root
        known = np.where(state["rooted"], has_root, count > 0)
        here = np.where(state["rooted"][:, None], at_root, middle)
        state["root"] = np.where(known[:, None], here, state["root"])
        state["root_frame"] = np.where(known, frame, state["root_frame"])
        root: Array = state["root"]
        return root

    def _measure(self, state: Array, pos: Array, seen: Array, root: Array) -> Array:
        """Each body's length as far as it is known ``[S']``; 0 where nothing has had any extent yet."""
        neck, has_neck = _mean_of(self._neck_joints, pos, seen)
        has_torso = has_neck & _mean_of(self._root_joints, pos, seen)[1]
        torso = _mean_so_far(state["torso"], _norm(neck - root), has_torso)
        spans = (_norm(pos - root[:, None]) * seen).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
        span = _mean_so_far(state["span"], spans, np.asarray(seen.any(axis=1)))
        length: Array = np.where(torso > 0, torso, span)
        return length

    def _stream(
        self, name: str, old: Array, pose: Array, seen: Array, motion: Array, frame: IntArray, fps: Array
    ) -> Array:
        """One of the input streams, ``[S', V, D]`` or ``[S', V, 1]``."""
        change: Array
        rate = (old["begun"] * fps / np.maximum(frame - old["frame"], 1))[:, None, None]  # 0 where a run begins
        match name:
            case "joint":
                return pose
            case "bone":
                return self._bone(pose, seen)[0]
            case "joint_motion":
                change = (pose - old["pose"]) * rate * (seen & old["seen"])[..., None]
            case "bone_motion":
                (bone, both), (before, both_before) = self._bone(pose, seen), self._bone(old["pose"], old["seen"])
                change = (bone - before) * rate * (both & both_before)[..., None]
            case "root_motion":
                return np.broadcast_to(motion[:, None], pose.shape)
            case "score":
                return seen[..., None]
            case _:
                raise ValueError(f"what to make of the input stream {name!r} frame by frame is not known")
        return change

    def _bone(self, pose: Array, seen: Array) -> tuple[Array, Array]:
        """Each joint as seen from its parent, and where both were seen."""
        both: Array = seen & seen[:, self._parent]
        return (pose - pose[:, self._parent]) * both[..., None], both

    def end(self, stream: IntArray) -> None:
        """End the runs of some of the streams."""
        self._state["begun"][stream] = False
        self._state["rooted"][stream] = False

    def clear(self, stream: IntArray) -> None:
        """Forget all that some of the streams have had."""
        self._state[stream] = np.zeros((), self._state.dtype)

    def grow(self, num_streams: int) -> None:
        """Make room for more streams."""
        self._state = np.append(self._state, np.zeros(num_streams - len(self._state), self._state.dtype))

    @property
    def nbytes(self) -> int:
        """Bytes of all streams together."""
        return self._state.nbytes


def _norm(values: Array) -> Array:
    length: Array = np.sqrt((values * values).sum(axis=-1))
    return length


def _mean_of(joints: list[int], pos: Array, seen: Array) -> tuple[Array, Array]:
    """The mean of some joints ``[S', D]``, and where all of them were seen ``[S']``."""
    if not joints:
        return np.zeros_like(pos[:, 0]), np.zeros_like(seen[:, 0])
    return pos[:, joints].mean(axis=1), np.asarray(seen[:, joints].all(axis=1))


def _mean_so_far(total: Array, value: Array, known: Array) -> Array:
    """The mean of the values above 0 that were known so far, of which ``total [S', 2]`` is sum and number."""
    counted = known & (value > 0)
    total += np.stack([np.where(counted, value, 0), counted], axis=1)
    mean: Array = total[:, 0] / np.maximum(total[:, 1], 1)
    return mean


def _root_motion(old: Array, root: Array, scale: Array, frame: IntArray, fps: Array) -> Array:
    """Change of the root in body lengths a second since it was last known ``[S', D]``; 0 where a run begins."""
    frames = np.maximum(frame - old["root_frame"], 1)
    step = (root - old["root"]) / (scale * frames)[:, None]
    real = old["begun"] & (_norm(step) <= TELEPORT)
    motion: Array = step * (fps * real)[:, None]
    return motion
