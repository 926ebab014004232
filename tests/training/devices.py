"""The same trainings on any number of devices, in double precision; run as a script it uses two processes.

``python -m tests.training.devices FOLDER`` leaves the weights of every training in the folder, and what a
synchronised norm makes of frames that two processes share.
"""

import sys
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Dataset

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.models import STGCN
from stgcn_pyg.nn import JointNorm, synchronize
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.skeleton import COCO_17
from stgcn_pyg.training import Recipe
from stgcn_pyg.training.fit import fit
from tests.strategies import normal, split

GRAPH = SkeletonGraph.build(COCO_17)

TRAININGS: dict[str, dict[str, Any]] = {
    "without norms": {"norm": "none", "residual": False},
    "synchronized": {"sync_batchnorm": True, "edge_importance": True},
    "each its own": {},
}
"""Trainings by name: what they set."""

FRAMES = 7, 2
"""Frames of the norm's input that each of two processes has."""


class Recordings(Dataset[SkeletonData]):
    """Eleven recordings of different lengths and two classes, with fresh noise whenever one is read."""

    def __len__(self) -> int:
        return 11

    def __getitem__(self, i: int) -> SkeletonData:
        x = torch.randn(4 + i, 17, 2) + (i % 2)
        return SkeletonData(x=x, run=torch.zeros(4 + i, dtype=torch.long), y=torch.tensor([i % 2])).attach(GRAPH)


def train(name: str, folder: Path, devices: int) -> STGCN:
    """Train three epochs of three batches, of 4, 4 and 3 recordings."""
    settings = dict(TRAININGS[name])
    sync_batchnorm = settings.pop("sync_batchnorm", False)
    torch.manual_seed(0)
    model = STGCN(GRAPH, 2, 2, channels=[(4, 1), (6, 2)], kernel_size=3, **settings)
    fit(
        model,
        Recordings(),
        [Recordings()[i] for i in range(5)],  # which devices cannot share equally
        num_classes=2,
        recipe=Recipe(epochs=3, batch_size=4, schedule="constant", learning_rate=1e-2),
        folder=folder / name,
        progress=False,
        sync_batchnorm=sync_batchnorm,
        accelerator="cpu",
        devices=devices,
        precision="64-true",
    )
    return model.double()


def weights(folder: Path, name: str) -> dict[str, Tensor]:
    """All weights and statistics after the last epoch."""
    state = torch.load(folder / name / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
    return {key: values.double() for key, values in state.items() if key.startswith("model.")}


def frames_of_both() -> Tensor:
    """What the two processes have together, around a mean that is large beside its spread."""
    return 100 + normal(sum(FRAMES), 3, 4)


def norm_of(frames: Tensor) -> dict[str, Tensor]:
    """Outputs, gradients and running statistics of a norm, after two batches."""
    norm = JointNorm(4).double()
    norm.weight.data = normal(4)
    synchronize(norm)
    frames = frames.clone().requires_grad_()
    norm(frames + 1)
    y = norm(frames)
    (y.square() * frames.detach().sin()).sum().backward()
    found = {"y": y, "grad": frames.grad, "weight": norm.weight.grad, "bias": norm.bias.grad}
    statistics = {"mean": norm.running_mean, "var": norm.running_var, "batches": norm.num_batches_tracked}
    return {key: values.detach() for key, values in {**found, **statistics}.items() if values is not None}


def main(folder: Path) -> None:
    """Train everything on two devices; then each process keeps what its norm makes of its own rows."""
    for name in TRAININGS:
        train(name, folder, devices=2)
    rank = torch.distributed.get_rank()
    torch.save(torch.rand(3), folder / f"draw{rank}.pt")
    mine = split(frames_of_both(), FRAMES)[rank]
    torch.save(norm_of(mine), folder / f"norm{rank}.pt")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
