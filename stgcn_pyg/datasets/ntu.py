"""NTU RGB+D 60 and 120."""

import sys
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from tqdm import tqdm

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.datasets.protocol import Protocol
from stgcn_pyg.datasets.recordings import RecordingDataset, class_number, numbers
from stgcn_pyg.io import read_ntu
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import NTU_25

NTU_ACTIONS = (
    "drink water",
    "eat",
    "brush teeth",
    "brush hair",
    "drop",
    "pick up",
    "throw",
    "sit down",
    "stand up",
    "clap",
    "read",
    "write",
    "tear up paper",
    "put on jacket",
    "take off jacket",
    "put on a shoe",
    "take off a shoe",
    "put on glasses",
    "take off glasses",
    "put on a hat",
    "take off a hat",
    "cheer up",
    "wave a hand",
    "kick something",
    "reach into pocket",
    "hop on one foot",
    "jump up",
    "phone call",
    "play with phone",
    "type on a keyboard",
    "point at something",
    "take a selfie",
    "check time from watch",
    "rub two hands",
    "nod head or bow",
    "shake head",
    "wipe face",
    "salute",
    "put palms together",
    "cross hands in front",
    "sneeze or cough",
    "stagger",
    "fall down",
    "headache",
    "chest pain",
    "back pain",
    "neck pain",
    "nausea or vomiting",
    "fan self",
    "punch or slap somebody",
    "kick somebody",
    "push somebody",
    "pat somebody's back",
    "point at somebody",
    "hug",
    "give something",
    "touch somebody's pocket",
    "shake hands",
    "walk towards each other",
    "walk apart",
    "put on headphones",
    "take off headphones",
    "shoot at the basket",
    "bounce a ball",
    "swing a tennis bat",
    "juggle table tennis balls",
    "hush",
    "flick hair",
    "thumb up",
    "thumb down",
    "make ok sign",
    "make victory sign",
    "staple book",
    "count money",
    "cut nails",
    "cut paper",
    "snap fingers",
    "open a bottle",
    "sniff",
    "squat down",
    "toss a coin",
    "fold paper",
    "ball up paper",
    "play magic cube",
    "apply cream on face",
    "apply cream on hand",
    "put on a bag",
    "take off a bag",
    "put something into a bag",
    "take something out of a bag",
    "open a box",
    "move heavy objects",
    "shake fist",
    "throw up cap",
    "hands up",
    "cross arms",
    "arm circles",
    "arm swings",
    "run on the spot",
    "butt kicks",
    "cross toe touch",
    "side kick",
    "yawn",
    "stretch",
    "blow nose",
    "hit somebody with something",
    "threaten with a knife",
    "knock somebody over",
    "grab somebody's stuff",
    "shoot at somebody",
    "step on a foot",
    "high-five",
    "cheers and drink",
    "carry something together",
    "take somebody's photo",
    "follow somebody",
    "whisper in somebody's ear",
    "exchange things",
    "support somebody",
    "rock paper scissors",
)
"""The 120 actions, in the order of their labels, which count from 1; the first 60 are those of NTU RGB+D 60."""

TRAINING_SUBJECTS = (
    *(1, 2, 4, 5, 8, 9, 13, 14, 15, 16, 17, 18, 19, 25, 27, 28, 31, 34, 35, 38),
    *(45, 46, 47, 49, 50, 52, 53, 54, 55, 56, 57, 58, 59, 70, 74, 78, 80, 81, 82, 83, 84, 85, 86, 89, 91, 92, 93),
    *(94, 95, 97, 98, 100, 103),
)
"""Who is trained on across subjects; NTU RGB+D 60 has people 1 to 40, of whom these are the same ones."""

NUM_SUBJECTS, NUM_SETUPS = 106, 32
"""Of NTU RGB+D 120."""

SETUPS_60 = 17
"""The last setup of NTU RGB+D 60."""

_NUMBER = "[0-9][0-9][0-9]"


class NTURGBD(RecordingDataset):
    r"""NTU RGB+D 60 (Shahroudy, Liu, Ng, Wang, CVPR 2016) and 120 (Liu et al., TPAMI 2019): three Kinects at once.

    .. list-table::
        :header-rows: 1

        * - num_actions
          - recordings
          - of them with a skeleton
          - people
          - joints
        * - 60
          - 56,880
          - 56,578
          - 40
          - 25 (NTU_25), in metres, at 30 a second
        * - 120
          - 114,480
          - 113,945
          - 106
          - 25 (NTU_25), in metres, at 30 a second

    ``root`` holds ``SsssCcccPpppRrrrAaaa.skeleton`` files as :func:`~stgcn_pyg.io.read_ntu` reads them, of both
    data sets if you like: for 60 actions those of setups 1 to 17 are taken. Recordings that the authors list as
    missing or incomplete (:func:`missing_skeletons`) are left out, and so are those in which nobody is seen; how
    many is said when the cache is built.

    Args:
        root: Where the recordings are.
        split: ``"train"``, ``"val"`` or ``"test"`` of the protocol, or ``"all"``.
        protocol: ``"cross-subject"``, ``"cross-view"`` (train on cameras 2 and 3, test on 1; published for 60
            actions), ``"cross-setup"`` (train on even setups, test on odd ones; published for 120); or as
            :class:`~stgcn_pyg.datasets.RecordingDataset` takes it.
        num_actions: 60 or 120.
        **how: What :class:`~stgcn_pyg.datasets.RecordingDataset` takes besides; two people are kept unless
            another number is said, as two act in some of the actions.

    Raises:
        FileNotFoundError: If there are no recordings, with what to put where.
        ValueError: If a recording cannot be read, or a split of the protocol has no recording.
    """

    usual_layout = NTU_25
    says_layout = True
    comes_packed = True
    usual_rate = 30.0
    usual_people = 2
    protocols: ClassVar = {
        "cross-subject": lambda seed: Protocol(TRAINING_SUBJECTS, test=_others(TRAINING_SUBJECTS, NUM_SUBJECTS)),
        "cross-view": lambda seed: Protocol(train=(2, 3), test=(1,), by="camera"),
        "cross-setup": lambda seed: Protocol(
            range(2, NUM_SETUPS + 1, 2), test=range(1, NUM_SETUPS + 1, 2), by="setup"
        ),
    }
    usual_protocol = "cross-subject"
    called = "NTU RGB+D"
    wanted = "files SsssCcccPpppRrrrAaaa.skeleton"
    source = "datasets/ntu_rgbd.md says where they come from"

    def __init__(self, root: str | Path, *args: Any, num_actions: int = 60, **how: Any) -> None:
        if num_actions not in (60, 120):
            raise ValueError(f"NTU RGB+D has 60 or 120 actions, not {num_actions}")
        self.num_actions = num_actions
        super().__init__(root, *args, **how)

    @property
    def classes(self) -> tuple[str, ...]:  # type: ignore[override]
        """The actions by class number."""
        return NTU_ACTIONS[: self.num_actions]

    def _files(self) -> list[Path]:
        """All files of the data set, those without a whole skeleton too."""
        files = Path(self.raw_dir).rglob("".join(letter + _NUMBER for letter in "SCPRA") + ".skeleton")
        return [path for path in files if self.num_actions == 120 or _is_of_60(path.stem)]

    def find(self) -> list[Path]:
        """The files that the authors do not list as missing or incomplete."""
        return [path for path in self._files() if path.stem not in missing_skeletons()]

    def read_file(self, path: Path) -> list[SkeletonSequence]:
        """The recording in a file, unless nobody is seen in it."""
        return [person for person in read_ntu(path, people=self.people) if (person.score > 0).any()]

    def read(self) -> list[SkeletonData]:
        """Read every recording there is, and say how many were left out."""
        recordings = super().read()
        num_files, num_found = len(self._files()), len(self.raw_file_names)
        if len(recordings) < num_files:
            tqdm.write(
                f"left out of {num_files} recordings: {num_files - num_found} that the authors list as missing or "
                f"incomplete, {num_found - len(recordings)} in which nobody is seen",
                file=sys.stderr,
            )
        return recordings

    def label(self, sequence: SkeletonSequence) -> dict[str, Any]:
        """Action, person, camera and setup."""
        facts = numbers(sequence, "subject", "camera", "setup")
        return {"y": class_number(sequence, self.num_actions), **facts}


class NTURGBD120(NTURGBD):
    """:class:`NTURGBD` with all 120 actions.

    Args:
        root: Where the recordings are.
        *args: What :class:`NTURGBD` takes besides.
        **how: What :class:`NTURGBD` takes besides.
    """

    def __init__(self, root: str | Path, *args: Any, **how: Any) -> None:
        super().__init__(root, *args, num_actions=120, **how)


@cache
def missing_skeletons() -> frozenset[str]:
    """The names of the recordings whose skeletons are missing or incomplete, as the authors of NTU RGB+D list them.

    Example:
        >>> names = missing_skeletons()
        >>> len(names), len([name for name in names if int(name[1:4]) <= 17])  # of 120 and of 60 actions
        (535, 302)
    """
    lines = Path(__file__).with_name("ntu_missing.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _is_of_60(name: str) -> bool:
    setup, label = int(name[1:4]), int(name[-3:])
    return setup <= SETUPS_60 and label <= 60


def _others(numbers: tuple[int, ...], last: int) -> list[int]:
    return [number for number in range(1, last + 1) if number not in numbers]
