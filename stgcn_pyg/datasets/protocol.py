"""Who is trained on and who is tested on: evaluation protocols over subjects."""

from collections.abc import Iterable, Mapping, Sequence

Protocol = Mapping[str, Sequence[int]]
"""Subjects of each split: ``{"train": [...], "val": [...], "test": [...]}``."""

KTH_PROTOCOLS: dict[str, Protocol] = {
    "15/5/5": {"train": range(1, 16), "val": range(16, 21), "test": range(21, 26)},
    "10/5/5": {"train": range(1, 11), "val": range(11, 16), "test": range(16, 21)},
    "8/8/9": {
        "train": (11, 12, 13, 14, 15, 16, 17, 18),
        "val": (19, 20, 21, 23, 24, 25, 1, 4),
        "test": (22, 2, 3, 5, 6, 7, 8, 9, 10),
    },
}
"""KTH's protocols: the published code of the paper, its text (in subject order), and the data set's own."""


def leave_one_out(subject: int, subjects: Iterable[int]) -> Protocol:
    """Test on one subject and train on all others.

    Example:
        >>> leave_one_out(17, range(16, 21))
        {'train': [16, 18, 19, 20], 'val': [], 'test': [17]}
    """
    return {"train": [other for other in subjects if other != subject], "val": [], "test": [subject]}


def find_protocol(protocol: str | Protocol) -> Protocol:
    """The protocol of that name, or the one given.

    Raises:
        ValueError: If no protocol of that name is known, or a subject stands in two splits.
    """
    if isinstance(protocol, str):
        if protocol not in KTH_PROTOCOLS:
            raise ValueError(f"no protocol is called {protocol!r}; known: {', '.join(KTH_PROTOCOLS)}")
        return KTH_PROTOCOLS[protocol]
    seen: dict[int, str] = {}
    for split, subjects in protocol.items():
        for subject in subjects:
            if seen.setdefault(subject, split) != split:
                raise ValueError(f"subject {subject} stands in both the {seen[subject]} and the {split} split")
    return protocol
