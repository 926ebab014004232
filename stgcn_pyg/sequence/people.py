"""Which sequences are people of one recording."""

from collections.abc import Iterable

from stgcn_pyg.sequence.sequence import SkeletonSequence


def group_people(sequences: Iterable[SkeletonSequence]) -> list[list[SkeletonSequence]]:
    """Put the people of each recording together, as readers that are asked for several leave them.

    They are of one name and come one after the other, with rising numbers as their fact ``person``. A sequence
    that does not say which person it shows is a recording of one.

    Args:
        sequences: People of recordings.

    Returns:
        For each recording its people, in the order they came.

    Example:
        >>> import numpy as np
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> pos = np.ones((4, 25, 2))
        >>> two = [SkeletonSequence(pos, BODY_25, name="handshake", facts={"person": m}) for m in (0, 1)]
        >>> one = SkeletonSequence(pos, BODY_25, name="walk", facts={"person": 0})
        >>> [[sequence.name for sequence in people] for people in group_people([*two, one])]
        [['handshake', 'handshake'], ['walk']]
    """
    groups: list[list[SkeletonSequence]] = []
    for sequence in sequences:
        if groups and _is_next(groups[-1][-1], sequence):
            groups[-1].append(sequence)
        else:
            groups.append([sequence])
    return groups


def _is_next(person: SkeletonSequence, other: SkeletonSequence) -> bool:
    first, second = (int(sequence.facts.get("person", 0)) for sequence in (person, other))
    return person.name == other.name and first < second
