"""What laws are tested on: random skeletons, runs of frames and numbers."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
import torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch import Tensor

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.nn import JointNorm
from stgcn_pyg.partition import NORMALIZATIONS, STRATEGIES, SkeletonGraph
from stgcn_pyg.skeleton import Skeleton

Module = TypeVar("Module", bound=torch.nn.Module)

many = settings(deadline=None, max_examples=50)
"""How often a cheap law is tried; a busy machine may be slow."""

few = settings(many, max_examples=25)
"""How often a law is tried that costs more, or is tried in many variants."""

seeds = st.integers(0, 2**32 - 1)
"""Seeds of :func:`normal`."""

run_lengths = st.lists(st.integers(1, 12), min_size=1, max_size=5)
"""The frames of each run of a timeline."""


def joints_in_space(num_joints: int) -> st.SearchStrategy[np.ndarray]:
    """Some frames ``[T, V, 3]`` of joints before a depth camera."""
    shape = st.tuples(st.integers(1, 5), st.just(num_joints), st.just(3))
    return hnp.arrays(np.float64, shape, elements=st.floats(-9, 9, width=32))


@st.composite
def skeletons(draw: st.DrawFn, max_limbs: int = 4) -> Skeleton:
    """Bodies with mirror symmetry: trees, or pieces of trees, with their joints in any order.

    Each joint hangs from an earlier one of the middle or of its own side, from its own mirror image, or from
    nothing. The centre is in the middle, so that hops from it are symmetric too.
    """
    spine = [f"middle_{v}" for v in range(draw(st.integers(1, 3)))]
    limbs = [f"limb_{v}" for v in range(draw(st.integers(0, max_limbs)))]
    bones = [(draw(st.sampled_from(spine[:v])), spine[v]) for v in range(1, len(spine)) if draw(st.booleans())]
    for v, limb in enumerate(limbs):
        match draw(st.sampled_from(["nothing", "mirror image", "spine", "limb"])):
            case "mirror image":
                bones.append((f"left_{limb}", f"right_{limb}"))
            case "spine":
                joint = draw(st.sampled_from(spine))
                bones += [(f"left_{limb}", joint), (joint, f"right_{limb}")]
            case "limb" if v > 0:
                joint = draw(st.sampled_from(limbs[:v]))
                bones += [(f"{side}_{joint}", f"{side}_{limb}") for side in ("left", "right")]
    mirror = [(f"left_{limb}", f"right_{limb}") for limb in limbs]
    joints = draw(st.permutations([*spine, *(joint for pair in mirror for joint in pair)]))
    return Skeleton("random", tuple(joints), tuple(bones), tuple(mirror), center=draw(st.sampled_from(spine)))


@st.composite
def graphs(draw: st.DrawFn) -> SkeletonGraph:
    """Labelled graphs of random skeletons: any strategy, normalisation and neighbourhood."""
    return SkeletonGraph.build(
        draw(skeletons()),
        partition=draw(st.sampled_from(list(STRATEGIES))),
        normalization=draw(st.sampled_from(list(NORMALIZATIONS))),
        max_hops=draw(st.integers(0, 3)),
    )


def normal(*shape: int, seed: int = 0) -> Tensor:
    """Normally distributed numbers in double precision, the same for the same seed."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def pointers(lengths: Sequence[int]) -> Tensor:
    """Where runs of these lengths begin and end."""
    return torch.tensor([0, *lengths]).cumsum(0)


def split(frames: Tensor, lengths: Sequence[int]) -> list[Tensor]:
    """The runs of a timeline."""
    return [frames[start:stop] for start, stop in pairwise(pointers(lengths).tolist())]


def recording(graph: SkeletonGraph, *lengths: int, channels: int = 2, seed: int = 0) -> SkeletonData:
    """A recording with runs of these lengths and random features."""
    run = torch.arange(len(lengths)).repeat_interleave(torch.tensor(lengths))
    x = normal(run.numel(), graph.num_nodes, channels, seed=seed)
    return SkeletonData(x=x, run=run).attach(graph)


def randomized(module: Module) -> Module:
    """The module in double precision and evaluation mode, as if trained: always the same, with nothing 0 or 1."""
    for number, values in enumerate(module.double().parameters()):
        values.data = (values.dim() == 1) + 0.3 * normal(*values.shape, seed=number)
    for number, norm in enumerate(part for part in module.modules() if isinstance(part, JointNorm)):
        norm.running_mean = normal(norm.num_features, seed=number)
        norm.running_var = normal(norm.num_features, seed=1000 + number).square() + 0.5
    return module.eval()
