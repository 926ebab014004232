"""The people of a recording, each followed through frames whose detections come in no particular order."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from stgcn_pyg.sequence import FloatArray

Doubles = npt.NDArray[np.float64]

MAX_ABSENCE = 12
"""For how many frames a person or a joint may be out of sight and still be known (half a second at 25 a second)."""


class _Track:
    """One person while they are known: where each joint was last seen, and the detections that were theirs."""

    def __init__(self, time: int, person: FloatArray) -> None:
        self.last = person.copy()
        self.seen_at = np.full(len(person), time)
        self.poses: dict[int, FloatArray] = {}
        self.add(time, person)

    def add(self, time: int, person: FloatArray) -> None:
        """Take a detection as this person's at a time later than all before."""
        seen = person[:, -1] > 0
        self.last[seen] = person[seen]
        self.seen_at[seen] = time
        self.poses[time] = person

    def known(self, time: int) -> FloatArray:
        """Where each joint was last seen, ``[V, D + 1]``; joints unseen for long are forgotten."""
        return np.where((time - self.seen_at <= MAX_ABSENCE + 1)[:, None], self.last, 0)

    @property
    def start(self) -> int:
        """The first frame."""
        return next(iter(self.poses))

    @property
    def end(self) -> int:
        """The last frame so far."""
        return next(reversed(self.poses))


def follow_people(frames: Sequence[FloatArray], people: int, by: str = "score") -> FloatArray:
    r"""Follow the main people through frames whose detections come in no particular order.

    Detections are first joined into tracks, frame by frame. How well a person with joints :math:`p_v` continues
    a track that last saw them at :math:`q_v` is

    .. math::
        \sum_{v \in S} a_v, \qquad a_v = \max \left( 0, 1 - \frac{\lVert p_v - q_v \rVert}{b} \right),

    where :math:`S` are the joints seen in both and :math:`b` is the body's size, the diagonal of the box around
    it. Of all ways to pair people with tracks the one with the greatest sum is taken; only pairs whose mean of
    :math:`a_v` over :math:`S` is 1/2 or more count. It is a sum so that a whole body continues the whole body
    before it, not the half of one that was a detection of its own for a while. A track ends when its person was
    out of sight for more than ``MAX_ABSENCE`` frames.

    The main person is then the sequence of tracks, no two at the same time, of the greatest importance: somebody
    who walks out of the picture and comes back later is followed on, while bystanders and phantoms beside them
    are not. Whoever is there while the main person is away for longer is taken for them. The next person is the
    same of the tracks that are left, and so on.

    No pose estimator's own person ids are used, and nothing but positions: where two people pass through each
    other, they may be exchanged.

    Args:
        frames: For each of the T frames the P people detected in it, ``[P, V, D + 1]``: D coordinates and the
            score (0 = missing). P may change and be 0.
        people: How many people to follow, at most.
        by: What makes a track important. ``"score"``: the sum of its scores, so who is seen best and longest;
            ``"size"``: the sum of the body's sizes, so who is near the camera and long there; ``"motion"``: the
            way that its joints make from frame to frame, so who does most, which noise adds to.

    Returns:
        The M people followed, ``[M, T, V, D + 1]``, the most important first, all 0 in frames without them. M is
        at least 1: if nobody was seen, that is one person who is nowhere.

    Raises:
        ValueError: If there are no frames, no people are asked for, or ``by`` is not known.

    Example:
        >>> left, right = np.ones((4, 3)), np.full((4, 3), 9.0)
        >>> left[:, 0], right[:, 0], right[:, 2] = [0, 1, 2, 3], [50, 51, 52, 53], 0.5
        >>> frames = [np.stack([left, right]), np.stack([right, left]), np.stack([right])]
        >>> follow_people(frames, 2)[:, :, 0, 0].tolist()
        [[0.0, 0.0, 0.0], [50.0, 50.0, 50.0]]
        >>> follow_people(frames, 9, by="size").shape
        (2, 3, 4, 3)
    """
    if not frames:
        raise ValueError("no frames to follow a person through")
    if people < 1:
        raise ValueError(f"at least one person can be followed, not {people}")
    if by not in IMPORTANCE:
        raise ValueError(f"people are not told apart by {by!r}; known: {', '.join(IMPORTANCE)}")
    tracks = _tracks([_ordered(detected) for detected in frames])
    weights = {track: IMPORTANCE[by](np.array(list(track.poses.values()), np.float64)) for track in tracks}
    shape = (len(frames), *frames[0].shape[1:])
    followed: list[FloatArray] = []
    while len(followed) < people and (chain := _best_chain(weights)):
        pose = np.zeros(shape, np.float32)
        for track in chain:
            pose[list(track.poses)] = list(track.poses.values())
            del weights[track]
        followed.append(pose)
    return np.stack(followed or [np.zeros(shape, np.float32)])


def follow(frames: Sequence[FloatArray]) -> FloatArray:
    """Follow the main person alone, ``[T, V, D + 1]``: the first of :func:`follow_people`.

    Example:
        >>> left, right = np.ones((4, 3)), np.full((4, 3), 9.0)
        >>> left[:, 0], right[:, 0], right[:, 2] = [0, 1, 2, 3], [50, 51, 52, 53], 0.5
        >>> frames = [np.stack([left, right]), np.stack([right, left]), np.stack([right])]
        >>> follow(frames)[:, :, 0].tolist()
        [[0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0], [0.0, 0.0, 0.0, 0.0]]
    """
    return np.asarray(follow_people(frames, 1)[0])


class Follower:
    """Follows the main person through frames as they come, when nothing is known of those to come.

    Detections are joined into tracks as :func:`follow_people` does it. Of the people in a frame, the main one is
    whose track has the greatest sum of scores so far: bystanders and phantoms are only taken while nobody else is
    there. A track that has ended is forgotten, so that memory does not grow.

    Example:
        >>> left, right = np.ones((4, 3)), np.full((4, 3), 9.0)
        >>> left[:, 0], right[:, 0], right[:, 2] = [0, 1, 2, 3], [50, 51, 52, 53], 0.5
        >>> follower = Follower()
        >>> [follower(np.stack(frame))[0, 0].item() for frame in ([left, right], [right, left], [right])]
        [0.0, 0.0, 50.0]
        >>> follower(np.zeros((0, 4, 3))) is None
        True
    """

    def __init__(self) -> None:
        self._time = 0
        self._importance: dict[_Track, float] = {}

    def __call__(self, detected: FloatArray) -> FloatArray | None:
        """The main one ``[V, D + 1]`` of the people in the next frame ``[P, V, D + 1]``; None if there are none."""
        time, self._time = self._time, self._time + 1
        people = _ordered(detected)
        current = [track for track in self._importance if time - track.end <= MAX_ABSENCE + 1]
        present = _continue(current, time, people)
        self._importance = {track: self._importance.get(track, 0.0) for track in dict.fromkeys(current + present)}
        for track, person in zip(present, people, strict=True):
            track.poses = {time: person}  # those before are of no more use
            self._importance[track] += float(person[:, -1].sum())
        return max(present, key=self._importance.__getitem__).poses[time] if present else None


def _ordered(people: FloatArray) -> FloatArray:
    """The people of whom a joint was seen, in an order that no order of detections changes: so ties are broken."""
    people = np.where(people[..., -1:] > 0, people, 0)
    people = people[people[..., -1].any(axis=1)]
    return people[np.lexsort(people.reshape(len(people), -1).T)] if len(people) else people


def _tracks(frames: Sequence[FloatArray]) -> list[_Track]:
    tracks: list[_Track] = []
    current: list[_Track] = []
    for time, people in enumerate(frames):
        current = [track for track in current if time - track.end <= MAX_ABSENCE + 1]
        new = [track for track in _continue(current, time, people) if track not in current]
        current += new
        tracks += new
    return tracks


def _continue(current: list[_Track], time: int, people: FloatArray) -> list[_Track]:
    """Let people go on as the tracks they belong to; returns the track of each, new ones of who is new."""
    owner = _match([track.known(time) for track in current], people)
    for i, k in owner.items():
        current[k].add(time, people[i])
    return [current[owner[i]] if i in owner else _Track(time, person) for i, person in enumerate(people)]


def _match(known: list[FloatArray], people: FloatArray) -> dict[int, int]:
    """Which track each detection continues; detections that continue none are left out."""
    if not known or not len(people):
        return {}
    agreement = _agreement(np.array(known, np.float64), people.astype(np.float64))
    pairs = zip(*linear_sum_assignment(agreement, maximize=True), strict=True)
    return {int(i): int(k) for k, i in pairs if agreement[k, i] > 0}


def _agreement(a: Doubles, b: Doubles) -> Doubles:
    """How many joints of two poses are in the same place, ``[A, B]``, a joint half a body away counting half.

    It is 0 for poses that cannot be the same person's.
    """
    both = (a[:, None, :, -1] > 0) & (b[None, :, :, -1] > 0)  # [A, B, V]
    gap = np.linalg.norm(a[:, None, :, :-1] - b[None, :, :, :-1], axis=-1)
    size = np.maximum(_size(a)[:, None], _size(b)[None, :])[..., None]
    agreement = np.where(both & (gap < size), 1 - gap / np.where(size > 0, size, 1), 0).sum(axis=2)
    return np.where(agreement >= both.sum(axis=2) / 2, agreement, 0)


def _size(people: Doubles) -> Doubles:
    """The diagonal of the box around the joints that were seen, ``[P]``."""
    seen = people[..., -1:] > 0
    pos = people[..., :-1]
    low = np.where(seen, pos, np.inf).min(axis=1)
    high = np.where(seen, pos, -np.inf).max(axis=1)
    return np.asarray(np.linalg.norm(np.maximum(high - low, 0), axis=-1))


def _way(poses: Doubles) -> float:
    """The way that joints made between frames in which both were seen."""
    both = (poses[1:, :, -1] > 0) & (poses[:-1, :, -1] > 0)
    return float((np.linalg.norm(np.diff(poses[..., :-1], axis=0), axis=-1) * both).sum())


IMPORTANCE: Mapping[str, Callable[[Doubles], float]] = {
    "score": lambda poses: float(poses[..., -1].sum()),
    "size": lambda poses: float(_size(poses).sum()),
    "motion": _way,
}
"""What makes a track important, from its poses ``[n, V, D + 1]``."""


def _best_chain(weights: Mapping[_Track, float]) -> list[_Track]:
    """The tracks, no two at the same time, with the greatest sum of weights."""
    tracks = sorted(weights, key=lambda track: track.end)
    ends = [track.end for track in tracks]
    before = [bisect_left(ends, track.start) for track in tracks]  # how many had ended when this one started
    best = [0.0]
    for i, track in enumerate(tracks):
        best.append(max(best[i], best[before[i]] + weights[track]))
    chain = []
    i = len(tracks)
    while i > 0:
        if best[i] > best[before[i - 1]] + weights[tracks[i - 1]]:
            i -= 1
        else:
            chain.append(tracks[i - 1])
            i = before[i - 1]
    return chain
