"""``stgcn-pyg extract``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from stgcn_pyg.pose import Video
    from stgcn_pyg.sequence import SkeletonSequence

Estimator = Annotated[
    str, typer.Option(metavar="NAME", help="What finds the person: blazepose, or module:Class of your own.")
]


def extract(
    videos: Annotated[list[Path], typer.Argument(help="Videos: whatever PyAV (FFmpeg) reads.")],
    out: Annotated[Path, typer.Option(help="Folder; NAME.npz for each video goes into it.")] = Path("recordings"),
    estimator: Estimator = "blazepose",
    skeleton: Annotated[
        str, typer.Option(metavar="NAME", help="Joint layout to write. [default: the estimator's, BLAZEPOSE_33]")
    ] = "",
    overlay: Annotated[
        str, typer.Option(help="Also draw the skeleton on the video: mp4 (a film) or png (twelve frames).")
    ] = "",
) -> None:
    """Find the person in videos and write a recording for each.

    Needs `pip install 'stgcn-pyg[pose]'`. One person is followed; frames without anybody have no joints.
    A recording that is in the folder already is not made again, so the same command goes on after an interruption.

    **Estimators and their licences.** `blazepose` is MediaPipe's BlazePose (Apache-2.0), run by LiteRT (Apache-2.0)
    on the CPU. Its networks come with mediapipe 0.10.21: they are taken from an installed one, or fetched once by
    pip out of its wheel (36 MB). Nothing reports usage. Not offered: later versions of mediapipe, which carry no
    networks and report usage to their maker; ultralytics (YOLO), which is AGPL.

    **Examples**

    `stgcn-pyg extract clip.mp4 --out recordings --overlay png`

    `stgcn-pyg extract videos/*.avi --out recordings --skeleton BODY_25`
    """
    import time

    from stgcn_pyg.io import read_compact, write_compact
    from stgcn_pyg.pose.catalogue import load_estimator
    from stgcn_pyg.pose.extract import extract as extract_one
    from stgcn_pyg.pose.video import Video
    from stgcn_pyg.skeleton import find_skeleton

    draw = _find_overlay(overlay) if overlay else None
    layout = find_skeleton(skeleton) if skeleton else None
    targets = {path: out / f"{path.stem}.npz" for path in videos}
    _check_names(list(targets))
    load_estimator(estimator)  # what it lacks is no fault of the videos'
    failed = 0
    for path, target in targets.items():
        picture = target.with_name(f"{path.stem}.{overlay}")
        begin = time.monotonic()
        try:
            if target.exists():
                typer.echo(f"{path.name}: {target} is there already")
                if draw is not None and not picture.exists():
                    draw(Video(path), read_compact(target), picture)
                continue
            video = Video(path)
            sequence = extract_one(video, estimator, layout)
        except (ValueError, OSError) as error:
            if len(targets) == 1:
                raise
            typer.secho(f"error: {error}", fg="red", err=True)
            failed += 1
            continue
        said = describe(sequence, time.monotonic() - begin)
        if draw is not None:
            draw(video, sequence, picture)
        write_compact(sequence, target)  # last: what is there is finished
        typer.echo(f"{path.name}: {said}: {target}")
    if failed:
        typer.secho(f"could not be read: {failed} of {len(targets)} videos", fg="red", err=True)
        raise typer.Exit(1)


def describe(sequence: "SkeletonSequence", seconds: float) -> str:
    """What came of a video, and how fast."""
    seen = f"a person in {sequence.in_view.mean():.0%}" if sequence.in_view.any() else "nobody in any of them"
    return f"{len(sequence)} frames at {sequence.fps:.4g} a second, {seen} ({len(sequence) / seconds:.0f} frames/s)"


def _find_overlay(name: str) -> "Callable[[Video, SkeletonSequence, Path], None]":
    """What draws a skeleton on a video; not imported unless asked for, as that takes Matplotlib."""
    from stgcn_pyg.pose.overlay import OVERLAYS

    if name not in OVERLAYS:
        raise ValueError(f"--overlay is {' or '.join(OVERLAYS)}, not {name!r}")
    return OVERLAYS[name]


def _check_names(videos: list[Path]) -> None:
    """Refuse two videos whose recordings would be one file."""
    by_name: dict[str, Path] = {}
    for path in videos:
        if (other := by_name.setdefault(path.stem, path)) != path:
            raise ValueError(f"{other} and {path} would both be {path.stem}.npz; give them another --out each")
