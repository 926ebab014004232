"""One person through a recording in which several were detected."""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

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
        self.weight = 0.0
        self.add(time, person)

    def add(self, time: int, person: FloatArray) -> None:
        """Take a detection as this person's at a time later than all before."""
        seen = person[:, -1] > 0
        self.last[seen] = person[seen]
        self.seen_at[seen] = time
        self.poses[time] = person
        self.weight += float(person[seen, -1].sum())

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


def follow(frames: Sequence[FloatArray]) -> FloatArray:
    r"""Follow the main person through frames whose detections come in no particular order.

    Detections are first joined into tracks, frame by frame. How well a person with joints :math:`p_v` continues
    a track that last saw them at :math:`q_v` is

    .. math::
        \sum_{v \in S} a_v, \qquad a_v = \max \left( 0, 1 - \frac{\lVert p_v - q_v \rVert}{b} \right),

    where :math:`S` are the joints seen in both and :math:`b` is the body's size, the diagonal of the box around
    it. Pairs are joined best first, as long as the mean of :math:`a_v` over :math:`S` is 1/2 or more. It is a
    sum so that a whole body continues the whole body before it, not the half of one that was a detection of its
    own for a while. A track ends when its person was out of sight for more than ``MAX_ABSENCE`` frames.

    The main person is then the sequence of tracks, no two at the same time, with the greatest sum of scores:
    somebody who walks out of the picture and comes back later is followed on, while bystanders and phantoms
    beside them are not. Whoever is there while the main person is away for longer is taken for them.

    No pose estimator's own person ids are used, and nothing but positions: where two people pass through each
    other, they may be exchanged.

    Args:
        frames: For each of the T frames the P people detected in it, ``[P, V, D + 1]``: D coordinates and the
            score (0 = missing). P may change and be 0.

    Returns:
        The person followed, ``[T, V, D + 1]``, all 0 in frames without them.

    Raises:
        ValueError: If there are no frames.

    Example:
        >>> left, right = np.ones((4, 3)), np.full((4, 3), 9.0)
        >>> left[:, 0], right[:, 0], right[:, 2] = [0, 1, 2, 3], [50, 51, 52, 53], 0.5
        >>> frames = [np.stack([left, right]), np.stack([right, left]), np.stack([right])]
        >>> follow(frames)[:, :, 0].tolist()
        [[0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0], [0.0, 0.0, 0.0, 0.0]]
    """
    if not frames:
        raise ValueError("no frames to follow a person through")
    followed = np.zeros((len(frames), *frames[0].shape[1:]), np.float32)
    for track in _best_chain(_tracks(frames)):
        for time, person in track.poses.items():
            followed[time] = person
    return followed


def _tracks(frames: Sequence[FloatArray]) -> list[_Track]:
    tracks: list[_Track] = []
    current: list[_Track] = []
    for time, people in enumerate(frames):
        current = [track for track in current if time - track.end <= MAX_ABSENCE + 1]
        owner = _match([track.known(time) for track in current], people)
        for i, person in enumerate(people):
            if i in owner:
                current[owner[i]].add(time, person)
            else:
                current.append(_Track(time, person))
                tracks.append(current[-1])
    return tracks


def _match(known: list[FloatArray], people: FloatArray) -> dict[int, int]:
    """Which track each detection continues, best pair first; detections that continue none are left out."""
    if not known or not len(people):
        return {}
    agreement = _agreement(np.array(known, np.float64), people.astype(np.float64))
    owner: dict[int, int] = {}
    while (best := agreement.max()) > 0:
        k, i = np.argwhere(agreement == best)[0].tolist()
        owner[i] = k
        agreement[k, :] = agreement[:, i] = 0
    return owner


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
    return np.asarray(np.linalg.norm(high - low, axis=-1))


def _best_chain(tracks: list[_Track]) -> list[_Track]:
    """The tracks, no two at the same time, with the greatest sum of weights."""
    tracks = sorted(tracks, key=lambda track: track.end)
    ends = [track.end for track in tracks]
    before = [bisect_left(ends, track.start) for track in tracks]  # how many had ended when this one started
    best = [0.0]
    for i, track in enumerate(tracks):
        best.append(max(best[i], best[before[i]] + track.weight))
    chain = []
    i = len(tracks)
    while i > 0:
        if best[i] == best[i - 1]:
            i -= 1
        else:
            chain.append(tracks[i - 1])
            i = before[i - 1]
    return chain
