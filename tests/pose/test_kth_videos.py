"""KTH's videos are found in zip files and folders, and read out of memory."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from stgcn_pyg.pose.kth_videos import KTHVideo, find_kth_videos
from tests.videos import write_video

BOXING, RUNNING = "person01_boxing_d1_uncomp", "person02_running_d3_uncomp"


@pytest.fixture
def video(tmp_path: Path) -> bytes:
    return write_video(tmp_path / "clip.avi").read_bytes()


def test_zip_files_and_videos_are_found_by_name(tmp_path: Path, video: bytes) -> None:
    source = tmp_path / "kth"
    source.mkdir()
    with ZipFile(source / "boxing.zip", "w") as archive:
        archive.writestr(f"../../{BOXING}.avi", video)
        archive.writestr("readme.txt", "hello")
    (source / "more").mkdir()
    (source / "more" / f"{RUNNING}.avi").write_bytes(video)
    (source / "holiday.avi").write_bytes(video)
    videos, damaged = find_kth_videos(source)
    assert [one.name for one in videos] == [BOXING, RUNNING]
    assert damaged == []
    assert [len(list(one.open())) for one in videos] == [10, 10]
    assert {path.name for path in tmp_path.iterdir()} == {"clip.avi", "kth"}
    assert find_kth_videos(source / "boxing.zip")[0] == videos[:1]


def test_damage_is_named(tmp_path: Path, video: bytes) -> None:
    with ZipFile(tmp_path / "boxing.zip", "w") as archive:
        archive.writestr(f"{BOXING}.avi", video)
    whole = (tmp_path / "boxing.zip").read_bytes()
    (tmp_path / "running.zip").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "boxing.zip").write_bytes(whole.replace(video[500:520], b"?" * 20))
    (one,), (other,) = find_kth_videos(tmp_path)
    assert other.startswith(f"{tmp_path / 'running.zip'}: not a whole zip file")
    with pytest.raises(ValueError, match=rf"boxing\.zip/{BOXING}\.avi: damaged .*; get boxing\.zip again"):
        one.open()


def test_too_large_a_video_is_not_unpacked(tmp_path: Path, video: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stgcn_pyg.pose.kth_videos.LARGEST", len(video) - 1)
    with ZipFile(tmp_path / "boxing.zip", "w") as archive:
        archive.writestr(f"{BOXING}.avi", video)
    with pytest.raises(ValueError, match="too many for a video of KTH"):
        KTHVideo(tmp_path / "boxing.zip", f"{BOXING}.avi").open()


@pytest.mark.parametrize("place", ["nowhere", "."])
def test_nothing_to_find_is_said(tmp_path: Path, place: str) -> None:
    with pytest.raises(FileNotFoundError, match=r"no such folder|neither KTH's zip files"):
        find_kth_videos(tmp_path / place)
