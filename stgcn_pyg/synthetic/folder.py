"""A folder of synthetic recordings that can be read as if it were KTH."""

import io
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from stgcn_pyg.files import draft, read_json
from stgcn_pyg.synthetic.recording import ACTIONS, FPS, synthesize

VERSION = 2
"""The generator's version: it goes up whenever the same seed gives other recordings."""

MARKER = "SYNTHETIC.json"
"""The file that says that a folder's recordings are synthetic."""

FACTS = {
    "synthetic": True,
    "about": "No person was recorded: stgcn_pyg.synthetic made this up.",
    "version": VERSION,
}
"""What the marker says of every folder."""

MISSING = frozenset({("handclapping", 13, 3)})
"""The one recording (action, subject, scenario) that KTH does not have."""


def write_synthetic_kth(
    root: str | Path,
    *,
    seed: int = 0,
    subjects: Iterable[int] = range(1, 26),
    scenarios: Iterable[int] = (1, 2, 3, 4),
    num_frames: int | None = None,
    fps: float = FPS,
) -> list[Path]:
    """Write synthetic recordings of all six actions: by default 599, with KTH's names and its one gap.

    Each is a file ``personNN_ACTION_dK_uncomp.npy``, float32 ``[T, 25, 3]`` = x, y, score in pixels of a
    160 x 120 picture, missing joints all 0. It appears only when it is complete. A marker, ``SYNTHETIC.json``, is
    written first and says what the folder holds.

    Args:
        root: The folder; made if it is not there.
        seed: Another seed, other people.
        subjects: Which people, by number.
        scenarios: Which of the scenarios 1 to 4.
        num_frames: How long each recording is; if left out, it lasts as long as one of KTH's,
            whatever the action.
        fps: Frames a second.

    Returns:
        The recordings' files, in order of action, subject and scenario.

    Raises:
        FileExistsError: If the folder holds recordings that are not synthetic, or made with other settings.
        ValueError: If a subject, a scenario, a length or the rate does not exist.

    Example:
        >>> import tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> [path.name for path in write_synthetic_kth(folder.name, subjects=[3], scenarios=[1])][:2]
        ['person03_boxing_d1_uncomp.npy', 'person03_handclapping_d1_uncomp.npy']
        >>> folder.cleanup()
    """
    root = Path(root)
    root.mkdir(parents=True, exist_ok=True)
    _mark(root, {**FACTS, "seed": seed, "num_frames": num_frames, "fps": fps})
    subjects, scenarios = tuple(subjects), tuple(scenarios)
    wanted = [(a, p, d) for a in ACTIONS for p in subjects for d in scenarios if (a, p, d) not in MISSING]
    paths = []
    for action, subject, scenario in wanted:
        sequence = synthesize(action, subject, scenario, seed=seed, num_frames=num_frames, fps=fps)
        content = io.BytesIO()
        np.save(content, np.concatenate([sequence.pos, sequence.score[..., None]], axis=2))  # [T, 25, 3]
        paths.append(root / f"{sequence.name}.npy")
        with draft(paths[-1]) as path:
            path.write_bytes(content.getvalue())
    return paths


def _mark(root: Path, facts: dict[str, object]) -> None:
    """Say in the folder that it is synthetic, unless it holds anything else."""
    marker = root / MARKER
    if marker.exists():
        found = read_json(marker)
        if found != facts:
            raise FileExistsError(f"{marker} says {found}, not {facts}; empty the folder or name another")
    elif any(root.glob("*.npy")):
        raise FileExistsError(f"{root} holds recordings but no {MARKER}, so they may be real; name another folder")
    else:
        with draft(marker) as path:
            path.write_bytes((json.dumps(facts, indent=2) + "\n").encode())
