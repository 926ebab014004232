"""Draws all built-in layouts: one body at rest, which has every joint of all of them, converted to each."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stgcn_pyg.sequence import SkeletonSequence, convert_layout
from stgcn_pyg.skeleton import COCO_WHOLEBODY_133, SKELETONS, Skeleton

PICTURE = Path(__file__).parent / "results" / "layouts.png"

REST = """
    head_top 0 205; head 0 180; nose 0 175; *_eye 9.5 184; *_ear 21 180; upper_neck 0 153; neck 0 144
    spine 0 118; lower_spine 0 103; mid_hip 0 96; *_hip 11 93; *_knee 14 51; *_ankle 16 13
    *_heel 13 3; *_big_toe 20 -4; *_small_toe 29 0
    *_shoulder 21 142; *_elbow 36 117; *_wrist 46 94; *_hand_root 47 90
    *_jaw_1 19 185; *_jaw_2 18.6 178; *_jaw_3 17.6 172; *_jaw_4 16 166; *_jaw_5 13.6 161; *_jaw_6 10.6 157
    *_jaw_7 7.2 154; *_jaw_8 3.6 152.2; chin 0 151.7
    *_brow_1 15 190; *_brow_2 12.5 192.5; *_brow_3 9.5 193.3; *_brow_4 6.5 192.8; *_brow_5 4 191.5
    nose_bridge_1 0 187; nose_bridge_2 0 184; nose_bridge_3 0 181; nose_bridge_4 0 178
    *_nostril_1 4.4 172; *_nostril_2 2.2 171; nose_base 0 170.4
    *_eye_outer 14.5 184; *_upper_lid_1 11.5 187; *_upper_lid_2 7.5 187; *_eye_inner 4.5 183.4
    *_lower_lid_2 7.5 181; *_lower_lid_1 11.5 181
    *_mouth_corner 8 163; *_upper_lip_1 5.2 165.8; *_upper_lip_2 2.4 166.8; upper_lip 0 166.2
    *_lower_lip_1 5.2 159.6; *_lower_lip_2 2.6 158.2; lower_lip 0 157.8
    *_inner_mouth_corner 5.8 163; *_inner_upper_lip 2.8 164; inner_upper_lip 0 163.8
    *_inner_lower_lip 2.8 161.4; inner_lower_lip 0 161
"""
"""Where the joints of the person's left side and of the middle are, in cm, seen from the front.

The head, the hands and the feet are drawn larger than they are, so that their joints can be told apart.
"""

FINGERS = {"thumb": 7, "index": 4.5, "middle": 1.5, "ring": -1.5, "pinky": -4.5}
"""How far from its middle a finger leaves the hand, in cm, thumbs outwards."""

COLORS = {"left": "tab:blue", "right": "tab:orange", "middle": "0.35"}


def rest() -> SkeletonSequence:
    """The body at rest, as one frame of a layout of its own."""
    words = REST.replace(";", " ").split()
    at = {joint: (float(x), float(y)) for joint, x, y in zip(words[::3], words[1::3], words[2::3], strict=True)}
    along = np.array([0.4, -0.92])
    across = np.array([0.92, 0.4])
    for finger, offset in FINGERS.items():
        ends = [*(f"*_{finger}_{number}" for number in (1, 2, 3)), f"*_{finger}_tip"]
        base = 4 if finger == "thumb" else 13
        for step, end in enumerate(ends):
            spread = offset * (1 + 0.12 * step)
            x, y = at["*_hand_root"] + (base + 4.5 * step) * along + spread * across
            at[end] = (float(x), float(y))
    pose = {name: place for name, place in at.items() if "*" not in name}
    for side, sign in (("left", 1), ("right", -1)):
        pose |= {name.replace("*", side): (sign * x, y) for name, (x, y) in at.items() if "*" in name}
    everything = Skeleton("everything", tuple(pose), ())
    return SkeletonSequence(np.array([list(pose.values())], np.float32), everything)


def side_of(*joints: str) -> str:
    """The side that some joint of a bone is on."""
    sides = [joint.partition("_")[0] for joint in joints]
    return next((side for side in sides if side in COLORS), "middle")


def draw(axes: Axes, layout: Skeleton, body: SkeletonSequence, numbered: slice, size: float = 5.5) -> None:
    """Draw a layout on the body, with the numbers of some joints."""
    pose = convert_layout(body, layout)
    assert not pose.missing.any(), layout.name
    for (a, b), (start, end) in zip(layout.bones, layout.bone_index.T.tolist(), strict=True):
        axes.plot(*pose.pos[0, [start, end]].T, color=COLORS[side_of(a, b)], lw=1.1, zorder=1)
    shown = range(layout.num_joints)[numbered]
    for v, ((x, y), joint) in enumerate(zip(pose.pos[0].tolist(), layout.joints, strict=True)):
        if v in shown:
            box = {"boxstyle": "circle,pad=0.12", "fc": "white", "ec": COLORS[side_of(joint)], "lw": 0.7}
            axes.text(x, y, str(v), fontsize=size, ha="center", va="center", bbox=box, zorder=2)
        else:
            axes.plot(x, y, ".", color=COLORS[side_of(joint)], ms=2, zorder=2)
    axes.set_aspect("equal")
    axes.axis("off")


def main() -> None:
    """Draw the picture."""
    body, whole = rest(), COCO_WHOLEBODY_133
    figure = Figure(figsize=(15, 9.4), layout="constrained")
    panels = figure.subplot_mosaic([list("012345"), ["6", "7", "8", "face", "face", "hand"]])
    for number, layout in enumerate(SKELETONS.values()):
        axes = panels[str(number)]
        draw(axes, layout, body, slice(23) if layout is whole else slice(None))
        axes.set(xlim=(-66, 66), ylim=(-12, 212))
        axes.set_title(layout.name, fontsize=10)
    for panel, numbers, x, y in (
        ("face", slice(23, 91), (-27, 27), (147, 199)),
        ("hand", slice(91, 112), (40, 76), (38, 100)),
    ):
        draw(panels[panel], whole, body, numbers, size=7)
        panels[panel].set(xlim=x, ylim=y)
        panels[panel].set_title(f"{whole.name}: {panel}", fontsize=10)
    figure.supxlabel("seen from the front: the person's left in blue, the right in orange", fontsize=10)
    figure.savefig(PICTURE, dpi=100)


if __name__ == "__main__":
    main()
