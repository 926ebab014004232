"""A recording as it is drawn: two of its coordinates, the right way up."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stgcn_pyg.sequence import FloatArray, SkeletonSequence

NORMALIZED = 2.0
"""Coordinates of the picture's own size (0..1) stay below this; pixels do not."""


@dataclass(frozen=True, eq=False)
class View:
    """Where joints are in the picture.

    Attributes:
        pos: Positions ``[T, V, 2]``, NaN where a joint is missing.
        labels: What the horizontal and the vertical axis are.
        downwards: Whether the vertical axis runs down, as it does in images.
    """

    pos: FloatArray
    labels: tuple[str, str]
    downwards: bool

    @classmethod
    def of(cls, sequence: SkeletonSequence) -> "View":
        """Two dimensions as an image has them; of three those that show the body upright and at its widest.

        Example:
            >>> from stgcn_pyg.skeleton import BODY_25
            >>> View.of(SkeletonSequence(100 * np.ones((4, 25, 2)), BODY_25)).labels
            ('x (pixels)', 'y (pixels)')
        """
        pos = _blanked(sequence)
        if sequence.num_dims == 2:
            unit = "pixels" if np.abs(sequence.pos).max() > NORMALIZED else "share of the picture"
            return cls(pos, (f"x ({unit})", f"y ({unit})"), downwards=True)
        across, up, downwards = upright(sequence)
        labels = (f"{'xyz'[across]} (the recording's unit)", f"{'xyz'[up]} (the recording's unit)")
        return cls(pos[..., [across, up]], labels, downwards)

    @property
    def seen(self) -> npt.NDArray[np.bool_]:
        """Which joints are there ``[T, V]``."""
        return np.isfinite(self.pos[..., 0])

    def window(self, frames: npt.NDArray[np.int64], margin: float = 0.08) -> tuple[FloatArray, FloatArray]:
        """The lower and the upper corner of all that is seen in some frames; a unit square where nothing is."""
        points = self.pos[frames][self.seen[frames]]
        if len(points) == 0:
            return np.zeros(2, np.float32), np.ones(2, np.float32)
        low, high = points.min(axis=0), points.max(axis=0)
        pad = margin * max(float((high - low).max()), 1e-3 * float(np.abs(points).max()), 1e-6)
        return low - pad, high + pad


def _blanked(sequence: SkeletonSequence) -> FloatArray:
    """The positions, NaN where a joint is missing."""
    pos: FloatArray = np.where(sequence.missing[..., None], np.nan, sequence.pos)
    return pos


def upright(sequence: SkeletonSequence) -> tuple[int, int, bool]:
    """Of three axes the one across the body, the one along it, and whether that one runs downwards."""
    root, neck = (sequence.skeleton.sources(joint) for joint in ("mid_hip", "neck"))
    up, downwards = 1, False
    if root and neck:
        pos = _blanked(sequence)
        torso = pos[:, list(neck)].mean(axis=1) - pos[:, list(root)].mean(axis=1)
        torso = torso[np.isfinite(torso[:, 0])]
        if len(torso):
            up = int(np.abs(torso.mean(axis=0)).argmax())
            downwards = bool(torso.mean(axis=0)[up] < 0)
    others = [axis for axis in range(3) if axis != up]
    seen = ~sequence.missing
    about_middle = sequence.pos - _middle(sequence)
    spread = [float(np.abs(about_middle[..., axis][seen]).mean()) if seen.any() else 0.0 for axis in others]
    return others[int(np.argmax(spread))], up, downwards


def _middle(sequence: SkeletonSequence) -> FloatArray:
    """The middle of the visible joints of each frame, ``[T, 1, D]``."""
    seen = ~sequence.missing[..., None]
    middle: FloatArray = (sequence.pos * seen).sum(axis=1, keepdims=True) / np.maximum(
        seen.sum(axis=1, keepdims=True), 1
    )
    return middle
