"""All settings of one training, as one value that is written into its run folder."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from torch_geometric.transforms import BaseTransform

from stgcn_pyg.datasets.protocol import Protocol, find_protocol
from stgcn_pyg.models import NINE_LAYERS, TWELVE_LAYERS, scaled
from stgcn_pyg.skeleton import Skeleton
from stgcn_pyg.training.recipe import Recipe
from stgcn_pyg.transforms import (
    DropRootMotion,
    Flip,
    Jitter,
    RandomChoice,
    RandomCrop,
    Rotate,
    Stretch,
    kth_augmentation,
)
from stgcn_pyg.transforms.features import DEFAULT_STREAMS

LAYERS = {9: NINE_LAYERS, 12: TWELVE_LAYERS}


@dataclass(frozen=True)
class Settings:
    """One training: data, graph, input, network, recipe.

    Attributes:
        root: Folder of the recordings.
        subjects: Subjects of each split.
        fps: Frames a second of the recordings; if left out, what the data set knows.
        skeleton: Name of the joint layout.
        partition: Partition strategy.
        normalization: Degree normalisation of the graph.
        streams: Input streams.
        layers: 9 or 12, the paper's networks.
        width: Factor on their channels.
        residual: Full pre-activation residual units.
        kernel_size: Frames of the temporal kernels.
        dropout: Dropout in every unit.
        edge_importance: Learnable edge weights in every unit.
        augment: ``"strong"``, ``"paper"`` or ``"none"``.
        crop: Frames of the random crops that are trained on; 0 for whole recordings.
        min_crop: The shortest of them.
        recipe: Optimiser and schedule.
        seed: What everything random is drawn from.
    """

    root: str
    subjects: Protocol
    fps: float | None = None
    skeleton: str = "BODY_25"
    partition: str = "spatial"
    normalization: str = "directed"
    streams: Sequence[str] = DEFAULT_STREAMS
    layers: int = 9
    width: float = 0.5
    residual: bool = True
    kernel_size: int = 9
    dropout: float = 0.0
    edge_importance: bool = False
    augment: str = "strong"
    crop: int = 64
    min_crop: int = 16
    recipe: Recipe = field(default_factory=Recipe)
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse names that are not known, before anything is read."""
        find_protocol(self.subjects)
        if self.layers not in LAYERS:
            raise ValueError(f"the paper's networks have 9 or 12 layers, not {self.layers}")
        if self.width <= 0:
            raise ValueError(f"width is a positive factor, not {self.width}")
        if self.augment not in AUGMENTATIONS:
            raise ValueError(f"no augmentation is called {self.augment!r}; known: {', '.join(AUGMENTATIONS)}")

    @property
    def architecture(self) -> dict[str, Any]:
        """The settings of :class:`~stgcn_pyg.models.STGCN`."""
        return {
            "channels": scaled(LAYERS[self.layers], self.width),
            "residual": self.residual,
            "kernel_size": self.kernel_size,
            "dropout": self.dropout,
            "edge_importance": self.edge_importance,
        }

    def augmentation(self, skeleton: Skeleton) -> list[BaseTransform]:
        """What training recordings go through between normalisation and streams."""
        crop: list[BaseTransform] = [RandomCrop(self.crop, self.min_crop)] if self.crop else []
        return crop + AUGMENTATIONS[self.augment](skeleton)

    def to_dict(self) -> dict[str, Any]:
        """Plain containers, for JSON."""
        subjects = {split: list(numbers) for split, numbers in self.subjects.items()}
        return {**asdict(self), "subjects": subjects, "streams": list(self.streams)}

    @classmethod
    def from_dict(cls, settings: dict[str, Any]) -> "Settings":
        """The inverse of :meth:`to_dict`.

        Raises:
            ValueError: If there are settings that are not known.
        """
        if unknown := set(settings) - {f.name for f in fields(cls)}:
            raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
        return cls(**{**settings, "recipe": Recipe(**settings["recipe"])})

    @classmethod
    def load(cls, path: Path) -> "Settings":
        """Read the ``config.json`` of a run."""
        return cls.from_dict(json.loads(path.read_text()))


def _strong(skeleton: Skeleton) -> list[BaseTransform]:
    """Half of all bodies mirrored, every one a little turned, stretched and shaken, some running on the spot."""
    return [
        RandomChoice([Flip(skeleton)], probability=0.5),
        Rotate(range(-10, 11)),
        Stretch(0.1),
        Jitter(0.02),
        RandomChoice([DropRootMotion()], probability=0.15),
    ]


def _paper(skeleton: Skeleton) -> list[BaseTransform]:
    """The paper's augmentation."""
    return [kth_augmentation(skeleton)]


def _none(skeleton: Skeleton) -> list[BaseTransform]:
    """Recordings as they are."""
    return []


AUGMENTATIONS: dict[str, Callable[[Skeleton], list[BaseTransform]]] = {
    "strong": _strong,
    "paper": _paper,
    "none": _none,
}
"""Augmentations by name."""
