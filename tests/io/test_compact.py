"""The package's own format: what is written is read again, to the last bit."""

import json
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.io import read_compact, write_compact
from stgcn_pyg.io.compact import HEADER
from stgcn_pyg.sequence import SkeletonSequence
from tests.recordings import random_sequence
from tests.strategies import few, run_lengths, skeletons

facts = st.dictionaries(st.text(), st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text())


@given(skeletons(), run_lengths, st.sampled_from([2, 3]), st.none() | st.floats(0.5, 240), st.text(), facts)
@few
def test_what_was_written_is_read_to_the_last_bit(
    skeleton: Any, lengths: list[int], num_dims: int, fps: float | None, name: str, facts: dict[str, Any]
) -> None:
    body = random_sequence(*lengths, skeleton=skeleton, num_dims=num_dims, missing=0.3, fps=fps)
    sequence = replace(body, name=name, facts=facts)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "wave.npz"
        write_compact(sequence, path)
        read = read_compact(path)
    for key in ("pos", "score", "frame"):
        assert getattr(read, key).tobytes() == getattr(sequence, key).tobytes()
    assert (read.name, read.fps, read.facts) == (name or "wave", fps, facts)
    assert read.skeleton == skeleton


def write(folder: Path, about: dict[str, object] | str | None = None, **arrays: object) -> Path:
    """A file of which something is otherwise."""
    path = folder / "wave.npz"
    write_compact(random_sequence(4), path)
    with np.load(path) as content:
        good: dict[str, Any] = dict(content)
    header = json.loads(str(good[HEADER]))
    good[HEADER] = about if isinstance(about, str) else json.dumps(header | (about or {}))
    np.savez(path, **{key: value for key, value in (good | arrays).items() if value is not None})
    return path


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"pos": None}, "wave.npz: has no pos, so stgcn_pyg did not write it"),
        ({HEADER: None}, "wave.npz: has no stgcn_pyg, so"),
        ({"pos": np.ones((4, 24, 2))}, "wave.npz: 24 joints a frame, but BODY_25 has 25"),
        ({"pos": np.full((4, 25, 2), "1")}, "wave.npz: pos must be real numbers, not <U1"),
        ({"pos": np.full((4, 25, 2), None)}, "wave.npz: not a whole NumPy file of numbers"),
        ({"score": np.ones((4, 24))}, r"wave.npz: scores are \[4, 24\]"),
        ({"score": np.full((4, 25), np.nan)}, "with score nan"),
        ({"frame": np.zeros(4, int)}, "wave.npz: frame numbers must be 4 increasing integers"),
        ({"frame": np.arange(4.0)}, "wave.npz: frame must be whole numbers, not float64"),
        ({"about": {"version": 2}}, "version 2 of the format, but this stgcn_pyg knows 1"),
        ({"about": {"version": "1"}}, "version '1' of the format"),
        ({"about": {"name": 3}}, "is damaged: name 3"),
        ({"about": {"fps": "25"}}, "is damaged: .*fps '25'"),
        ({"about": {"fps": -1}}, "wave.npz: -1 frames a second is not a rate"),
        ({"about": {"facts": [1]}}, r"is damaged: .*facts \[1\]"),
        ({"about": {"facts": {"a": [1]}}}, "is damaged: .*facts"),
        ({"about": {"skeleton": {"name": "a"}}}, "its stgcn_pyg is no description of a recording"),
        ({"about": {"skeleton": None}}, "its stgcn_pyg is no description of a recording"),
        ({"about": {"skeleton": {"name": "a", "joints": [1], "bones": 2}}}, "no description of a recording"),
        ({"about": "no JSON"}, "its stgcn_pyg is no description of a recording"),
        ({"about": "[]"}, "its stgcn_pyg is no description of a recording"),
    ],
)
def test_what_is_otherwise_is_refused(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_compact(write(tmp_path, **arrays))


def test_other_files_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.ones((4, 25, 3)))
    with pytest.raises(ValueError, match=r"a\.npy: has no stgcn_pyg"):
        read_compact(tmp_path / "a.npy")
    with pytest.raises(ValueError, match=re.escape("a.npy: the name must end in .npz")):
        write_compact(random_sequence(4), tmp_path / "a.npy")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "wave.npz"
    write_compact(random_sequence(4), path)
    whole = path.read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(np, "savez_compressed", fail)
    with pytest.raises(OSError, match="no space"):
        write_compact(random_sequence(5), path)
    assert path.read_bytes() == whole
    assert list(tmp_path.iterdir()) == [path]


def test_it_needs_no_pickles(tmp_path: Path) -> None:
    sequence: SkeletonSequence = random_sequence(4)
    write_compact(sequence, tmp_path / "wave.npz")
    with np.load(tmp_path / "wave.npz", allow_pickle=False) as content:
        assert sorted(content) == ["frame", "pos", "score", HEADER]
