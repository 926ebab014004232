"""Which recordings are trained on and which are tested on: evaluation protocols."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedKFold

from stgcn_pyg.data import SkeletonData

FACTS = ("subject", "scenario", "view", "camera", "setup", "split", "fold")
"""What recordings can be split by."""

SPLITS = ("train", "val", "test")
"""The splits of every protocol: training, validation, test."""

NUM_FOLDS = 5
"""Into how many folds recordings are dealt; three are trained on, so that shares are 60/20/20."""


@dataclass(frozen=True)
class Protocol:
    """Splits recordings by one fact of each: who is seen, in which scenario, or which fold it was dealt to.

    Args:
        train: The fact's values that are trained on.
        val: Those that are validated on.
        test: Those that are tested on.
        by: The fact, one of :data:`FACTS`. ``"fold"`` is dealt: each action's recordings evenly among
            :data:`NUM_FOLDS`, whoever is seen in them; the parts of one video stay together. ``"split"`` are the
            names of splits that the data set's own files say, of which a recording may have several.
        seed: What folds are drawn from.

    Raises:
        ValueError: If there is no such fact, or a value stands in two splits.

    Example:
        >>> protocol = Protocol(train=(1, 2), test=(3,))
        >>> recordings = [SkeletonData(subject=number) for number in (1, 2, 3, 4)]
        >>> [data.subject for data in protocol.choose(recordings, "train")]
        [1, 2]
    """

    train: Sequence[int | str] = ()
    val: Sequence[int | str] = ()
    test: Sequence[int | str] = ()
    by: str = "subject"
    seed: int = 0

    def __post_init__(self) -> None:
        """Check that splits are apart."""
        if self.by not in FACTS:
            raise ValueError(f"recordings are split by {', '.join(FACTS[:-1])} or {FACTS[-1]}, not by {self.by!r}")
        seen: dict[int | str, str] = {}
        for split in SPLITS:
            object.__setattr__(self, split, tuple(self.values(split)))
            for value in self.values(split):
                if seen.setdefault(value, split) != split:
                    raise ValueError(f"{self.by} {value} stands in both the {seen[value]} and the {split} split")

    def values(self, split: str) -> Sequence[int | str]:
        """The fact's values in a split.

        Raises:
            ValueError: If there is no such split.
        """
        if split not in SPLITS:
            raise ValueError(f"no split is called {split!r}; known: {', '.join(SPLITS)}, all")
        values: Sequence[int | str] = getattr(self, split)
        return values

    def choose(self, recordings: Sequence[SkeletonData], split: str) -> list[SkeletonData]:
        """The recordings of a split, in their order; ``"all"`` of them are in none."""
        if split == "all":
            return list(recordings)
        facts = _folds(recordings, self.seed) if self.by == "fold" else [self._fact(data) for data in recordings]
        chosen = set(self.values(split))
        return [data for data, values in zip(recordings, facts, strict=True) if not chosen.isdisjoint(values)]

    def _fact(self, data: SkeletonData) -> Sequence[int | str]:
        """A recording's value, or several names of splits."""
        if self.by not in data:
            known = ", ".join(fact for fact in FACTS if fact in data) or "none"
            raise ValueError(f"{data.get('name')}: nothing says its {self.by}, by which to split; known: {known}")
        return data["split"].split() if self.by == "split" else [int(data[self.by])]

    def to_dict(self) -> dict[str, Any]:
        """Plain containers, for JSON."""
        return {key: list(value) if key in SPLITS else value for key, value in asdict(self).items()}


def leave_one_out(subject: int, subjects: Iterable[int]) -> Protocol:
    """Test on one subject and train on all others.

    Example:
        >>> leave_one_out(17, range(16, 19))
        Protocol(train=(16, 18), val=(), test=(17,), by='subject', seed=0)
    """
    return Protocol(train=[other for other in subjects if other != subject], test=[subject])


def random_subjects(seed: int = 0, sizes: tuple[int, int, int] = (15, 5, 5), num_subjects: int = 25) -> Protocol:
    """Draw so many subjects for training, validation and test.

    Raises:
        ValueError: If there are fewer subjects than are asked for.

    Example:
        >>> protocol = random_subjects(seed=1)
        >>> sorted((*protocol.train, *protocol.val, *protocol.test)) == list(range(1, 26))
        True
    """
    if min(sizes) < 0 or sum(sizes) > num_subjects:
        raise ValueError(f"{sizes} subjects cannot be drawn from {num_subjects}")
    order = np.random.default_rng(seed).permutation(num_subjects) + 1
    parts = np.split(order, np.cumsum(sizes))
    train, val, test = (sorted(part.tolist()) for part in parts[:3])
    return Protocol(train, val, test)


def rotated_subjects(seed: int, subjects: Iterable[int]) -> Protocol:
    """Deal subjects, in their order, into five groups (fewer if they are fewer); test one and validate on the next.

    Seed 0 tests the first group, seed 1 the second, and so on around: five seeds test everybody once. 25 subjects
    are split 15/5/5.

    Raises:
        ValueError: If there are fewer than three subjects.

    Example:
        >>> rotated_subjects(4, range(16, 21))
        Protocol(train=(17, 18, 19), val=(16,), test=(20,), by='subject', seed=0)
    """
    everybody = sorted(subjects)
    if len(everybody) < len(SPLITS):
        raise ValueError(f"training, validation and test need three subjects or more, not {everybody}")
    groups = [group.tolist() for group in np.array_split(everybody, min(NUM_FOLDS, len(everybody)))]
    test, val = seed % len(groups), (seed + 1) % len(groups)
    train = [subject for number, group in enumerate(groups) if number not in (test, val) for subject in group]
    return Protocol(train, groups[val], groups[test])


KTH_PROTOCOLS: dict[str, Callable[[int], Protocol]] = {
    "15/5/5": lambda seed: Protocol(range(1, 16), range(16, 21), range(21, 26)),
    "10/5/5": lambda seed: Protocol(range(1, 11), range(11, 16), range(16, 21)),
    "8/8/9": lambda seed: Protocol(
        train=(11, 12, 13, 14, 15, 16, 17, 18),
        val=(19, 20, 21, 23, 24, 25, 1, 4),
        test=(22, 2, 3, 5, 6, 7, 8, 9, 10),
    ),
    "random-subjects": random_subjects,
    "scenarios": lambda seed: Protocol(train=(1, 2), val=(3,), test=(4,), by="scenario"),
    "stratified": lambda seed: Protocol(train=(0, 1, 2), val=(3,), test=(4,), by="fold", seed=seed),
}
"""KTH's protocols by name, as functions of a seed that only those look at which draw.

By subject: the published code of the paper, its text (in subject order), the data set's own, and 15/5/5 at random.
Across scenarios, and stratified 60/20/20, as the paper's code has them; these two do not keep people apart.
"""


AnyProtocol = str | Protocol | Mapping[str, Any]
"""A protocol, its name, or what :class:`Protocol` takes, such as the subjects of each split."""


def find_protocol(
    protocol: AnyProtocol, seed: int = 0, known: Mapping[str, Callable[[int], Protocol]] = KTH_PROTOCOLS
) -> Protocol:
    """The protocol of that name, or the one given.

    Args:
        protocol: One of them, by name or value.
        seed: What those are drawn from that are random.
        known: The protocols by name, KTH's unless others are said.

    Raises:
        ValueError: If no protocol of that name is known, or it is impossible.

    Example:
        >>> find_protocol({"train": [1, 2], "test": [3]})
        Protocol(train=(1, 2), val=(), test=(3,), by='subject', seed=0)
    """
    if isinstance(protocol, Protocol):
        return protocol
    if isinstance(protocol, Mapping):
        if unknown := set(protocol) - {*SPLITS, "by", "seed"}:
            odd = ", ".join(sorted(unknown))
            raise ValueError(f"a protocol has no {odd}; it has {', '.join(SPLITS)}, by, seed")
        return Protocol(**protocol)
    if protocol not in known:
        raise ValueError(f"no protocol is called {protocol!r}; known: {', '.join(known)}")
    return known[protocol](seed)


def _folds(recordings: Sequence[SkeletonData], seed: int) -> list[list[int]]:
    """The fold of each recording: a video's parts together, each action spread evenly."""
    videos = [(int(data.y), _video(data)) for data in recordings]
    distinct = sorted(set(videos))
    actions = [action for action, _ in distinct]
    rarest = min((actions.count(action) for action in set(actions)), default=NUM_FOLDS)
    if rarest < NUM_FOLDS:
        raise ValueError(f"{NUM_FOLDS} folds need as many videos of every action, but of one there are {rarest}")
    deal = StratifiedKFold(NUM_FOLDS, shuffle=True, random_state=seed).split(distinct, actions)
    fold = {distinct[i]: number for number, (_, held_out) in enumerate(deal) for i in held_out}
    return [[fold[video]] for video in videos]


def _video(data: SkeletonData) -> str:
    """What a recording is a part of: what KTH's sub-sequences share, else itself."""
    return f"{int(data.subject):05d} {int(data.scenario):05d}" if "scenario" in data else str(data.name)
