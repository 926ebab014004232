"""Files that are whole or not there."""

import errno
import os
from pathlib import Path

import pytest

from stgcn_pyg.files import draft, read_json, write_json


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    write_json(path, {"a": 1})

    def fail() -> None:
        with draft(path) as half:
            half.write_text("{")
            raise RuntimeError("disk")

    with pytest.raises(RuntimeError, match="disk"):
        fail()
    assert read_json(path) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_folders_are_made(tmp_path: Path) -> None:
    write_json(tmp_path / "new" / "deep" / "facts.json", [1])
    assert read_json(tmp_path / "new" / "deep" / "facts.json") == [1]


def test_damage_is_said_with_the_name(tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text('{"a": ')
    with pytest.raises(ValueError, match=r"facts\.json is damaged"):
        read_json(tmp_path / "facts.json")


def test_two_who_write_the_same_file_do_not_write_into_each_others(tmp_path: Path) -> None:
    path = tmp_path / "curves.png"
    with draft(path) as first, draft(path) as second:
        assert first != second
        assert first.suffix == second.suffix == ".png"
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"  # the last to be done
    assert list(tmp_path.iterdir()) == [path]


def test_what_could_not_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"No space left on device: '.*facts\.json'"), draft(tmp_path / "facts.json"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_endless_nesting_is_damage(tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text("[" * 100_000)
    with pytest.raises(ValueError, match=r"facts\.json is damaged"):
        read_json(tmp_path / "facts.json")
