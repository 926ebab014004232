"""The layouts of Microsoft's Kinect cameras.

What Kinect calls the centre of the shoulders (the second: the spine at the shoulders) lies where others have the
neck, and is called ``neck`` here. The neck of the second Kinect lies above it, on the way to the head:
``upper_neck``. ``head`` is the head's middle, not its top.
"""

from stgcn_pyg.skeleton.declare import declare

KINECT_20 = declare(
    "KINECT_20",
    joints="""
        mid_hip lower_spine neck head
        left_shoulder left_elbow left_wrist left_hand right_shoulder right_elbow right_wrist right_hand
        left_hip left_knee left_ankle left_foot right_hip right_knee right_ankle right_foot
    """,
    bones="""
        mid_hip lower_spine neck head
        neck *_shoulder *_elbow *_wrist *_hand
        mid_hip *_hip *_knee *_ankle *_foot
    """,
    center="neck",
)
"""The 20 joints of the first Kinect in the order of Microsoft's SDK, as Northwestern-UCLA has them.

Its centres of the hips and of the shoulders are ``mid_hip`` and ``neck`` here, though they lie some 7 and 11 cm
above the lines between the hips and between the shoulders. Its spine lies a sixth of the way from one to the other,
so it is not the ``spine`` of others.

UTD-MHAD has the same joints, but the first four the other way round: head, neck, lower spine, mid-hip.
"""

NTU_25 = declare(
    "NTU_25",
    joints="""
        mid_hip spine upper_neck head
        left_shoulder left_elbow left_wrist left_hand right_shoulder right_elbow right_wrist right_hand
        left_hip left_knee left_ankle left_foot right_hip right_knee right_ankle right_foot
        neck left_hand_tip left_thumb_tip right_hand_tip right_thumb_tip
    """,
    bones="""
        mid_hip spine neck upper_neck head
        neck *_shoulder *_elbow *_wrist *_hand *_hand_tip
        *_hand *_thumb_tip
        mid_hip *_hip *_knee *_ankle *_foot
    """,
    center="neck",
)
"""The 25 joints of the second Kinect, as NTU RGB+D, PKU-MMD and others have them.

The data sets count them from 1. Some published graphs bind the thumb to the tip of the hand; here it hangs from the
hand, as a thumb does.
"""
