"""A joint layout: what a body is made of, as an immutable value.

A layout is a declaration, not a class hierarchy: names of joints, bones between them, which joints are each
other's mirror image, and the joint in the middle. Everything else (neighbours, hop distances, graphs,
normalisation, flips) is computed from these facts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

DERIVED_JOINTS: dict[str, tuple[str, ...]] = {
    "neck": ("left_shoulder", "right_shoulder"),
    "mid_hip": ("left_hip", "right_hip"),
    "spine": ("left_shoulder", "right_shoulder", "left_hip", "right_hip"),
    "head": ("left_ear", "right_ear"),
    "left_hand": ("left_index_1", "left_pinky_1"),
    "right_hand": ("right_index_1", "right_pinky_1"),
    "left_hand_tip": ("left_middle_tip",),
    "right_hand_tip": ("right_middle_tip",),
    "left_foot": ("left_heel", "left_big_toe"),
    "right_foot": ("right_heel", "right_big_toe"),
}
"""Joints that are the mean of others where a layout does not have them itself."""


@dataclass(frozen=True)
class Skeleton:
    r"""A joint layout :math:`(\mathcal{V}, \mathcal{E}_S)` with its mirror symmetry and its centre.

    It prints as it is declared, so that ``eval(repr(skeleton)) == skeleton``.

    Args:
        name: What the layout is called in files and messages.
        joints: The :math:`V` joint names, in the order of the data.
        bones: Pairs of joint names, each bone once and in either direction.
        mirror: Pairs of joint names that trade places when the body is seen in a mirror.
        center: The joint that hop distances are counted from where no joint radius was measured.

    Raises:
        ValueError: If a joint is declared twice or a pair names a joint that does not exist, joins a joint to
            itself, or is declared twice.

    Example:
        >>> stick = Skeleton(
        ...     name="stick",
        ...     joints=("hip", "head", "left_hand", "right_hand"),
        ...     bones=(("hip", "head"), ("head", "left_hand"), ("head", "right_hand")),
        ...     mirror=(("left_hand", "right_hand"),),
        ...     center="hip",
        ... )
        >>> stick.num_joints
        4
        >>> stick.hops[stick.index("hip")].tolist()
        [0, 1, 2, 2]
        >>> eval(repr(stick)) == stick
        True
    """

    name: str
    joints: tuple[str, ...]
    bones: tuple[tuple[str, str], ...]
    mirror: tuple[tuple[str, str], ...] = ()
    center: str = ""

    def __post_init__(self) -> None:
        """Check that the declaration is a simple graph over the joints it names."""
        object.__setattr__(self, "joints", tuple(self.joints))
        object.__setattr__(self, "bones", _pairs(self.bones))
        object.__setattr__(self, "mirror", _pairs(self.mirror))
        object.__setattr__(self, "center", self.center or (self.joints[0] if self.joints else ""))
        if not self.joints:
            raise ValueError(f"skeleton {self.name!r} has no joints")
        if repeated := _repeated(self.joints):
            raise ValueError(f"skeleton {self.name!r} declares the joint {repeated!r} twice")
        self.index(self.center)
        self._check_pairs("bone", self.bones)
        self._check_pairs("mirror pair", self.mirror)
        if repeated := _repeated([joint for pair in self.mirror for joint in pair]):
            raise ValueError(f"skeleton {self.name!r}: {repeated!r} stands in two mirror pairs")

    def _check_pairs(self, what: str, pairs: tuple[tuple[str, str], ...]) -> None:
        for a, b in pairs:
            self.index(a), self.index(b)
            if a == b:
                raise ValueError(f"skeleton {self.name!r}: the {what} ({a!r}, {b!r}) joins a joint to itself")
        if repeated := _repeated([frozenset(pair) for pair in pairs]):
            raise ValueError(f"skeleton {self.name!r} declares the {what} {tuple(sorted(repeated))} twice")

    @property
    def num_joints(self) -> int:
        """The number of joints :math:`V`."""
        return len(self.joints)

    def index(self, joint: str) -> int:
        """The position of a joint in the data.

        Raises:
            ValueError: If the layout has no such joint.
        """
        try:
            return self.joints.index(joint)
        except ValueError:
            raise ValueError(
                f"skeleton {self.name!r} has no joint {joint!r}; its joints are {', '.join(self.joints)}"
            ) from None

    @cached_property
    def bone_index(self) -> IntArray:
        """The bones as joint positions, shape ``[2, B]``, each bone once."""
        pairs = [(self.index(a), self.index(b)) for a, b in self.bones]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2).T

    @cached_property
    def mirror_index(self) -> IntArray:
        """The joint that stands where joint ``v`` stood when the body is mirrored, shape ``[V]``.

        Example:
            >>> from stgcn_pyg.skeleton import BODY_25
            >>> BODY_25.mirror_index[BODY_25.index("left_wrist")] == BODY_25.index("right_wrist")
            np.True_
        """
        order = np.arange(self.num_joints)
        for a, b in self.mirror:
            i, j = self.index(a), self.index(b)
            order[i], order[j] = j, i
        return order

    @cached_property
    def hops(self) -> IntArray:
        """Bones on the shortest way between any two joints, shape ``[V, V]``; ``V`` where there is no way."""
        return hop_distances(self.bone_index, self.num_joints)

    def sources(self, joint: str) -> tuple[int, ...]:
        """The joints whose mean is the named one: itself, or those it is derived from; empty if neither is there.

        Example:
            >>> from stgcn_pyg.skeleton import BODY_25, COCO_17
            >>> BODY_25.sources("mid_hip"), COCO_17.sources("mid_hip")
            ((8,), (11, 12))
        """
        if joint in self.joints:
            return (self.index(joint),)
        names = DERIVED_JOINTS.get(joint, ())
        return tuple(self.index(name) for name in names) if set(names) <= set(self.joints) else ()

    def to_dict(self) -> dict[str, Any]:
        """The declaration as plain lists, for JSON."""
        return {
            "name": self.name,
            "joints": list(self.joints),
            "bones": [list(pair) for pair in self.bones],
            "mirror": [list(pair) for pair in self.mirror],
            "center": self.center,
        }

    @classmethod
    def from_dict(cls, declaration: dict[str, Any]) -> "Skeleton":
        """The inverse of :meth:`to_dict`."""
        return cls(**declaration)


def hop_distances(bone_index: IntArray, num_joints: int) -> IntArray:
    """Shortest path lengths over undirected bones, shape ``[V, V]``; ``num_joints`` where there is no path."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import shortest_path

    bones = coo_array((np.ones(bone_index.shape[1]), tuple(bone_index)), shape=(num_joints, num_joints))
    hops = shortest_path(bones.tocsr(), directed=False, unweighted=True)
    return np.where(np.isinf(hops), num_joints, hops).astype(np.int64)


def _pairs(pairs: Iterable[Iterable[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((a, b) for a, b in pairs)


def _repeated(values: Iterable[Any]) -> Any:
    seen: set[Any] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None
