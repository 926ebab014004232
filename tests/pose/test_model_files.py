"""BlazePose's networks come whole, from where they should, or not at all."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from stgcn_pyg.pose import model_files
from stgcn_pyg.pose.model_files import ModelFile, download_wheel, find_models, installed_models, unpack

CONTENT = {"mediapipe/modules/a/detector.tflite": b"detector", "mediapipe/modules/b/landmarks.tflite": b"landmarks"}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without networks, and with small ones to be had; where they would be kept."""
    files = tuple(ModelFile(name, len(data), sha256(data).hexdigest()) for name, data in CONTENT.items())
    monkeypatch.setattr(model_files, "FILES", files)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    return tmp_path / "cache" / "stgcn_pyg" / "blazepose"


def write_wheel(folder: Path, **changes: bytes | None) -> Path:
    """A wheel, in which a member may have other bytes or be left out, by the stem of its name."""
    path = folder / "mediapipe-0.10.21-none-any.whl"
    with ZipFile(path, "w") as archive:
        archive.writestr("../outside.tflite", b"evil")
        for name, data in CONTENT.items():
            changed = changes.get(Path(name).stem, data)
            if changed is not None:
                archive.writestr(name, changed)
    return path


def test_the_two_networks_are_unpacked_and_nothing_else(tmp_path: Path, cache: Path) -> None:
    unpack(write_wheel(tmp_path), cache)
    assert {path.name: path.read_bytes() for path in cache.iterdir()} == {
        "detector.tflite": b"detector",
        "landmarks.tflite": b"landmarks",
    }
    assert not list(tmp_path.rglob("outside*"))
    assert installed_models() == find_models() == (cache / "detector.tflite", cache / "landmarks.tflite")


@pytest.mark.parametrize("how", ["other", "longer", "missing", "truncated", "no zip"])
def test_a_wrong_wheel_leaves_nothing(tmp_path: Path, cache: Path, how: str) -> None:
    changes = {"other": b"landmarkz", "longer": b"landmarks" * 1000, "missing": None}
    wheel = write_wheel(tmp_path, **({"landmarks": changes[how]} if how in changes else {}))
    if how == "truncated":
        wheel.write_bytes(wheel.read_bytes()[:150])
    if how == "no zip":
        wheel.write_text("<html>not found</html>")
    with pytest.raises(OSError, match=r"mediapipe-0\.10\.21-none-any\.whl: .*; try again"):
        unpack(wheel, cache)
    assert not cache.exists()


def test_without_a_network_the_way_out_is_said(tmp_path: Path, cache: Path) -> None:
    def offline(command: list[str], **how: object) -> "subprocess.CompletedProcess[str]":
        said = "WARNING: retrying\nERROR: No matching distribution found\n"
        return subprocess.CompletedProcess(command, 1, "", said)

    with pytest.raises(OSError, match=r"No matching distribution found\. With a network, `pip download") as error:
        download_wheel(tmp_path, offline)
    assert str(cache) in str(error.value)
    assert "mediapipe/modules/a/detector.tflite" in str(error.value)


def test_networks_of_an_installed_mediapipe_are_taken_without_importing_it(tmp_path: Path) -> None:
    package = tmp_path / "site" / "mediapipe"
    for name, data in CONTENT.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    assert installed_models() == tuple(tmp_path / "site" / name for name in CONTENT)
    path.write_bytes(b"another release's")
    assert installed_models() is None
    assert "mediapipe" not in sys.modules
