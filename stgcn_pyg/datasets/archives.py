"""Recordings that come as archives: unpacked once, whole or not at all, and nowhere but where they belong."""

import gzip
import secrets
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from tqdm import tqdm

ENDINGS = (".zip", ".tar.gz", ".tgz")
"""What the names of archives end in."""

LARGEST_RATIO = 200
"""How many times its own size an archive may hold: text packs to a tenth, bombs to a thousandth."""

SMALLEST_LIMIT = 1 << 24
"""So many bytes every archive may hold, however small it is."""


_DAMAGE = (
    *(zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError),
    NotImplementedError,  # a kind of compression
)


def find_archives(folder: Path) -> list[Path]:
    """The archives that lie in a folder, by their names."""
    files = (path for path in folder.glob("[!.]*") if path.is_file())
    return sorted(path for path in files if path.name.lower().endswith(ENDINGS))


def unpacked(archive: Path) -> Path:
    """The folder beside an archive that what is in it belongs into.

    Example:
        >>> unpacked(Path("raw/skeletons.tar.gz")).as_posix()
        'raw/skeletons'
    """
    ending = next(ending for ending in ENDINGS if archive.name.lower().endswith(ending))
    return archive.with_name(archive.name[: -len(ending)])


def unpack(archive: Path, scratch: Path) -> Path:
    """Unpack an archive into a folder of its name beside it, which is there whole or not at all.

    Only files and folders are taken. A member that lies elsewhere, a link, a device, one that is there twice, a
    password, or more bytes than :data:`LARGEST_RATIO` times the archive's size or than the disk has, and nothing of
    the archive is unpacked.

    Args:
        archive: A ``.zip``, ``.tar.gz`` or ``.tgz`` file.
        scratch: A folder of the same disk in which nobody looks for recordings, to unpack in first.

    Returns:
        The folder. If it is there already, it is left as it is.

    Raises:
        ValueError: If the archive is damaged or holds what it must not, with its name.

    Example:
        >>> folder = getfixture("tmp_path")
        >>> with zipfile.ZipFile(folder / "poses.zip", "w") as file:
        ...     file.writestr("wave/clip.txt", "1 2 3")
        >>> unpack(folder / "poses.zip", folder).joinpath("wave/clip.txt").read_text()
        '1 2 3'
    """
    target = unpacked(archive)
    if target.exists():
        return target
    draft = scratch / f".{target.name}.{secrets.token_hex(4)}.tmp"
    try:
        draft.mkdir()
        with _open(archive) as members:
            _write(archive, members, draft)
        draft.rename(target)
    except OSError:
        if not target.is_dir():  # unpacked meanwhile by another process
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


@dataclass(frozen=True)
class _Member:
    """What an archive says of a file or folder in it."""

    name: str
    size: int
    is_folder: bool
    is_plain: bool
    open: Callable[[], Any]


def _write(archive: Path, members: Iterator[_Member], draft: Path) -> None:
    """Write what an archive holds into a folder."""
    limit = min(_limit(archive), shutil.disk_usage(draft).free)
    total = 0
    for member in tqdm(members, f"unpacking {archive.name}", disable=None, leave=False):
        path = draft / _inside(archive, member)
        total += member.size
        if total > limit:
            raise ValueError(
                f"{archive}: says to hold {total:,} bytes or more, but {limit:,} is the limit; unpack it yourself"
            )
        if member.is_folder:
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            raise ValueError(f"{archive}: {member.name} is in it twice")
        with member.open() as packed, path.open("xb") as file:
            shutil.copyfileobj(packed, file)


def _limit(archive: Path) -> int:
    return max(SMALLEST_LIMIT, LARGEST_RATIO * archive.stat().st_size)


def _inside(archive: Path, member: _Member) -> str:
    """The path of a member, which stays inside of the folder on any system."""
    name = member.name.replace("\\", "/")
    if not member.is_plain:
        raise ValueError(f"{archive}: {member.name} is neither a file nor a folder; unpack it yourself")
    parts = PurePosixPath(name).parts
    if name.startswith("/") or PureWindowsPath(name).drive or ".." in parts:
        raise ValueError(f"{archive}: {member.name} would lie outside of its folder, so nothing is unpacked")
    return name


@contextmanager
def _open(archive: Path) -> Iterator[Iterator[_Member]]:
    """What is in an archive, one after another; errors name it."""
    try:
        if archive.name.lower().endswith(".zip"):
            with zipfile.ZipFile(archive) as file:
                yield _zipped(archive, file)
        else:
            with _Limited(archive) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
                yield _tarred(tar)
                while stream.read(1 << 16):
                    pass  # what follows the last member; at the end its checksum is looked at
    except _DAMAGE as error:
        raise ValueError(f"{archive} cannot be unpacked: {error}") from error


def _zipped(archive: Path, file: zipfile.ZipFile) -> Iterator[_Member]:
    for info in file.infolist():
        if info.flag_bits & 1:
            raise ValueError(f"{archive}: {info.filename} needs a password; unpack it yourself")
        kind = stat.S_IFMT(info.external_attr >> 16)  # 0 where it was packed elsewhere than on Unix
        plain = kind in (0, stat.S_IFREG, stat.S_IFDIR)
        yield _Member(info.filename, info.file_size, info.is_dir(), plain, partial(file.open, info))


def _tarred(file: tarfile.TarFile) -> Iterator[_Member]:
    for info in file:
        plain = info.isdir() or (info.isreg() and not info.issparse())
        yield _Member(info.name, info.size, info.isdir(), plain, partial(file.extractfile, info))


class _Limited(gzip.GzipFile):
    """A packed file that ends in an error where it is longer than an archive may be; headers count, too."""

    def __init__(self, archive: Path) -> None:
        super().__init__(archive)
        self.left = 2 * _limit(archive)

    def read(self, size: int | None = -1) -> bytes:
        content = super().read(self.left + 1 if size is None or size < 0 else size)
        self.left -= len(content)
        if self.left < 0:
            raise ValueError(f"{self.name}: holds more than an archive of its size should; unpack it yourself")
        return content
