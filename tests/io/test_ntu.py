"""NTU RGB+D's text: bodies, phantoms, and what is refused."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.io import read_ntu
from stgcn_pyg.skeleton import NTU_25
from tests.strategies import few, joints_in_space
from tests.writers import read_or_refuse, write_ntu

NAME = "S027C002P011R001A080.skeleton"


def body(move: float, wide: float = 0.4, frames: range = range(40)) -> dict[int, np.ndarray]:
    """Somebody 1.6 m tall who moves to and fro; how far they move is their mark."""
    rest = np.random.default_rng(0).uniform([-wide / 2, -0.8, 3], [wide / 2, 0.8, 3.2], size=(25, 3))
    rest[0, :2], rest[1, :2] = [-wide / 2, -0.8], [wide / 2, 0.8]
    return {time: rest + np.array([move * (time % 2), 0, 0]) for time in frames}


def mark(path: Path, people: int = 9) -> list[float]:
    """How far each of the people in a file moves."""
    return [round(float(np.ptp(s.pos[s.in_view, 0, 0])), 3) for s in read_ntu(path, people=people)]


@given(joints_in_space(25))
@few
def test_what_was_written_is_read(pos: np.ndarray) -> None:
    with TemporaryDirectory() as folder:
        path = write_ntu(Path(folder) / NAME, len(pos) + 1, {"72057594037937060": dict(enumerate(pos))})
        (sequence,) = read_ntu(path)
    assert (sequence.pos[:-1] == pos).all()
    assert (sequence.missing[:-1] == (pos == 0).all(axis=2)).all()
    assert sequence.missing[-1].all()
    assert (sequence.name, sequence.fps, sequence.skeleton) == (NAME.removesuffix(".skeleton"), 30, NTU_25)
    assert sequence.facts == {"setup": 27, "camera": 2, "subject": 11, "repetition": 1, "label": 80}


def test_the_ids_of_bodies_are_no_numbers_in_floating_point(tmp_path: Path) -> None:
    near = {f"7205759403793706{i}": body(move) for i, move in ((0, 0.1), (1, 0.3))}
    assert float("72057594037937060") == float("72057594037937061")
    assert mark(write_ntu(tmp_path / NAME, 40, near)) == [0.3, 0.1]


def test_who_moves_most_comes_first_and_people_are_counted(tmp_path: Path) -> None:
    path = write_ntu(tmp_path / NAME, 40, {"1": body(0.1), "2": body(0.3), "3": body(0.2)})
    assert mark(path) == [0.3, 0.2, 0.1]
    assert mark(path, people=2) == [0.3, 0.2]
    assert [sequence.facts["person"] for sequence in read_ntu(path, people=2)] == [0, 1]
    assert "person" not in read_ntu(path)[0].facts


def test_phantoms_are_left_out_unless_they_are_all_there_is(tmp_path: Path) -> None:
    sofa, flash = body(0.5, wide=2.0), body(0.9, frames=range(5))
    assert mark(write_ntu(tmp_path / NAME, 40, {"1": sofa, "2": body(0.1), "3": flash})) == [0.1]
    assert mark(write_ntu(tmp_path / NAME, 40, {"1": sofa})) == [0.5]


def test_somebody_who_was_lost_and_found_is_one_person(tmp_path: Path) -> None:
    early, late = body(0.3, frames=range(20)), body(0.2, frames=range(22, 40))
    path = write_ntu(tmp_path / NAME, 40, {"1": early, "2": body(0.1), "3": late})
    first, second = read_ntu(path, people=2)
    assert first.in_view.sum() == 38
    assert second.in_view.all()


def test_a_recording_without_anybody_is_one_without_joints(tmp_path: Path) -> None:
    (sequence,) = read_ntu(write_ntu(tmp_path / NAME, 3, {}))
    assert sequence.missing.all()
    assert len(sequence) == 3


def test_inferred_joints_have_half_the_score_and_those_not_tracked_are_missing(tmp_path: Path) -> None:
    path = write_ntu(tmp_path / NAME, 1, {"1": {0: np.ones((25, 3))}})
    lines = path.read_text().splitlines()
    for line, state in ((4, "0"), (5, "1")):
        lines[line] = f"{lines[line][:-1]}{state}"
    path.write_text("\r\n".join(lines))
    assert read_ntu(path)[0].score[0].tolist() == [0, 0.5, *[1] * 23]


@pytest.mark.parametrize(
    ("line", "text", "message"),
    [
        (0, "", "line 1: the number of frames has 1 entries, not 0"),
        (0, "-1", "line 1: '-1' is no number of frames"),
        (0, "0", "line 1: more follows than it says"),
        (0, "3", "line 57: the number of bodies should follow, but the file ends"),
        (0, "99999999999", "is no number of frames"),
        (1, "2", "a body has 10 entries, not 1"),
        (2, "1 2 3", "line 3: a body has 10 entries, not 3"),
        (3, "24", "line 4: 24 joints, not 25"),
        (4, "0 0 0 1", "line 5: a joint has 12 entries, not 4"),
        (4, "x 0 0 0 0 0 0 0 0 0 0 2", "line 5: a joint must be numbers"),
        (4, "nan 0 0 0 0 0 0 0 0 0 0 2", "line 5: a joint is at nan, 0, 0"),
        (4, "0 1e300 0 0 0 0 0 0 0 0 0 2", r"line 5: a joint is at 0, 1e\+300, 0"),
        (4, "0 0 0 0 0 0 0 0 0 0 0 7", "line 5: '7' is no state of a joint"),
    ],
)
def test_what_is_no_recording_is_refused_with_its_line(tmp_path: Path, line: int, text: str, message: str) -> None:
    path = write_ntu(tmp_path / NAME, 2, {"1": dict(enumerate(np.ones((2, 25, 3))))})
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:line], text, *lines[line + 1 :]]))
    with pytest.raises(ValueError, match=f"A080.skeleton, {message}" if message.startswith("line") else message):
        read_ntu(path)


def test_the_same_body_twice_and_no_frames_are_refused(tmp_path: Path) -> None:
    path = tmp_path / NAME
    twice = 2 * ["1 0 1 1 1 1 0 0 0 2", "25", *25 * ["1 1 1 0 0 0 0 0 0 0 0 2"]]
    path.write_text("\n".join(["1", "2", *twice]))
    with pytest.raises(ValueError, match="line 30: the same body twice in one frame"):
        read_ntu(path)
    path.write_text("0")
    with pytest.raises(ValueError, match=f"{NAME}: the recording has no frames"):
        read_ntu(path)


@given(
    st.text(alphabet="0123456789. -e\nnax", max_size=60) | st.binary(max_size=60).map(lambda b: b.decode("latin-1"))
)
@few
def test_any_text_is_read_or_refused(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        path.write_bytes(text.encode())
        read_or_refuse(read_ntu, path)


def test_a_real_recording(real_data: Path) -> None:
    (sequence,) = read_ntu(real_data / "ntu" / NAME, people=2)
    assert len(sequence) == 55
    assert sequence.facts["label"] == 80
    assert not sequence.missing.any()
    head, foot = (sequence.pos[:, NTU_25.index(joint), 1] for joint in ("head", "left_foot"))
    assert (head > foot).all()
