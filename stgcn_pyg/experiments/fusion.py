"""Late fusion: the scores of runs that were shown different streams, summed with weights."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from stgcn_pyg.datasets import NoRecordings, RecordingDataset
from stgcn_pyg.experiments.evaluation import METRICS, open_for, write_scores
from stgcn_pyg.experiments.run import CONFIG, keep_run, open_split
from stgcn_pyg.experiments.settings import Settings
from stgcn_pyg.files import read_json, write_json
from stgcn_pyg.metrics import Scores, grouped_interval
from stgcn_pyg.plots import plot_confusion
from stgcn_pyg.recognizer import Recognizer


def fuse(probabilities: Tensor, weights: Tensor) -> Tensor:
    r"""The weighted mean of what several models say.

    .. math::
        p(y \mid \mathbf{x}) = \sum_{s=1}^{S} w_s \, p_s(y \mid \mathbf{x}), \qquad \sum_s w_s = 1

    Args:
        probabilities: ``[S, N, classes]`` of S models.
        weights: ``[S]``; their sum is made 1.

    Returns:
        Probabilities ``[N, classes]``.

    Raises:
        ValueError: If weights are not as many as models, negative, or all 0.

    Example:
        >>> one, other = torch.tensor([[0.9, 0.1]]), torch.tensor([[0.2, 0.8]])
        >>> fuse(torch.stack([one, other]), torch.tensor([3.0, 1.0]))
        tensor([[0.7250, 0.2750]])
    """
    if len(weights) != len(probabilities):
        raise ValueError(f"{len(weights)} weights do not go with {len(probabilities)} runs")
    if not (weights >= 0).all() or not 0 < float(weights.sum()) < float("inf"):
        raise ValueError(f"weights are 0 or more, and not all 0: {weights.tolist()}")
    return torch.einsum("s,snc->nc", weights / weights.sum(), probabilities)


def fit_weights(probabilities: Tensor, y: Tensor, steps: int = 1000) -> Tensor:
    r"""The weights under which the true classes are most likely, by expectation maximisation.

    .. math::
        w_s \leftarrow \frac{1}{N} \sum_n \frac{w_s \, p_s(y_n)}{\sum_r w_r \, p_r(y_n)}

    No step makes :math:`\sum_n \log \sum_s w_s p_s(y_n)` smaller, which has one maximum. Fit them on recordings
    that no model was trained on.

    Args:
        probabilities: ``[S, N, classes]`` of S models.
        y: Classes ``[N]``.
        steps: How often, at most.

    Returns:
        Weights ``[S]``, their sum 1.

    Example:
        >>> sure, guess = torch.tensor([[0.9, 0.1], [0.1, 0.9]]), torch.full((2, 2), 0.5)
        >>> fit_weights(torch.stack([sure, guess]), torch.tensor([0, 1])).round(decimals=3)
        tensor([1., 0.])
    """
    true = probabilities.double()[:, torch.arange(len(y)), y].clamp(min=1e-12)  # [S, N]
    weights = torch.full((len(true),), 1 / len(true), dtype=torch.float64)
    for _ in range(steps):
        share = weights[:, None] * true
        new = (share / share.sum(dim=0)).mean(dim=1)
        if torch.allclose(new, weights, rtol=0, atol=1e-9):
            break
        weights = new
    return weights.float()


def fuse_runs(
    runs: Sequence[Path], out: Path, weights: Sequence[float] | None = None, fit: bool = False, **elsewhere: Any
) -> Scores:
    """Score the weighted sum of runs that are tested on the same recordings.

    The folder gets what an evaluation gets; ``metrics.json`` also says each run's weight, streams and accuracy.

    Args:
        runs: Run folders.
        out: The folder to write into.
        weights: A weight for each run; equal ones if left out.
        fit: Fit the weights on the runs' validation recordings instead.
        **elsewhere: Recordings to score instead of the runs' own test recordings: ``root``, ``fps``, ``split`` and
            ``protocol`` of :func:`~stgcn_pyg.experiments.evaluation.open_for`.

    Raises:
        FileNotFoundError: If a folder holds no run.
        ValueError: If there are fewer than two runs, they are not about the same recordings, there is nothing to
            fit on, or the folder to write into is a run's.
    """
    keep_run(out)
    if len(runs) < 2:
        raise ValueError(f"fusion needs two runs or more, not {len(runs)}")
    settings = [_settings(run) for run in runs]
    recognizers = [Recognizer.from_pretrained(run) for run in runs]
    chosen = torch.tensor([1.0] * len(runs) if weights is None else list(weights))
    if fit:
        if not all(one.split.val for one in settings):
            raise ValueError("weights are fitted on validation recordings, which not every run has; give weights")
        held_out = [open_split(one, "val", model) for one, model in zip(settings, recognizers, strict=True)]
        chosen = fit_weights(*_predict(runs, held_out, recognizers))
    if elsewhere:
        tested = [
            open_for(model, skeleton=one.layout, **one.kind, **elsewhere)
            for one, model in zip(settings, recognizers, strict=True)
        ]
    else:
        tested = [_open_test(run, one, model) for run, one, model in zip(runs, settings, recognizers, strict=True)]
    probabilities, y = _predict(runs, tested, recognizers)
    fused = fuse(probabilities, chosen)
    shares = (chosen / chosen.sum()).tolist()
    alone = (probabilities.argmax(dim=2) == y).double().mean(dim=1).tolist()
    streams = [list(model.features.streams.streams) for model in recognizers]
    facts = [
        {"run": str(run), "streams": shown, "weight": round(share, 4), "accuracy": accuracy}
        for run, shown, share, accuracy in zip(runs, streams, shares, alone, strict=True)
    ]
    how = "fitted" if fit else "given"
    return write_scores(fused, tested[0], out, fused=facts, weights=how, seed=settings[0].seed)


def fuse_folds(folders: Sequence[Path], out: Path, weights: Sequence[float] | None = None) -> dict[str, Any]:
    """Fuse cross-validations fold by fold: the runs of the same name in each folder.

    The folder gets an evaluation for each fold, ``summary.json`` and ``confusion.png``.

    Args:
        folders: What :func:`~stgcn_pyg.experiments.cross_validation.cross_validate_runs` left, for each stream.
        out: Where it all goes.
        weights: A weight for each; equal ones if left out.

    Returns:
        The summary: mean accuracy and interval over subjects of each folder and of the fusion, and the paired
        difference between the fusion and the best of them.

    Raises:
        ValueError: If the folders do not hold the same runs, or the folder to write into is one of them.
    """
    names = [sorted(path.parent.name for path in folder.glob(f"*/{METRICS}")) for folder in folders]
    for folder, found in zip(folders, names, strict=True):
        if not found:
            raise FileNotFoundError(f"neither a run nor the runs of a cross-validation in {folder}")
        if found != names[0]:
            raise ValueError(f"{folder} holds other runs than {folders[0]}; finish both cross-validations first")
    metrics: list[dict[str, Any]] = []
    for name in names[0]:
        keep_run(out / name)
        fuse_runs([folder / name for folder in folders], out / name, weights)
        metrics.append(read_json(out / name / METRICS))
    subjects = [fold["subjects"][0] for fold in metrics]
    alone = [[fold["fused"][number]["accuracy"] for fold in metrics] for number in range(len(folders))]
    fused = [fold["accuracy"] for fold in metrics]
    best = max(alone, key=sum)
    classes = metrics[0]["classes"]
    sums = torch.tensor([fold["confusion"] for fold in metrics]).sum(dim=0).tolist()
    seeds = [fold["seed"] for fold in metrics]
    summary = {
        "fused": grouped_interval(fused, subjects),
        "alone": {str(one): grouped_interval(scores, subjects) for one, scores in zip(folders, alone, strict=True)},
        "difference": grouped_interval([a - b for a, b in zip(fused, best, strict=True)], subjects),
        "confusion": sums,
        "classes": classes,
        "synthetic": metrics[0]["synthetic"],
        "runs": [
            {"subject": subject, "seed": seed, "accuracy": accuracy}
            for subject, seed, accuracy in zip(subjects, seeds, fused, strict=True)
        ],
    }
    plot_confusion(Scores.of_confusion(sums, classes), out / "confusion.png", summary["synthetic"])
    write_json(out / "summary.json", summary)
    return summary


def _open_test(run: Path, settings: Settings, recognizer: Recognizer) -> RecordingDataset:
    """A run's own test recordings."""
    try:
        return open_split(settings, "test", recognizer)
    except NoRecordings as error:
        raise ValueError(f"{run} has no test recordings ({error}); name a folder of some with --root") from None


def _settings(run: Path) -> Settings:
    if not (run / CONFIG).is_file():
        raise FileNotFoundError(f"no run in {run}: it has no {CONFIG}")
    return Settings.load(run / CONFIG)


def _predict(
    runs: Sequence[Path], data: Sequence[RecordingDataset], recognizers: Sequence[Recognizer]
) -> tuple[Tensor, Tensor]:
    """Probabilities ``[S, N, classes]`` and classes ``[N]`` of the recordings that all runs share."""
    about = [_identity(recordings, model) for recordings, model in zip(data, recognizers, strict=True)]
    for run, facts in zip(runs, about, strict=True):
        if facts != about[0]:
            raise ValueError(f"{run} and {runs[0]} cannot be fused: their recordings or actions differ")
    probabilities = [model.predict_data(recordings) for model, recordings in zip(recognizers, data, strict=True)]
    return torch.stack(probabilities), torch.tensor([int(sample.y) for sample in data[0]])


def _identity(recordings: RecordingDataset, recognizer: Recognizer) -> tuple[Any, ...]:
    """What must be the same of two runs that are fused: where their recordings are, which, and the actions."""
    names = [(sample.name, int(sample.y)) for sample in recordings]
    return Path(recordings.raw_dir).resolve(), getattr(recordings, "subsequences", None), names, recognizer.classes
