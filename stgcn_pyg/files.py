"""Writing files that are there whole or not at all, reading JSON so that errors name the file, and the cache."""

import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def draft(path: Path) -> Iterator[Path]:
    """A path beside the given one to write to; it takes that one's place only if nothing goes wrong.

    It is another at every call, so that two who write the same file, on whatever machines, do not write into each
    other's; hidden; and of the same suffix, by which some writers go.

    Raises:
        OSError: If it cannot be written, with the name of the file.

    Example:
        >>> folder = getfixture("tmp_path")
        >>> with draft(folder / "facts.txt") as path:
        ...     _ = path.write_text("whole")
        >>> [path.name for path in folder.iterdir()]
        ['facts.txt']
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.tmp{path.suffix}")
    try:
        yield draft
        draft.replace(path)
    except OSError as error:
        if error.errno is not None and error.filename is None:  # a full disk does not say what was written
            error.filename = str(path)
        raise
    finally:
        draft.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write text, whole or not at all."""
    with draft(path) as whole:
        whole.write_text(text, encoding="utf-8")


def write_json(path: Path, facts: Any) -> None:
    """Write facts as JSON, whole or not at all."""
    write_text(path, json.dumps(facts, indent=1) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        ValueError: If it is damaged, with its name.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is damaged: {error}") from error


def cache_folder() -> Path:
    """Where what can be made or fetched again is kept: ``stgcn_pyg`` in the user's cache folder."""
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # a user without a home, as in containers
        home = Path(tempfile.gettempdir())
    return home / "stgcn_pyg"
