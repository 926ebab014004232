"""Files that are whole or not there."""

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
