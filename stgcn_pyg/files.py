"""Writing files that are there whole or not at all, and reading JSON so that errors name the file."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def draft(path: Path) -> Iterator[Path]:
    """A path beside the given one to write to; it takes that one's place only if nothing goes wrong.

    Example:
        >>> folder = getfixture("tmp_path")
        >>> with draft(folder / "facts.txt") as path:
        ...     _ = path.write_text("whole")
        >>> [path.name for path in folder.iterdir()]
        ['facts.txt']
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_json(path: Path, facts: Any) -> None:
    """Write facts as JSON, whole or not at all."""
    with draft(path) as whole:
        whole.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        ValueError: If it is damaged, with its name.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}") from error
