"""The page that goes with a model: what it is, what it was tested on, how it is used."""

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

CARD_FILE = "README.md"
MARKER = "<!-- Written by stgcn_pyg; a page without this line is kept when the model is saved again. -->"

Facts = Mapping[str, Any]

TAGS = ("action-recognition", "skeleton-based-action-recognition", "st-gcn", "graph-neural-networks")
"""What the Hub finds it by."""

USE = """## Use

```python
from stgcn_pyg.io import read_sequences
from stgcn_pyg.recognizer import Recognizer

recognizer = Recognizer.from_pretrained("{name}")
recordings = read_sequences("recording.npy", recognizer.graph.skeleton, fps=recognizer.fps)  # or its own
scores = recognizer.predict(recordings)
print([recognizer.classes[number] for number in scores.argmax(dim=1)])
```

Recordings of another frame rate are resampled, those of another joint layout converted, with a warning. It names
one of its actions whatever it is shown. The weights are safetensors and the settings JSON: nothing is unpickled.
"""


def model_card(
    settings: Facts, num_parameters: int, metrics: Facts | None = None, name: str = "", license: str | None = None
) -> str:
    """The card of a model, Markdown with YAML front matter as the Hugging Face Hub has it. It invents nothing.

    Args:
        settings: What :meth:`~stgcn_pyg.recognizer.Recognizer.to_dict` gives.
        num_parameters: Parameters of all its networks.
        metrics: What a run's ``metrics.json`` holds; without it the card says that nothing is known of results.
        name: The repository or folder it is read from.
        license: The licence of the weights, as the Hub calls it; without it the card says that none is stated.

    Example:
        >>> from stgcn_pyg.recognizer import Recognizer
        >>> recognizer = Recognizer.from_pretrained("synthetic_kth")
        >>> print(recognizer.card(name="me/actions"))
        ---
        library_name: "stgcn_pyg"
        ...
        # actions
        <BLANKLINE>
        Names 6 actions in skeletons of people (BODY_25, 25 joints in a picture), ...
        recognizer = Recognizer.from_pretrained("me/actions")
        ...
    """
    name = name or "a-folder"
    parts = [
        _front_matter(name, metrics, license),
        MARKER,
        f"# {PurePath(name).name}",
        _headline(settings),
        _table(settings, num_parameters, license),
        "## How well it does",
        _results(metrics),
        USE.format(name=name),
    ]
    return "\n\n".join(parts)


def _front_matter(name: str, metrics: Facts | None, license: str | None) -> str:
    """YAML, of which JSON is a part."""
    facts: dict[str, Any] = {
        "library_name": "stgcn_pyg",
        "tags": [*TAGS, *(["synthetic"] if _fake(metrics) else [])],
    }
    if license:
        facts["license"] = license
    if metrics:
        facts["model-index"] = [{"name": PurePath(name).name, "results": [_result(metrics)]}]
    return "\n".join(["---", *(f"{key}: {json.dumps(value)}" for key, value in facts.items()), "---"])


def _result(metrics: Facts) -> Facts:
    """The test's result as the Hub lists it."""
    data = f"{'synthetic recordings, ' if _fake(metrics) else ''}{_data(metrics)}"
    return {
        "task": {"type": "skeleton-based-action-recognition"},
        "dataset": {"name": data, "type": _data(metrics)},
        "metrics": [{"type": "accuracy", "value": metrics["accuracy"]}],
    }


def _headline(settings: Facts) -> str:
    classes = settings["classes"]
    body = settings["graph"]["skeleton"]
    space = "in space" if settings["num_dims"] == 3 else "in a picture"
    layout = f"{body['name']}, {len(body['joints'])} joints {space}"
    return (
        f"Names {len(classes)} actions in skeletons of people ({layout}), by spatial-temporal graph convolutional "
        f"networks: {', '.join(_code(action) for action in classes)}."
    )


def _table(settings: Facts, num_parameters: int, license: str | None) -> str:
    graph, features, members = settings["graph"], settings["features"], settings["members"]
    rate = "not known" if settings["fps"] is None else f"{settings['fps']:g} frames a second"
    network = f"{num_parameters:,} parameters"
    rows = {
        "layout": f"{_code(graph['skeleton']['name'])}, {settings['num_dims']} coordinates a joint",
        "frame rate": rate,
        "input": ", ".join(map(_code, features["streams"])) + (", standardised" if "mean" in features else ""),
        "graph": f"{_code(graph['partition'])} partition, {_code(graph['normalization'])} normalisation",
        "networks": f"{members} that vote, {network} together" if members > 1 else f"one, {network}",
        "licence": _code(license) if license else "none is stated for the weights (the code's is MIT)",
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows.items())])


def _results(metrics: Facts | None) -> str:
    if not metrics:
        return "Nothing is known here of what it was trained and tested on."
    low, high = metrics["interval"]
    kind = "**synthetic** recordings, which say nothing about real people" if _fake(metrics) else "recordings"
    lines = [
        f"Accuracy {metrics['accuracy']:.3f} (95 % interval {low:.3f} to {high:.3f}) on {metrics['total']} test "
        f"{kind}{_people(metrics)}; macro-F1 {metrics['macro_f1']:.3f}. The data: {_code(_data(metrics))}."
    ]
    if "trained_on" in metrics:
        trained = metrics["trained_on"]
        start = metrics.get("config", {}).get("init")
        first = f", fine-tuned from {_code(PurePath(start).name)}" if start else ""
        lines.append(f"Trained on {trained['recordings']} recordings{_people(trained)} of the same data{first}.")
    return "\n\n".join(lines)


def _fake(metrics: Facts | None) -> bool:
    return bool(metrics and metrics["synthetic"])


def _data(metrics: Facts) -> str:
    """The data set's name, or the folder's; not where the folder lies, which is nobody's business."""
    return str(metrics.get("config", {}).get("data") or PurePath(metrics["root"]).name)


def _people(facts: Facts) -> str:
    """Who is seen, if the recordings say it."""
    people: Sequence[int] = facts.get("subjects", ())
    return f" of subjects {', '.join(map(str, people))}" if people else ""


def _code(text: str) -> str:
    """Text as it stands, in a table too."""
    return "`" + " ".join(text.replace("`", "'").replace("|", "/").split()) + "`"
