"""What Lightning needs to know: the loss, the optimiser, and loaders that a resumed run draws alike."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from lightning.pytorch import LightningDataModule, LightningModule
from torch import Tensor
from torch.utils.data import Dataset, Subset
from torchmetrics import MeanMetric
from torchmetrics.classification import MulticlassAccuracy

from stgcn_pyg.data import SkeletonData, TimelineBatch, TimelineLoader
from stgcn_pyg.training.recipe import Recipe

Recordings = Dataset[SkeletonData] | Sequence[SkeletonData]


class TrainingDiverged(ValueError):
    """A network has weights that are not finite.

    Args:
        epoch: The epoch, counted from 1, in which it happened.
    """

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        super().__init__(
            f"training diverged in epoch {epoch}: the network has weights that are not finite; take a lower "
            "learning rate, or clip gradients"
        )


def derived_seed(*numbers: int) -> int:
    """A seed made of several numbers, well mixed.

    Example:
        >>> derived_seed(0, 1) != derived_seed(1, 0)
        True
    """
    return int(np.random.SeedSequence([len(numbers), *numbers]).generate_state(1, np.uint64)[0] >> np.uint64(1))


class EpochRecordings(Dataset[SkeletonData]):
    """The recordings as one epoch sees them: shuffled, and transformed with random numbers of their own.

    All of it follows from seed and epoch, so a batch is the same whichever process loads it, how often a loader
    is started, and in a run that is taken up again. Several devices deal the recordings out one by one, so that
    their batches together are those of one device.
    """

    def __init__(self, recordings: Recordings, seed: int, epoch: int, rank: int = 0, num_ranks: int = 1) -> None:
        self.recordings = recordings
        self.seed = seed
        self.epoch = epoch
        generator = torch.Generator().manual_seed(derived_seed(seed, epoch))
        order = torch.randperm(len(recordings), generator=generator).tolist()  # type: ignore[arg-type]
        self.order = order[rank::num_ranks]

    def __len__(self) -> int:
        """The number of recordings."""
        return len(self.order)

    def __getitem__(self, i: int) -> SkeletonData:
        """The epoch's recording number ``i``."""
        number = self.order[i]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derived_seed(self.seed, self.epoch, number))
            return self.recordings[number]


class ActionModule(LightningModule):
    """A network in training: cross-entropy, and the accuracy on validation recordings, each counted once.

    Args:
        model: The network.
        recipe: How it is trained.
        num_classes: The number of actions.
        seed: What the random numbers of every epoch are derived from.
    """

    def __init__(self, model: torch.nn.Module, recipe: Recipe, num_classes: int, seed: int = 0) -> None:
        super().__init__()
        self.model = model
        self.recipe = recipe
        self.seed = seed
        # Each recording counts once, whatever batch and device it is on; a loss that is NaN is to be seen.
        self.train_loss = MeanMetric(nan_strategy="disable")
        self.val_loss = MeanMetric(nan_strategy="disable")
        self.train_accuracy = MulticlassAccuracy(num_classes, average="micro")
        self.val_accuracy = MulticlassAccuracy(num_classes, average="micro")

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Refuse to go on from another network.

        Raises:
            ValueError: If the checkpoint is of one.
        """
        mine, theirs = (
            {name: value.shape for name, value in state.items()}
            for state in (self.state_dict(), checkpoint["state_dict"])
        )
        if mine != theirs:
            raise ValueError("the checkpoint is of another network; train in another folder")

    def on_train_epoch_start(self) -> None:
        """Seed dropout from the epoch's number, so that a run that is taken up again draws as it would have."""
        torch.manual_seed(derived_seed(self.seed, self.current_epoch, self.global_rank))

    def training_step(self, batch: TimelineBatch, batch_idx: int) -> Tensor:
        """Cross-entropy of a batch, such that its mean over devices is the mean over all their recordings."""
        logits = self.model(batch)
        loss = F.cross_entropy(logits, batch.y, label_smoothing=self.recipe.label_smoothing)
        self.train_loss.update(loss.detach().expand(batch.num_graphs))
        self.train_accuracy.update(logits, batch.y)
        self.log("train_loss", self.train_loss, on_epoch=True, on_step=False, prog_bar=True)
        self.log("train_accuracy", self.train_accuracy, on_epoch=True, on_step=False, prog_bar=True)
        count = torch.tensor(float(batch.num_graphs), device=loss.device)
        return loss * (count / self.trainer.strategy.reduce(count.clone(), reduce_op="mean"))

    def on_train_epoch_end(self) -> None:
        """Stop before a network that has diverged is kept as the last checkpoint.

        Raises:
            TrainingDiverged: If a weight is not finite.
        """
        if not all(weight.isfinite().all() for weight in self.model.state_dict().values()):
            raise TrainingDiverged(self.current_epoch + 1)

    def validation_step(self, batch: TimelineBatch, batch_idx: int) -> None:
        """Loss and accuracy of a batch."""
        logits = self.model(batch)
        self.val_loss.update(F.cross_entropy(logits, batch.y).expand(batch.num_graphs))
        self.val_accuracy.update(logits, batch.y)
        self.log("val_loss", self.val_loss)
        self.log("val_accuracy", self.val_accuracy, prog_bar=True)

    def configure_optimizers(self) -> Any:
        """The recipe's optimiser, and its schedule over all steps."""
        optimizer = self.recipe.optimizer(self.model)
        scheduler = self.recipe.scheduler(optimizer, int(self.trainer.estimated_stepping_batches))
        if scheduler is None:
            return optimizer
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}


class RecordingsModule(LightningDataModule):
    """Training and validation recordings, shuffled anew in every epoch from a seed of its own.

    Args:
        train: Training recordings.
        val: Validation recordings, if there are any.
        recipe: Its batch sizes, which devices share equally.
        seed: What every epoch's order is derived from.
        num_workers: Processes that load.
    """

    def __init__(
        self, train: Recordings, val: Recordings | None, recipe: Recipe, seed: int = 0, num_workers: int = 0
    ) -> None:
        super().__init__()
        self.train = train
        self.val = val
        self.recipe = recipe
        self.seed = seed
        self.num_workers = num_workers

    def train_dataloader(self) -> TimelineLoader:
        """A loader for the current epoch."""
        epoch = self.trainer.current_epoch if self.trainer is not None else 0
        return self._loader(EpochRecordings(self.train, self.seed, epoch, *self._share()))

    def val_dataloader(self) -> TimelineLoader:
        """A loader of the validation recordings, in their order; each is on one device alone."""
        assert self.val is not None, "the trainer asks for none where there are none"
        rank, num_ranks = self._share()
        return self._loader(Subset(self.val, range(rank, len(self.val), num_ranks)))  # type: ignore[arg-type]

    def _share(self) -> tuple[int, int]:
        """Which of how many devices this process is."""
        return (0, 1) if self.trainer is None else (self.trainer.global_rank, self.trainer.world_size)

    def _loader(self, recordings: Recordings) -> TimelineLoader:
        return TimelineLoader(
            recordings,
            batch_size=self.recipe.batch_size // self._share()[1],
            max_frames=self.recipe.max_frames,
            num_workers=self.num_workers,
            generator=torch.Generator(),  # a loader that starts draws from it, and must not disturb dropout
        )
