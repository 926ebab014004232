"""KTH's list of sub-sequences."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.io import read_subsequences


def write(folder: Path, text: str) -> Path:
    path = folder / "00sequences.txt"
    path.write_bytes(text.encode())
    return path


def test_lines_prose_and_line_ends_of_any_kind(tmp_path: Path) -> None:
    text = "Sequences\r\n\r\nperson01_boxing_d1\t\tframes\t1-95, 96-185\r\nperson13_handclapping_d3  frames \r\n"
    assert read_subsequences(write(tmp_path, text)) == {
        "person01_boxing_d1": [(1, 95), (96, 185)],
        "person13_handclapping_d3": [],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "names no video"),
        ("nothing here\n", "names no video"),
        ("person01_boxing_d1 frames 1-95\nperson01_boxing_d1 frames 1-9", "line 2: person01_boxing_d1 stands in"),
        ("person01_boxing_d1 frames 95-1", "line 1: '95-1' is no range of frames such as 96-185"),
        ("person01_boxing_d1 frames 0-5", "'0-5' is no range"),
        ("person01_boxing_d1 frames 1-5,", "'' is no range"),
        ("person01_boxing_d1 1-5", "line 1: not a video and its frames: 'person01_boxing_d1 1-5'"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_subsequences(write(tmp_path, text))


@given(st.binary(max_size=200))
def test_anything_else_is_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "list.txt")
        path.write_bytes(b"person01_boxing_d1 frames 1-5\nperson" + content)
        refused = ""
        try:
            assert "person01_boxing_d1" in read_subsequences(path)
        except ValueError as error:
            refused = str(error)
        assert not refused or str(path) in refused


def test_the_real_list(real_data: Path) -> None:
    listed = read_subsequences(real_data / "kth_annotations" / "00sequences.txt")
    assert len(listed) == 600
    lengths = [last - first + 1 for ranges in listed.values() for first, last in ranges]
    assert (len(lengths), min(lengths), max(lengths)) == (2391, 24, 362)
    assert [name for name, ranges in listed.items() if len(ranges) == 3] == [
        "person11_boxing_d4",
        "person13_handwaving_d3",
        "person14_handwaving_d3",
        "person15_boxing_d4",
        "person22_boxing_d1",
    ]
    assert [name for name, ranges in listed.items() if not ranges] == ["person13_handclapping_d3"]
