"""Reports in Markdown, made from the JSON files of a run alone."""

import json
from pathlib import Path
from typing import Any


def write_run_report(run: Path) -> Path:
    """Write ``report.md`` into a run folder, from its ``metrics.json`` and, if it has one, ``config.json``.

    Args:
        run: The run folder.

    Returns:
        The report's path.
    """
    metrics = json.loads((run / "metrics.json").read_text())
    config = json.loads((run / "config.json").read_text()) if (run / "config.json").exists() else {}
    low, high = metrics["interval"]
    parts = [
        f"# Run {run.name}\n",
        f"**Accuracy {metrics['accuracy']:.3f}** (95 % interval {low:.3f} to {high:.3f}, {metrics['total']} "
        f"recordings, each counted once), macro-F1 {metrics['macro_f1']:.3f}.\n",
        f"{'**Synthetic** recordings' if metrics['synthetic'] else 'Recordings'}: `{metrics['root']}`, taken as {metrics['fps']:g} frames a second."
        + (f" Training and scoring took {metrics['seconds']:.0f} s." if "seconds" in metrics else "")
        + "\n",
        "![confusion matrix](confusion.png)\n",
        _per_class(metrics),
    ]
    if (run / "curves.png").exists():
        parts.append("![learning curves](curves.png)\n")
    parts.append(_mistakes(metrics))
    if config:
        parts.append("## Settings\n\n```json\n" + json.dumps(config, indent=1) + "\n```\n")
    path = run / "report.md"
    path.write_text("\n".join(parts))
    return path


def _per_class(metrics: dict[str, Any]) -> str:
    lines = ["| action | recordings | right | taken for |", "|---|---:|---:|---|"]
    classes = metrics["classes"]
    for i, row in enumerate(metrics["confusion"]):
        if sum(row):
            wrong = ", ".join(f"{classes[j]} {n}" for j, n in enumerate(row) if n and j != i)
            lines.append(f"| {classes[i]} | {sum(row)} | {row[i]} | {wrong} |")
    return "\n".join(lines) + "\n"


def _mistakes(metrics: dict[str, Any]) -> str:
    wrong = [entry for entry in metrics["recordings"] if entry["true"] != entry["predicted"]]
    if not wrong:
        return "No recording was misclassified.\n"
    lines = ["## Misclassified\n", "| recording | predicted | probability |", "|---|---|---:|"]
    lines += [f"| {entry['name']} | {entry['predicted']} | {entry['probability']:.2f} |" for entry in wrong]
    return "\n".join(lines) + "\n"
