"""Northwestern-UCLA's JSON: what is in it, and what is refused."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given

from stgcn_pyg.io import NW_UCLA_ACTIONS, read_nw_ucla
from stgcn_pyg.skeleton import KINECT_20
from tests.strategies import few, joints_in_space
from tests.writers import write_nw_ucla


@given(joints_in_space(20))
@few
def test_what_was_written_is_read(pos: np.ndarray) -> None:
    with TemporaryDirectory() as folder:
        sequence = read_nw_ucla(write_nw_ucla(Path(folder) / "a12_s03_e04_v02.json", pos, label=10))
    assert (sequence.pos == pos).all()
    assert (sequence.missing == (pos == 0).all(axis=2)).all()
    assert (sequence.name, sequence.fps, sequence.skeleton) == ("a12_s03_e04_v02", None, KINECT_20)
    assert sequence.facts == {"label": 10, "subject": 3, "repetition": 4, "view": 2, "action": "carry"}


def test_the_name_in_the_file_counts_and_one_of_another_pattern_says_nothing(tmp_path: Path) -> None:
    pos = np.ones((2, 20, 3))
    sequence = read_nw_ucla(write_nw_ucla(tmp_path / "copy.json", pos, file_name="a01_s02_e03_v01", label=1))
    assert (sequence.name, sequence.facts["subject"]) == ("a01_s02_e03_v01", 2)
    assert read_nw_ucla(write_nw_ucla(tmp_path / "wave.json", pos, label=4)).facts == {"label": 4}


def test_the_files_own_name_says_what_the_name_in_it_does_not(tmp_path: Path) -> None:
    path = write_nw_ucla(tmp_path / "a01_s02_e03_v01.json", np.ones((2, 20, 3)), file_name="clip 7", label=1)
    assert (read_nw_ucla(path).name, read_nw_ucla(path).facts["subject"]) == ("clip 7", 2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"skeletons": []}, r"a.json: skeletons must be numbers \[any, 20, 3\], not \[0\]"),
        ({"skeletons": [[[1, 2, 3]] * 19]}, r"not \[1, 19, 3\]"),
        ({"skeletons": [[[1, 2, 3]] * 20, [[1, 2, 3]] * 19]}, "its lists differ in length"),
        ({"skeletons": [[[1, 2, "3"]] * 20]}, "something else is among them"),
        ({"skeletons": [[[1, 2, None]] * 20]}, "something else is among them"),
        ({"skeletons": [[[1, 2, 10**400]] * 20]}, "something else is among them"),
        ({"skeletons": [[[1, 2, float("inf")]] * 20]}, r"a.json: frame 0, joint 'mid_hip' is at \[1.0, 2.0, inf\]"),
        ({"skeletons": "none"}, "something else is among them"),
        ({"label": "1"}, "a.json: label must be a whole number, not '1'"),
        ({"label": True}, "not True"),
        ({"file_name": 7}, "file_name must be a text, not 7"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_nw_ucla(write_nw_ucla(tmp_path / "a.json", np.ones((2, 20, 3)), **changes))


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, '{"people": []}', "\xff", "1" * 5000])
def test_damaged_files_and_other_json_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=r"a\.json(: has no 'skeletons'| is damaged)"):
        read_nw_ucla(path)


def test_real_recordings(real_data: Path) -> None:
    recordings = [read_nw_ucla(path) for path in sorted((real_data / "nw_ucla").iterdir())]
    assert (len(recordings), sum(map(len, recordings))) == (1020, 44_144)
    assert sum(int(recording.missing.sum()) for recording in recordings) == 12
    assert {recording.facts["subject"] for recording in recordings} == set(range(1, 11))
    assert {recording.facts["view"] for recording in recordings} == {1, 2}
    actions = Counter((recording.facts["label"], recording.facts["action"]) for recording in recordings)
    assert sorted(actions) == list(enumerate(NW_UCLA_ACTIONS.values(), start=1))
