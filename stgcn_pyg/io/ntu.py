"""NTU RGB+D: the skeletons of one recording as text."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from stgcn_pyg.io.content import sequence_in
from stgcn_pyg.sequence import FloatArray, SkeletonSequence
from stgcn_pyg.sequence.sequence import FARTHEST
from stgcn_pyg.skeleton import NTU_25

FPS = 30.0
"""Frames a second, as its authors say."""

SHORTEST = 12
"""A body that was tracked for fewer frames is a phantom, if there is another."""

WIDEST = 0.8
"""A body wider than this times its height is a phantom, if it is so most of the time and there is another."""

MOST_WIDE = 0.69754
"""In what share of its frames a body may be too wide."""

_NAME = re.compile(r"S(?P<setup>\d{3})C(?P<camera>\d{3})P(?P<subject>\d{3})R(?P<repetition>\d{3})A(?P<label>\d{3})")


@dataclass
class _Body:
    """One tracked body: its pose ``[V, 4]`` (x, y, z, score) in each frame in which it was there."""

    poses: dict[int, FloatArray] = field(default_factory=dict)

    def overlaps(self, other: "_Body") -> bool:
        """Whether both were there at the same time."""
        return not self.poses.keys().isdisjoint(other.poses)

    @property
    def motion(self) -> float:
        """The variance of its joints' positions over time, summed."""
        return float(np.array(list(self.poses.values()), np.float64)[..., :3].var(axis=0).sum())

    @property
    def plausible(self) -> bool:
        """Whether it is no phantom such as Kinect sees in furniture: it stays, and is rather tall than wide."""
        pos = np.array(list(self.poses.values()), np.float64)[..., :2]
        width, height = np.moveaxis(pos.max(axis=1) - pos.min(axis=1), 1, 0)
        return len(pos) >= SHORTEST and float((width > WIDEST * height).mean()) < MOST_WIDE


def read_ntu(path: str | Path, *, people: int = 1) -> list[SkeletonSequence]:
    r"""Read one recording of NTU RGB+D, 60 or 120.

    A file ``SsssCcccPpppRrrrAaaa.skeleton`` has for each frame the bodies that Kinect tracked, for each of them its
    id and 25 joints: the position in metres, y upwards, and whether it was tracked (score 1), inferred (1/2) or
    neither (0, missing, like a joint at exactly (0, 0, 0)). A frame without a body is one in which every joint is
    missing. The rest (pixels, orientations, states of the hands) is left.

    Kinect sees phantoms in furniture, and takes a person who was lost for a new one. As is usual with NTU RGB+D, of
    several bodies those that were there for fewer than 12 frames, or in 70 % of their frames wider than 0.8 times
    their height, are left out, unless none remains. The others are ranked by how much they move: the variance of
    their joints over time, summed. The first person is the first body; each next body goes on with the first person
    who was never there at the same time, or is another person.

    The facts are ``setup``, ``camera``, ``subject``, ``repetition`` and ``label`` (the action, from 1) of the name
    of the file; another name gives none.

    Args:
        path: The file; its stem becomes the name of every sequence.
        people: Up to how many people to give, in order of importance; where it is more than 1, the fact ``person``
            counts them from 0.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged or not such a recording.

    Example:
        >>> path = getfixture("tmp_path") / "S001C002P003R002A013.skeleton"
        >>> body = ["72057594037931101 0 1 1 1 1 0 0.0 0.0 2", "25", *25 * ["0.1 0.2 3.5 0 0 0 0 0 0 0 0 2"]]
        >>> _ = path.write_text("\n".join(["2", "1", *body, "0"]))
        >>> read_ntu(path)
        [SkeletonSequence('S001C002P003R002A013', 2 frames, NTU_25, 3D, 30 fps, 50% missing)]
        >>> read_ntu(path)[0].facts
        {'setup': 1, 'camera': 2, 'subject': 3, 'repetition': 2, 'label': 13}
    """
    path = Path(path)
    num_frames, bodies = _read_bodies(path)
    match = _NAME.fullmatch(path.stem)
    facts = {key: int(value) for key, value in match.groupdict().items()} if match else {}
    found = []
    for number, person in enumerate(_people(bodies)[:people]):
        pose = np.zeros((num_frames, NTU_25.num_joints, 4), np.float32)
        for time, joints in person.poses.items():
            pose[time] = joints
        which = {"person": number} if people > 1 else {}
        found.append(sequence_in(path, pose[..., :3], pose[..., 3], NTU_25, fps=FPS, facts=facts | which))
    return found


def _people(bodies: list[_Body]) -> list[_Body]:
    """Who was there, in order of importance; nobody is one person who was never seen."""
    bodies = [body for body in bodies if body.plausible] or bodies
    people: list[_Body] = []
    for body in sorted(bodies, key=lambda body: -body.motion):
        same = next((person for person in people if not person.overlaps(body)), None)
        if same is None:
            people.append(_Body(dict(body.poses)))
        else:
            same.poses.update(body.poses)
    return people or [_Body()]


def _read_bodies(path: Path) -> tuple[int, list[_Body]]:
    """The number of frames, and every body by its id."""
    lines = _Lines(path)
    bodies: dict[str, _Body] = {}
    num_frames = lines.count("frames")
    for time in range(num_frames):
        for _ in range(lines.count("bodies")):
            poses = bodies.setdefault(lines.words("a body", 10)[0], _Body()).poses
            if time in poses:
                raise lines.error("the same body twice in one frame")
            poses[time] = lines.joints()
    lines.end()
    return num_frames, list(bodies.values())


class _Lines:
    """The lines of a file, one after another; errors say which."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        self.number = 0

    def error(self, what: str) -> ValueError:
        return ValueError(f"{self.path}, line {self.number}: {what}; it is no whole recording of NTU RGB+D")

    def words(self, what: str, count: int) -> list[str]:
        if self.number == len(self.lines):
            raise self.error(f"{what} should follow, but the file ends")
        self.number += 1
        words = self.lines[self.number - 1].split()
        if len(words) != count:
            raise self.error(f"{what} has {count} entries, not {len(words)}")
        return words

    def count(self, what: str) -> int:
        (word,) = self.words(f"the number of {what}", 1)
        if not (word.isascii() and word.isdigit() and len(word) < 10):
            raise self.error(f"{word!r:.50} is no number of {what}")
        return int(word)

    def joints(self) -> FloatArray:
        """A body's joints ``[V, 4]``: x, y, z and the score."""
        if (count := self.count("joints")) != NTU_25.num_joints:
            raise self.error(f"{count} joints, not {NTU_25.num_joints}")
        pose = np.array([self._joint() for _ in range(count)], np.float32)
        pose[..., 3] *= (pose[..., :3] != 0).any(axis=1)
        return pose

    def _joint(self) -> list[float]:
        words = self.words("a joint", 12)
        try:
            x, y, z, state = (float(words[i]) for i in (0, 1, 2, 11))
        except ValueError as error:
            raise self.error(f"a joint must be numbers ({error})") from error
        if not max(abs(x), abs(y), abs(z)) < FARTHEST:
            raise self.error(f"a joint is at {x:g}, {y:g}, {z:g}")
        if state not in (0, 1, 2):
            raise self.error(f"{words[11]!r:.50} is no state of a joint (0, 1, 2)")
        return [x, y, z, state / 2]

    def end(self) -> None:
        if rest := "".join(self.lines[self.number :]).strip():
            raise self.error(f"more follows than it says: {rest!r:.50}")
