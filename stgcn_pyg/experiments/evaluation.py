"""Scores of a recognizer on recordings, written into a folder."""

from pathlib import Path
from typing import Any

from torch import Tensor

from stgcn_pyg.datasets import RecordingDataset, find_dataset
from stgcn_pyg.experiments.settings import check_subsequences
from stgcn_pyg.files import write_json
from stgcn_pyg.metrics import Scores, accuracy_by
from stgcn_pyg.plots import plot_confusion, plot_scenarios
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.report import write_run_report
from stgcn_pyg.skeleton import Skeleton

METRICS = "metrics.json"
"""What a run folder has once it is evaluated."""


def open_for(
    recognizer: Recognizer, root: str | Path, data: str, fps: float | None, skeleton: Skeleton | None, **how: Any
) -> RecordingDataset:
    """Recordings as a trained recognizer takes them: in its layout, at its rate, with its graph and features.

    Warns if the recordings are of another rate, or their layout does not give all joints.

    Args:
        recognizer: The recognizer.
        root: Where the recordings are.
        data: Name of the data set.
        fps: Frames a second of the recordings; if left out, what their files say, else the recognizer's, or the
            data set's own if all of it has one.
        skeleton: The joint layout of files that do not say theirs; if left out, the model's.
        **how: What :class:`~stgcn_pyg.datasets.RecordingDataset` takes besides.

    Raises:
        ValueError: If sub-sequences are asked for of a data set that has none.
    """
    kind = find_dataset(data)
    check_subsequences(data, how.get("subsequences"))
    recorded = kind.usual_layout if kind.says_layout else skeleton or recognizer.graph.skeleton
    recognizer.check_layout(recorded)
    if kind.names_classes:
        how.setdefault("classes", recognizer.classes)
    recordings = kind(
        root,
        graph=recognizer.graph,
        skeleton=recorded,
        fps=fps,
        usual_fps=None if kind.says_layout else recognizer.fps,
        rate=recognizer.fps,
        transform=recognizer.features,
        **how,
    )
    for rate in sorted({float(data.recorded_fps) for data in recordings}):
        recognizer.other_rate(rate)  # which says so
    return recordings


def evaluate_run(recognizer: Recognizer, recordings: RecordingDataset, out: Path, **facts: Any) -> Scores:
    """Score a recognizer on recordings and write ``confusion.png``, ``report.md`` and ``metrics.json``.

    Where recordings know their scenario, accuracy is said for each, in ``scenarios.png`` too.

    Args:
        recognizer: The recognizer.
        recordings: Recordings with its features.
        out: The folder to write into.
        **facts: What else ``metrics.json`` is to say.

    Raises:
        ValueError: If the recognizer knows other actions.
    """
    if recognizer.classes != tuple(recordings.classes):
        raise ValueError(
            f"the model knows {', '.join(recognizer.classes)}, but the recordings are of "
            f"{', '.join(recordings.classes)}; fine-tune it on those"
        )
    return write_scores(recognizer.predict_data(recordings), recordings, out, **facts)


def write_scores(probabilities: Tensor, recordings: RecordingDataset, out: Path, **facts: Any) -> Scores:
    """Score the probabilities ``[N, classes]`` of recordings and write what :func:`evaluate_run` writes."""
    classes = recordings.classes
    predicted = probabilities.argmax(dim=1).tolist()
    true = [int(data.y) for data in recordings]
    scores = Scores.of(true, predicted, classes)
    details = [
        {
            "name": data.name,
            "true": classes[y],
            "predicted": classes[y_hat],
            "probability": round(float(row[y_hat]), 4),
        }
        for data, y, y_hat, row in zip(recordings, true, predicted, probabilities, strict=True)
    ]
    metrics = {
        **scores.to_dict(),
        "root": str(recordings.root),
        "synthetic": recordings.synthetic,
        "fps": recordings.fps,
        **subjects_of(recordings),
        **facts,
        "recordings": details,
    }
    scenarios = [f"d{int(data.scenario)}" for data in recordings if "scenario" in data]
    out.mkdir(parents=True, exist_ok=True)
    plot_confusion(scores, out / "confusion.png", recordings.synthetic)
    if len(scenarios) == len(true):
        metrics["scenarios"] = accuracy_by(scenarios, true, predicted)
        plot_scenarios(metrics["scenarios"], out / "scenarios.png", recordings.synthetic)
    write_run_report(out, metrics)
    write_json(out / METRICS, metrics)  # last: a run that has it is finished
    return scores


def subjects_of(recordings: RecordingDataset) -> dict[str, list[int]]:
    """Who is seen in recordings, if they say it."""
    people = sorted({int(data.subject) for data in recordings if "subject" in data})
    return {"subjects": people} if people else {}
