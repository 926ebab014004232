"""Leave one subject out, with seeds, against a random forest on the same splits."""

import json
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from stgcn_pyg.baseline import forest_predictions
from stgcn_pyg.datasets import KTHSkeletonDataset, leave_one_out
from stgcn_pyg.experiments.run import METRICS, train_run
from stgcn_pyg.experiments.settings import Settings
from stgcn_pyg.metrics import Scores, mean_interval
from stgcn_pyg.plots import plot_confusion
from stgcn_pyg.skeleton import find_skeleton


def cross_validate_runs(
    settings: Settings, subjects: Sequence[int], seeds: Sequence[int], out: Path, jobs: int = 1
) -> dict[str, Any]:
    """Train once for each subject left out and each seed; finished runs are not repeated.

    The folder gets a run folder for each training, ``summary.json``, ``summary.md`` and ``confusion.png``.

    Args:
        settings: Settings of every run, but for its subjects and seed.
        subjects: The subjects, each left out in turn.
        seeds: The seeds, for the network and for the forest.
        out: Where it all goes.
        jobs: Runs at a time, each with its share of the threads.

    Returns:
        The summary.
    """
    runs = {
        (subject, seed): replace(settings, subjects=leave_one_out(subject, subjects), seed=seed)
        for seed in seeds
        for subject in subjects
    }
    _train_all({out / _name(*key): run for key, run in runs.items()}, jobs)
    rows = [_row(key, run, out) for key, run in runs.items()]
    summary = _summary(rows, out)
    (out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    (out / "summary.md").write_text(_markdown(summary))
    return summary


def _name(subject: int, seed: int) -> str:
    return f"subject{subject:02d}-seed{seed}"


def _train_all(runs: dict[Path, Settings], jobs: int) -> None:
    todo = {folder: run for folder, run in runs.items() if not (folder / METRICS).exists()}
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    threads = max(1, torch.get_num_threads() // jobs)
    with (
        Progress(*columns) as progress,
        ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool,
    ):
        task = progress.add_task("trainings", total=len(runs), completed=len(runs) - len(todo))
        futures = [pool.submit(_train_one, folder, run, threads) for folder, run in todo.items()]
        for future in as_completed(futures):
            future.result()
            progress.advance(task)


def _train_one(folder: Path, settings: Settings, threads: int) -> None:
    torch.set_num_threads(threads)
    train_run(settings, folder, progress=False, accelerator="cpu", devices=1)


def _row(key: tuple[int, int], settings: Settings, out: Path) -> dict[str, Any]:
    """One run's accuracy beside the forest's on the same split and seed."""
    subject, seed = key
    skeleton = find_skeleton(settings.skeleton)
    splits = {
        split: list(
            KTHSkeletonDataset(
                settings.root, split, settings.subjects, graph="uniform", skeleton=skeleton, fps=settings.fps
            )
        )
        for split in ("train", "test")
    }
    predicted = forest_predictions(splits["train"], splits["test"], skeleton, seed)
    right = [int(data.y) == y_hat for data, y_hat in zip(splits["test"], predicted, strict=True)]
    metrics = json.loads((out / _name(subject, seed) / METRICS).read_text())
    return {
        "subject": subject,
        "seed": seed,
        "accuracy": metrics["accuracy"],
        "forest": sum(right) / len(right),
        "confusion": metrics["confusion"],
        "classes": metrics["classes"],
    }


def _summary(rows: list[dict[str, Any]], out: Path) -> dict[str, Any]:
    classes = rows[0]["classes"]
    confusion = [
        [sum(row["confusion"][i][j] for row in rows) for j in range(len(classes))] for i in range(len(classes))
    ]
    counts = [(i, j) for i, line in enumerate(confusion) for j, n in enumerate(line) for _ in range(n)]
    scores = Scores.of([i for i, _ in counts], [j for _, j in counts], classes)
    plot_confusion(scores, out / "confusion.png")
    return {
        "accuracy": mean_interval([row["accuracy"] for row in rows]),
        "forest": mean_interval([row["forest"] for row in rows]),
        "difference": mean_interval([row["accuracy"] - row["forest"] for row in rows]),
        "confusion": confusion,
        "classes": classes,
        "runs": [{key: row[key] for key in ("subject", "seed", "accuracy", "forest")} for row in rows],
    }


def _markdown(summary: dict[str, Any]) -> str:
    def line(name: str) -> str:
        mean, low, high = summary[name]
        return f"{mean:.3f} (95 % interval {low:.3f} to {high:.3f})"

    rows = [f"| {r['subject']} | {r['seed']} | {r['accuracy']:.3f} | {r['forest']:.3f} |" for r in summary["runs"]]
    return "\n".join(
        [
            "# Leave one subject out\n",
            f"- network: mean accuracy {line('accuracy')} over {len(rows)} runs",
            f"- random forest on clip statistics, same splits and seeds: {line('forest')}",
            f"- paired difference: {line('difference')}\n",
            "![confusion matrix of all runs](confusion.png)\n",
            "| subject left out | seed | network | forest |",
            "|---:|---:|---:|---:|",
            *rows,
            "",
        ]
    )
