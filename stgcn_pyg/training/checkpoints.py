"""Checkpoints that are there whole or not at all."""

from pathlib import Path
from typing import Any

import torch
from lightning.fabric.plugins import TorchCheckpointIO

from stgcn_pyg.files import draft


class WholeCheckpoints(TorchCheckpointIO):
    """Writes a checkpoint beside its place and then renames it, and reads none that is damaged.

    Lightning's own way goes through the machine's folder for temporary files. Where that lies on another disk, it
    ends in a copy, and a process that is killed meanwhile leaves half a checkpoint in place of the last good one.
    """

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None) -> None:
        """Write a checkpoint.

        Raises:
            OSError: If it cannot be written, with its name.
        """
        with draft(Path(path)) as whole:
            try:
                torch.save(checkpoint, whole)
            except RuntimeError as error:  # how torch tells of a full disk
                raise OSError(f"{path} cannot be written: {error}") from error

    def load_checkpoint(
        self, path: Any, map_location: Any = None, weights_only: bool | None = True
    ) -> dict[str, Any]:
        """Read a checkpoint. Nothing is unpickled but tensors and plain containers.

        Raises:
            ValueError: If it is damaged or missing, with its name and what to do.
        """
        try:
            checkpoint: dict[str, Any] = super().load_checkpoint(path, map_location, weights_only)
            if not {"state_dict", "pytorch-lightning_version"} <= checkpoint.keys():
                raise ValueError("it is no checkpoint of a training")
            if not all(value.isfinite().all() for value in checkpoint["state_dict"].values()):
                raise ValueError("it has weights that are not finite")
        except Exception as error:
            # What torch says of a damaged file is long, and how to execute what may be in it.
            reason = error if isinstance(error, OSError | ValueError) else "it is damaged, or holds code"
            raise ValueError(
                f"{path} cannot be read: {reason}; remove {Path(path).parents[1]} to train that network anew"
            ) from error
        return checkpoint
