"""BlazePose's two networks: found in an installed mediapipe, kept in the user's cache, or fetched once."""

import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from stgcn_pyg.files import cache_folder, draft

WHEEL = "mediapipe==0.10.21"
"""What they come in: its last release that carries them, under Apache-2.0."""


@dataclass(frozen=True)
class ModelFile:
    """A network: where in the wheel it is, how many bytes it has and what their sha256 is."""

    member: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.member.rpartition("/")[2]

    def is_in(self, path: Path) -> bool:
        """Whether a file is this network, whole and unchanged."""
        return path.is_file() and path.stat().st_size == self.size and self.check(path.read_bytes())

    def check(self, content: bytes) -> bool:
        """Whether bytes are this network."""
        return sha256(content).hexdigest() == self.sha256


DETECTOR = ModelFile(
    "mediapipe/modules/pose_detection/pose_detection.tflite",
    2_959_046,
    "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
)
LANDMARKS = ModelFile(
    "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
    6_440_512,
    "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
)
FILES = (DETECTOR, LANDMARKS)


def model_folder() -> Path:
    """Where fetched networks are kept."""
    return cache_folder() / "blazepose"


def installed_models() -> tuple[Path, Path] | None:
    """The detector and the landmark network, if they are on this machine; nothing is imported or fetched."""
    spec = find_spec("mediapipe")
    roots = [Path(folder).parent for folder in (spec and spec.submodule_search_locations) or ()]
    for paths in (*([root / file.member for file in FILES] for root in roots), _kept()):
        if all(file.is_in(path) for file, path in zip(FILES, paths, strict=True)):
            return paths[0], paths[1]
    return None


def find_models() -> tuple[Path, Path]:
    """The detector and the landmark network; fetched if they are not on this machine, which is said.

    Raises:
        OSError: If they are not here and cannot be fetched, with the way out; nothing is left behind then.
    """
    if (found := installed_models()) is not None:
        return found
    print(
        f"BlazePose's two networks (9 MB, Apache-2.0) are fetched once, from the wheel of {WHEEL} (36 MB) in the "
        f"package index that pip uses, into {model_folder()}",
        file=sys.stderr,
    )
    with tempfile.TemporaryDirectory() as folder:
        unpack(download_wheel(Path(folder)), model_folder())
    detector, landmarks = _kept()
    return detector, landmarks


def _kept() -> list[Path]:
    return [model_folder() / file.name for file in FILES]


def download_wheel(folder: Path, run: Callable[..., "subprocess.CompletedProcess[str]"] = subprocess.run) -> Path:
    """The wheel, fetched by pip into a folder: always the same one, as only the networks in it are used.

    Raises:
        OSError: If pip cannot fetch it, with what pip says and the way out.
    """
    words = "--no-deps --only-binary :all: --platform manylinux_2_28_x86_64 --python-version 3.11"
    command = [sys.executable, "-m", "pip", "download", "--retries", "1", WHEEL, *words.split(), "--dest"]
    done = run([*command, str(folder)], capture_output=True, text=True)
    wheels = list(folder.glob("mediapipe-*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        said = (done.stderr.strip() or "no wheel came").splitlines()[-1]
        raise OSError(
            f"BlazePose's networks could not be fetched: {said}. With a network, `pip download {WHEEL} {words}` "
            f"gets a wheel (a zip file); put {' and '.join(file.member for file in FILES)} from it into "
            f"{model_folder()}"
        )
    return wheels[0]


def unpack(wheel: Path, folder: Path) -> None:
    """Put the networks of a wheel, and nothing else of it, into a folder.

    Raises:
        OSError: If one is not in it, or is another than it should be; none is put there then.
    """
    contents = [_member(wheel, file) for file in FILES]
    for file, content in zip(FILES, contents, strict=True):
        with draft(folder / file.name) as path:
            path.write_bytes(content)


def _member(wheel: Path, file: ModelFile) -> bytes:
    try:
        with ZipFile(wheel) as archive, archive.open(file.member) as member:
            content = member.read(file.size + 1)
    except (BadZipFile, KeyError, EOFError, zlib.error) as error:
        raise OSError(f"{wheel.name}: no {file.member} in it ({error}); try again") from error
    if not file.check(content):
        raise OSError(
            f"{wheel.name}: {file.member} is not the network it should be (its sha256 differs); try again"
        )
    return content
