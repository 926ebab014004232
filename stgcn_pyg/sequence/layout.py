"""A recording in another joint layout."""

from dataclasses import replace

import numpy as np

from stgcn_pyg.sequence.sequence import SkeletonSequence
from stgcn_pyg.skeleton import Skeleton


def convert_layout(sequence: SkeletonSequence, skeleton: Skeleton) -> SkeletonSequence:
    """Bring a recording into another joint layout, joint by joint.

    A joint of the same name is carried over as it is. One that the recording's layout does not have is derived
    where it can be (:data:`~stgcn_pyg.skeleton.DERIVED_JOINTS`): it lies at the mean of its sources and has the
    lowest of their scores, so it is missing where one of them is. Any other joint is missing throughout
    (:func:`missing_joints` names them).

    Args:
        sequence: The recording.
        skeleton: The layout to bring it into.

    Raises:
        ValueError: If the recording's layout gives no joint of the other.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25, COCO_17
        >>> convert_layout(SkeletonSequence(np.ones((40, 17, 2)), COCO_17, fps=25), BODY_25)
        SkeletonSequence('recording', 40 frames, BODY_25, 2D, 25 fps, 24% missing)
    """
    if sequence.skeleton == skeleton:
        return sequence
    sources = [list(sequence.skeleton.sources(joint)) for joint in skeleton.joints]
    if not any(sources):
        raise ValueError(
            f"{sequence.name}: {sequence.skeleton.name} gives no joint of {skeleton.name}; joints are known by "
            f"name, here {', '.join(sequence.skeleton.joints)} and there {', '.join(skeleton.joints)}"
        )
    pos = np.zeros((sequence.num_frames, skeleton.num_joints, sequence.num_dims), np.float32)
    score = np.zeros((sequence.num_frames, skeleton.num_joints), np.float32)
    for v, source in enumerate(sources):
        if source:
            pos[:, v] = sequence.pos[:, source].mean(axis=1, dtype=np.float64)
            score[:, v] = sequence.score[:, source].min(axis=1)
    return replace(sequence, pos=pos, score=score, skeleton=skeleton)


def missing_joints(recorded: Skeleton, wanted: Skeleton) -> tuple[str, ...]:
    """The joints that :func:`convert_layout` from one layout to another leaves missing.

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25, OPENPOSE_18
        >>> missing_joints(BODY_25, OPENPOSE_18)
        ()
        >>> missing_joints(OPENPOSE_18, BODY_25)
        ('left_big_toe', 'left_small_toe', 'left_heel', 'right_big_toe', 'right_small_toe', 'right_heel')
    """
    return tuple(joint for joint in wanted.joints if not recorded.sources(joint))
