"""One training of an experiment of the paper, in either mode, and all that is worth keeping of it."""

import json
import os
import platform
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from sklearn.metrics import confusion_matrix
from torch import Tensor
from torch_geometric.transforms import Compose

from stgcn_pyg.data import TimelineLoader
from stgcn_pyg.datasets import Protocol, RecordingDataset
from stgcn_pyg.experiments.experiment import build_settings
from stgcn_pyg.experiments.published import (
    PublishedAugmentation,
    PublishedInput,
    PublishedSTGCN,
    batch_means,
    published_graph,
)
from stgcn_pyg.experiments.run import begin, open_split
from stgcn_pyg.experiments.settings import Settings
from stgcn_pyg.files import write_json
from stgcn_pyg.plots.curves import read_curves

NOT_PUBLISHED = ("normalization", "bias", "linear_middle", "streams")
"""Settings that the published code does not have: it does one thing in their place, whatever they are."""

READING = {"correct": "best", "published": "last_batch_means"}
"""Which reading of a network's accuracy belongs to a mode.

``"best"``: at the epoch with the best validation accuracy, each recording once. ``"last"``: at the last epoch.
``"last_batch_means"``: at the last epoch, as the mean of the batches' accuracies.
"""


@dataclass(frozen=True)
class Trial:
    """One training: a network's settings, a mode and a seed.

    Attributes:
        mode: ``"correct"`` or ``"published"``.
        flat: What is said of its settings.
        seed: What it is drawn from.
        protocol: Who is trained on, validated on and tested.
    """

    mode: str
    flat: Mapping[str, Any]
    seed: int
    protocol: Protocol

    @property
    def settings(self) -> dict[str, Any]:
        """What is said of its settings, as far as the mode has them."""
        ignored = NOT_PUBLISHED if self.mode == "published" else ()
        return {name: value for name, value in self.flat.items() if name not in ignored}

    @property
    def key(self) -> str:
        """A name that is the same for all that compute the same, in whatever experiment they stand."""
        facts = [self.mode, self.settings, self.seed, self.protocol.to_dict()]
        return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Contest:
    """A network that is to be trained, and its recordings."""

    network: torch.nn.Module
    train: RecordingDataset
    val: RecordingDataset
    test: RecordingDataset


def run_trial(trial: Trial, where: Mapping[str, Any], results: Path, work: Path, device: str = "cpu") -> None:
    """Train, score and write ``KEY.json`` into a folder; an interrupted training goes on from its last epoch.

    Args:
        trial: The training.
        where: The machine's part of the settings: root, frame rate, layout.
        results: The folder of results.
        work: A folder for checkpoints, which is removed when the result is there.
        device: ``"cpu"``, ``"cuda"`` or another accelerator that Lightning knows.
    """
    # Lightning takes seconds to import.
    from stgcn_pyg.training.fit import fit
    from stgcn_pyg.training.memory import keep_freed_memory
    from stgcn_pyg.training.module import TrainingDiverged, derived_seed

    keep_freed_memory()
    began = time.perf_counter()
    settings = build_settings(trial.flat, **where, protocol=trial.protocol, seed=trial.seed)
    torch.manual_seed(trial.seed)
    contest = (_correct if trial.mode == "correct" else _published)(settings)
    diverged = None
    try:
        fit(
            contest.network,
            contest.train,
            contest.val,
            num_classes=contest.train.num_classes,
            recipe=settings.recipe,
            folder=work,
            seed=derived_seed(trial.seed, 0),
            progress=False,
            accelerator="gpu" if device == "cuda" else device,
            devices=1,
        )
    except TrainingDiverged as error:
        diverged = error.epoch
    scores = _none() if diverged else _scores(contest, work, trial.mode, settings.recipe.batch_size)
    result = {
        "key": trial.key,
        "mode": trial.mode,
        "seed": trial.seed,
        "settings": trial.settings,
        **{f"{split}_subjects": [int(one) for one in trial.protocol.values(split)] for split in _SPLITS},
        "synthetic": contest.test.synthetic,
        "parameters": sum(values.numel() for values in contest.network.parameters()),
        "diverged": diverged,
        "curve": read_curves(work / "curves"),
        **scores,
        "classes": list(contest.test.classes),
        "seconds": round(time.perf_counter() - began, 1),
        "machine": machine(device),
        "versions": {name: version(name) for name in ("torch", "torch-geometric", "stgcn-pyg")},
    }
    write_json(results / f"{trial.key}.json", result)
    shutil.rmtree(work, ignore_errors=True)


_SPLITS = ("train", "val", "test")


def _correct(settings: Settings) -> Contest:
    """The package's network, features and augmentation."""
    recognizer, train = begin(settings)
    train.transform = recognizer.features.augmented(*settings.augmentation(recognizer.graph.skeleton))
    val, test = (open_split(settings, split, recognizer) for split in ("val", "test"))
    return Contest(recognizer.networks[0], train, val, test)


def _published(settings: Settings) -> Contest:
    """The published code's network, input and augmentation, without recordings of nobody, which it cannot read."""
    plain = replace(settings, partition="uniform")  # its graph needs no training recordings
    train, val, test, everybody = (_of_somebody(open_split(plain, split)) for split in (*_SPLITS, "all"))
    if (num_dims := train[0].pos.shape[-1]) != 2:
        raise ValueError(
            f"{settings.root}: the published code takes pixels, two coordinates of a joint, not {num_dims}; run "
            "experiments with --mode correct"
        )
    graph = published_graph(train.skeleton, settings.partition, everybody, settings.max_hops)
    architecture = settings.architecture | {"bias": "partition", "linear_middle": not settings.residual}
    network = PublishedSTGCN(graph, 2, train.num_classes, **architecture)
    crop = replace(settings, augment="none").augmentation(train.skeleton)
    augmentation = [PublishedAugmentation()] if settings.augment != "none" else []
    # Crops come after, so that none is of frames without anybody alone.
    train.transform = Compose([PublishedInput(), *crop, *augmentation])
    val.transform = test.transform = PublishedInput()
    for recordings in (train, val, test):
        recordings.graph = graph
    return Contest(network, train, val, test)


def _of_somebody(recordings: RecordingDataset) -> RecordingDataset:
    seen = [number for number, data in enumerate(recordings) if (data.score > 0).any()]
    return recordings if len(seen) == len(recordings) else recordings[seen]


def _scores(contest: Contest, work: Path, mode: str, batch_size: int) -> dict[str, Any]:
    """The accuracies of the network at its best epoch, where it is now, and at its last."""
    from stgcn_pyg.training.checkpoints import WholeCheckpoints

    best = _read(contest, batch_size)
    last_state = WholeCheckpoints().load_checkpoint(work / "checkpoints" / "last.ckpt", map_location="cpu")
    weights = {name.removeprefix("model."): value for name, value in last_state["state_dict"].items()}
    contest.network.load_state_dict({name: weights[name] for name in contest.network.state_dict()})
    last = _read(contest, batch_size)
    readings = {
        "best": {split: _accuracy(*best[split]) for split in best},
        "last": {split: _accuracy(*last[split]) for split in last},
        "last_batch_means": {split: batch_means(*last[split], batch_size) for split in last},
    }
    logits, y = (best if mode == "correct" else last)["test"]
    numbers = range(logits.shape[1])
    confusion = confusion_matrix(y, logits.argmax(dim=1), labels=list(numbers)).tolist()
    return {**readings[READING[mode]], "readings": readings, "confusion": confusion}


def _none() -> dict[str, Any]:
    """What a network that diverged scores."""
    return {"validation": None, "test": None, "readings": {}, "confusion": None}


@torch.inference_mode()
def _read(contest: Contest, batch_size: int) -> dict[str, tuple[Tensor, Tensor]]:
    """Logits ``[N, classes]`` and classes ``[N]`` of the recordings that were not trained on, in their order."""
    network = contest.network.eval().cpu()
    found = {}
    for split, recordings in (("validation", contest.val), ("test", contest.test)):
        batches = list(TimelineLoader(recordings, batch_size=batch_size))
        found[split] = torch.cat([network(batch) for batch in batches]), torch.cat([batch.y for batch in batches])
    return found


def _accuracy(logits: Tensor, y: Tensor) -> float:
    return float((logits.argmax(dim=1) == y).double().mean())


def machine(device: str) -> dict[str, Any]:
    """What a training ran on."""
    name = torch.cuda.get_device_name() if device == "cuda" else _processor()
    return {"cpu": name, "cores": os.cpu_count(), "device": device, "system": platform.system()}


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
