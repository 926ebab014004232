"""A folder of results as ``stgcn-pyg reproduce`` writes it, with made-up figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stgcn_pyg.files import write_json

CLASSES = ["boxing", "handclapping", "handwaving", "jogging", "running", "walking"]
MACHINE = {"cpu": "a made-up processor", "cores": 2, "device": "cpu", "system": "Linux"}


def curve(rng: np.random.Generator, epochs: int, end: float, noise: float = 0.03) -> dict[str, list[float]]:
    """A curve of accuracies that ends near a value, and of losses that fall as it rises."""
    rise = 1 - np.exp(-4 * np.arange(1, epochs + 1) / epochs)
    accuracy = np.clip(1 / 6 + (end - 1 / 6) * rise + rng.normal(0, noise, epochs), 0, 1)
    loss = 1.8 - 1.5 * rise + rng.normal(0, noise, epochs)
    return {
        "epoch": list(range(1, epochs + 1)),
        "train_loss": loss.tolist(),
        "train_accuracy": accuracy.tolist(),
        "val_loss": (loss + 0.1).tolist(),
        "val_accuracy": accuracy.tolist(),
    }


def run(key: str, mode: str, seed: int, test: float, diverged: int | None = None, **changes: Any) -> dict[str, Any]:
    """One run on the 24 recordings of the subject that its seed tests."""
    rng = np.random.default_rng([seed, round(1000 * test)])
    right = round(24 * test)
    confusion = [[0] * 6 for _ in range(6)]
    for number in range(24):
        confusion[number % 6][number % 6 if number < right else (number + 1) % 6] += 1
    accuracies = {"validation": test, "test": test}
    none = diverged is not None
    curves = curve(rng, 12 if diverged is None else diverged, test)
    if none:
        curves["train_loss"][-1] = None  # type: ignore[call-overload]
    return {
        "key": key,
        "mode": mode,
        "seed": seed,
        "settings": {"width": 0.5, "epochs": 12, "streams": ["joint"], "residual": False},
        "train_subjects": [18, 19, 20],
        "val_subjects": [17],
        "test_subjects": [16 + seed % 5],
        "synthetic": False,
        "parameters": 758986,
        "diverged": diverged,
        "curve": curves,
        "validation": None if none else test,
        "test": None if none else test,
        "readings": {
            "best": accuracies,
            "last": accuracies,
            "last_batch_means": {"validation": test, "test": min(1.0, test + 0.01)},
        },
        "confusion": None if none else confusion,
        "classes": CLASSES,
        "seconds": 60.0,
        "machine": MACHINE,
        "versions": {"torch": "2.13.0", "stgcn-pyg": "0.1.0"},
        **changes,
    }


def write_results(
    folder: Path,
    accuracies: Mapping[str, Mapping[str, Sequence[float | None]]],
    claims: Sequence[Mapping[str, Any]] = (),
    *,
    planned: int = 5,
    synthetic: bool = False,
    **changes: Any,
) -> Path:
    """Write a folder of one experiment.

    Args:
        folder: The folder.
        accuracies: For each cell and mode the test accuracy of each finished run; ``None`` where it diverged.
        claims: The experiment's claims.
        planned: How many runs each is to have.
        synthetic: The recordings are made up, and say so.
        **changes: What the experiment's file says otherwise.
    """
    subjects = [16, 17, 18, 19, 20]
    facts = {"data": "poses", "synthetic": synthetic, "recordings": 120, "frames": 8108, "subjects": subjects}
    write_json(folder / "data.json", facts | {"fps": 5.0})
    cells = []
    for index, (name, of_modes) in enumerate(accuracies.items()):
        keys: dict[str, list[str]] = {}
        for mode in ("correct", "published"):
            keys[mode] = [f"{mode}{index}seed{seed}" for seed in range(planned)]
            for seed, test in enumerate(of_modes.get(mode, ())):
                key, diverged = keys[mode][seed], 6 if test is None else None
                facts_of_run = run(key, mode, seed, 0.5 if test is None else test, diverged, synthetic=synthetic)
                write_json(folder / "runs" / f"{key}.json", facts_of_run)
        published = {"validation": 0.7, "test": 0.65} if index == 0 else {}
        cells.append(
            {
                "name": name,
                "settings": {"partition": name},
                "published": published,
                "epochs": 12,
                "paper_epochs": 1000,
                "runs": keys,
            }
        )
    experiment = {
        "name": "table-1",
        "title": "Table 1: partitions",
        "source": "section 5.2",
        "readings": ["The rate is not stated; 1e-4 is taken."],
        "curves": ["train_loss", "val_accuracy"],
        "modes": ["correct", "published"],
        "asked": {"epochs": 12, "width": 0.5, "crop": None, "seeds": planned},
        "settings": {"dropout": 0.5},
        "cells": cells,
        "claims": list(claims),
        **changes,
    }
    write_json(folder / "experiments" / f"{experiment['name']}.json", experiment)
    return folder
