"""The paper's experiments: which networks each compares, what was published, and what is claimed of them."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from stgcn_pyg.experiments.settings import Settings
from stgcn_pyg.training.recipe import Recipe

PAPER = Path(__file__).parent / "paper"
"""The experiments, a TOML file each, and ``defaults.toml`` with what they share."""

EXPERIMENTS = (
    "table-1",
    "final-table",
    "normalisation",
    "figure-10",
    "unregularised",
    "dropout",
    "augmentation",
    "figures-4-5",
    "figure-6",
    "figures-7-8",
    "section-5-5",
    "figure-9",
    "section-5-6",
)
"""Their names, those first whose results the others are read by."""

MODES = ("correct", "published")
"""How an experiment is run: as the paper means it, and as its published code computes it."""

FLAT = {f.name: f for cls in (Recipe, Settings) for f in fields(cls)}
"""The settings of a run, its recipe's among them: no two of them share a name."""


@dataclass(frozen=True)
class Cell:
    """One network that an experiment trains.

    Attributes:
        name: Its name in the experiment.
        settings: All that is said of its settings: those of all experiments, of the experiment and its own.
        differences: Its own alone.
        published: The published ``validation`` and ``test`` accuracy, where there is one.
    """

    name: str
    settings: Mapping[str, Any]
    differences: Mapping[str, Any]
    published: Mapping[str, float]


@dataclass(frozen=True)
class Claim:
    """What the paper says of an experiment's networks; :mod:`stgcn_pyg.report.verdict` judges it.

    Attributes:
        text: The claim in words.
        source: Where it is made.
        kind: What must be seen for it to hold.
        cell: The network it is about.
        than: Those it is compared with.
        measure: What is compared; "" for what that kind usually compares.
        limit: What a measure must stay below.
    """

    text: str
    source: str
    kind: str
    cell: str
    than: list[str] = field(default_factory=list)
    measure: str = ""
    limit: float | None = None


@dataclass(frozen=True)
class Experiment:
    """One table or figure of the paper, or one that its claims need.

    Attributes:
        name: Its name, which is its file's.
        title: What it compares.
        source: Where it is in the paper.
        readings: What the paper leaves open, and how it is read.
        curves: The learning curves that it is about.
        modes: Of :data:`MODES`, how it is run.
        settings: What all of its networks share and other experiments do not.
        cells: Its networks.
        claims: What is said of them.

    Example:
        >>> table = Experiment.load("table-1")
        >>> [cell.name for cell in table.cells]
        ['uni-labelling', 'distance', 'spatial', 'symmetrical']
        >>> table.cells[2].published
        {'validation': 0.7188, 'test': 0.7031}
    """

    name: str
    title: str
    source: str
    readings: list[str]
    curves: list[str]
    modes: list[str]
    settings: Mapping[str, Any]
    cells: list[Cell]
    claims: list[Claim]

    @classmethod
    def load(cls, name: str) -> "Experiment":
        """The experiment of that name.

        Raises:
            ValueError: If none is called so.
        """
        if name not in EXPERIMENTS:
            raise ValueError(f"no experiment is called {name!r}; known: {', '.join(EXPERIMENTS)}, all")
        shared = _read("defaults")["settings"]
        facts = _read(name)
        own = facts.get("settings", {})
        cells = [
            Cell(cell["name"], {**shared, **own, **cell["settings"]}, cell["settings"], cell.get("published", {}))
            for cell in facts["cell"]
        ]
        return cls(
            name=name,
            title=facts["title"],
            source=facts["source"],
            readings=facts["readings"],
            curves=facts["curves"],
            modes=facts.get("modes", list(MODES)),
            settings=own,
            cells=cells,
            claims=[Claim(**claim) for claim in facts.get("claim", [])],
        )

    def claims_to_dict(self) -> list[dict[str, Any]]:
        """The claims, for JSON, without what they leave open."""
        return [{key: value for key, value in asdict(claim).items() if value} for claim in self.claims]


def build_settings(flat: Mapping[str, Any], **where: Any) -> Settings:
    """Settings of a run from what is said of them, flat, and what a machine adds: root, protocol, seed.

    Raises:
        ValueError: If a setting is not known or impossible.

    Example:
        >>> build_settings({"epochs": 10, "width": 1.0}, root="poses", protocol="15/5/5").recipe.epochs
        10
    """
    if unknown := set(flat) - set(FLAT):
        raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
    recipe = {name: value for name, value in flat.items() if name in Recipe.__dataclass_fields__}
    others = {name: value for name, value in flat.items() if name not in recipe}
    return Settings(**others, **where, recipe=Recipe(**recipe))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((PAPER / f"{name}.toml").read_text(encoding="utf-8"))
