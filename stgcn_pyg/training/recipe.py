"""How a network is trained, as one value."""

from dataclasses import asdict, dataclass
from math import cos, pi
from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR, LRScheduler

WARM_UP, START, END = 0.15, 0.04, 0.001
"""Share of a training in which the learning rate rises, and what share of the highest it begins and ends with."""


def one_cycle(progress: float) -> float:
    """The learning rate as a share of the highest, at a share of the training.

    Example:
        >>> [round(one_cycle(progress), 3) for progress in (0, 0.15, 0.575, 1, 1.2)]
        [0.04, 1.0, 0.5, 0.001, 0.001]
    """
    if progress < WARM_UP:
        return START + (1 - START) * (1 - cos(pi * progress / WARM_UP)) / 2
    return max(END, (1 + cos(pi * min(1.0, (progress - WARM_UP) / (1 - WARM_UP)))) / 2)


@dataclass(frozen=True)
class Recipe:
    """Optimiser, schedule and length of a training.

    Attributes:
        epochs: Passes over the training recordings.
        batch_size: Recordings a batch.
        learning_rate: The highest learning rate of Adam (AdamW where weights decay).
        weight_decay: AdamW's weight decay, of weights alone: norms and biases are spared.
        one_cycle: Warm up over the first 15 % of the training and anneal over the rest, each along half a cosine;
            else the rate is constant, as in the paper.
        label_smoothing: Share of the target that is spread over all classes.
        clip: The largest norm of a gradient; 0 for any.
        max_frames: Frames a batch, at most, if there is to be a limit.
    """

    epochs: int = 40
    batch_size: int = 8
    learning_rate: float = 5e-3
    weight_decay: float = 0.01
    one_cycle: bool = True
    label_smoothing: float = 0.05
    clip: float = 5.0
    max_frames: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no training could be run with."""
        if not 0 <= self.label_smoothing < 1:
            raise ValueError(f"label_smoothing is a share from 0 to 1, not {self.label_smoothing}")
        for name in ("epochs", "batch_size", "learning_rate"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive, not {getattr(self, name)}")

    def optimizer(self, model: torch.nn.Module) -> torch.optim.Optimizer:
        """AdamW over the model's parameters."""
        weights = [p for p in model.parameters() if p.requires_grad and p.dim() > 1]
        others = [p for p in model.parameters() if p.requires_grad and p.dim() <= 1]
        groups: list[dict[str, Any]] = [{"params": weights}, {"params": others, "weight_decay": 0.0}]
        return torch.optim.AdamW(groups, self.learning_rate, betas=(0.9, 0.99), weight_decay=self.weight_decay)

    def scheduler(self, optimizer: torch.optim.Optimizer, num_steps: int) -> LRScheduler | None:
        """The learning rate over all steps of a training, if it changes."""
        if not self.one_cycle:
            return None
        return LambdaLR(optimizer, lambda step: one_cycle(step / num_steps))

    def to_dict(self) -> dict[str, Any]:
        """The settings, for JSON."""
        return asdict(self)
