"""Layouts with more joints than any that the package has, to measure how costs grow with them."""

import numpy as np

from stgcn_pyg.skeleton import BLAZEPOSE_33, Skeleton

Bones = tuple[tuple[str, str], ...]

FINGERS = ("thumb", "index", "middle", "ring", "pinky")
FACE_JOINTS = 468


def holistic_like() -> Skeleton:
    """A body of 33 joints, two hands of 21 and a face of 468, as many as MediaPipe's holistic model finds.

    The body is BLAZEPOSE_33, each hand a palm with five chains of four joints, and the face a random tree, not the
    mesh that the model has.

    Example:
        >>> holistic_like().num_joints
        543
    """
    face = [f"face_{number}" for number in range(FACE_JOINTS)]
    joints, bones = list(BLAZEPOSE_33.joints), list(BLAZEPOSE_33.bones)
    for side in ("left", "right"):
        palm = f"{side}_palm"
        joints.append(palm)
        bones.append((f"{side}_wrist", palm))
        for finger in FINGERS:
            chain = [f"{side}_{finger}_joint_{number}" for number in range(4)]
            joints += chain
            bones += zip([palm, *chain[:-1]], chain, strict=True)
    bones.append(("nose", face[0]))
    bones += _tree(face, max_degree=4, seed=0)
    return Skeleton("holistic_like_543", (*joints, *face), tuple(bones), center="nose")


def random_tree(num_joints: int, max_degree: int = 4, seed: int = 0) -> Skeleton:
    """A tree in which each joint hangs from a random earlier one that has less than ``max_degree`` bones.

    Example:
        >>> tree = random_tree(100)
        >>> len(tree.bones), int(tree.hops.max()) < 100
        (99, True)
    """
    joints = tuple(f"joint_{number}" for number in range(num_joints))
    return Skeleton(f"tree_{num_joints}", joints, _tree(joints, max_degree, seed))


def _tree(joints: tuple[str, ...] | list[str], max_degree: int, seed: int) -> Bones:
    random = np.random.default_rng(seed)
    degree = np.zeros(len(joints), dtype=int)
    bones = []
    for child in range(1, len(joints)):
        parent = random.choice(np.flatnonzero(degree[:child] < max_degree))
        degree[[parent, child]] += 1
        bones.append((joints[parent], joints[child]))
    return tuple(bones)
