"""How a network is trained, as one value."""

from dataclasses import asdict, dataclass
from math import cos, pi
from typing import Any, Literal, get_args

import torch
from torch.optim.lr_scheduler import LambdaLR, LRScheduler

Schedule = Literal["constant", "step", "one-cycle", "cosine"]
"""How the learning rate changes over a training."""

WARM_UP, START, END = 0.15, 0.04, 0.001
"""Share of a one-cycle training in which the rate rises, and what share of the highest it begins and ends with."""


def cosine(progress: float) -> float:
    """Annealing to 0 by half a cosine: the rate as a share of the highest, at a share of the training.

    Example:
        >>> [round(cosine(progress), 3) for progress in (0, 0.25, 0.5, 0.75, 1, 1.2)]
        [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """
    return (1 + cos(pi * min(1.0, progress))) / 2


def one_cycle(progress: float) -> float:
    """Warm-up, then annealing, half a cosine each: the rate as a share of the highest, at a share of the training.

    Example:
        >>> [round(one_cycle(progress), 3) for progress in (0, 0.15, 0.575, 1, 1.2)]
        [0.04, 1.0, 0.5, 0.001, 0.001]
    """
    if progress < WARM_UP:
        return START + (1 - START) * (1 - cos(pi * progress / WARM_UP)) / 2
    return max(END, cosine((progress - WARM_UP) / (1 - WARM_UP)))


def stepped(epoch: float, every: int = 10, factor: float = 0.1) -> float:
    """A fall by a factor after every so many epochs: the rate as a share of the highest, after some epochs.

    Example:
        >>> [round(stepped(epoch), 3) for epoch in (0, 9.9, 10, 19.9, 20)]
        [1.0, 1.0, 0.1, 0.1, 0.01]
    """
    return float(factor ** (epoch // every))


@dataclass(frozen=True)
class Recipe:
    """Optimiser, schedule and length of a training.

    Attributes:
        epochs: Passes over the training recordings.
        batch_size: Recordings a batch, of all devices together.
        learning_rate: The highest learning rate of Adam (AdamW where weights decay).
        weight_decay: AdamW's weight decay, of weights alone: norms and biases are spared.
        beta2: How slowly Adam forgets the size of gradients; 0.999 is usual, less is quicker in short trainings.
        schedule: ``"constant"``, as in the paper; ``"step"``, times ``step_factor`` after every ``step_epochs``;
            ``"one-cycle"``, warming up over the first 15 % of the training and annealing over the rest, each along
            half a cosine; or ``"cosine"``, annealing from the start.
        step_epochs: Epochs between two steps. The defaults are those of ST-GCN (Yan, Xiong, Lin, AAAI 2018).
        step_factor: What each step multiplies the rate by.
        label_smoothing: Share of the target that is spread over all classes.
        clip: The largest norm of a gradient; 0 for any.
        max_frames: Frames a batch, at most, if there is to be a limit.
    """

    epochs: int = 40
    batch_size: int = 8
    learning_rate: float = 5e-3
    weight_decay: float = 0.01
    beta2: float = 0.99
    schedule: Schedule = "one-cycle"
    step_epochs: int = 10
    step_factor: float = 0.1
    label_smoothing: float = 0.05
    clip: float = 5.0
    max_frames: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no training could be run with."""
        if not 0 <= self.label_smoothing < 1:
            raise ValueError(f"label_smoothing is a share from 0 to 1, not {self.label_smoothing}")
        if self.schedule not in get_args(Schedule):
            raise ValueError(f"schedule {self.schedule!r} is not known; known: {', '.join(get_args(Schedule))}")
        for name in ("epochs", "batch_size", "learning_rate", "step_epochs", "step_factor"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive, not {getattr(self, name)}")
        for name in ("weight_decay", "clip"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} is 0 or more, not {getattr(self, name)}")
        if not 0 <= self.beta2 < 1:
            raise ValueError(f"beta2 is a share from 0 to below 1, not {self.beta2}")
        if self.max_frames is not None and self.max_frames < 1:
            raise ValueError(f"a batch has at least 1 frame, not max_frames={self.max_frames}")

    def optimizer(self, model: torch.nn.Module) -> torch.optim.Optimizer:
        """AdamW over the model's parameters."""
        weights = [p for p in model.parameters() if p.requires_grad and p.dim() > 1]
        others = [p for p in model.parameters() if p.requires_grad and p.dim() <= 1]
        groups: list[dict[str, Any]] = [{"params": weights}, {"params": others, "weight_decay": 0.0}]
        return torch.optim.AdamW(
            groups, self.learning_rate, betas=(0.9, self.beta2), weight_decay=self.weight_decay
        )

    def scheduler(self, optimizer: torch.optim.Optimizer, num_steps: int) -> LRScheduler | None:
        """The learning rate over all steps of a training, if it changes."""
        if self.schedule == "constant":
            return None
        return LambdaLR(optimizer, lambda step: self.rate(step, num_steps))

    def rate(self, step: int, num_steps: int) -> float:
        """The learning rate as a share of the highest, after so many of all steps.

        Example:
            >>> [round(Recipe(epochs=40, schedule="step").rate(step, 400), 3) for step in (99, 100, 300)]
            [1.0, 0.1, 0.001]
        """
        match self.schedule:
            case "constant":
                return 1.0
            case "step":  # in this order, as then the first step of an epoch is exactly that
                return stepped(step * self.epochs / num_steps, self.step_epochs, self.step_factor)
            case "one-cycle":
                return one_cycle(step / num_steps)
            case "cosine":
                return cosine(step / num_steps)

    def to_dict(self) -> dict[str, Any]:
        """The settings, for JSON."""
        return asdict(self)
