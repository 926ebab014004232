"""A recording in another joint layout."""

from dataclasses import replace

import numpy as np

from stgcn_pyg.sequence.sequence import FloatArray, SkeletonSequence
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
    try:
        conversion = LayoutConversion(sequence.skeleton, skeleton)
    except ValueError as error:
        raise ValueError(f"{sequence.name}: {error}") from None
    pos, score = conversion(sequence.pos, sequence.score)
    return replace(sequence, pos=pos, score=score, skeleton=skeleton)


class LayoutConversion:
    """What :func:`convert_layout` does to frames, worked out once for two layouts.

    Args:
        recorded: The layout that frames come in.
        wanted: The layout to bring them into.

    Raises:
        ValueError: If the first gives no joint of the second.

    Shapes:
        - **pos** ``[..., V, D]``, **score** ``[..., V]`` to the same with the wanted layout's joints

    Example:
        >>> from stgcn_pyg.skeleton import BODY_25, COCO_17
        >>> pos, score = LayoutConversion(COCO_17, BODY_25)(np.ones((17, 2)), np.ones(17))
        >>> pos.shape, int(score.sum())
        ((25, 2), 19)
    """

    def __init__(self, recorded: Skeleton, wanted: Skeleton) -> None:
        self.num_joints = wanted.num_joints
        sources = [recorded.sources(joint) for joint in wanted.joints]
        if not any(sources):
            raise ValueError(
                f"{recorded.name} gives no joint of {wanted.name}; joints are known by name, here "
                f"{', '.join(recorded.joints)} and there {', '.join(wanted.joints)}"
            )
        # Joints with equally many sources are computed together.
        self._groups = [
            tuple(np.array(part) for part in zip(*group, strict=True))
            for size in sorted({len(source) for source in sources} - {0})
            if (group := [(v, source) for v, source in enumerate(sources) if len(source) == size])
        ]

    def __call__(self, pos: FloatArray, score: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Bring frames into the wanted layout."""
        new_pos = np.zeros((*pos.shape[:-2], self.num_joints, pos.shape[-1]), np.float32)
        new_score = np.zeros((*score.shape[:-1], self.num_joints), np.float32)
        for joints, sources in self._groups:
            new_pos[..., joints, :] = pos[..., sources, :].mean(axis=-2, dtype=np.float64)
            new_score[..., joints] = score[..., sources].min(axis=-1)
        return new_pos, new_score


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
