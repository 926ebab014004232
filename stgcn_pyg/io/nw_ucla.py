"""Northwestern-UCLA: the skeletons of one recording as JSON."""

import re
from pathlib import Path

from stgcn_pyg.files import read_json
from stgcn_pyg.io.content import numbers, seen_in_space, sequence_in, whole_number
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import KINECT_20

NW_UCLA_ACTIONS = {
    1: "pick up with one hand",
    2: "pick up with two hands",
    3: "drop trash",
    4: "walk around",
    5: "sit down",
    6: "stand up",
    8: "donning",
    9: "doffing",
    11: "throw",
    12: "carry",
}
"""What the numbers in file names stand for; the labels 1 to 10 inside the files count them through."""

_NAME = re.compile(r"a(?P<action>\d{2})_s(?P<subject>\d{2})_e(?P<repetition>\d{2})_v(?P<view>\d{2})")


def read_nw_ucla(path: str | Path) -> SkeletonSequence:
    """Read one recording of Northwestern-UCLA in the form in which its skeletons are passed around.

    A file ``aAA_sSS_eEE_vVV.json`` is ``{"file_name", "skeletons": [T][20][3], "label": 1..10}``: positions before
    a Kinect in metres, y upwards. A joint at exactly (0, 0, 0) is missing. Nothing says the frame rate.

    The facts are ``label`` as it stands in the file and, of ``file_name`` or else of the file's own name, the
    ``action``, ``subject``, ``repetition`` and ``view``; names of another pattern give none.

    Args:
        path: The file. The name in it becomes that of the sequence.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged or not such a recording.

    Example:
        >>> import json
        >>> path = getfixture("tmp_path") / "a08_s01_e00_v02.json"
        >>> content = {"file_name": "a08_s01_e00_v02", "skeletons": [[[0.1, 0.2, 2.5]] * 20] * 30, "label": 7}
        >>> _ = path.write_text(json.dumps(content))
        >>> read_nw_ucla(path)
        SkeletonSequence('a08_s01_e00_v02', 30 frames, KINECT_20, 3D, rate unknown, 0% missing)
        >>> read_nw_ucla(path).facts
        {'label': 7, 'subject': 1, 'repetition': 0, 'view': 2, 'action': 'donning'}
    """
    path = Path(path)
    content = read_json(path)
    if not isinstance(content, dict) or "skeletons" not in content:
        raise ValueError(f"{path}: has no 'skeletons', so it is no recording of Northwestern-UCLA")
    pos = numbers(f"{path}: skeletons", content["skeletons"], (None, KINECT_20.num_joints, 3))
    name = content.get("file_name", path.stem)
    if not isinstance(name, str):
        raise ValueError(f"{path}: file_name must be a text, not {name!r:.50}")
    facts: dict[str, int | float | str] = {}
    if "label" in content:
        facts["label"] = whole_number(f"{path}: label", content["label"])
    if match := _NAME.fullmatch(name) or _NAME.fullmatch(path.stem):
        facts |= {key: int(match[key]) for key in ("subject", "repetition", "view")}
        if (number := int(match["action"])) in NW_UCLA_ACTIONS:
            facts["action"] = NW_UCLA_ACTIONS[number]
    return sequence_in(path, pos, seen_in_space(pos), KINECT_20, name=name, facts=facts)
