"""Running a training in a folder, so that it can be interrupted and taken up again."""

import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import ModelCheckpoint, RichProgressBar
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from lightning.pytorch.plugins import LayerSync
from lightning.pytorch.utilities.exceptions import SIGTERMException

from stgcn_pyg.nn import synchronize
from stgcn_pyg.training.checkpoints import WholeCheckpoints
from stgcn_pyg.training.module import ActionModule, Recordings, RecordingsModule
from stgcn_pyg.training.recipe import Recipe


def fit(
    model: torch.nn.Module,
    train: Recordings,
    val: Recordings | None,
    *,
    num_classes: int,
    recipe: Recipe,
    folder: Path,
    seed: int = 0,
    num_workers: int = 0,
    progress: bool = True,
    sync_batchnorm: bool = False,
    **trainer: Any,
) -> bool:
    """Train a network in place.

    The folder gets ``checkpoints/last.ckpt`` after every epoch, ``checkpoints/best.ckpt`` where there are
    validation recordings, and the curves for TensorBoard and as ``curves/version_N/metrics.csv``. If it already
    has a ``last.ckpt``, training goes on from there (with the next N) and ends as if it had never stopped.
    Afterwards the network has the weights of the best epoch if there was validation, else of the last.

    Several devices train by DDP, and as one would: a batch is that of one device, dealt out, and its loss the mean
    over all its recordings. Only dropout is each device's own, and batch norm unless ``sync_batchnorm`` is set.

    Args:
        model: The network.
        train: Training recordings, transformed and augmented.
        val: Validation recordings, transformed.
        num_classes: The number of actions.
        recipe: How to train.
        folder: Where checkpoints and curves go.
        seed: What order, dropout and augmentation are drawn from.
        num_workers: Processes that load.
        progress: Show a progress bar.
        sync_batchnorm: Batch norms take their statistics over all devices, as one device would.
        **trainer: What :class:`lightning.pytorch.Trainer` takes besides: accelerator, devices, precision, ...

    Returns:
        Whether this is the process that goes on alone; where several devices trained, the others have done.

    Raises:
        ValueError: If devices cannot share the recordings so that all take part in every batch, or if a checkpoint
            is damaged.
        TrainingDiverged: If the network has weights that are not finite; it is a ``ValueError``.
    """
    checkpoints = folder / "checkpoints"
    # The best epoch is the one with the highest validation accuracy; without validation, the last stands.
    best = ModelCheckpoint(checkpoints, "best", monitor="val_accuracy", mode="max", enable_version_counter=False)
    last = ModelCheckpoint(checkpoints, "last", enable_version_counter=False)
    # First the best, so that the last knows of it and a run that is taken up again does too.
    callbacks: list[Callback] = [last] if val is None else [best, last]
    if progress:
        callbacks.append(_Progress())
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)  # it advertises
    engine = Trainer(
        max_epochs=recipe.epochs,
        gradient_clip_val=recipe.clip or None,
        callbacks=callbacks,
        plugins=[WholeCheckpoints(), *([_SynchronizedNorms()] if sync_batchnorm else [])],
        logger=[CSVLogger(folder, "curves"), TensorBoardLogger(folder, "tensorboard")],
        reload_dataloaders_every_n_epochs=1,  # each epoch's loader is seeded with the epoch's number
        use_distributed_sampler=False,  # and knows its device's share
        num_sanity_val_steps=0,
        limit_val_batches=None if val is not None else 0,
        log_every_n_steps=1,
        enable_progress_bar=progress,
        enable_model_summary=False,
        **trainer,
    )
    if engine.world_size > 1:
        _check_shares(recipe, len(train), None if val is None else len(val), engine.world_size)  # type: ignore[arg-type]
    module = ActionModule(model.train(), recipe, num_classes, seed)
    data = RecordingsModule(train, val, recipe, seed, num_workers)
    resume = checkpoints / "last.ckpt"
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"`isinstance\(treespec, LeafSpec\)`", FutureWarning)  # Lightning's own
        warnings.filterwarnings("ignore", r"Found \d+ module\(s\) in eval mode")  # the frozen units
        warnings.filterwarnings("ignore", "Checkpoint directory .* is not empty")  # a run that is taken up again
        try:
            engine.fit(module, data, ckpt_path=resume if resume.exists() else None, weights_only=True)
        except SystemExit as stop:
            # Lightning leaves so on a signal, on SIGTERM as if all had gone well.
            print("interrupted; the same command goes on from the last whole epoch", file=sys.stderr)
            raise SystemExit(143 if isinstance(stop, SIGTERMException) else 130) from stop
    kept = checkpoints / ("last.ckpt" if val is None else "best.ckpt")
    module.load_state_dict(WholeCheckpoints().load_checkpoint(kept, map_location="cpu")["state_dict"])
    return bool(engine.is_global_zero)


def _check_shares(recipe: Recipe, num_train: int, num_val: int | None, num_devices: int) -> None:
    """See that every device has a part of every batch, as they step together."""
    if recipe.max_frames is not None:
        raise ValueError("max_frames gives devices another number of batches each; use it with one device")
    if recipe.batch_size % num_devices:
        raise ValueError(
            f"batch_size {recipe.batch_size} is of all devices together, and {num_devices} cannot share it "
            f"equally; take a multiple of {num_devices}"
        )
    rest = num_train % recipe.batch_size
    if 0 < rest < num_devices:
        raise ValueError(
            f"the last of {num_train} recordings in batches of {recipe.batch_size} are {rest}, too few for "
            f"{num_devices} devices; take another batch_size or fewer devices"
        )
    if num_val is not None and num_val < num_devices:
        raise ValueError(f"{num_val} validation recordings are too few for {num_devices} devices")


class _SynchronizedNorms(LayerSync):
    """Lightning's hook for synchronised batch norm; its own would put another layer in place of ours."""

    def apply(self, model: torch.nn.Module) -> torch.nn.Module:
        synchronize(model)
        return model

    def revert(self, model: torch.nn.Module) -> torch.nn.Module:
        synchronize(model, False)
        return model


class _Progress(RichProgressBar):
    """Lightning's bar without the run's number, which is always the same."""

    def get_metrics(self, trainer: Trainer, pl_module: LightningModule) -> dict[str, Any]:
        metrics = super().get_metrics(trainer, pl_module)
        return {name: value for name, value in metrics.items() if name != "v_num"}
