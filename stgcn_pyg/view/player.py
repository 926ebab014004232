"""A page that plays a recording, in one file of HTML that needs nothing else."""

import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from stgcn_pyg.files import write_text
from stgcn_pyg.plots.sides import COLORS
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.view.recording import Facts, recording_facts

SCRIPTS = ("recording.js", "scene.js", "body_map.js", "prediction.js", "player.js")
"""The page's programs: they become one."""


def write_player(people: Sequence[SkeletonSequence], page: Path, recognizer: Recognizer | None = None) -> None:
    """Write the page that :func:`render_player` makes, whole or not at all.

    Raises:
        ValueError: If the bodies are not of one recording.
        OSError: If it cannot be written.
    """
    write_text(page, render_player(people, recognizer))


def render_player(people: Sequence[SkeletonSequence], recognizer: Recognizer | None = None) -> str:
    """A page that plays, stops and scrubs through a recording, and turns one in three dimensions.

    It asks nothing of any network, and forbids itself to. With a recognizer a chart shows the probabilities from
    all frames of all bodies up to each moment: nothing is known of what comes later.

    Args:
        people: The bodies of one recording, the main one first; in most a single one.
        recognizer: What predicts.

    Raises:
        ValueError: If there is nobody, or the bodies differ in layout, dimensions or rate.

    Example:
        >>> import numpy as np
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> walk = SkeletonSequence(np.ones((4, 25, 2)), BODY_25, name="a < b </script>")
        >>> page = render_player([walk])
        >>> "<title>a &lt; b &lt;/script&gt;</title>" in page, page.count("</script>")
        (True, 2)
    """
    facts = recording_facts(people, recognizer)
    return Template(_part("player.html")).substitute(
        title=escape(_printable(facts["name"])),
        style=_side_colors() + _part("player.css"),
        recording=_embedded(facts),
        script="\n".join(_part(name) for name in SCRIPTS),
    )


def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _embedded(facts: Facts) -> str:
    """JSON inside a script element, which no word in it can end."""
    return json.dumps(facts, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _printable(text: str) -> str:
    """Text without the halves of characters that stand for undecodable bytes in names of files."""
    return text.encode("utf-8", "replace").decode()


def _side_colors() -> str:
    """The colours of left, right and middle, which are those of the pictures."""
    colors = "; ".join(f"--{side.name.lower()}-ink: {color}" for side, color in COLORS.items())
    return f":root {{ {colors} }}\n"
