"""Recordings as they are drawn: the right way up, without what was not seen."""

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from stgcn_pyg.plots import plot_strip
from stgcn_pyg.plots.body import Body, side_legend
from stgcn_pyg.plots.moments import frames_between, spread_over
from stgcn_pyg.plots.rest_pose import rest_pose
from stgcn_pyg.plots.view import View
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25, Skeleton
from tests.recordings import random_sequence


def test_a_missing_joint_is_not_drawn_nor_are_its_bones() -> None:
    sequence = random_sequence(1, missing=0.4)
    seen = ~sequence.missing[0]
    body = Body(Figure().subplots(), BODY_25)
    body.pose(View.of(sequence).pos[0])
    whole = seen[BODY_25.bone_index].all(axis=0)
    assert len(body.lines.get_segments()) == whole.sum() < 24
    dots = np.asarray(body.dots.get_offsets())
    assert len(dots) == seen.sum()
    assert not (dots == 0).any()


def test_pixels_run_downwards_and_say_so() -> None:
    view = View.of(random_sequence(3))
    assert view.downwards
    assert view.labels == ("x (pixels)", "y (pixels)")
    small = replace(random_sequence(3), pos=random_sequence(3).pos / np.float32(1000))
    assert View.of(small).labels[0] == "x (share of the picture)"


@pytest.mark.parametrize("axes", list(permutations(range(3))))
@pytest.mark.parametrize("sign", [1, -1])
def test_a_body_in_space_is_shown_upright_from_the_front(axes: tuple[int, ...], sign: int) -> None:
    flat = rest_pose(BODY_25)
    upright = np.stack([flat[:, 0], sign * flat[:, 1], 0.1 * flat[:, 0]], axis=1)
    view = View.of(SkeletonSequence(np.stack([upright[:, axes]] * 2), BODY_25))
    assert np.allclose(view.pos[0] * (1, -1 if view.downwards else 1), flat, atol=1e-6)


@pytest.mark.parametrize("num_frames", [1, 5, 40])
@pytest.mark.parametrize("num_dims", [2, 3])
def test_a_strip_is_drawn_of_any_recording(tmp_path: Path, num_frames: int, num_dims: int) -> None:
    layout = Skeleton("snake", tuple(f"s{v}" for v in range(20)), tuple((f"s{v}", f"s{v + 1}") for v in range(19)))
    sequence = random_sequence(num_frames, skeleton=layout, num_dims=num_dims, missing=0.5, fps=None)
    picture = tmp_path / "new" / "strip.png"
    plot_strip(sequence, picture, "predicted nothing")
    with Image.open(picture) as image:
        assert image.size[0] >= 7 * 120
    assert [path.name for path in picture.parent.iterdir()] == ["strip.png"]
    assert side_legend(layout) == []
    assert len(side_legend(BODY_25)) == 3


def test_nobody_in_view_and_a_body_of_one_point_are_drawn(tmp_path: Path) -> None:
    sequence = random_sequence(4)
    plot_strip(replace(sequence, score=np.zeros_like(sequence.score)), tmp_path / "nobody.png")
    plot_strip(replace(sequence, pos=np.full_like(sequence.pos, 7)), tmp_path / "point.png")
    assert len(list(tmp_path.iterdir())) == 2


def test_a_moment_begins_where_somebody_is_first_seen() -> None:
    sequence = random_sequence(50, fps=10)
    score = sequence.score.copy()
    score[:20] = 0
    hidden = replace(sequence, score=score)
    assert frames_between(hidden, None, 1.0).tolist() == list(range(20, 30))
    assert frames_between(hidden, 0.5, 0.2).tolist() == [5, 6]
    with pytest.raises(ValueError, match=r"no frame between 9 and 10 seconds; it runs from 0 to 4\.9"):
        frames_between(hidden, 9, 1)
    with pytest.raises(ValueError, match="-1 seconds are nothing to show"):
        frames_between(hidden, 0, -1)


def test_frames_are_spread_from_the_first_to_the_last() -> None:
    frames = np.arange(10, 30)
    assert spread_over(frames, 3).tolist() == [10, 20, 29]
    assert spread_over(frames, 99).tolist() == frames.tolist()
