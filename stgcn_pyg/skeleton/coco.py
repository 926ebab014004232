"""COCO's keypoints, and the layouts that add to them: feet, the middle of the body, face and hands."""

from stgcn_pyg.skeleton.declare import declare

_BODY_JOINTS = """
    nose left_eye right_eye left_ear right_ear
    left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist
    left_hip right_hip left_knee right_knee left_ankle right_ankle
"""

_BODY_BONES = """
    left_shoulder right_shoulder
    left_hip right_hip
    nose *_eye *_ear *_shoulder *_elbow *_wrist
    *_shoulder *_hip *_knee *_ankle
"""

COCO_17 = declare("COCO_17", joints=_BODY_JOINTS, bones=_BODY_BONES, center="nose")
"""The 17 joints of COCO keypoints, as AlphaPose, MMPose, YOLO and Detectron write them.

Nothing of it lies on the spine, so shoulders, hips and ears hold the body together in rings.
"""

HALPE_26 = declare(
    "HALPE_26",
    joints=f"""
        {_BODY_JOINTS}
        head_top neck mid_hip
        left_big_toe right_big_toe left_small_toe right_small_toe left_heel right_heel
    """,
    bones="""
        mid_hip neck nose
        neck head_top
        neck *_shoulder *_elbow *_wrist
        mid_hip *_hip *_knee *_ankle *_big_toe
        *_ankle *_small_toe
        *_ankle *_heel
        nose *_eye *_ear
    """,
    center="mid_hip",
)
"""The 26 joints of Halpe Full-Body, as AlphaPose and RTMPose write them.

Halpe's "head" is the top of the head and its "hip" the middle of both. Drawings of it often leave the face
apart from the body; here the nose hangs from the neck.
"""


def _row(stem: str, first: int, last: int) -> str:
    """Names with numbers, upwards or downwards.

    Example:
        >>> _row("left_jaw", 3, 1)
        'left_jaw_3 left_jaw_2 left_jaw_1'
    """
    step = 1 if first <= last else -1
    return " ".join(f"{stem}_{number}" for number in range(first, last + step, step))


_FACE_JOINTS = f"""
    {_row("right_jaw", 1, 8)} chin {_row("left_jaw", 8, 1)}
    {_row("right_brow", 1, 5)} {_row("left_brow", 5, 1)}
    {_row("nose_bridge", 1, 4)}
    right_nostril_1 right_nostril_2 nose_base left_nostril_2 left_nostril_1
    right_eye_outer right_upper_lid_1 right_upper_lid_2 right_eye_inner right_lower_lid_2 right_lower_lid_1
    left_eye_inner left_upper_lid_2 left_upper_lid_1 left_eye_outer left_lower_lid_1 left_lower_lid_2
    right_mouth_corner right_upper_lip_1 right_upper_lip_2 upper_lip left_upper_lip_2 left_upper_lip_1
    left_mouth_corner left_lower_lip_1 left_lower_lip_2 lower_lip right_lower_lip_2 right_lower_lip_1
    right_inner_mouth_corner right_inner_upper_lip inner_upper_lip left_inner_upper_lip
    left_inner_mouth_corner left_inner_lower_lip inner_lower_lip right_inner_lower_lip
"""

_FACE_BONES = f"""
    nose {_row("nose_bridge", 4, 1)}
    nose nose_base upper_lip
    nose_base *_nostril_2 *_nostril_1
    nose_bridge_1 {_row("*_brow", 5, 1)}
    *_ear {_row("*_jaw", 1, 8)} chin
    *_eye *_eye_inner *_upper_lid_2 *_upper_lid_1 *_eye_outer *_lower_lid_1 *_lower_lid_2 *_eye_inner
    *_eye *_eye_outer
    upper_lip *_upper_lip_2 *_upper_lip_1 *_mouth_corner *_lower_lip_1 *_lower_lip_2 lower_lip
    inner_upper_lip *_inner_upper_lip *_inner_mouth_corner *_inner_lower_lip inner_lower_lip
    *_mouth_corner *_inner_mouth_corner
"""

_FINGERS = ("thumb", "index", "middle", "ring", "pinky")

_HAND_JOINTS = "\n".join(["*_hand_root", *(f"{_row(f'*_{finger}', 1, 3)} *_{finger}_tip" for finger in _FINGERS)])
"""From the wrist outwards: three joints of each finger, and its tip."""

_HAND_BONES = "\n".join(
    ["*_wrist *_hand_root", *(f"*_hand_root {_row(f'*_{finger}', 1, 3)} *_{finger}_tip" for finger in _FINGERS)]
)

COCO_WHOLEBODY_133 = declare(
    "COCO_WHOLEBODY_133",
    joints=f"""
        {_BODY_JOINTS}
        left_big_toe left_small_toe left_heel right_big_toe right_small_toe right_heel
        {_FACE_JOINTS}
        {_HAND_JOINTS.replace("*", "left")}
        {_HAND_JOINTS.replace("*", "right")}
    """,
    bones="\n".join(
        [
            _BODY_BONES.strip(),
            *(f"*_ankle *_{end}" for end in ("big_toe", "small_toe", "heel")),
            _FACE_BONES.strip(),
            _HAND_BONES,
        ]
    ),
    center="nose",
)
"""The 133 joints of COCO-WholeBody, as MMPose and DWPose write them: body, feet, 68 of the face, 21 of each hand.

The face runs from the person's right to the left, as the 68 points of 300-W do; 1 is the outermost of a row, but
the uppermost of the nose's bridge. A hand's root is annotated apart from the body's wrist. The rings of eyelids and
lips are closed.
"""
