"""A region is a square of a picture: points and pictures go through it alike."""

from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from stgcn_pyg.pose.region import Region

REGIONS = st.builds(Region, st.floats(20, 80), st.floats(20, 80), st.floats(30, 300), st.floats(-pi, pi))


@given(REGIONS)
def test_a_point_is_where_the_crop_shows_it(region: Region) -> None:
    x, y = 40, 60
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[y - 2 : y + 2, x - 2 : x + 2] = 255  # its middle is at (40, 60)
    crop = region.crop(Image.fromarray(picture), 128)[0, ..., 0]
    if crop.max() < 0.5 or max(crop[0].max(), crop[-1].max(), crop[:, 0].max(), crop[:, -1].max()) > 0:
        return  # beyond the edge
    rows, columns = np.mgrid[:128, :128] + 0.5
    middle = np.array([(crop * columns).sum(), (crop * rows).sum()]) / crop.sum() / 128
    assert region.place(middle) == pytest.approx([x, y], abs=0.6)


@given(REGIONS)
def test_the_rim_is_above_the_middle(region: Region) -> None:
    hips, rim = region.place(np.array([[0.5, 0.5], [0.5, 0.1]]))
    again = Region.around(hips, rim)
    assert [again.x, again.y, again.size] == pytest.approx([region.x, region.y, region.size], rel=1e-4)
    assert np.cos(again.angle - region.angle) == pytest.approx(1, abs=1e-4)


def test_beyond_the_edge_it_is_black() -> None:
    white = Image.new("RGB", (160, 120), "white")
    crop = Region.whole(white).crop(white, 64)[0, ..., 0]
    assert crop[:7].max() == crop[-7:].max() == 0
    assert crop[9:-9].min() == 1


def test_large_pictures_are_averaged() -> None:
    stripes = np.zeros((1024, 1024, 3), np.uint8)
    stripes[:, ::2] = 255
    image = Image.fromarray(stripes)
    assert Region.whole(image).crop(image, 128) == pytest.approx(0.5, abs=0.01)
