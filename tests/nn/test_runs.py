"""Runs laid end to end: where they begin, and where a convolution puts them."""

from itertools import pairwise

import torch
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.nn import run_pointers, seams
from stgcn_pyg.nn.runs import spread
from tests.strategies import many, pointers, run_lengths, split


@many
@given(run_lengths)
def test_pointers_bound_the_runs(lengths: list[int]) -> None:
    run = torch.arange(len(lengths)).repeat_interleave(torch.tensor(lengths))
    assert run_pointers(run).tolist() == pointers(lengths).tolist()


@many
@given(st.lists(run_lengths, min_size=1, max_size=4))
def test_samples_are_apart_even_where_run_numbers_go_on(samples: list[list[int]]) -> None:
    lengths = torch.tensor([length for sample in samples for length in sample])
    number = torch.tensor([run for sample in samples for run in range(len(sample))])
    sample = torch.arange(len(samples)).repeat_interleave(torch.tensor([len(sample) for sample in samples]))
    ptr = run_pointers(number.repeat_interleave(lengths), sample.repeat_interleave(lengths))
    assert ptr.tolist() == pointers(lengths.tolist()).tolist()


@many
@given(run_lengths)
def test_spread_gives_each_frame_the_value_of_its_run(lengths: list[int]) -> None:
    ptr = pointers(lengths)
    values = torch.arange(2 * len(lengths)).view(-1, 2)
    frames = spread(values, ptr, sum(lengths))
    assert frames.shape == (sum(lengths), 2)
    for value, run in zip(values, split(frames, lengths), strict=True):
        assert (run == value).all()


@many
@given(run_lengths, st.sampled_from(range(1, 12, 2)), st.integers(1, 3), st.booleans())
def test_between_runs_is_room_for_half_a_kernel(
    lengths: list[int], kernel_size: int, stride: int, causal: bool
) -> None:
    layout = seams(pointers(lengths), kernel_size, stride, causal)
    reach = kernel_size - 1 if causal else kernel_size // 2
    runs = split(layout.place, lengths)
    for run, length in zip(runs, lengths, strict=True):
        assert (run - run[0]).tolist() == list(range(length))
    for run, other in pairwise(runs):
        gap = int(other[0] - run[-1]) - 1
        assert reach <= gap < reach + stride  # and no more of it than the stride asks for
    assert layout.place[0] >= reach
    assert layout.place[-1] < layout.length
    assert layout.ptr.diff().tolist() == [-(-length // stride) for length in lengths]
