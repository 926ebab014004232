"""Draws the picture in README: a labelled graph, and synthetic recordings as one timeline."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stgcn_pyg.partition import SkeletonGraph, joint_radii
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.synthetic import synthesize

COLORS = ("tab:gray", "tab:blue", "tab:orange")
LABELS = ("0: the joint itself", "1: centripetal, nearer to the centre", "2: centrifugal")
ACTIONS = ("handwaving", "boxing", "running", "walking")
PICTURE = Path(__file__).parent / "results" / "overview.png"


def draw_graph(axes: Axes, graph: SkeletonGraph, pose: np.ndarray) -> None:
    """Draw every labelled edge as an arrow from neighbour to root, in its partition's colour."""
    for (source, target), label in zip(graph.edge_index.T.tolist(), graph.edge_type.tolist(), strict=True):
        if source == target:
            continue
        style = {"arrowstyle": "-|>", "color": COLORS[label], "connectionstyle": "arc3,rad=0.25", "lw": 1.4}
        axes.annotate("", xy=pose[target], xytext=pose[source], arrowprops=style)
    axes.scatter(pose[:, 0], pose[:, 1], s=26, color=COLORS[0], zorder=3)
    for color, label in zip(COLORS, LABELS, strict=True):
        axes.plot([], [], color=color, label=label, lw=2)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, -0.2), frameon=False, fontsize=9)
    axes.set_title("V = 25 joints, E = 73 labelled edges, K = 3", fontsize=11)
    axes.margins(0.12)
    axes.invert_yaxis()
    axes.set_aspect("equal")
    axes.axis("off")


def draw_run(axes: Axes, sequence: SkeletonSequence, offset: float, color: str) -> float:
    """Draw some frames of a recording side by side, and say where the next one may begin."""
    root, neck = BODY_25.index("mid_hip"), BODY_25.index("neck")
    whole = np.flatnonzero(sequence.missing.sum(axis=1) <= 2)
    torso = np.median(np.linalg.norm(sequence.pos[whole, neck] - sequence.pos[whole, root], axis=1))
    start = offset
    for t in whole[4:16:3]:
        pose = (sequence.pos[t] - sequence.pos[t, root]) / torso
        for a, b in BODY_25.bone_index.T:
            if not sequence.missing[t, [a, b]].any():
                axes.plot(offset + pose[[a, b], 0], pose[[a, b], 1], color=color, lw=1.4)
        offset += 2.3
    axes.text((start + offset - 2.3) / 2, 2.75, sequence.name.split("_")[1], color=color, fontsize=11, ha="center")
    axes.axvline(offset - 0.9, color="0.6", lw=0.9, ls=":")
    return offset + 0.5


def main() -> None:
    """Draw the picture."""
    recordings = [synthesize(action, subject=4, scenario=1, num_frames=250) for action in ACTIONS]
    everyone = [synthesize(action, subject, 1, num_frames=250) for action in ACTIONS for subject in range(1, 9)]
    graph = SkeletonGraph.build(BODY_25, radius=joint_radii((s.pos, s.score) for s in everyone))
    figure = Figure(figsize=(13, 4.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 2.6))
    standing = recordings[0]
    draw_graph(left, graph, standing.pos[int(standing.missing.sum(axis=1).argmin())])
    offset = 0.0
    for sequence, color in zip(recordings, ("tab:green", "tab:purple", "tab:red", "tab:brown"), strict=True):
        offset = draw_run(right, sequence, offset, color)
    right.text(0, -3.6, "a batch: recordings laid end to end on one timeline, nothing padded", fontsize=11)
    right.text(0, -2.9, "synthetic recordings, some of their frames", fontsize=9, color="0.4")
    right.invert_yaxis()
    right.set_aspect("equal")
    right.axis("off")
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, dpi=130)


if __name__ == "__main__":
    main()
