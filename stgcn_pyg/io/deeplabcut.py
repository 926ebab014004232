"""DeepLabCut's tables."""

from pathlib import Path

from stgcn_pyg.io.content import sequence_in
from stgcn_pyg.io.tables import Columns, columns_of, frame_numbers, read_poses, read_table
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import Skeleton


def read_deeplabcut(
    path: str | Path, skeleton: Skeleton | None = None, *, fps: float | None = None
) -> SkeletonSequence:
    r"""Read DeepLabCut's table of one individual as comma-separated text.

    It has three rows of headers: ``scorer``, ``bodyparts`` and ``coords`` (``x``, ``y``, ``likelihood``, which is
    the score); the first column has the frame numbers. Body parts are whatever the user of DeepLabCut called them,
    so a layout of them must be given; those that are not in it are left.

    Args:
        path: The file; its stem becomes the name of the sequence.
        skeleton: The joint layout, whose joints are called as the body parts are.
        fps: Frames a second.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such table, a cell is no number, no layout is given, or a joint of it is not there.

    Example:
        >>> mouse = Skeleton("mouse", joints=("nose", "tail"), bones=(("nose", "tail"),))
        >>> path = getfixture("tmp_path") / "mouse.csv"
        >>> _ = path.write_text(
        ...     "scorer,a,a,a,a,a,a\nbodyparts,nose,nose,nose,tail,tail,tail\n"
        ...     "coords,x,y,likelihood,x,y,likelihood\n0,10,20,0.9,50,60,0.8\n1,11,21,0.9,,,\n"
        ... )
        >>> read_deeplabcut(path, mouse, fps=30)
        SkeletonSequence('mouse', 2 frames, mouse, 2D, 30 fps, 25% missing)
    """
    path = Path(path)
    (_, parts, coords), rows = read_table(path, 3)
    if parts[0] == "individuals":
        raise ValueError(f"{path}: a table of several individuals; export each of them to its own file")
    if (parts[0], coords[0]) != ("bodyparts", "coords"):
        raise ValueError(f"{path}: no rows 'bodyparts' and 'coords', so not DeepLabCut's table")
    where = {(part, coord): column for column, (part, coord) in enumerate(zip(parts, coords, strict=True))}
    joints: dict[str, Columns] = {
        part: (where[part, "x"], where[part, "y"], where.get((part, "likelihood")))
        for part in dict.fromkeys(parts[1:])
        if {(part, "x"), (part, "y")} <= where.keys()
    }
    layout, columns = columns_of(path, joints, skeleton)
    pose = read_poses(path, rows, columns)
    frame = frame_numbers(path, rows, 0)
    return sequence_in(path, pose[..., :2], pose[..., 2], layout, fps=fps, frame=frame)
