"""A person at rest: where joints of known names are."""

_REST = """
    head_top 0 205; head 0 180; nose 0 175; *_eye 9.5 184; *_ear 21 180; upper_neck 0 153; neck 0 144
    spine 0 118; lower_spine 0 103; mid_hip 0 96; *_hip 11 93; *_knee 14 51; *_ankle 16 13
    *_foot 16.5 -0.5; *_heel 13 3; *_big_toe 20 -4; *_small_toe 29 0
    *_shoulder 21 142; *_elbow 36 117; *_wrist 46 94; *_hand_root 47 90; *_hand 52.2 78; *_hand_tip 59.5 66.4
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

_FINGERS = {"thumb": 7, "index": 4.5, "middle": 1.5, "ring": -1.5, "pinky": -4.5}
"""How far from its middle a finger leaves the hand, in cm, thumbs outwards."""


def _standing() -> dict[str, tuple[float, float]]:
    words = _REST.replace(";", " ").split()
    at = {joint: (float(x), float(y)) for joint, x, y in zip(words[::3], words[1::3], words[2::3], strict=True)}
    root_x, root_y = at["*_hand_root"]
    for finger, offset in _FINGERS.items():
        for step, joint in enumerate((f"{finger}_1", f"{finger}_2", f"{finger}_3", f"{finger}_tip")):
            along = (4 if finger == "thumb" else 13) + 4.5 * step
            across = offset * (1 + 0.12 * step)
            at[f"*_{joint}"] = (root_x + 0.4 * along + 0.92 * across, root_y - 0.92 * along + 0.4 * across)
    body = {joint: place for joint, place in at.items() if "*" not in joint}
    for side, sign in (("left", 1), ("right", -1)):
        body |= {joint.replace("*", side): (sign * x, y) for joint, (x, y) in at.items() if "*" in joint}
    return body


STANDING = _standing()
"""Where joints are, in cm, y upwards, of a body that faces us: its left is on our right.

The head, the hands and the feet are drawn larger than they are, so that their joints can be told apart.
"""
