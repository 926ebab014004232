"""From settings to a run folder: train, keep the model, score it, draw and report."""

import json
import time
from pathlib import Path
from typing import Any

import torch

from stgcn_pyg.datasets import KTHSkeletonDataset
from stgcn_pyg.experiments.settings import Settings
from stgcn_pyg.files import draft
from stgcn_pyg.io import read_array, read_openpose_folder
from stgcn_pyg.metrics import Scores
from stgcn_pyg.plots import plot_confusion, plot_curves
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.report import write_run_report
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import Skeleton, find_skeleton
from stgcn_pyg.transforms import SkeletonFeatures

CONFIG, METRICS, MODEL = "config.json", "metrics.json", "model"


def train_run(
    settings: Settings, out: Path, *, num_workers: int = 0, progress: bool = True, **trainer: Any
) -> Scores | None:
    """Train and evaluate in a run folder; a run that was interrupted there goes on.

    The folder gets ``config.json``, ``model/`` (a :class:`~stgcn_pyg.recognizer.Recognizer`), ``checkpoints/``,
    ``curves/``, ``tensorboard/``, ``curves.png``, and where there are test subjects ``metrics.json``,
    ``confusion.png`` and ``report.md``.

    Args:
        settings: All settings.
        out: The run folder.
        num_workers: Processes that load.
        progress: Show progress bars.
        **trainer: What :class:`lightning.pytorch.Trainer` takes besides.

    Returns:
        The scores on the test subjects, if there are any; of several devices' processes in the first alone.

    Raises:
        ValueError: If the folder holds a run with other settings.
    """
    from stgcn_pyg.training.fit import fit  # Lightning takes seconds to import

    _claim(out, settings)
    begin = time.perf_counter()
    torch.manual_seed(settings.seed)
    train = _split(settings, "train")
    features = SkeletonFeatures(train.skeleton, settings.streams).fit(train)
    recognizer = Recognizer(
        train.graph, train.classes, features, train.fps, train[0].pos.shape[-1], **settings.architecture
    )
    train.transform = recognizer.features.augmented(*settings.augmentation(train.skeleton))
    val = _split(settings, "val", recognizer) if settings.subjects.get("val") else None
    goes_on = fit(
        recognizer.model,
        train,
        val,
        num_classes=train.num_classes,
        recipe=settings.recipe,
        folder=out,
        seed=settings.seed,
        num_workers=num_workers,
        progress=progress,
        **trainer,
    )
    if not goes_on:
        return None
    recognizer.save_pretrained(out / MODEL)
    plot_curves(sorted((out / "curves").glob("version_*/metrics.csv")), out / "curves.png")
    if not settings.subjects.get("test"):
        return None
    return evaluate_run(recognizer, _split(settings, "test", recognizer), out, time.perf_counter() - begin)


def evaluate_run(
    recognizer: Recognizer, recordings: KTHSkeletonDataset, out: Path, seconds: float | None = None
) -> Scores:
    """Score a recognizer on recordings and write ``metrics.json``, ``confusion.png`` and ``report.md``.

    Args:
        recognizer: The recognizer.
        recordings: Recordings with its features.
        out: The folder to write into.
        seconds: How long the training took.
    """
    probabilities = recognizer.predict_data(recordings)
    predicted = probabilities.argmax(dim=1).tolist()
    true = [int(data.y) for data in recordings]
    scores = Scores.of(true, predicted, recognizer.classes)
    out.mkdir(parents=True, exist_ok=True)
    details = [
        {
            "name": data.name,
            "true": recognizer.classes[y],
            "predicted": recognizer.classes[y_hat],
            "probability": round(float(probabilities[i, y_hat]), 4),
        }
        for i, (data, y, y_hat) in enumerate(zip(recordings, true, predicted, strict=True))
    ]
    facts = {**scores.to_dict(), "root": str(recordings.root), "fps": recordings.fps}
    facts |= {"synthetic": recordings.synthetic, "recordings": details}
    if seconds is not None:
        facts["seconds"] = round(seconds, 1)
    plot_confusion(scores, out / "confusion.png", recordings.synthetic)
    with draft(out / METRICS) as path:
        path.write_text(json.dumps(facts, indent=1) + "\n")
    write_run_report(out)
    return scores


def load_recognizer(folder: Path) -> Recognizer:
    """The recognizer of a run folder, or of a model folder itself."""
    return Recognizer.from_pretrained(folder / MODEL if (folder / MODEL).is_dir() else folder)


def read_recordings(path: Path, skeleton: Skeleton, fps: float | None) -> list[SkeletonSequence]:
    """The recordings in an array file, or in a folder of OpenPose's JSON frames."""
    if path.is_dir():
        return read_openpose_folder(path, skeleton=skeleton, fps=fps)
    return [read_array(path, skeleton, fps=fps)]


def _claim(out: Path, settings: Settings) -> None:
    """Make the run folder, or see that it is the same run's."""
    path = out / CONFIG
    mine = settings.to_dict()
    if path.exists():
        theirs = json.loads(path.read_text())
        differ = sorted(key for key in mine if theirs.get(key) != json.loads(json.dumps(mine[key])))
        if differ:
            raise ValueError(
                f"{out} holds a run with other settings ({', '.join(differ)}); choose another folder or remove it"
            )
    with draft(path) as whole:
        whole.write_text(json.dumps(mine, indent=1) + "\n")


def _split(settings: Settings, split: str, recognizer: Recognizer | None = None) -> KTHSkeletonDataset:
    """One split of the recordings: with a recognizer's graph and features, or with a graph of its own."""
    dataset = KTHSkeletonDataset(
        settings.root,
        split=split,
        protocol=settings.subjects,
        graph=settings.partition if recognizer is None else recognizer.graph,
        normalization=settings.normalization,
        skeleton=find_skeleton(settings.skeleton),
        fps=settings.fps,
    )
    if recognizer is not None:
        dataset.transform = recognizer.features
    return dataset
