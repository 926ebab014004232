"""KTH's videos, in the zip files that its authors distribute or as they are."""

import re
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

import numpy as np

from stgcn_pyg.files import draft
from stgcn_pyg.pose.video import Video
from stgcn_pyg.sequence import SkeletonSequence

LARGEST = 2**30
"""Bytes; a video in a zip file that says it has more is not unpacked (KTH's have a few million)."""

_NAME = re.compile(r"person\d+_(boxing|handclapping|handwaving|jogging|running|walking)_d\d+_uncomp\.avi")


@dataclass(frozen=True)
class KTHVideo:
    """A video, not read yet.

    Attributes:
        file: The zip file it is in, or the video itself.
        member: Its name in the zip file; none outside of one.
    """

    file: Path
    member: str = ""

    @property
    def name(self) -> str:
        """Such as ``person01_boxing_d1_uncomp``, whatever folder it is in."""
        return PurePosixPath(self.member or self.file.name).stem

    def open(self) -> Video:
        """The video, out of memory where it is in a zip file: nothing is unpacked into a folder.

        Raises:
            ValueError: If it is damaged.
        """
        if not self.member:
            return Video(self.file)
        where = self.file / self.member
        try:
            with ZipFile(self.file) as archive:
                if (size := archive.getinfo(self.member).file_size) > LARGEST:
                    raise ValueError(f"{where}: {size} bytes are too many for a video of KTH")
                content = archive.read(self.member)
        except (BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
            raise ValueError(f"{where}: damaged ({error}); get {self.file.name} again") from error
        return Video(where, BytesIO(content))


def find_kth_videos(source: Path) -> tuple[list[KTHVideo], list[str]]:
    """KTH's videos in a folder and in the zip files in it, by their names.

    Args:
        source: A folder that holds ``boxing.zip`` and its like, videos, or folders of videos; or one zip file.

    Returns:
        The videos in the order of their names, each name once, and what is wrong with damaged zip files.

    Raises:
        FileNotFoundError: If there is nothing of the kind.
    """
    if not source.exists():
        raise FileNotFoundError(f"{source}: there is no such folder")
    files = sorted(source.rglob("*")) if source.is_dir() else [source]
    found = [KTHVideo(file) for file in files if _NAME.fullmatch(file.name)]
    damaged = []
    for file in (file for file in files if file.suffix.lower() == ".zip"):
        try:
            with ZipFile(file) as archive:
                found += [
                    KTHVideo(file, member)
                    for member in archive.namelist()
                    if _NAME.fullmatch(PurePosixPath(member).name)
                ]
        except (BadZipFile, OSError, ValueError) as error:
            damaged.append(f"{file}: not a whole zip file ({error}); get it again")
    if not found and not damaged:
        raise FileNotFoundError(
            f"{source}: neither KTH's zip files (boxing.zip, ...) nor its videos personNN_ACTION_dK_uncomp.avi are "
            "there; they come from https://www.csc.kth.se/cvap/actions/"
        )
    by_name: dict[str, KTHVideo] = {}
    for video in found:
        by_name.setdefault(video.name, video)
    return [by_name[name] for name in sorted(by_name)], damaged


def write_kth_array(sequence: SkeletonSequence, path: Path) -> None:
    """Write a recording as :class:`~stgcn_pyg.datasets.KTHSkeletonDataset` reads it, whole or not at all."""
    with draft(path) as whole:
        np.savez_compressed(whole, pos=sequence.pos, score=sequence.score, fps=np.array(sequence.fps))
