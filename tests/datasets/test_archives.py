"""Archives are unpacked whole or not at all, and nothing of them lies outside of their folder."""

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from stgcn_pyg.datasets import UTDMHAD, archives
from stgcn_pyg.datasets.archives import find_archives, unpack, unpacked
from tests.writers import write_utd_mhad

CONTENTS = {"wave/clip.txt": b"1 2 3", "wave/deeper/other.txt": b"", "jump.txt": bytes(1000)}


def pack(path: Path, contents: dict[str, bytes]) -> Path:
    """An archive of the kind that its name says; names that end in / are folders."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in contents.items():
                file.writestr(name, content)
    else:
        with tarfile.open(path, "w:gz") as tar:
            for name, content in contents.items():
                info = tarfile.TarInfo(name.rstrip("/"))
                info.size = len(content)
                info.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
                tar.addfile(info, io.BytesIO(content))
    return path


def pack_one(path: Path, **facts: object) -> Path:
    """A packed tar of one member with these facts."""
    info = tarfile.TarInfo("wave")
    for name, value in facts.items():
        setattr(info, name, value)
    with tarfile.open(path, "w:gz") as tar:
        tar.addfile(info)
    return path


def refused(archive: Path, match: str) -> None:
    """It is refused, and there is nothing but the archive before and after."""
    before = sorted(archive.parent.parent.rglob("*"))
    with pytest.raises(ValueError, match=match) as error:
        unpack(archive, archive.parent)
    assert str(archive) in str(error.value)
    assert sorted(archive.parent.parent.rglob("*")) == before


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw"


@pytest.mark.parametrize("name", ["poses.zip", "poses.tar.gz", "poses.tgz"])
def test_an_archive_is_unpacked_once(folder: Path, name: str) -> None:
    archive = pack(folder / name, {"empty/": b"", **CONTENTS})
    target = unpack(archive, folder)
    assert target == unpacked(archive) == folder / "poses"
    files = {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}
    assert files == CONTENTS
    assert (target / "empty").is_dir()
    (target / "jump.txt").unlink()
    assert not (unpack(archive, folder) / "jump.txt").exists()
    assert find_archives(folder) == [archive]
    assert sorted(path.name for path in folder.iterdir()) == ["poses", name]


@pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "wave/../../out.txt", "..\\out.txt", "C:\\out.txt"])
def test_nothing_lies_outside(folder: Path, ending: str, name: str) -> None:
    archive = pack(folder / f"poses{ending}", {"first.txt": b"good", name: b"bad"})
    refused(archive, "would lie outside of its folder")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(folder: Path, kind: bytes) -> None:
    refused(pack_one(folder / "poses.tar.gz", type=kind, linkname="/etc/passwd"), "neither a file nor a folder")


def test_links_in_zip_files_are_refused(folder: Path) -> None:
    info = zipfile.ZipInfo("wave")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(folder / "poses.zip", "w") as file:
        file.writestr(info, "/etc/passwd")
    refused(folder / "poses.zip", "neither a file nor a folder")


@pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
def test_a_bomb_is_refused(folder: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "SMALLEST_LIMIT", 1 << 16)
    refused(pack(folder / f"poses{ending}", {"zeros": bytes(1 << 22)}), "says to hold 4,194,304 bytes or more")


def test_a_bomb_in_a_header_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "SMALLEST_LIMIT", 1 << 16)
    refused(pack_one(folder / "poses.tar.gz", name="long/" * (1 << 20)), "holds more than an archive of its size")


def test_a_file_with_a_hole_is_refused(folder: Path) -> None:
    """It would take more room than it says in its header."""
    refused(pack_one(folder / "poses.tar.gz", type=tarfile.GNUTYPE_SPARSE), "neither a file nor a folder|cannot be")


def test_a_zip_file_that_lies_about_a_size_is_refused(folder: Path) -> None:
    archive = pack(folder / "poses.zip", {"zeros": bytes(5000)})
    content = archive.read_bytes().replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    archive.write_bytes(content)
    refused(archive, "cannot be unpacked")


@pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
def test_the_same_name_twice_is_refused(folder: Path, ending: str) -> None:
    path = folder / f"poses{ending}"
    if ending == ".zip":
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("wave", "1")
            with pytest.warns(UserWarning, match="Duplicate"):
                file.writestr("wave", "2")
    else:
        with tarfile.open(path, "w:gz") as tar:
            for _ in range(2):
                tar.addfile(tarfile.TarInfo("wave"))
    refused(path, "wave is in it twice")


@pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
def test_damage_is_told_and_leaves_nothing(folder: Path, ending: str) -> None:
    archive = pack(folder / f"poses{ending}", {"first.txt": b"good", "noise.bin": os.urandom(10_000)})
    whole = archive.read_bytes()
    for content in (b"", b"no archive", whole[: len(whole) // 2], whole[:1000] + b"damage" + whole[1006:]):
        archive.write_bytes(content)
        refused(archive, "cannot be unpacked")


def test_a_tar_that_is_not_packed_says_so(folder: Path) -> None:
    (folder / "poses.tar.gz").write_bytes(gzip.compress(b"no tar" * 1000))
    refused(folder / "poses.tar.gz", "cannot be unpacked")


def test_a_data_set_unpacks_what_lies_in_raw(folder: Path, tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    clips.mkdir()
    for subject in (1, 2):
        pos = np.random.default_rng(subject).random((50, 20, 3)) + 1
        write_utd_mhad(clips / f"a3_s{subject}_t1_skeleton.mat", pos)
    contents = {f"Skeleton/{path.name}": path.read_bytes() for path in sorted(clips.iterdir())}
    first, second = ({name: content} for name, content in contents.items())
    pack(folder / "first.zip", first)
    assert len(UTDMHAD(tmp_path, "all")) == 1
    pack(folder / "second.tar.gz", second)  # which came later
    assert len(UTDMHAD(tmp_path, "all")) == 2


def test_what_was_unpacked_elsewhere_is_not_unpacked_again(folder: Path, tmp_path: Path) -> None:
    file = write_utd_mhad(folder / "a3_s1_t1_skeleton.mat", np.ones((50, 20, 3)))
    pack(folder / "Skeleton.zip", {file.name: file.read_bytes()})
    assert len(UTDMHAD(tmp_path, "all")) == 1
    assert not (folder / "Skeleton").exists()


def test_an_archive_of_something_else_is_no_recording(folder: Path, tmp_path: Path) -> None:
    pack(folder / "poses.zip", CONTENTS)
    with pytest.raises(FileNotFoundError, match=r"no UTD-MHAD.*raw in it \(there as \.zip, \.tar\.gz, \.tgz too\)"):
        UTDMHAD(tmp_path)
