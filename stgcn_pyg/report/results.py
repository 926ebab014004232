"""A folder of results of the paper's experiments, as typed values.

The folder is what ``stgcn-pyg reproduce`` fills: ``data.json`` says which recordings were used, each file in
``experiments`` plans one table or figure, and each file in ``runs`` is one finished training. A run that is not
finished has no file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from stgcn_pyg.files import read_json

Mode = Literal["correct", "published"]
"""How a cell is trained and read: as is right, or as the published code does."""

Measure = Literal["test", "validation", "train_loss", "train_accuracy", "val_loss", "val_accuracy"]
"""What a claim is about: an accuracy at the end, or a learning curve."""

Curve = Literal["train_loss", "train_accuracy", "val_loss", "val_accuracy"]
"""A learning curve."""

Kind = Literal["better", "not-better", "alike", "between", "smoother", "diverges", "below"]
"""What a claim states of its cell."""

Value = TypeVar("Value")

Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
"""What may be part of the name of a file."""

MODES: dict[Mode, str] = {"published": "published code re-run", "correct": "correct"}
"""The modes, in the words of the report and in the order of its columns."""


@dataclass(frozen=True)
class Accuracies:
    """Two accuracies of one network; a network that diverged has none."""

    validation: Share | None = None
    test: Share | None = None


@dataclass(frozen=True)
class Data:
    """The recordings that all runs used.

    Attributes:
        data: Name of their folder.
        synthetic: They are made up.
        recordings: How many there are.
        frames: Their frames.
        subjects: The people in them.
        fps: Frames a second.
    """

    data: str
    synthetic: bool
    recordings: int
    frames: int
    subjects: tuple[int, ...]
    fps: float | None = None


@dataclass(frozen=True)
class Machine:
    """What a run was trained on."""

    cpu: str = "an unknown processor"
    cores: int | None = None
    device: str = "cpu"
    system: str = ""


@dataclass(frozen=True)
class Run:
    """One finished training.

    Attributes:
        key: Its name.
        mode: How it was trained and read.
        seed: What everything random was drawn from; runs of one seed have the same splits.
        synthetic: Its recordings are made up.
        test_subjects: The people it was tested on.
        diverged: The epoch at which the loss became indefinite, if it did.
        curve: Epochs, losses and accuracies; ``None`` where a value is not finite.
        validation: Accuracy by the mode's own reading.
        test: The same of the test recordings.
        readings: The same by each reading: ``best``, ``last``, ``last_batch_means``.
        confusion: Test recordings ``[classes (true)][classes (predicted)]``, each counted once.
        classes: Names of the classes.
        seconds: How long it took.
        parameters: How many numbers were trained.
        settings: All settings.
        machine: What it was trained on.
        versions: Versions of the packages.
    """

    key: Name
    mode: Mode
    seed: int
    synthetic: bool
    test_subjects: tuple[int, ...]
    diverged: int | None
    curve: dict[str, list[float | None]]
    validation: Share | None
    test: Share | None
    seconds: float
    readings: dict[str, Accuracies | None] = field(default_factory=dict)
    confusion: list[list[int]] | None = None
    classes: list[str] | None = None
    parameters: int | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    machine: Machine = field(default_factory=Machine)
    versions: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse curves of which an epoch has no value."""
        epochs = len(self.curve.get("epoch", []))
        for name, values in self.curve.items():
            if len(values) != epochs:
                raise ValueError(f"the curve {name} has {len(values)} values for {epochs} epochs")

    def accuracy(self, measure: str) -> float | None:
        """The ``test`` or ``validation`` accuracy; none if the network diverged."""
        if self.diverged is not None:
            return None
        return self.test if measure == "test" else self.validation

    def points(self, measure: str) -> list[tuple[float, float]]:
        """Epochs and finite values of a learning curve."""
        if measure not in self.curve:
            return []
        pairs = zip(self.curve["epoch"], self.curve[measure], strict=True)
        return [(x, y) for x, y in pairs if x is not None and y is not None and isfinite(y)]


@dataclass(frozen=True)
class Cell:
    """One setting of an experiment.

    Attributes:
        name: Its name.
        settings: How it differs from the experiment's settings.
        published: What the paper prints.
        epochs: How long it is trained here.
        paper_epochs: How long the paper trained it.
        runs: In each mode the keys of its runs, one for each seed.
    """

    name: str
    settings: dict[str, Any] = field(default_factory=dict)
    published: Accuracies = field(default_factory=Accuracies)
    epochs: int | None = None
    paper_epochs: int | None = None
    runs: dict[Mode, list[Name]] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """A sentence of the paper that runs can test.

    Attributes:
        text: The sentence.
        kind: What it states.
        cell: The cell that it is about.
        than: The cells that this one is compared with.
        measure: By what.
        source: Where the paper says it.
        limit: What ``below`` is below.
    """

    text: str
    kind: Kind
    cell: str
    than: tuple[str, ...] = ()
    measure: Measure | None = None
    source: str = ""
    limit: float | None = None


@dataclass(frozen=True)
class Experiment:
    """A table or figure of the paper.

    Attributes:
        name: Its name.
        title: What it is called.
        source: Where it stands in the paper.
        readings: How the paper was read where it leaves something open.
        curves: The learning curves to be shown.
        modes: The modes that it is run in.
        asked: What the run scaled down, ``None`` where it is as in the paper.
        settings: What all cells share.
        cells: The cells.
        claims: The claims that it tests.
        finished: The runs that are finished, by their keys.
    """

    name: Name
    title: str
    cells: tuple[Cell, ...]
    source: str = ""
    readings: tuple[str, ...] = ()
    curves: tuple[Curve, ...] = ()
    modes: tuple[Mode, ...] = ("correct", "published")
    asked: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    finished: Mapping[str, Run] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Refuse claims about what is not there."""
        names = [cell.name for cell in self.cells]
        if len(set(names)) < len(names):
            raise ValueError(f"two cells have the same name: {', '.join(names)}")
        for claim in self.claims:
            unknown = {claim.cell, *claim.than} - set(names)
            if unknown:
                raise ValueError(
                    f"the claim {claim.text!r} is about {', '.join(sorted(unknown))}, which is no cell of it"
                )
            _check(claim)

    def cell(self, name: str) -> Cell:
        """The cell of that name."""
        return next(cell for cell in self.cells if cell.name == name)

    def runs(self, cell: str, mode: Mode) -> list[Run]:
        """The finished runs of a cell, by seed."""
        keys = self.cell(cell).runs.get(mode, [])
        return sorted((self.finished[key] for key in keys if key in self.finished), key=lambda run: run.seed)

    def planned(self, cell: str, mode: Mode) -> int:
        """How many runs a cell is to have."""
        return len(self.cell(cell).runs.get(mode, []))


def _check(claim: Claim) -> None:
    """Refuse a claim that lacks what its kind needs."""
    compared = {"better", "not-better", "alike", "smoother"}
    if claim.kind in compared and not claim.than:
        raise ValueError(f"the claim {claim.text!r} is {claim.kind}, but than what it does not say")
    if claim.kind != "smoother" and claim.measure not in (None, "test", "validation"):
        raise ValueError(f"the claim {claim.text!r} is about an accuracy at the end, not {claim.measure}")
    if claim.kind == "between" and len(claim.than) != 2:
        raise ValueError(f"the claim {claim.text!r} is between two cells, not {len(claim.than)}")
    if claim.kind == "below" and claim.limit is None:
        raise ValueError(f"the claim {claim.text!r} states no limit")


@dataclass(frozen=True)
class Results:
    """All results of a folder.

    Attributes:
        folder: The folder.
        data: The recordings.
        experiments: The experiments, in the order of the paper's sections.
    """

    folder: Path
    data: Data
    experiments: tuple[Experiment, ...]

    @property
    def runs(self) -> dict[str, Run]:
        """All finished runs, each once, by their keys."""
        return {key: run for experiment in self.experiments for key, run in experiment.finished.items()}

    @property
    def planned(self) -> set[str]:
        """The keys of all runs, finished or not."""
        cells = [cell for experiment in self.experiments for cell in experiment.cells]
        return {key for cell in cells for keys in cell.runs.values() for key in keys}


def read_results(folder: Path) -> Results:
    """Read a folder of results.

    Args:
        folder: What ``stgcn-pyg reproduce`` filled.

    Raises:
        FileNotFoundError: If there is no such folder.
        ValueError: If no experiment is in it, or a file is damaged or of another kind, with its name.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}")
    plans = [path for path in sorted((folder / "experiments").glob("*.json")) if not path.name.startswith(".")]
    if not plans:
        raise ValueError(f"{folder} holds no results; stgcn-pyg reproduce makes some")
    data = _read(folder / "data.json", Data)
    experiments = sorted((_read_experiment(path, data) for path in plans), key=_place)
    return Results(folder, data, tuple(experiments))


def _place(experiment: Experiment) -> tuple[list[int], str]:
    """Where in the paper an experiment stands, by the numbers in its source."""
    return [int(number) for number in re.findall(r"\d+", experiment.source)], experiment.name


def _read_experiment(path: Path, data: Data) -> Experiment:
    """One experiment, with those of its runs that are finished."""
    plan = _read(path, Experiment)
    finished: dict[str, Run] = {}
    for cell in plan.cells:
        for mode, keys in cell.runs.items():
            for key in keys:
                file = path.parent.parent / "runs" / f"{key}.json"
                if file.exists():
                    finished[key] = _read_run(file, mode, data)
    return replace(plan, finished=finished)


def _read_run(path: Path, mode: Mode, data: Data) -> Run:
    """One run, which must be what its place says."""
    run = _read(path, Run)
    if (run.key, run.mode) != (path.stem, mode):
        raise ValueError(f"{path} holds the run {run.key}, {run.mode}, not {path.stem}, {mode}")
    if run.synthetic != data.synthetic:
        kinds = {True: "synthetic", False: "real"}
        raise ValueError(
            f"{path} is of {kinds[run.synthetic]} recordings, but those of {data.data} are {kinds[data.synthetic]}"
        )
    if run.diverged is None and (run.test is None or run.validation is None):
        raise ValueError(f"{path} says no accuracy of a network that did not diverge")
    return run


def _read(path: Path, kind: type[Value]) -> Value:
    """A value from a JSON file."""
    try:
        return TypeAdapter(kind).validate_python(read_json(path))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        reason = first["msg"].removeprefix("Value error, ")
        raise ValueError(
            f"{path} is no result of stgcn-pyg reproduce: {place}: {reason}; remove it and run the experiment again"
        ) from error
