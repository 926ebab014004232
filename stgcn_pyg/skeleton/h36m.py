"""The layout of Human3.6M."""

from stgcn_pyg.skeleton.declare import declare

H36M_17 = declare(
    "H36M_17",
    joints="""
        mid_hip
        right_hip right_knee right_ankle left_hip left_knee left_ankle
        spine neck upper_neck head_top
        left_shoulder left_elbow left_wrist right_shoulder right_elbow right_wrist
    """,
    bones="""
        mid_hip spine neck upper_neck head_top
        mid_hip *_hip *_knee *_ankle
        neck *_shoulder *_elbow *_wrist
    """,
    center="mid_hip",
)
"""The 17 joints of Human3.6M that pose lifters such as VideoPose3D and MotionBERT use.

The right leg comes before the left, but the left arm before the right. What they call the thorax lies between the
shoulders (``neck``), and above it come "neck/nose" (``upper_neck``) and "head", its top. The 17 are not COCO's.
"""
