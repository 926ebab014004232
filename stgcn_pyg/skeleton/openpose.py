"""The layouts of OpenPose."""

from stgcn_pyg.skeleton.declare import declare

BODY_25 = declare(
    "BODY_25",
    joints="""
        nose neck
        right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist
        mid_hip
        right_hip right_knee right_ankle left_hip left_knee left_ankle
        right_eye left_eye right_ear left_ear
        left_big_toe left_small_toe left_heel right_big_toe right_small_toe right_heel
    """,
    bones="""
        mid_hip neck nose
        neck *_shoulder *_elbow *_wrist
        mid_hip *_hip *_knee *_ankle *_big_toe *_small_toe
        *_ankle *_heel
        nose *_eye *_ear
    """,
    center="mid_hip",
)
"""OpenPose's 25 joints with feet, the layout of the paper."""

OPENPOSE_18 = declare(
    "OPENPOSE_18",
    joints="""
        nose neck
        right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist
        right_hip right_knee right_ankle left_hip left_knee left_ankle
        right_eye left_eye right_ear left_ear
    """,
    bones="""
        neck nose
        neck *_shoulder *_elbow *_wrist
        neck *_hip *_knee *_ankle
        nose *_eye *_ear
    """,
    center="neck",
)
"""OpenPose's older 18 joints (its model "COCO"), the layout of Kinetics-Skeleton.

Its first joints are not those of COCO: a neck is added, and the right side comes first.
"""
