r"""Which joints and edges a prediction rests on.

The measure is the log-probability of a class, in nats. Two methods say what a joint or an edge adds to it:

- ``occlusion``: how much it falls when that one is taken away, :math:`\log p(y \mid \mathbf{x}) -
  \log p(y \mid \mathbf{x}_{\setminus v})`; exact, at the cost of a prediction for each
- ``gradient``: integrated gradients (Sundararajan, Taly, Yan, ICML 2017) on the straight way from nothing to all
  that is there; as near as their sum comes to the integral, they add up to
  :math:`\log p(y \mid \mathbf{x}) - \log p(y \mid \mathbf{0})`

A joint is taken away by making it missing in the recording, as if the pose estimator had not seen it, so that
whatever is computed of it changes too: the body's root and length for hips and neck. An edge is taken away by
setting its weight to 0 in every layer. A positive value speaks for the class, a negative one against it.
"""

import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.func import functional_call
from tqdm import tqdm

from stgcn_pyg.data import SkeletonData, TimelineBatch, TimelineLoader
from stgcn_pyg.recognizer import QUIET, Recognizer
from stgcn_pyg.sequence import SkeletonSequence, convert_layout

FloatArray = npt.NDArray[np.float64]

METHODS = ("occlusion", "gradient")
"""Ways to measure what a joint or an edge adds."""

STEPS = 16
"""Points on the way at which gradients are taken."""

BATCH, MAX_FRAMES = 16, 8000
"""Recordings that are scored at once, and their frames."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """What a prediction rests on.

    Attributes:
        sequence: The recording, in the model's joint layout.
        target: The class that is explained.
        probability: What the model gives it.
        method: How it was measured.
        joints: Contribution of each joint ``[V]``, in nats.
        edges: Contribution of each labelled edge ``[E]``, in nats.
        edge_names: Names of the edges, neighbour and root.
    """

    sequence: SkeletonSequence
    target: str
    probability: float
    method: str
    joints: FloatArray
    edges: FloatArray
    edge_names: tuple[str, ...]

    def top_joints(self, count: int) -> list[tuple[str, float]]:
        """The joints that speak for the class the most, with their contributions."""
        return _top(self.sequence.skeleton.joints, self.joints, count)

    def top_edges(self, count: int) -> list[tuple[str, float]]:
        """The edges that speak for the class the most, with their contributions."""
        return _top(self.edge_names, self.edges, count)

    def to_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "recording": self.sequence.name,
            "target": self.target,
            "probability": self.probability,
            "method": self.method,
            "joints": dict(zip(self.sequence.skeleton.joints, self.joints.tolist(), strict=True)),
            "edges": [
                {"edge": name, "contribution": value}
                for name, value in zip(self.edge_names, self.edges.tolist(), strict=True)
            ],
        }


def explain(
    recognizer: Recognizer, sequence: SkeletonSequence, target: str | None = None, method: str = "occlusion"
) -> Explanation:
    """Say which joints and edges a prediction rests on; see the module.

    Args:
        recognizer: The model.
        sequence: The recording.
        target: The class to explain; the predicted one if left out.
        method: ``"occlusion"`` or ``"gradient"``.

    Raises:
        ValueError: If the class or the method is not known.

    Example:
        >>> from stgcn_pyg.partition import SkeletonGraph
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> recognizer = Recognizer(SkeletonGraph.build(BODY_25), ["walk", "run"], channels=[(8, 1)])
        >>> clip = SkeletonSequence(np.random.default_rng(0).normal(size=(40, 25, 2)), BODY_25, fps=25)
        >>> explanation = explain(recognizer, clip, target="run")
        >>> explanation.joints.shape, explanation.edges.shape
        ((25,), (73,))
    """
    _check_method(method)
    scores = recognizer.predict([sequence])[0]
    number = int(scores.argmax()) if target is None else class_number(recognizer, target)
    graph = recognizer.graph
    names = graph.skeleton.joints
    return Explanation(
        sequence=in_layout_of(recognizer, sequence),
        target=recognizer.classes[number],
        probability=float(scores[number]),
        method=method,
        joints=joint_contributions(recognizer, sequence, recognizer.classes[number], method),
        edges=edge_contributions(recognizer, sequence, recognizer.classes[number], method),
        edge_names=tuple(
            f"{names[a]} to {'itself' if a == b else names[b]}" for a, b in graph.edge_index.T.tolist()
        ),
    )


def joint_contributions(
    recognizer: Recognizer, sequence: SkeletonSequence, target: str, method: str = "occlusion"
) -> FloatArray:
    """What each joint adds to the log-probability of a class, ``[V]``; 0 for a joint that was never seen."""
    _check_method(method)
    number, data = class_number(recognizer, target), recognizer.prepare(sequence)
    sequence = in_layout_of(recognizer, sequence)
    if method == "gradient":
        of_joints: FloatArray = _integrated(recognizer, data, number, "x").sum(axis=(0, 2))  # [T, V, C] to [V]
        return of_joints
    seen = np.flatnonzero(~sequence.missing.all(axis=0)).tolist()
    occluded = [_prepare_quietly(recognizer, without_joints(sequence, [v])) for v in seen]
    whole, *rest = _log_probabilities(recognizer, [data, *occluded], number)
    contributions = np.zeros(sequence.skeleton.num_joints)
    contributions[seen] = whole - np.array(rest)
    return contributions


def edge_contributions(
    recognizer: Recognizer, sequence: SkeletonSequence, target: str, method: str = "occlusion"
) -> FloatArray:
    """What each labelled edge adds to the log-probability of a class, ``[E]``."""
    _check_method(method)
    number, data = class_number(recognizer, target), recognizer.prepare(sequence)
    if method == "gradient":
        return _integrated(recognizer, data, number, "edge_weight")
    (whole,) = _log_probabilities(recognizer, [data], number)
    edges = tqdm(range(recognizer.graph.num_edges), "occluding edges", **QUIET)
    rest = [_log_probabilities(recognizer, [data], number, without_edges=[e])[0] for e in edges]
    return whole - np.array(rest)


def log_probability(
    recognizer: Recognizer,
    sequence: SkeletonSequence,
    target: str,
    joints: Collection[int] = (),
    edges: Collection[int] = (),
) -> float:
    """The log-probability of a class once some joints and edges are taken away.

    Args:
        recognizer: The model.
        sequence: The recording.
        target: The class.
        joints: Numbers of the joints that are made missing.
        edges: Numbers of the graph's edges that get weight 0 in every layer.

    Raises:
        ValueError: If the class is not known.
    """
    prepare = partial(_prepare_quietly, recognizer) if len(joints) else recognizer.prepare
    data = prepare(without_joints(in_layout_of(recognizer, sequence), joints))
    return _log_probabilities(recognizer, [data], class_number(recognizer, target), edges)[0]


def without_joints(sequence: SkeletonSequence, joints: Collection[int]) -> SkeletonSequence:
    """The same recording with some joints missing in every frame."""
    score = sequence.score.copy()
    score[:, list(joints)] = 0
    return replace(sequence, score=score)


def in_layout_of(recognizer: Recognizer, sequence: SkeletonSequence) -> SkeletonSequence:
    """A recording in the joint layout of a model, whose joints are what is explained."""
    return convert_layout(sequence, recognizer.graph.skeleton)


def class_number(recognizer: Recognizer, target: str) -> int:
    """The number of a class.

    Raises:
        ValueError: If the model does not know it.
    """
    if target not in recognizer.classes:
        raise ValueError(f"the model knows no class {target!r}; it knows {', '.join(recognizer.classes)}")
    return recognizer.classes.index(target)


def _check_method(method: str) -> None:
    if method not in METHODS:
        raise ValueError(f"no method is called {method!r}; known: {', '.join(METHODS)}")


def _prepare_quietly(recognizer: Recognizer, sequence: SkeletonSequence) -> SkeletonData:
    """A recording with joints taken away, without a warning for what is meant to be so or was said already."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return recognizer.prepare(sequence)


@torch.no_grad()
def _log_probabilities(
    recognizer: Recognizer, recordings: Sequence[SkeletonData], number: int, without_edges: Collection[int] = ()
) -> list[float]:
    """The log-probability of a class for each recording."""
    weight = recognizer.networks[0].edge_weight.clone()
    weight[list(without_edges)] = 0
    batches = TimelineLoader(recordings, BATCH, max_frames=MAX_FRAMES)
    return [value for batch in batches for value in _log_softmax(recognizer, batch, weight)[:, number].tolist()]


def _integrated(recognizer: Recognizer, data: SkeletonData, number: int, key: str) -> FloatArray:
    """Integrated gradients of a class's log-probability for the input ``x`` or the weights of all edges.

    The way runs from 0, which is a missing joint or an edge that is not there.
    """
    inputs = {"x": data.x, "edge_weight": recognizer.networks[0].edge_weight}
    whole = inputs[key].detach()
    total = torch.zeros_like(whole)
    for step in tqdm(range(STEPS), "integrating", **QUIET):
        point = (whole * (step + 0.5) / STEPS).requires_grad_()
        batch = TimelineBatch.from_data_list([data])
        batch.x = point if key == "x" else data.x
        score = _log_softmax(recognizer, batch, point if key == "edge_weight" else inputs["edge_weight"])[0, number]
        total += torch.autograd.grad(score, point)[0]
    return np.asarray((whole * total / STEPS).cpu(), dtype=np.float64)


def _log_softmax(recognizer: Recognizer, batch: TimelineBatch, edge_weight: Tensor) -> Tensor:
    """Log-probabilities ``[N, classes]`` where all layers have these edge weights instead of the graph's."""
    model = recognizer.model
    batch = batch.to(edge_weight.device)
    batch.edge_weight = edge_weight
    weights = {name: edge_weight for name, _ in model.named_buffers() if name.rpartition(".")[2] == "edge_weight"}
    was_training = model.training
    model.eval()
    try:
        logits: Tensor = functional_call(model, weights, (batch,))
    finally:
        model.train(was_training)
    return logits.log_softmax(dim=-1)


def _top(names: Sequence[str], values: FloatArray, count: int) -> list[tuple[str, float]]:
    order = np.argsort(-values, kind="stable")[:count]
    return [(names[i], float(values[i])) for i in order]
