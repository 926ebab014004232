"""A random stretch of a recording."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.data import FRAME_KEYS, SkeletonData
from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.transforms import NormalizePose, RandomCrop
from tests.recordings import random_body, random_sequence

runs = st.lists(st.integers(1, 8), min_size=1, max_size=4)


@given(runs, st.integers(1, 20), st.data(), st.integers(0, 1000))
def test_a_crop_is_consecutive_frames_of_the_recording(
    lengths: list[int], size: int, data: st.DataObject, seed: int
) -> None:
    min_size = data.draw(st.none() | st.integers(1, size))
    recording = NormalizePose(BODY_25)(random_body(*lengths, missing=0.2, seed=seed))
    num_frames = recording.num_frames
    torch.manual_seed(seed)
    crop = RandomCrop(size, min_size)(recording)
    assert min(min_size or size, num_frames) <= crop.num_frames <= min(size, num_frames)
    assert min_size is not None or crop.num_frames == min(size, num_frames)
    start = recording.frame.tolist().index(crop.frame[0])
    for key in FRAME_KEYS:
        assert torch.equal(crop[key], recording[key][start : start + crop.num_frames]), key
    assert recording.num_frames == num_frames
    assert crop.ptr.diff().min() >= 1
    # Seams are where they were.
    seams = [seam - start for seam in recording.ptr.tolist() if 0 < seam - start < crop.num_frames]
    assert crop.ptr.tolist() == [0, *seams, crop.num_frames]


@given(st.integers(1, 12), st.integers(0, 15), st.integers(1, 12), st.integers(1, 20), st.integers(0, 100))
def test_of_several_people_the_same_stretch_of_time_is_kept(
    num_frames: int, start: int, more: int, size: int, seed: int
) -> None:
    one = random_sequence(num_frames, seed=seed)
    other = replace(random_sequence(more, seed=seed + 1), frame=start + np.arange(more))
    recording = SkeletonData.from_people([one, other])
    times = sorted({*one.frame.tolist(), *other.frame.tolist()})
    torch.manual_seed(seed)
    crop = RandomCrop(size)(recording)
    kept = sorted(set(crop.frame.tolist()))
    first = times.index(kept[0])
    assert kept == times[first : first + size]
    assert len(kept) == min(size, len(times))
    for body, person in enumerate((one, other)):
        whole = [time for time in person.frame.tolist() if time in kept]
        assert crop.frame[crop.body == body].tolist() == whole


@pytest.mark.parametrize("num_frames", [1, 63, 64])
def test_a_shorter_recording_stays_whole(num_frames: int) -> None:
    recording = random_body(num_frames)
    assert torch.equal(RandomCrop(64)(recording).pos, recording.pos)


def test_every_place_and_every_size_is_drawn_and_the_seed_says_which() -> None:
    recording = random_body(6)

    def drawn(seed: int) -> tuple[int, int]:
        torch.manual_seed(seed)
        crop = RandomCrop(4, min_size=3)(recording)
        return int(crop.frame[0]), crop.num_frames

    places = [drawn(seed) for seed in range(100)]
    assert places == [drawn(seed) for seed in range(100)]
    assert set(places) == {(start, size) for size in (3, 4) for start in range(6 - size + 1)}


@pytest.mark.parametrize(("size", "min_size"), [(0, None), (-3, None), (4, 5), (4, 0), (4, -1)])
def test_impossible_crops_are_refused(size: int, min_size: int | None) -> None:
    with pytest.raises(ValueError, match="is impossible"):
        RandomCrop(size, min_size)


def test_it_prints_its_sizes() -> None:
    assert repr(RandomCrop(64, 32)) == "RandomCrop(64, min_size=32)"
