"""SLEAP's tables."""

from pathlib import Path

from stgcn_pyg.io.detections import follow_detections
from stgcn_pyg.io.tables import Columns, columns_of, frame_numbers, read_poses, read_table
from stgcn_pyg.sequence import FloatArray, SkeletonSequence
from stgcn_pyg.skeleton import Skeleton


def read_sleap(
    path: str | Path, skeleton: Skeleton | None = None, *, fps: float | None = None, people: int = 1
) -> list[SkeletonSequence]:
    r"""Read the table that SLEAP exports as comma-separated text.

    A row is an instance in a frame: ``track``, ``frame_idx``, ``instance.score``, and ``NODE.x``, ``NODE.y`` and
    ``NODE.score`` for each node. Nodes are whatever the user of SLEAP called them, so a layout of them must be
    given; those that are not in it are left. Of several instances the main one is followed by position
    (:func:`~stgcn_pyg.io.follow_people`); SLEAP's tracks are left.

    Args:
        path: The file; its stem becomes the name of every sequence.
        skeleton: The joint layout, whose joints are called as the nodes are.
        fps: Frames a second.
        people: Up to how many instances to give, in order of importance; where it is more than 1, the fact
            ``person`` counts them from 0.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such table, a cell is no number, no layout is given, or a joint of it is not there.

    Example:
        >>> fly = Skeleton("fly", joints=("head", "tail"), bones=(("head", "tail"),))
        >>> path = getfixture("tmp_path") / "fly.csv"
        >>> _ = path.write_text(
        ...     "track,frame_idx,instance.score,head.x,head.y,head.score,tail.x,tail.y,tail.score\n"
        ...     "a,0,0.9,10,20,0.9,50,60,0.8\na,2,0.9,11,21,0.9,,,\n"
        ... )
        >>> read_sleap(path, fly, fps=30)
        [SkeletonSequence('fly', 3 frames, fly, 2D, 30 fps, 50% missing)]
    """
    path = Path(path)
    (header,), rows = read_table(path)
    if "frame_idx" not in header:
        raise ValueError(f"{path}: no column 'frame_idx', so not SLEAP's table")
    where = {name: column for column, name in enumerate(header)}
    joints: dict[str, Columns] = {
        node: (where[f"{node}.x"], where[f"{node}.y"], where.get(f"{node}.score"))
        for node in (name.removesuffix(".x") for name in header if name.endswith(".x"))
        if f"{node}.y" in where
    }
    layout, columns = columns_of(path, joints, skeleton)
    detections: dict[int, list[FloatArray]] = {}
    poses = read_poses(path, rows, columns)
    for frame, pose in zip(frame_numbers(path, rows, where["frame_idx"]), poses, strict=True):
        detections.setdefault(frame, []).append(pose)
    return follow_detections(path, detections, layout, fps=fps, people=people)
