"""The layout of MediaPipe's BlazePose."""

from stgcn_pyg.skeleton.declare import declare

BLAZEPOSE_33 = declare(
    "BLAZEPOSE_33",
    joints="""
        nose
        left_eye_inner left_eye left_eye_outer right_eye_inner right_eye right_eye_outer
        left_ear right_ear left_mouth_corner right_mouth_corner
        left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist
        left_pinky_1 right_pinky_1 left_index_1 right_index_1 left_thumb_2 right_thumb_2
        left_hip right_hip left_knee right_knee left_ankle right_ankle
        left_heel right_heel left_big_toe right_big_toe
    """,
    bones="""
        left_mouth_corner right_mouth_corner
        left_shoulder right_shoulder
        left_hip right_hip
        nose *_eye_inner *_eye *_eye_outer *_ear *_shoulder *_elbow *_wrist
        nose *_mouth_corner
        *_wrist *_pinky_1 *_index_1 *_wrist *_thumb_2
        *_shoulder *_hip *_knee *_ankle *_heel *_big_toe *_ankle
    """,
    center="nose",
)
"""The 33 landmarks of MediaPipe's BlazePose.

Its pinky, index and thumb are knuckles: the first of the two fingers, the second of the thumb; its foot index is
the big toe. MediaPipe draws the head apart from the body and the mouth apart from the head; here the ears hang
together with the shoulders, as in COCO_17, and the mouth with the nose.
"""
