"""What do streams, late fusion, augmentation and residual units each add on real KTH poses?

``python benchmarks/ablation.py --root POSES --fps 5 --subjects 16-20 --seeds 2`` leaves one subject
out at a time, trains a single network of the default setting and of each change to it, and writes
``results/ablation.json`` and ``.md``. Finished trainings in the folder are not repeated.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from stgcn_pyg.cli.options import parse_numbers
from stgcn_pyg.datasets import Protocol
from stgcn_pyg.experiments import Settings
from stgcn_pyg.experiments.cross_validation import cross_validate_runs
from stgcn_pyg.experiments.fusion import fuse_folds
from stgcn_pyg.files import write_json, write_text
from stgcn_pyg.metrics import grouped_interval

RESULTS = Path(__file__).parent / "results"
BASE = "default"

CHANGES: dict[str, dict[str, Any]] = {
    BASE: {},
    "plain": {"residual": False},
    "no_augmentation": {"augment": "none"},
    "papers_augmentation": {"augment": "paper"},
    "joint": {"streams": ("joint",)},
    "bone": {"streams": ("bone",)},
    "motion": {"streams": ("joint_motion", "root_motion")},
    "bone_motion": {"streams": ("bone_motion",)},
}
"""Each row's difference from the default setting with one network."""

FUSIONS = {"joint + bone": ("joint", "bone"), "all four": ("joint", "bone", "motion", "bone_motion")}
"""Late fusions, with equal weights."""

LABELS = {
    BASE: "default: joint, root motion and joint motion as channels, residual units, strong augmentation",
    "plain": "plain instead of residual units",
    "no_augmentation": "no augmentation (crops alone)",
    "papers_augmentation": "the paper's augmentation",
    "joint": "stream: joint",
    "bone": "stream: bone",
    "motion": "stream: joint motion and root motion",
    "bone_motion": "stream: bone motion",
    "joint + bone": "late fusion: joint + bone",
    "all four": "late fusion: all four streams",
    "forest": "random forest on clip statistics",
}

Fold = tuple[int, int]
"""Subject left out, and seed."""


def fold_accuracies(summary: dict[str, Any], key: str = "accuracy") -> dict[Fold, float]:
    """The accuracy of each run of a cross-validation."""
    return {(run["subject"], run["seed"]): run[key] for run in summary["runs"]}


def measure(base: Settings, subjects: list[int], seeds: int, out: Path, jobs: int) -> dict[str, dict[Fold, float]]:
    """Train what is not trained yet, and return the accuracies of all folds, row by row."""
    rows: dict[str, dict[Fold, float]] = {}
    for name, change in CHANGES.items():
        print(f"{name}: {change}", flush=True)
        summary = cross_validate_runs(replace(base, **change), subjects, range(seeds), out / name, jobs)
        rows[name] = fold_accuracies(summary)
        rows["forest"] = fold_accuracies(summary, "forest")
    for name, streams in FUSIONS.items():
        rows[name] = fold_accuracies(fuse_folds([out / stream for stream in streams], out / name.replace(" ", "_")))
    return rows


def summarize(rows: dict[str, dict[Fold, float]]) -> dict[str, Any]:
    """Mean and interval over subjects of every row, and of its paired difference from the default."""
    folds = sorted(rows[BASE])
    subjects = [subject for subject, _ in folds]
    return {
        name: {
            "accuracy": grouped_interval([row[fold] for fold in folds], subjects),
            "difference": grouped_interval([row[fold] - rows[BASE][fold] for fold in folds], subjects),
            "runs": [{"subject": s, "seed": seed, "accuracy": row[s, seed]} for s, seed in folds],
        }
        for name, row in sorted(rows.items(), key=lambda item: list(LABELS).index(item[0]))
    }


def markdown(summary: dict[str, Any]) -> str:
    """The table."""
    lines = ["| | accuracy | against the default |", "|---|---|---|"]
    for name, row in summary.items():
        mean, low, high = row["accuracy"]
        change, least, most = row["difference"]
        against = "" if name == BASE else f"{change:+.3f} ({least:+.3f} to {most:+.3f})"
        lines.append(f"| {LABELS[name]} | {mean:.3f} ({low:.3f} to {min(high, 1):.3f}) | {against} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("runs/ablation"))
    parser.add_argument("--fps", type=float)
    parser.add_argument("--subjects", default="1-25")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.jobs)  # which the jobs share
    base = Settings(str(options.root), Protocol(), fps=options.fps, members=1)
    rows = measure(base, parse_numbers(options.subjects), options.seeds, options.out, options.jobs)
    summary = summarize(rows)
    write_json(RESULTS / "ablation.json", summary)
    write_text(RESULTS / "ablation.md", markdown(summary))
    print(markdown(summary))


if __name__ == "__main__":
    main()
