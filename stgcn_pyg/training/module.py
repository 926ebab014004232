"""What Lightning needs to know: the loss, the optimiser, and loaders that a resumed run draws alike."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from lightning.pytorch import LightningDataModule, LightningModule
from torch import Tensor
from torch.utils.data import Dataset, Subset
from torchmetrics.classification import MulticlassAccuracy

from stgcn_pyg.data import SkeletonData, TimelineBatch, TimelineLoader
from stgcn_pyg.training.recipe import Recipe

Recordings = Dataset[SkeletonData] | Sequence[SkeletonData]


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
    is started, and in a run that is taken up again. Of several devices each sees its share; shares are made equal
    by recordings that are seen twice, as devices step together.
    """

    def __init__(self, recordings: Recordings, seed: int, epoch: int, rank: int = 0, num_ranks: int = 1) -> None:
        self.recordings = recordings
        self.seed = seed
        self.epoch = epoch
        generator = torch.Generator().manual_seed(derived_seed(seed, epoch))
        order = torch.randperm(len(recordings), generator=generator).tolist()  # type: ignore[arg-type]
        order += order[: -len(order) % num_ranks]
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
        self.train_accuracy = MulticlassAccuracy(num_classes, average="micro")
        self.val_accuracy = MulticlassAccuracy(num_classes, average="micro")

    def on_train_epoch_start(self) -> None:
        """Seed dropout from the epoch's number, so that a run that is taken up again draws as it would have."""
        torch.manual_seed(derived_seed(self.seed, self.current_epoch))

    def training_step(self, batch: TimelineBatch, batch_idx: int) -> Tensor:
        """Cross-entropy of a batch."""
        logits = self.model(batch)
        loss = F.cross_entropy(logits, batch.y, label_smoothing=self.recipe.label_smoothing)
        self.train_accuracy(logits, batch.y)
        self.log(
            "train_loss",
            loss,
            on_epoch=True,
            on_step=False,
            batch_size=batch.num_graphs,
            prog_bar=True,
            sync_dist=True,
        )
        self.log("train_accuracy", self.train_accuracy, on_epoch=True, on_step=False, prog_bar=True)
        return loss

    def validation_step(self, batch: TimelineBatch, batch_idx: int) -> None:
        """Loss and accuracy of a batch."""
        logits = self.model(batch)
        self.val_accuracy(logits, batch.y)
        self.log("val_loss", F.cross_entropy(logits, batch.y), batch_size=batch.num_graphs, sync_dist=True)
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
        recipe: Its batch sizes.
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
            batch_size=self.recipe.batch_size,
            max_frames=self.recipe.max_frames,
            num_workers=self.num_workers,
            generator=torch.Generator(),  # a loader that starts draws from it, and must not disturb dropout
        )
