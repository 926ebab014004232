"""Leave one subject out, with seeds, against a random forest on the same splits."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stgcn_pyg.baseline import forest_predictions
from stgcn_pyg.datasets import leave_one_out
from stgcn_pyg.experiments.evaluation import METRICS
from stgcn_pyg.experiments.parallel import train_in_parallel
from stgcn_pyg.experiments.run import CONFIG, open_split, train_run
from stgcn_pyg.experiments.settings import Settings
from stgcn_pyg.files import read_json, write_json, write_text
from stgcn_pyg.metrics import Scores, grouped_interval
from stgcn_pyg.plots import plot_confusion

FOREST = "forest.json"
"""The forest's accuracy on a run's split, in its folder."""


def cross_validate_runs(
    settings: Settings, subjects: Sequence[int], seeds: Sequence[int], out: Path, jobs: int = 1
) -> dict[str, Any]:
    """Train once for each subject left out and each seed; finished runs are not repeated.

    The folder gets a run folder for each training, ``summary.json``, ``summary.md`` and ``confusion.png``.
    Seeds of one subject share their test recordings, so intervals are over subjects, seeds averaged.

    Args:
        settings: Settings of every run, but for its protocol and seed.
        subjects: The subjects, each left out in turn.
        seeds: The seeds, for the network and for the forest.
        out: Where it all goes.
        jobs: Runs at a time, each with its share of the threads.

    Returns:
        The summary.

    Raises:
        ValueError: If there are fewer than two subjects, or the folder holds runs with other settings.
        ChildProcessError: If a training was killed from outside.
    """
    if len(subjects) < 2:
        raise ValueError(f"to leave one subject out there must be two or more, not {list(subjects)}")
    runs = {
        out / f"subject{subject:02d}-seed{seed}": replace(
            settings, protocol=leave_one_out(subject, subjects), seed=seed
        )
        for seed in seeds
        for subject in subjects
    }
    for folder, run in runs.items():
        run.check_same(folder / CONFIG)
    todo = [(folder, run) for folder, run in runs.items() if not (folder / METRICS).exists()]
    train_in_parallel(_train_one, todo, jobs, done=len(runs) - len(todo))
    summary = _summary([_row(folder, run) for folder, run in runs.items()])
    scores = Scores.of_confusion(summary["confusion"], summary["classes"])
    plot_confusion(scores, out / "confusion.png", summary["synthetic"])
    write_json(out / "summary.json", summary)
    write_text(out / "summary.md", _markdown(summary))
    return summary


def _train_one(folder: Path, settings: Settings) -> None:
    _fit_forest(folder, settings)
    train_run(settings, folder, progress=False, accelerator="cpu", devices=1)


def _fit_forest(folder: Path, settings: Settings) -> None:
    """Write down how a forest does on the same split with the same seed."""
    skeleton = settings.layout
    plain = replace(settings, partition="uniform")  # its graph needs no training recordings
    train, test = (list(open_split(plain, split)) for split in ("train", "test"))
    predicted = forest_predictions(train, test, skeleton, settings.seed)
    right = [int(data.y) == y_hat for data, y_hat in zip(test, predicted, strict=True)]
    write_json(folder / FOREST, {"accuracy": sum(right) / len(right)})


def _row(folder: Path, settings: Settings) -> dict[str, Any]:
    """One run's accuracy beside the forest's."""
    metrics = read_json(folder / METRICS)
    (subject,) = settings.split.test
    return {
        "subject": subject,
        "seed": settings.seed,
        "accuracy": metrics["accuracy"],
        "forest": read_json(folder / FOREST)["accuracy"],
        "confusion": metrics["confusion"],
        "classes": metrics["classes"],
        "synthetic": metrics["synthetic"],
    }


def _summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    classes = rows[0]["classes"]
    numbers = range(len(classes))
    subjects = [row["subject"] for row in rows]
    return {
        "accuracy": grouped_interval([row["accuracy"] for row in rows], subjects),
        "forest": grouped_interval([row["forest"] for row in rows], subjects),
        "difference": grouped_interval([row["accuracy"] - row["forest"] for row in rows], subjects),
        "confusion": [[sum(row["confusion"][i][j] for row in rows) for j in numbers] for i in numbers],
        "classes": classes,
        "synthetic": rows[0]["synthetic"],
        "runs": [{key: row[key] for key in ("subject", "seed", "accuracy", "forest")} for row in rows],
    }


def _markdown(summary: dict[str, Any]) -> str:
    def line(name: str) -> str:
        mean, low, high = summary[name]
        if name != "difference":
            low, high = max(low, 0.0), min(high, 1.0)
        return f"{mean:.3f} (95 % interval over subjects {low:.3f} to {high:.3f})"

    rows = [f"| {r['subject']} | {r['seed']} | {r['accuracy']:.3f} | {r['forest']:.3f} |" for r in summary["runs"]]
    return "\n".join(
        [
            "# Leave one subject out" + (", **synthetic** recordings\n" if summary["synthetic"] else "\n"),
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
