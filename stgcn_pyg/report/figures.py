"""The pictures of an experiment."""

from pathlib import Path

from stgcn_pyg.plots.accuracies import Measured, plot_accuracies
from stgcn_pyg.plots.mean_curves import CurvePanel, plot_mean_curves
from stgcn_pyg.report.results import MODES, Experiment, Mode
from stgcn_pyg.report.summary import Summary

KTH_CLASSES = 6
"""What guessing is among while no run says it."""


def draw_experiment(experiment: Experiment, folder: Path, synthetic: bool) -> list[Path]:
    """Draw an experiment's accuracies, and its learning curves if it shows some.

    Args:
        experiment: The experiment.
        folder: Where the PNG files go.
        synthetic: Say that the recordings are made up.

    Returns:
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    title = experiment.title + (" (SYNTHETIC recordings)" if synthetic else "")
    pictures = [folder / f"{experiment.name}-accuracy.png"]
    _draw_accuracies(experiment, pictures[0], title)
    if experiment.curves:
        pictures.append(folder / f"{experiment.name}-curves.png")
        plot_mean_curves(_panels(experiment), pictures[-1], title)
    return pictures


def shown_modes(experiment: Experiment) -> list[Mode]:
    """The experiment's modes, in the order of the report's columns."""
    return [mode for mode in MODES if mode in experiment.modes]


def drawn_measure(experiment: Experiment) -> str:
    """The accuracy that is drawn: of the test recordings, unless the paper prints that of validation alone."""
    of_test, of_validation = (
        any(getattr(cell.published, measure) is not None for cell in experiment.cells)
        for measure in ("test", "validation")
    )
    return "validation" if of_validation and not of_test else "test"


def _draw_accuracies(experiment: Experiment, picture: Path, title: str) -> None:
    measure = drawn_measure(experiment)
    measured: dict[str, dict[str, Measured]] = {}
    for cell in experiment.cells:
        measured[cell.name] = {}
        for mode in shown_modes(experiment):
            summary = Summary.of(experiment, cell.name, mode, measure)
            partial = summary.diverged or summary.finished < summary.planned or not summary.finished
            measured[cell.name][MODES[mode]] = Measured(
                summary.values, summary.interval, summary.state if partial else ""
            )
    printed = {cell.name: getattr(cell.published, measure) for cell in experiment.cells}
    published = {name: value for name, value in printed.items() if value is not None}
    plot_accuracies(measured, published, picture, title, _chance(experiment), f"{measure} accuracy")


def _panels(experiment: Experiment) -> list[list[CurvePanel]]:
    """A row for each learning curve, a column for each mode."""
    modes = shown_modes(experiment)
    return [[_panel(experiment, mode, measure) for mode in modes] for measure in experiment.curves]


def _panel(experiment: Experiment, mode: Mode, measure: str) -> CurvePanel:
    names = [cell.name for cell in experiment.cells]
    runs = {name: experiment.runs(name, mode) for name in names}
    published = {
        cell.name: cell.published.validation
        for cell in experiment.cells
        if measure == "val_accuracy" and cell.published.validation is not None
    }
    return CurvePanel(
        MODES[mode],
        measure,
        curves={name: [run.points(measure) for run in runs[name]] for name in names},
        diverged={name: [run.points(measure) for run in runs[name] if run.diverged is not None] for name in names},
        published=published,
        chance=_chance(experiment) if measure == "val_accuracy" else None,
    )


def _chance(experiment: Experiment) -> float:
    """What guessing comes to."""
    return 1 / next((len(run.classes) for run in experiment.finished.values() if run.classes), KTH_CLASSES)
