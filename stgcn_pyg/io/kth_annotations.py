"""KTH's list of sub-sequences: where in each video somebody acts."""

import re
from pathlib import Path

Subsequences = dict[str, list[tuple[int, int]]]
"""First and last frame of each sub-sequence, by the name of its video; frames count from 1, the last is in it."""

_LINE = re.compile(r"(?P<video>person\d+_[a-z]+_d\d+)\s+frames\b(?P<ranges>[\d\s,-]*)")
_RANGE = re.compile(r"\s*(\d+)\s*-\s*(\d+)\s*")


def read_subsequences(path: str | Path) -> Subsequences:
    r"""Read ``00sequences.txt`` as KTH's authors distribute it.

    A line names a video and its sub-sequences: ``person01_boxing_d1 frames 1-95, 96-185, 186-245, 246-360``. Other
    lines are prose and are passed over. The ranges stand as they are in the file: a few overlap or are out of
    order there, and one video has none.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If no line names a video, one names a video again, or its ranges cannot be read.

    Example:
        >>> path = getfixture("tmp_path") / "00sequences.txt"
        >>> _ = path.write_text("person01_boxing_d1\tframes\t1-95, 96-185")
        >>> read_subsequences(path)
        {'person01_boxing_d1': [(1, 95), (96, 185)]}
    """
    found: Subsequences = {}
    lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.strip().startswith("person"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise ValueError(f"{path}, line {number}: not a video and its frames: {line.strip()!r}")
        if match["video"] in found:
            raise ValueError(f"{path}, line {number}: {match['video']} stands in the list twice")
        found[match["video"]] = _ranges(f"{path}, line {number}", match["ranges"])
    if not found:
        raise ValueError(f"{path}: names no video; it should be KTH's 00sequences.txt")
    return found


def _ranges(where: str, text: str) -> list[tuple[int, int]]:
    ranges = []
    for part in text.split(",") if text.strip() else []:
        match = _RANGE.fullmatch(part)
        if match is None or not 1 <= int(match[1]) <= int(match[2]):
            raise ValueError(f"{where}: {part.strip()!r} is no range of frames such as 96-185")
        ranges.append((int(match[1]), int(match[2])))
    return ranges
