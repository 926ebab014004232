"""The report of one run, in Markdown."""

import json
from pathlib import Path
from typing import Any

from stgcn_pyg.files import write_text


def write_run_report(run: Path, metrics: dict[str, Any]) -> Path:
    """Write ``report.md`` into a run folder.

    Args:
        run: The run folder.
        metrics: What its ``metrics.json`` holds.

    Returns:
        The report's path.
    """
    parts = [f"# Run {run.resolve().name}\n", _headline(metrics), "![confusion matrix](confusion.png)\n"]
    if "fused" in metrics:
        parts.append(_fused(metrics))
    parts.append(_per_class(metrics))
    if "scenarios" in metrics:
        parts.append(_per_scenario(metrics["scenarios"]))
    if (run / "curves.png").exists():
        parts.append("![learning curves](curves.png)\n")
    if (run / "edge_weights.png").exists():
        parts.append("![learned edge weights](edge_weights.png)\n")
    parts.append(_mistakes(metrics))
    if "config" in metrics:
        parts.append("## Settings\n\n```json\n" + json.dumps(metrics["config"]) + "\n```\n")
    path = run / "report.md"
    write_text(path, "\n".join(parts))
    return path


def _headline(metrics: dict[str, Any]) -> str:
    low, high = metrics["interval"]
    kind = "**Synthetic** recordings" if metrics["synthetic"] else "Recordings"
    seconds = f" Training and scoring took {metrics['seconds']:.0f} s." if "seconds" in metrics else ""
    trained = ""
    if "trained_on" in metrics:
        people = _subjects(" of subjects", metrics["trained_on"])
        trained = f"\nTrained on {metrics['trained_on']['recordings']} recordings{people}.\n"
    return (
        f"**Accuracy {metrics['accuracy']:.3f}** (95 % interval {low:.3f} to {high:.3f}, {metrics['total']} "
        f"recordings, each counted once), macro-F1 {metrics['macro_f1']:.3f}.\n\n"
        f"{kind}: `{metrics['root']}`{_subjects(', subjects', metrics)}, taken as {metrics['fps']:g} frames a "
        f"second.{seconds}\n{trained}"
    )


def _subjects(before: str, facts: dict[str, Any]) -> str:
    """Who is seen, if the recordings say it."""
    return f"{before} {', '.join(map(str, facts['subjects']))}" if "subjects" in facts else ""


def _per_class(metrics: dict[str, Any]) -> str:
    lines = ["| action | recordings | right | taken for |", "|---|---:|---:|---|"]
    classes = metrics["classes"]
    for i, row in enumerate(metrics["confusion"]):
        if sum(row):
            wrong = ", ".join(f"{classes[j]} {n}" for j, n in enumerate(row) if n and j != i)
            lines.append(f"| {classes[i]} | {sum(row)} | {row[i]} | {wrong} |")
    return "\n".join(lines) + "\n"


def _fused(metrics: dict[str, Any]) -> str:
    lines = [f"| run (weights {metrics['weights']}) | streams | weight | accuracy alone |", "|---|---|---:|---:|"]
    for run in metrics["fused"]:
        facts = (run["run"], ", ".join(run["streams"]), f"{run['weight']:.2f}", f"{run['accuracy']:.3f}")
        lines.append(f"| {' | '.join(facts)} |")
    return "\n".join(lines) + "\n"


def _per_scenario(scenarios: dict[str, Any]) -> str:
    lines = ["| scenario | recordings | right | accuracy (95 % interval) |", "|---|---:|---:|---|"]
    for name, group in scenarios.items():
        low, high = group["interval"]
        lines.append(
            f"| {name} | {group['total']} | {group['right']} | {group['accuracy']:.3f} ({low:.3f} to {high:.3f}) |"
        )
    return "\n".join([*lines, "", "![accuracy by scenario](scenarios.png)", ""])


def _mistakes(metrics: dict[str, Any]) -> str:
    wrong = [entry for entry in metrics["recordings"] if entry["true"] != entry["predicted"]]
    if not wrong:
        return "No recording was misclassified.\n"
    lines = ["## Misclassified\n", "| recording | predicted | probability |", "|---|---|---:|"]
    lines += [f"| {entry['name']} | {entry['predicted']} | {entry['probability']:.2f} |" for entry in wrong]
    return "\n".join(lines) + "\n"
