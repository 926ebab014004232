"""From settings to a run folder: train, keep the model, score it, draw and report."""

import time
import warnings
from pathlib import Path
from typing import Any

import torch

from stgcn_pyg.datasets import NoRecordings, RecordingDataset
from stgcn_pyg.experiments.evaluation import METRICS, evaluate_run, open_for, subjects_of
from stgcn_pyg.experiments.settings import PRECISIONS, Settings
from stgcn_pyg.files import read_json, write_json
from stgcn_pyg.metrics import Scores
from stgcn_pyg.plots import plot_curves, plot_edge_weights
from stgcn_pyg.recognizer import MODEL_FOLDER, Recognizer
from stgcn_pyg.transforms import SkeletonFeatures

CONFIG = "config.json"
"""The settings of a run, in its folder."""


def train_run(
    settings: Settings, out: Path, *, num_workers: int = 0, progress: bool = True, **trainer: Any
) -> Scores | None:
    """Train and evaluate in a run folder; a run that was interrupted there goes on.

    The folder gets ``config.json``, ``model/`` (a :class:`~stgcn_pyg.recognizer.Recognizer`), ``memberN/`` with
    checkpoints and logs of each network, ``curves.png``, where edge weights are learned ``edge_weights.png`` (the
    first network's), and where there are test recordings ``metrics.json``, ``confusion.png``, ``scenarios.png`` and
    ``report.md``.

    Args:
        settings: All settings.
        out: The run folder.
        num_workers: Processes that load.
        progress: Show progress bars.
        **trainer: What :class:`lightning.pytorch.Trainer` takes besides: accelerator, devices, ...

    Returns:
        The scores on the test recordings, if there are any; of several devices' processes in the first alone.

    Raises:
        ValueError: If the folder holds a run with other settings or other results, or training diverges.
    """
    # Lightning takes seconds to import.
    from stgcn_pyg.training.fit import fit
    from stgcn_pyg.training.memory import keep_freed_memory
    from stgcn_pyg.training.module import derived_seed

    keep_freed_memory()
    settings.check_same(out / CONFIG)
    began = time.perf_counter()
    torch.manual_seed(settings.seed)
    recognizer, train = begin(settings)
    train.transform = recognizer.features.augmented(*settings.augmentation(recognizer.graph.skeleton))
    val = open_split(settings, "val", recognizer) if settings.split.val else None
    resumed = (out / CONFIG).exists()
    write_json(out / CONFIG, settings.to_dict())  # from here on the folder is this run's
    folders = [out / f"member{number}" for number in range(len(recognizer.networks))]
    for number, (network, folder) in enumerate(zip(recognizer.networks, folders, strict=True)):
        goes_on = fit(
            network,
            train,
            val,
            num_classes=train.num_classes,
            recipe=settings.recipe,
            folder=folder,
            seed=derived_seed(settings.seed, number),
            num_workers=num_workers,
            progress=progress,
            precision=PRECISIONS[settings.precision],
            **trainer,
        )
    if not goes_on:
        return None
    recognizer.save_pretrained(out / MODEL_FOLDER, name=str(out))
    plot_curves([folder / "curves" for folder in folders], out / "curves.png")
    if recognizer.architecture.get("edge_importance"):
        plot_edge_weights(recognizer.networks[0], recognizer.graph, out / "edge_weights.png")
    test = open_test(settings, recognizer)
    if test is None:
        return None
    facts: dict[str, Any] = {"trained_on": {"recordings": len(train), **subjects_of(train)}}
    if not resumed:
        facts["seconds"] = round(time.perf_counter() - began, 1)
    scores = evaluate_run(recognizer, test, out, config=_facts(settings, recognizer), **facts)
    recognizer.save_card(out / MODEL_FOLDER, metrics=read_json(out / METRICS), name=str(out))
    return scores


def open_test(settings: Settings, recognizer: Recognizer) -> RecordingDataset | None:
    """The test recordings, if there are any: who has none of them trains all the same."""
    if not settings.split.test:
        return None
    try:
        return open_split(settings, "test", recognizer)
    except NoRecordings as error:
        warnings.warn(f"the model is not tested: {error}", stacklevel=2)
        return None


def keep_run(folder: Path) -> None:
    """Refuse to write other scores into a run folder, over its own.

    Raises:
        ValueError: If it is one.
    """
    if (folder / CONFIG).exists():
        raise ValueError(f"{folder} is a run folder, whose own scores would be lost; choose another folder")


def trained_on(run: Path) -> dict[str, Any]:
    """What data a run was trained on; KTH's, if the folder does not say it, as that of a model alone."""
    if not (run / CONFIG).is_file():
        return {"data": "kth"}
    return Settings.load(run / CONFIG).kind


def begin(settings: Settings) -> tuple[Recognizer, RecordingDataset]:
    """What is trained, and on what: a recognizer to fine-tune, or a new one that the training recordings shape."""
    if settings.init:
        recognizer = Recognizer.from_pretrained(settings.init)
        if settings.rate not in (None, recognizer.fps):
            raise ValueError(
                f"the model in {settings.init} takes {recognizer.fps} frames a second, so leave out the rate "
                f"{settings.rate}"
            )
        train = open_split(settings, "train", recognizer)
        recognizer.retarget(train.classes)
        for network in recognizer.networks:
            network.freeze(settings.freeze)
        return recognizer, train
    train = open_split(settings, "train")
    features = SkeletonFeatures(train.skeleton, settings.streams).fit(train)
    num_dims = train[0].pos.shape[-1]
    recognizer = Recognizer(
        train.graph, train.classes, features, train.fps, num_dims, settings.members, **settings.architecture
    )
    return recognizer, train


def _facts(settings: Settings, recognizer: Recognizer) -> dict[str, Any]:
    """What a report says of the settings; of a model that was fine-tuned, its own graph, input and network."""
    if not settings.init:
        return settings.to_dict()
    replaced = ("partition", "normalization", "max_hops", "layers", "width", *recognizer.architecture)
    given = {name: value for name, value in settings.to_dict().items() if name not in replaced}
    features = recognizer.features.to_dict()["streams"]
    network = {"graph": repr(recognizer.graph), "members": len(recognizer.networks), **recognizer.architecture}
    return {**given, "streams": features, **network}


def open_split(settings: Settings, split: str, recognizer: Recognizer | None = None) -> RecordingDataset:
    """One split of the recordings, for a recognizer or with a graph of its own."""
    how: dict[str, Any] = {"split": split, "protocol": settings.protocol, "people": settings.people}
    if settings.subsequences:
        how["subsequences"] = settings.subsequences
    if recognizer is not None and settings.init:
        if split == "train" and settings.dataset.names_classes:
            how["classes"] = None  # their own actions, which the model is to learn
        return open_for(recognizer, settings.root, settings.data, settings.fps, settings.layout, **how)
    said = settings.layout if settings.skeleton else None  # else the data set knows best, which may look into files
    how |= {"skeleton": said, "fps": settings.fps, "rate": settings.rate}
    if recognizer is not None:
        if settings.dataset.names_classes:
            how["classes"] = recognizer.classes
        return settings.dataset(settings.root, **how, graph=recognizer.graph, transform=recognizer.features)
    return settings.dataset(
        settings.root,
        **how,
        graph=settings.partition,
        normalization=settings.normalization,
        max_hops=settings.max_hops,
    )
