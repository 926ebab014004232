"""Writing files that are there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
