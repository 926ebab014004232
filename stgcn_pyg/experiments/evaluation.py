"""Scores of a recognizer on recordings, written into a folder."""

from pathlib import Path
from typing import Any

from stgcn_pyg.datasets import KTHSkeletonDataset
from stgcn_pyg.files import write_json
from stgcn_pyg.metrics import Scores
from stgcn_pyg.plots import plot_confusion
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.report import write_run_report

METRICS = "metrics.json"
"""What a run folder has once it is evaluated."""


def evaluate_run(recognizer: Recognizer, recordings: KTHSkeletonDataset, out: Path, **facts: Any) -> Scores:
    """Score a recognizer on recordings and write ``confusion.png``, ``report.md`` and ``metrics.json``.

    Args:
        recognizer: The recognizer.
        recordings: Recordings with its features.
        out: The folder to write into.
        **facts: What else ``metrics.json`` is to say.
    """
    probabilities = recognizer.predict_data(recordings)
    predicted = probabilities.argmax(dim=1).tolist()
    true = [int(data.y) for data in recordings]
    scores = Scores.of(true, predicted, recognizer.classes)
    details = [
        {
            "name": data.name,
            "true": recognizer.classes[y],
            "predicted": recognizer.classes[y_hat],
            "probability": round(float(row[y_hat]), 4),
        }
        for data, y, y_hat, row in zip(recordings, true, predicted, probabilities, strict=True)
    ]
    metrics = {
        **scores.to_dict(),
        "root": str(recordings.root),
        "synthetic": recordings.synthetic,
        "fps": recordings.fps,
        "subjects": sorted({int(data.subject) for data in recordings}),
        **facts,
        "recordings": details,
    }
    out.mkdir(parents=True, exist_ok=True)
    plot_confusion(scores, out / "confusion.png", recordings.synthetic)
    write_run_report(out, metrics)
    write_json(out / METRICS, metrics)  # last: a run that has it is finished
    return scores
