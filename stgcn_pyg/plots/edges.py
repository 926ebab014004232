"""Labelled edges of a skeleton drawn on a body, coloured by a value that each of them has."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.patches import FancyArrowPatch

from stgcn_pyg.skeleton import Skeleton

Point = npt.NDArray[np.floating]
Color = tuple[float, float, float, float]

BEND = 0.18
"""How far an edge is bent to its side, so that the one the other way is seen too, as a share of its length."""


def draw_edges(
    axes: Axes,
    skeleton: Skeleton,
    pose: npt.NDArray[np.floating],
    edges: Sequence[tuple[int, int]],
    values: npt.NDArray[np.floating],
    norm: Normalize,
    cmap: Colormap,
    joint_size: float = 70,
) -> None:
    """Draw edges as bent arrows from neighbour to root, and a joint's edge to itself as a circle on it.

    The further a value is from the middle of the scale, the thicker the arrow, the larger the circle.

    Args:
        axes: Where to draw.
        skeleton: The joint layout, whose bones lie below in grey.
        pose: A place for each joint ``[V, 2]``; NaN where there is none.
        edges: Neighbour and root of each edge.
        values: One for each edge.
        norm: The scale of the values; its middle is neutral.
        cmap: Colours of the scale.
        joint_size: Area of the largest circle, in square points.
    """
    for a, b in skeleton.bone_index.T:
        axes.plot(*pose[[a, b]].T, color="0.88", lw=3.5, zorder=1, solid_capstyle="round")
    axes.scatter(pose[:, 0], pose[:, 1], s=joint_size / 4, color="0.8", zorder=2)
    strength = np.abs(np.asarray(norm(values)) - 0.5) * 2
    for number in np.argsort(strength):  # the strongest on top
        (a, b), color = edges[number], cmap(norm(values[number]))
        if not np.isfinite(pose[[a, b]]).all():
            continue
        if a == b:
            area = joint_size * (0.35 + 0.65 * strength[number])
            place = (pose[a, 0], pose[a, 1])
            axes.scatter(*place, s=area, color=color, ec="0.35", linewidth=0.5, zorder=4, clip_on=False)
        else:
            axes.add_patch(_arrow(pose[a], pose[b], color, float(strength[number])))
    axes.set_aspect("equal")
    axes.margins(0.1)
    axes.axis("off")


def _arrow(start: Point, end: Point, color: Color, strength: float) -> FancyArrowPatch:
    return FancyArrowPatch(
        (start[0], start[1]),
        (end[0], end[1]),
        connectionstyle=f"arc3,rad={BEND}",
        arrowstyle="-|>,head_length=0.35,head_width=0.18",
        mutation_scale=8 + 5 * strength,
        shrinkA=2,
        shrinkB=3,
        color=color,
        linewidth=1.1 + 1.9 * strength,
        zorder=3,
        clip_on=False,
    )
