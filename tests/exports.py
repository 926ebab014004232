"""Models to export, as if trained, and recordings to score with them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.export import OfflineModel, StepModel
from stgcn_pyg.export.run_onnx import cut_runs, lay_out
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.transforms import SkeletonFeatures
from tests.recordings import random_sequence
from tests.strategies import randomized

GRAPH = SkeletonGraph.build(BODY_25)
ALL_STREAMS = ("joint", "bone", "joint_motion", "bone_motion", "root_motion", "score")

Run = Callable[..., Any]
"""A model or the program that became of it."""


def build(members: int = 1, num_dims: int = 2, streams: tuple[str, ...] = ALL_STREAMS, **how: Any) -> Recognizer:
    """A model whose features are fitted and whose every weight is drawn."""
    bodies = [SkeletonData.from_sequence(random_sequence(30, num_dims=num_dims, seed=seed)) for seed in range(3)]
    features = SkeletonFeatures(BODY_25, streams).fit(bodies)
    recognizer = Recognizer(
        GRAPH, ["walk", "run", "box"], features, fps=25.0, num_dims=num_dims, members=members, **how
    )
    for number, network in enumerate(recognizer.networks):
        randomized(network).float()
        network.classifier.weight.data *= 0.1 * (1 + number)
    recognizer.model.eval()
    return recognizer


@torch.no_grad()
def expected(recognizer: Recognizer, sequence: SkeletonSequence) -> Tensor:
    """The model's own logits ``[classes]``."""
    logits: Tensor = recognizer.model(recognizer.prepare(sequence))[0]
    return logits


@torch.no_grad()
def offline(model: OfflineModel, sequence: SkeletonSequence, run: Run | None = None) -> Tensor:
    """The logits of what would be exported, or of what was."""
    kept, runs = cut_runs(sequence.score, sequence.frame, longest_gap=25)
    place, length = lay_out(runs, model.stride, model.gap)
    pos, score = torch.zeros(length, *sequence.pos.shape[1:]), torch.zeros(length, sequence.pos.shape[1])
    frame, number = torch.zeros(length, dtype=torch.int64), torch.full((length,), -1)
    pos[place], score[place] = torch.tensor(sequence.pos[kept]), torch.tensor(sequence.score[kept])
    frame[place], number[place] = torch.tensor(sequence.frame[kept]), torch.tensor(runs)
    logits: Tensor = (run or model)(pos, score, frame, number)[0]
    return logits


@torch.no_grad()
def stepped(model: StepModel, sequence: SkeletonSequence, run: Run | None = None) -> Tensor:
    """The same of a step, which is shown every frame."""
    run, logits = run or model, torch.empty(0)
    states = [state.zeros for state in model.states()]
    kept, runs = cut_runs(sequence.score, sequence.frame, longest_gap=25)
    for number in np.unique(runs):
        states = [old if state.stays else state.zeros for state, old in zip(model.states(), states, strict=True)]
        for t in kept[runs == number]:
            pose = sequence.pos[t], sequence.score[t], sequence.frame[t]
            logits, _, known, states = run(*map(torch.tensor, pose), torch.tensor(True), states)
        for _ in range(model.delay):
            logits, _, known, states = run(
                *map(torch.zeros_like, map(torch.tensor, pose)), torch.tensor(False), states
            )
    assert bool(known)
    return logits


def assert_close(found: Tensor, wanted: Tensor) -> None:
    """Equal up to the rounding of single precision."""
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4 * max(1.0, float(wanted.abs().max())))
