"""Draws all built-in layouts on a body at rest."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stgcn_pyg.plots import rest_pose
from stgcn_pyg.plots.sides import COLORS, bone_sides, joint_sides
from stgcn_pyg.skeleton import COCO_WHOLEBODY_133, SKELETONS, Skeleton

PICTURE = Path(__file__).parent / "results" / "layouts.png"


def draw(axes: Axes, layout: Skeleton, numbered: slice, size: float = 5.5) -> None:
    """Draw a layout on a body at rest, with the numbers of some joints."""
    pose = rest_pose(layout)
    for (start, end), side in zip(layout.bone_index.T, bone_sides(layout), strict=True):
        axes.plot(*pose[[start, end]].T, color=COLORS[side], lw=1.1, zorder=1)
    shown = range(layout.num_joints)[numbered]
    for v, ((x, y), side) in enumerate(zip(pose.tolist(), joint_sides(layout), strict=True)):
        if v in shown:
            box = {"boxstyle": "circle,pad=0.12", "fc": "white", "ec": COLORS[side], "lw": 0.7}
            axes.text(x, y, str(v), fontsize=size, ha="center", va="center", bbox=box, zorder=2)
        else:
            axes.plot(x, y, ".", color=COLORS[side], ms=2, zorder=2)
    axes.set_aspect("equal")
    axes.axis("off")


def main() -> None:
    """Draw the picture."""
    whole = COCO_WHOLEBODY_133
    figure = Figure(figsize=(15, 9.4), layout="constrained")
    panels = figure.subplot_mosaic([list("012345"), ["6", "7", "8", "face", "face", "hand"]])
    for number, layout in enumerate(SKELETONS.values()):
        axes = panels[str(number)]
        draw(axes, layout, slice(23) if layout is whole else slice(None))
        axes.set(xlim=(-66, 66), ylim=(-12, 212))
        axes.set_title(layout.name, fontsize=10)
    for panel, numbers, x, y in (
        ("face", slice(23, 91), (-27, 27), (147, 199)),
        ("hand", slice(91, 112), (40, 76), (38, 100)),
    ):
        draw(panels[panel], whole, numbers, size=7)
        panels[panel].set(xlim=x, ylim=y)
        panels[panel].set_title(f"{whole.name}: {panel}", fontsize=10)
    figure.supxlabel("seen from the front: the person's left in blue, the right in orange", fontsize=10)
    figure.savefig(PICTURE, dpi=100)


if __name__ == "__main__":
    main()
