"""A body of one frame, drawn as bones and joints."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from stgcn_pyg.plots.sides import COLORS, Side, bone_sides, joint_sides
from stgcn_pyg.sequence import FloatArray
from stgcn_pyg.skeleton import Skeleton


class Body:
    """A body on axes, whose pose can be changed.

    A missing joint is not drawn, nor is a bone that leads to one.

    Args:
        axes: Where to draw.
        skeleton: The joint layout.
        size: How thick bones are, in points.
    """

    def __init__(self, axes: Axes, skeleton: Skeleton, size: float = 2.4) -> None:
        self.bones = skeleton.bone_index
        self.bone_colors = np.array([COLORS[side] for side in bone_sides(skeleton)])
        self.joint_colors = np.array([COLORS[side] for side in joint_sides(skeleton)])
        self.lines = LineCollection([], linewidths=size, capstyle="round", zorder=2)
        self.dots = axes.scatter([], [], s=size**2 * 1.6, zorder=3)
        axes.add_collection(self.lines, autolim=False)

    def pose(self, pos: FloatArray) -> None:
        """Take the pose of a frame: positions ``[V, 2]``, NaN where a joint is missing."""
        seen = np.isfinite(pos[:, 0])
        whole = seen[self.bones].all(axis=0)
        self.lines.set_segments(list(pos[self.bones.T[whole]]))
        self.lines.set_color(list(self.bone_colors[whole]))
        self.dots.set_offsets(pos[seen])
        self.dots.set_color(list(self.joint_colors[seen]))


def side_legend(skeleton: Skeleton) -> list[Line2D]:
    """What the colours of limbs mean, for a legend: the person's own left; nothing for a single one."""
    names = {Side.LEFT: "left", Side.RIGHT: "right", Side.MIDDLE: "middle"}
    sides = [side for side in names if side in joint_sides(skeleton)]
    lines = [Line2D([], [], color=COLORS[side], lw=2.5, label=names[side]) for side in sides]
    return lines if len(lines) > 1 else []
