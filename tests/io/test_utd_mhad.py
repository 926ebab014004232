"""UTD-MHAD's MATLAB files: the order of joints, and what is refused."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import savemat

import stgcn_pyg.io.utd_mhad
from stgcn_pyg.io import read_utd_mhad
from stgcn_pyg.skeleton import KINECT_20
from tests.strategies import few, joints_in_space
from tests.writers import HEADER, read_or_refuse, write_utd_mhad


@given(joints_in_space(20))
@few
def test_what_was_written_is_read(pos: np.ndarray) -> None:
    with TemporaryDirectory() as folder:
        sequence = read_utd_mhad(write_utd_mhad(Path(folder) / "a3_s12_t4_skeleton.mat", pos))
    assert (sequence.pos == pos).all()
    assert (sequence.missing == (pos == 0).all(axis=2)).all()
    assert (sequence.name, sequence.fps, sequence.skeleton) == ("a3_s12_t4_skeleton", 30, KINECT_20)
    assert sequence.facts == {"label": 3, "subject": 12, "repetition": 4}


@pytest.mark.parametrize("compressed", [False, True])
@given(data=st.data())
@few
def test_damage_is_refused_or_does_no_harm(compressed: bool, data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "wave.mat"
        savemat(path, {"d_skel": np.ones((20, 3, 4))}, do_compression=compressed)
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
        read_or_refuse(read_utd_mhad, path)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"skel": np.ones((20, 3, 4))}, "has no d_skel, so it is no recording of UTD-MHAD; it holds skel"),
        ({"d_skel": np.ones((25, 3, 4))}, r"d_skel must be \[20, 3, T\], not \[25, 3, 4\]"),
        ({"d_skel": np.ones((20, 3))}, r"not \[20, 3\]"),
        ({"d_skel": "text"}, "d_skel must be real numbers"),
        ({"d_skel": {"a": 1.0}}, "d_skel must be real numbers"),
        ({"d_skel": np.ones((20, 3, 4)) * 1j}, "d_skel must be real numbers"),
        ({"d_skel": np.ones((20, 3, 0))}, "the recording has no frames"),
        ({"d_skel": np.full((20, 3, 4), np.nan)}, "wave.mat: frame 0, joint 'mid_hip'"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, variables: dict[str, object], message: str) -> None:
    savemat(tmp_path / "wave.mat", variables)
    with pytest.raises(ValueError, match=message):
        read_utd_mhad(tmp_path / "wave.mat")


def test_other_files_and_what_would_fill_the_memory_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "wave.mat"
    path.write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(ValueError, match="not a MATLAB file of version 5"):
        read_utd_mhad(path)
    savemat(path, {"d_skel": np.ones((20, 3, 4000))}, do_compression=True)
    assert path.stat().st_size < 10_000
    assert len(read_utd_mhad(path)) == 4000
    monkeypatch.setattr(stgcn_pyg.io.utd_mhad, "MOST_BYTES", 1_000_000)
    with pytest.raises(ValueError, match="a variable of more than 1000000 bytes"):
        read_utd_mhad(path)
    path.write_bytes(path.read_bytes()[:HEADER])
    with pytest.raises(ValueError, match="has no d_skel"):
        read_utd_mhad(path)


def test_real_recordings(real_data: Path) -> None:
    recordings = [read_utd_mhad(path) for path in sorted((real_data / "utd_mhad").iterdir())]
    assert (len(recordings), sum(map(len, recordings))) == (431, 29_199)
    assert not any(recording.missing.any() for recording in recordings)
    assert {recording.facts["label"] for recording in recordings} == set(range(1, 28))
    assert Counter(recording.facts["subject"] for recording in recordings).keys() == {1, 3, 5, 7}
    height = {
        joint: np.mean([r.pos[:, v, 1].mean() for r in recordings]) for v, joint in enumerate(KINECT_20.joints)
    }
    down = ("head", "neck", "lower_spine", "mid_hip", "left_knee", "left_ankle", "left_foot")
    assert sorted(down, key=height.__getitem__, reverse=True) == list(down)
