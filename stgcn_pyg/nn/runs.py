r"""The arithmetic of a timeline: many unbroken stretches of frames (*runs*) laid end to end.

A run is bounded by ``ptr [R+1]``: run ``r`` holds the frames ``ptr[r] .. ptr[r+1] - 1``. What looks across
frames must not look across the seam between two runs.
"""

from typing import NamedTuple

import torch
from torch import Tensor


def run_pointers(run: Tensor, batch: Tensor | None = None) -> Tensor:
    """Where runs begin, from the run number of every frame.

    Args:
        run: Run number of each frame ``[F]``, as counted within its own sample.
        batch: Sample of each frame ``[F]``; one sample if left out.

    Returns:
        ``ptr [R+1]``.

    Example:
        >>> run_pointers(torch.tensor([0, 0, 1, 0, 0]), torch.tensor([0, 0, 0, 1, 1])).tolist()
        [0, 2, 3, 5]
    """
    change = run[1:] != run[:-1]
    if batch is not None:
        change = change | (batch[1:] != batch[:-1])
    ends = run.new_tensor([run.numel()], dtype=torch.long)
    return torch.cat([torch.zeros_like(ends), change.nonzero().view(-1) + 1, ends])


def spread(values: Tensor, ptr: Tensor, num_frames: int) -> Tensor:
    """Give each frame the value of its run: ``[R, ...]`` to ``[F, ...]``."""
    return values.repeat_interleave(ptr.diff(), dim=0, output_size=num_frames)


class Seams(NamedTuple):
    """Where a temporal convolution puts and finds frames so that zeros stand between the runs.

    Attributes:
        place: Position of each input frame ``[F]`` on the padded timeline.
        length: Length of the padded timeline.
        pick: Which outputs of the convolution are kept ``[F']``.
        ptr: The runs of the output ``[R+1]``.
    """

    place: Tensor
    length: int
    pick: Tensor
    ptr: Tensor


def seams(ptr: Tensor, kernel_size: int, stride: int = 1, causal: bool = False) -> Seams:
    r"""Lay runs out with zeros between them, so that one convolution serves them all.

    Output frame :math:`i` of a run looks at its input frames :math:`si - p .. si - p + \Gamma - 1`, where
    :math:`p` is :math:`(\Gamma - 1)/2` if centred and :math:`\Gamma - 1` if causal; a run of T frames has
    :math:`\lceil T / s \rceil` output frames. Neighbouring runs share the zeros between them, and every run
    starts where the stride lands.

    Example:
        >>> layout = seams(torch.tensor([0, 3, 5]), kernel_size=3, stride=2)
        >>> layout.place.tolist(), layout.length, layout.pick.tolist(), layout.ptr.tolist()
        ([1, 2, 3, 5, 6], 10, [0, 1, 2], [0, 2, 3])
    """
    left = kernel_size - 1 if causal else (kernel_size - 1) // 2
    right = kernel_size - 1 - left
    lengths = ptr.diff()
    slots = (lengths + max(left, right) + stride - 1) // stride  # each run's room, in output frames
    first = slots.cumsum(0) - slots  # each run's first output on the padded timeline
    outputs = (lengths + stride - 1) // stride
    out_ptr = torch.cat([ptr[:1], outputs.cumsum(0)])

    num_in, num_out, num_slots = torch.stack([ptr[-1], out_ptr[-1], slots.sum()]).tolist()
    place = torch.arange(num_in, device=ptr.device) + spread(left + stride * first - ptr[:-1], ptr, num_in)
    pick = torch.arange(num_out, device=ptr.device) + spread(first - out_ptr[:-1], out_ptr, num_out)
    return Seams(place, left + stride * num_slots + right, pick, out_ptr)
