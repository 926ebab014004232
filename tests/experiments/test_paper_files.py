"""The paper's experiments: every file says something that can be run, and what the paper says."""

import subprocess
import tomllib
from collections import Counter
from dataclasses import fields
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import torch

from stgcn_pyg.experiments.settings import Settings
from stgcn_pyg.models import STGCN
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.skeleton import find_skeleton
from stgcn_pyg.training import Recipe

Table = dict[str, Any]

FOLDER = resources.files("stgcn_pyg.experiments") / "paper"
FILES: dict[str, Table] = {
    file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8"))
    for file in sorted(FOLDER.iterdir(), key=lambda file: file.name)
}
DEFAULTS: Table = FILES["defaults"]["settings"]
EXPERIMENTS = {name: file for name, file in FILES.items() if name != "defaults"}
CELLS = {(name, cell["name"]): cell for name, file in EXPERIMENTS.items() for cell in file["cell"]}
CLAIMS = [(name, claim) for name, file in EXPERIMENTS.items() for claim in file.get("claim", [])]

ACCURACIES = {"validation", "test"}
CURVES = {"train_loss", "train_accuracy", "val_loss", "val_accuracy"}
RIVALS = {"better": 1, "not-better": 1, "alike": 1, "between": 2, "smoother": 1, "diverges": 0, "below": 0}
"""Kinds of claims, and how many other cells each needs at least."""

PRINTED = {
    ("table-1", "uni-labelling"): {"validation": 0.7109, "test": 0.6484},
    ("table-1", "distance"): {"validation": 0.5156, "test": 0.4837},
    ("table-1", "spatial"): {"validation": 0.7188, "test": 0.7031},
    ("table-1", "symmetrical"): {"validation": 0.625, "test": 0.6562},
    ("section-5-5", "order swapped"): {"validation": 0.57},
    ("figure-10", "uni-labelling, 9 layers"): {"validation": 0.5703},
    ("figure-10", "uni-labelling, 9 layers, residual"): {"validation": 0.6796},
    ("figure-10", "spatial, 9 layers"): {"validation": 0.5156},
    ("figure-10", "spatial, 9 layers, residual"): {"validation": 0.7188},
    ("figure-10", "uni-labelling, 12 layers"): {"validation": 0.4688},
    ("figure-10", "uni-labelling, 12 layers, residual"): {"validation": 0.5547},
    ("figure-10", "spatial, 12 layers"): {"validation": 0.6719},
    ("figure-10", "spatial, 12 layers, residual"): {"validation": 0.6953},
    ("section-5-6", "dropout 0.5"): {"validation": 0.2},
    ("final-table", "uni-labelling"): {"test": 0.7109},
    ("final-table", "spatial"): {"test": 0.7734},
    ("final-table", "spatial, no dropout, residual"): {"test": 0.8047},
    ("final-table", "spatial, no dropout, residual, edge importance"): {"test": 0.7031},
}
"""The paper's numbers, copied from its text once more. Cells that share a run may repeat them."""

LOGGED = {
    ("figures-4-5", "1e-2"): {"validation": 0.4766},
    ("figures-4-5", "1e-3"): {"validation": 0.7031},
    ("figures-4-5", "1e-4"): {"validation": 0.7578},
    ("figure-6", "1e-2"): {"validation": 0.625},
    ("figure-6", "1e-4"): {"validation": 0.7266},
    ("figures-7-8", "start only"): {"validation": 0.375},
}
"""The last values of the published logs behind figures without numbers."""

SAID = {
    "spatial is best": ("table-1", "better", "spatial"),
    "symmetrical beats distance": ("table-1", "better", "symmetrical"),
    "distance is worse than uni-labelling": ("table-1", "better", "uni-labelling"),
    "symmetrical lies between": ("table-1", "between", "symmetrical"),
    "the more complex is worse without regularisation": ("unregularised", "better", "uni-labelling"),
    "lower learning rates are smoother": ("figures-4-5", "smoother", "1e-4"),
    "dropout 0.25 and 0.5 end alike": ("dropout", "alike", "0.5"),
    "dropout above 0.5 hurts": ("dropout", "better", "0.5"),
    "a norm at the unit's end is needed": ("figures-7-8", "better", "start and end"),
    "one norm for the network diverges": ("section-5-5", "diverges", "one norm"),
    "augmentation smooths the curves": ("augmentation", "smoother", "on"),
    "the residual block helps": ("figure-10", "better", "spatial, 9 layers, residual"),
    "depth does not help": ("figure-10", "not-better", "spatial, 12 layers, residual"),
    "edge importance hurts": ("final-table", "better", "spatial, no dropout, residual"),
    "residual units with dropout stay near chance": ("section-5-6", "below", "dropout 0.5"),
}
"""The paper's claims: in which file each stands, of what kind it is and of which cell."""

SHARED = [
    {("table-1", "spatial"), ("normalisation", "plain, directed")},
    {("dropout", "0.5"), ("augmentation", "off")},
    {("final-table", "spatial"), ("figure-6", "1e-4"), ("augmentation", "on")},
    {("figures-4-5", "1e-4"), ("dropout", "0.25")},
    {("figure-10", "uni-labelling, 9 layers"), ("figure-9", "original")},
    {("figure-10", "uni-labelling, 9 layers, residual"), ("figure-9", "residual")},
    {("figure-10", "spatial, 9 layers, residual"), ("section-5-6", "no dropout")},
]
"""Cells of different experiments with the same settings, which are trained once."""

RECIPE = {field.name for field in fields(Recipe)}
OWN = {field.name for field in fields(Settings)} - {"recipe"}
"""What the flat keys of a file may be, besides those of the recipe."""

each_file = pytest.mark.parametrize("name", FILES)
each_experiment = pytest.mark.parametrize("name", EXPERIMENTS)
each_cell = pytest.mark.parametrize(("name", "cell"), CELLS)


def common(name: str) -> Table:
    """What all cells of an experiment start from."""
    own: Table = EXPERIMENTS[name].get("settings", {})
    return DEFAULTS | own


def flat(name: str, cell: str) -> Table:
    """All settings of a cell, as far as the paper determines them."""
    own: Table = CELLS[name, cell]["settings"]
    return common(name) | own


def settings(values: Table) -> Settings:
    """Flat settings as the package takes them."""
    recipe = Recipe(**{key: value for key, value in values.items() if key in RECIPE})
    own = {key: value for key, value in values.items() if key not in RECIPE}
    return Settings(root="kth", protocol="15/5/5", recipe=recipe, **own)


def same(values: Table, below: Table) -> set[str]:
    """Which values say what is so without them."""
    return {key for key, value in values.items() if below[key] == value}


def test_the_experiments_are_those_of_the_paper() -> None:
    assert set(EXPERIMENTS) == {
        *("table-1", "figures-4-5", "figure-6", "figures-7-8", "section-5-5", "figure-9", "figure-10"),
        *("section-5-6", "final-table", "dropout", "augmentation", "unregularised", "normalisation"),
    }


@each_experiment
def test_an_experiment_says_what_it_is(name: str) -> None:
    file = EXPERIMENTS[name]
    assert {"title", "source", "readings", "curves", "cell"} <= set(file)
    assert set(file) <= {"title", "source", "readings", "curves", "modes", "settings", "cell", "claim"}
    assert 1 <= len(file["readings"]) <= 4
    assert all(reading.endswith(".") for reading in file["readings"])
    assert set(file["curves"]) <= CURVES
    assert set(file.get("modes", ["correct"])) <= {"correct", "published"}


@each_file
def test_every_setting_is_one(name: str) -> None:
    tables = [FILES[name].get("settings", {}), *(cell["settings"] for cell in FILES[name].get("cell", []))]
    assert set(chain(*tables)) <= OWN | RECIPE


def test_defaults_hold_what_differs_from_the_package() -> None:
    package = Settings(root="kth", protocol="15/5/5").to_dict()
    assert same(DEFAULTS, package | package["recipe"]) == {"normalization"}  # pinned


@each_experiment
def test_settings_hold_what_differs_from_those_below(name: str) -> None:
    package = Settings(root="kth", protocol="15/5/5").to_dict()
    known = package | package["recipe"]
    assert not same(EXPERIMENTS[name].get("settings", {}), known | DEFAULTS)
    for cell in EXPERIMENTS[name]["cell"]:
        assert not same(cell["settings"], known | common(name)), cell["name"]


@each_cell
def test_the_correct_and_the_published_network_can_be_built(name: str, cell: str) -> None:
    values = flat(name, cell)
    graph = SkeletonGraph.build(find_skeleton("BODY_25"), values.get("partition", "spatial"))
    published = values | {"bias": "partition", "linear_middle": not values["residual"]}
    with torch.device("meta"):
        for network in (values, published):
            STGCN(graph, in_channels=2, num_classes=6, **settings(network).architecture)


@each_experiment
def test_cells_differ(name: str) -> None:
    cells = EXPERIMENTS[name]["cell"]
    assert all(set(cell) <= {"name", "settings", "published"} for cell in cells)
    assert len({cell["name"] for cell in cells}) == len(cells)
    assert len({repr(sorted(cell["settings"].items())) for cell in cells}) == len(cells)


@pytest.mark.parametrize("cells", SHARED)
def test_cells_of_several_experiments_share_their_runs(cells: set[tuple[str, str]]) -> None:
    assert len({repr(sorted(flat(*cell).items())) for cell in cells}) == 1


def test_published_numbers_are_the_papers() -> None:
    expected = PRINTED | LOGGED
    for cells in SHARED:
        for number in [PRINTED[cell] for cell in cells if cell[0] == "figure-10"]:
            expected |= dict.fromkeys(cells, number)
    assert {key: cell["published"] for key, cell in CELLS.items() if "published" in cell} == expected


def test_claims_are_of_cells_that_are_there() -> None:
    for name, claim in CLAIMS:
        cells = {cell["name"] for cell in EXPERIMENTS[name]["cell"]}
        others = claim.get("than", [])
        assert {claim["cell"], *others} <= cells
        assert claim["cell"] not in others
        assert len(set(others)) == len(others)


def test_claims_can_be_tested() -> None:
    for name, claim in CLAIMS:
        kind, others = claim["kind"], claim.get("than", [])
        assert set(claim) <= {"text", "source", "kind", "cell", "than", "measure", "limit"}
        assert len(others) == RIVALS[kind] or (kind in ("better", "smoother") and len(others) > 1), claim["text"]
        assert ("limit" in claim) == (kind == "below")
        if kind == "smoother":
            assert claim["measure"] in EXPERIMENTS[name]["curves"]
        elif kind != "diverges":
            assert claim.get("measure", "test") in ACCURACIES


def test_no_claim_is_made_twice() -> None:
    assert max(Counter(claim["text"] for _, claim in CLAIMS).values()) == 1
    same_test = Counter(
        (name, claim["kind"], claim["cell"], *claim.get("than", []), claim.get("measure")) for name, claim in CLAIMS
    )
    assert max(same_test.values()) == 1


@pytest.mark.parametrize("claim", SAID)
def test_what_the_paper_claims_is_tested(claim: str) -> None:
    assert SAID[claim] in [(name, c["kind"], c["cell"]) for name, c in CLAIMS]


def test_the_wheel_carries_the_files() -> None:
    """It carries all of the package but what git ignores."""
    root = Path(__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"] == {"packages": ["stgcn_pyg"]}
    files = sorted((root / "stgcn_pyg" / "experiments" / "paper").iterdir())
    assert {file.stem for file in files} == set(FILES)
    ignored = subprocess.run(["git", "check-ignore", *files], cwd=root, capture_output=True, text=True, check=False)
    if ignored.returncode == 128:
        pytest.skip("no git repository")
    assert ignored.stdout == ""
