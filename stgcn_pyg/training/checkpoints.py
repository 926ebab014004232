"""Checkpoints that are there whole or not at all."""

from pathlib import Path
from typing import Any

import torch
from lightning.fabric.plugins import TorchCheckpointIO

from stgcn_pyg.files import draft


class WholeCheckpoints(TorchCheckpointIO):
    """Writes a checkpoint beside its place and then renames it.

    Lightning's own way goes through the machine's folder for temporary files. Where that lies on another disk, it
    ends in a copy, and a process that is killed meanwhile leaves half a checkpoint in place of the last good one.
    """

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None) -> None:
        """Write a checkpoint."""
        with draft(Path(path)) as whole:
            torch.save(checkpoint, whole)
