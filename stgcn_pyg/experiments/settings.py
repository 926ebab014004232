"""All settings of one training, as one value that is written into its run folder."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields
from math import isfinite
from pathlib import Path
from typing import Any

import torch
from torch_geometric.transforms import BaseTransform

from stgcn_pyg.datasets import RecordingDataset, find_dataset
from stgcn_pyg.datasets.protocol import AnyProtocol, Protocol, find_protocol
from stgcn_pyg.files import read_json
from stgcn_pyg.models import NINE_LAYERS, STGCN, TWELVE_LAYERS, scaled
from stgcn_pyg.partition import NORMALIZATIONS, STRATEGIES, SkeletonGraph
from stgcn_pyg.skeleton import Skeleton, find_skeleton
from stgcn_pyg.training.recipe import Recipe
from stgcn_pyg.transforms import (
    DropJoints,
    DropRootMotion,
    Flip,
    InputStreams,
    Jitter,
    RandomChoice,
    RandomCrop,
    Rotate,
    Stretch,
    Turn,
    kth_augmentation,
)
from stgcn_pyg.transforms.features import DEFAULT_STREAMS

LAYERS = {9: NINE_LAYERS, 12: TWELVE_LAYERS}
"""The paper's networks."""

PRECISIONS = {"32": "32-true", "bf16": "bf16-mixed"}
"""In what numbers networks are trained, in Lightning's words."""

WIDEST = 1000
"""A greater width comes of a slip, and its network fits into no memory."""

RESULTS = ("model", "member0", "metrics.json", "model.safetensors")
"""What no training may write over unless they are its own."""


def _strong(skeleton: Skeleton) -> list[BaseTransform]:
    """Half of all bodies mirrored, each turned, stretched and shaken a little, some running on the spot.

    Those in space are seen from other sides, too.
    """
    return [
        RandomChoice([Flip(skeleton)], probability=0.5),
        Rotate(range(-10, 11)),
        Turn(),
        Stretch(0.1),
        Jitter(0.02),
        RandomChoice([DropRootMotion()], probability=0.15),
    ]


def _unmirrored(skeleton: Skeleton) -> list[BaseTransform]:
    """Strong, for actions of which a mirrored one is another: swiping left, drawing clockwise."""
    _, *others = _strong(skeleton)
    return others


def _robust(skeleton: Skeleton) -> list[BaseTransform]:
    """Strong, and half of the bodies without the joints that other pose estimators do not know."""
    return [RandomChoice([DropJoints(skeleton)], probability=0.5), *_strong(skeleton)]


def _paper(skeleton: Skeleton) -> list[BaseTransform]:
    """The paper's augmentation."""
    return [kth_augmentation(skeleton)]


def _none(skeleton: Skeleton) -> list[BaseTransform]:
    """Recordings as they are."""
    return []


AUGMENTATIONS: dict[str, Callable[[Skeleton], list[BaseTransform]]] = {
    "strong": _strong,
    "unmirrored": _unmirrored,
    "robust": _robust,
    "paper": _paper,
    "none": _none,
}
"""Augmentations by name."""


@dataclass(frozen=True)
class Settings:
    """One training: data, graph, input, network, recipe.

    Attributes:
        root: Folder of the recordings.
        protocol: Which recordings are in which split; by name, one of the data set's.
        data: Name of the data set (:data:`~stgcn_pyg.datasets.DATASETS`).
        people: How many people of a recording are kept; if left out, the data set's usual number.
        fps: Frames a second of the recordings; if left out, what the data set knows.
        rate: Frames a second that they are resampled to; if left out, they stay as they are.
        subsequences: Path of KTH's list of sub-sequences, to train and test on those; "" for whole videos.
        skeleton: Name of the joint layout of recordings whose files do not say theirs; "" for the usual one.
        partition: Partition strategy.
        normalization: Degree normalisation of the graph.
        max_hops: The neighbourhood's size D.
        streams: Input streams.
        layers: 9 or 12, the paper's networks.
        width: Factor on their channels.
        residual: Full pre-activation residual units.
        linear_middle: Plain units without the nonlinearity between their convolutions, as published.
        norm: Where batch norms stand: ``"both"``, ``"start"``, ``"end"``, ``"once"`` or ``"none"``.
        relu_first: Every ReLU before the norm beside it, not after it.
        kernel_size: Frames of the temporal kernels.
        causal: Temporal kernels that look back only.
        dropout: Dropout in every unit.
        edge_importance: Learnable edge weights in every unit.
        bias: Biases of the spatial convolutions: ``"channel"``, ``"partition"`` as published, or ``"none"``.
        backend: How spatial convolutions are computed.
        members: Networks that are trained from seeds of their own and vote.
        augment: ``"strong"``, ``"unmirrored"``, ``"robust"``, ``"paper"`` or ``"none"``.
        crop: The longest random crops that are trained on, in frames; 0 for whole recordings.
        min_crop: The shortest of them.
        recipe: Optimiser and schedule.
        precision: Numbers that are trained in: ``"32"``, single precision, or ``"bf16"``, products in bfloat16 and
            the weights in single precision.
        init: Folder of a model to fine-tune; "" for a new one. The graph, the input and the network are then that
            model's, whatever is said here.
        freeze: Units of that model, from the input on, that stay as they are.
        seed: What everything random is drawn from.

    Raises:
        ValueError: If a name is not known or a number is impossible, before anything is read.
    """

    root: str
    protocol: AnyProtocol
    data: str = "kth"
    people: int | None = None
    fps: float | None = None
    rate: float | None = None
    subsequences: str = ""
    skeleton: str = ""
    partition: str = "spatial"
    normalization: str = "directed"
    max_hops: int = 1
    streams: Sequence[str] = DEFAULT_STREAMS
    layers: int = 9
    width: float = 0.5
    residual: bool = True
    linear_middle: bool = False
    norm: str = "both"
    relu_first: bool = False
    kernel_size: int = 9
    causal: bool = False
    dropout: float = 0.0
    edge_importance: bool = False
    bias: str = "channel"
    backend: str = "auto"
    members: int = 3
    augment: str = "strong"
    crop: int = 64
    min_crop: int = 16
    recipe: Recipe = field(default_factory=Recipe)
    precision: str = "32"
    init: str = ""
    freeze: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        object.__setattr__(self, "protocol", find_protocol(self.protocol, known=self.dataset.protocols))
        check_subsequences(self.data, self.subsequences)
        InputStreams(self.layout, self.streams)
        known: dict[str, Any] = {
            "partition": STRATEGIES,
            "normalization": NORMALIZATIONS,
            "augment": AUGMENTATIONS,
            "layers": LAYERS,
            "precision": PRECISIONS,
        }
        for name, values in known.items():
            if getattr(self, name) not in values:
                raise ValueError(
                    f"{name} {getattr(self, name)!r} is not known; known: {', '.join(map(str, values))}"
                )
        if self.members < 1:
            raise ValueError(f"at least 1 network must be trained, not {self.members}")
        for name in ("fps", "rate"):
            rate = getattr(self, name)
            if rate is not None and not (isfinite(rate) and rate > 0):
                raise ValueError(f"{name} {rate} is no number of frames a second")
        if self.crop < 0 or self.min_crop < 1:
            raise ValueError(f"crops of {self.min_crop} to {self.crop} frames are impossible (crop=0: none)")
        if not 0 < self.width <= WIDEST:
            raise ValueError(f"width is a positive factor, 1 for the paper's network, not {self.width}")
        if self.seed < 0:
            raise ValueError(f"a seed is 0 or more, not {self.seed}")
        if self.freeze and not self.init:
            raise ValueError(f"no units can be frozen ({self.freeze}) but those of a model to fine-tune; name it")
        self._check_architecture()

    def _check_architecture(self) -> None:
        """Let the network refuse what does not go together, on a small one without weights."""
        graph = SkeletonGraph.build(self.layout)
        with torch.device("meta"):
            STGCN(graph, 1, 1, **self.architecture | {"channels": ((1, 1), (1, 1))})

    @property
    def dataset(self) -> type[RecordingDataset]:
        """The data set."""
        return find_dataset(self.data)

    @property
    def kind(self) -> dict[str, Any]:
        """What other recordings of the same kind are opened with: data set, people, rate where nothing says it."""
        return {"data": self.data, "people": self.people, "usual_fps": self.fps}

    @property
    def layout(self) -> Skeleton:
        """The joint layout of recordings whose files do not say theirs."""
        return find_skeleton(self.skeleton) if self.skeleton else self.dataset.usual_layout

    @property
    def split(self) -> Protocol:
        """Which recordings are in which split."""
        return find_protocol(self.protocol)

    @property
    def architecture(self) -> dict[str, Any]:
        """The settings of :class:`~stgcn_pyg.models.STGCN`."""
        return {
            "channels": scaled(LAYERS[self.layers], self.width),
            "residual": self.residual,
            "linear_middle": self.linear_middle,
            "kernel_size": self.kernel_size,
            "dropout": self.dropout,
            "edge_importance": self.edge_importance,
            "causal": self.causal,
            "bias": self.bias,
            "norm": self.norm,
            "relu_first": self.relu_first,
            "backend": self.backend,
        }

    def augmentation(self, skeleton: Skeleton) -> list[BaseTransform]:
        """What training recordings of a layout go through between normalisation and streams."""
        crop: list[BaseTransform] = [RandomCrop(self.crop, min(self.min_crop, self.crop))] if self.crop else []
        return crop + AUGMENTATIONS[self.augment](skeleton)

    def to_dict(self) -> dict[str, Any]:
        """Plain containers, for JSON."""
        return {**asdict(self), "protocol": self.split.to_dict(), "streams": list(self.streams)}

    @classmethod
    def from_dict(cls, settings: dict[str, Any]) -> "Settings":
        """The inverse of :meth:`to_dict`.

        Raises:
            ValueError: If there are settings that are not known.
        """
        unknown = set(settings) - {f.name for f in fields(cls)}
        unknown |= {f"recipe.{name}" for name in set(settings["recipe"]) - {f.name for f in fields(Recipe)}}
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
        return cls(**{**settings, "recipe": Recipe(**settings["recipe"])})

    @classmethod
    def load(cls, path: Path) -> "Settings":
        """Those in a run's ``config.json``.

        Raises:
            ValueError: If the file is damaged, or they are not known or impossible, with its name.
        """
        settings = read_json(path)
        try:
            return cls.from_dict(settings)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            reason = f"it has no {error}" if isinstance(error, KeyError) else error
            raise ValueError(f"{path} does not hold the settings of a run: {reason}") from error

    def check_same(self, path: Path) -> None:
        """See that a run's ``config.json`` holds these settings, if it is there.

        Raises:
            ValueError: If it holds others, with the names of those that differ, or is damaged; or if it is not
                there and the folder holds results.
        """
        if not path.exists():
            if results := [name for name in RESULTS if (path.parent / name).exists()]:
                raise ValueError(
                    f"{path.parent} holds {', '.join(results)}, but no {path.name} that says of which run; choose "
                    "another folder or remove it"
                )
            return
        try:
            theirs = read_json(path)
            if not isinstance(theirs, dict):
                raise ValueError(f"{path} does not hold the settings of a run")
        except ValueError as error:
            raise ValueError(f"{error}; choose another folder or remove {path.parent}") from error
        mine = {key: list(value) if isinstance(value, tuple) else value for key, value in self.to_dict().items()}
        if differ := sorted(key for key in {*mine, *theirs} if theirs.get(key) != mine.get(key)):
            raise ValueError(
                f"{path.parent} holds a run with other settings ({', '.join(differ)}); "
                "choose another folder or remove it"
            )


def check_subsequences(data: str, subsequences: object) -> None:
    """Refuse a list of sub-sequences for another data set than KTH's.

    Raises:
        ValueError: If there is one.
    """
    if subsequences and data != "kth":
        raise ValueError(f"sub-sequences are KTH's; recordings of {data} have none")
