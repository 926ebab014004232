"""BlazePose on real videos, and on none: what is not there is not reported."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stgcn_pyg.io import read_subsequences
from stgcn_pyg.pose import Picture, Video, extract, load_estimator
from stgcn_pyg.pose.detector import make_anchors
from stgcn_pyg.sequence import FloatArray
from tests.videos import spot, write_video

FRONT = "person01_handwaving_d1_uncomp"


def pictures(real_data: Path, name: str, count: int) -> list[Picture]:
    video = Video(real_data / f"kth_videos/{name}.avi")
    return [picture for _, _, picture in islice(video, count)]


def poses(frames: list[Picture]) -> FloatArray:
    """The person in each picture ``[T, 33, 3]``, who must be there."""
    finder = load_estimator("blazepose")
    return np.concatenate([finder.estimate(picture, t / 25) for t, picture in enumerate(frames)])


def test_every_place_of_a_grid_has_its_anchors() -> None:
    places, counts = np.unique(make_anchors(), axis=0, return_counts=True)
    assert len(places) == 28**2 + 14**2 + 7**2
    assert set(counts) == {2, 6}
    assert places.min() > 0
    assert places.max() < 1


@pytest.mark.usefixtures("blazepose")
def test_nobody_is_seen_where_nobody_is(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (3, 48, 64, 3), np.uint8)
    video = Video(write_video(tmp_path / "nobody.avi", [spot(None), spot(8), *noise]))
    assert extract(video, "blazepose").missing.all()


@pytest.mark.usefixtures("blazepose")
@pytest.mark.parametrize("factor", [0.75, 2, 4])
def test_another_size_of_the_picture_moves_joints_by_a_pixel_or_two(real_data: Path, factor: float) -> None:
    frames = pictures(real_data, FRONT, 8)
    larger = [
        np.asarray(Image.fromarray(frame).resize((int(160 * factor), int(120 * factor)), Image.Resampling.BICUBIC))
        for frame in frames
    ]
    one, other = poses(frames), poses(larger)
    both = (one[..., 2] > 0.5) & (other[..., 2] > 0.5)
    gap = np.linalg.norm(one[..., :2] - other[..., :2] / factor, axis=-1)[both]
    assert both.mean() > 0.9
    assert np.median(gap) < 1
    assert np.quantile(gap, 0.95) < 3


@pytest.mark.usefixtures("blazepose")
def test_a_mirrored_picture_has_the_mirrored_pose(real_data: Path) -> None:
    frames = pictures(real_data, FRONT, 8)
    there, mirrored = poses(frames), poses([np.ascontiguousarray(frame[:, ::-1]) for frame in frames])
    partner = load_estimator("blazepose").skeleton.mirror_index
    mirrored = mirrored[:, partner] * (-1, 1, 1) + (160, 0, 0)
    both = (there[..., 2] > 0.5) & (mirrored[..., 2] > 0.5)
    assert np.median(np.linalg.norm(there[..., :2] - mirrored[..., :2], axis=-1)[both]) < 2


@pytest.mark.usefixtures("blazepose")
def test_whoever_leaves_the_picture_is_missing(real_data: Path) -> None:
    name = "person04_running_d1"
    sequence = extract(Video(real_data / f"kth_videos/{name}_uncomp.avi"), "blazepose")
    passes = read_subsequences(real_data / "kth_annotations/00sequences.txt")[name]
    listed = np.zeros(len(sequence), bool)
    for first, last in passes:  # the list's own, wide of the person by some frames
        listed[first - 1 : last] = True
        assert sequence.in_view[first - 1 : last].mean() > 0.4
    assert not sequence.in_view[~listed].any()
    assert 0.3 < sequence.in_view.mean() < 0.5
    seen = ~sequence.missing
    assert (sequence.pos[seen] >= 0).all()
    assert (sequence.pos[seen] < (160, 120)).all()
