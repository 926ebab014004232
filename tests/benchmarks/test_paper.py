"""The committed results of the paper's experiments are of the experiments as they are, the report is of them."""

import json
import shutil
from pathlib import Path

import pytest

from stgcn_pyg.experiments.experiment import EXPERIMENTS, Experiment
from stgcn_pyg.experiments.reproduction import Asked, plan
from stgcn_pyg.report.reproduction import write_reproduction_report
from stgcn_pyg.report.results import read_results

PAPER = Path(__file__).parents[2] / "benchmarks" / "paper"


def test_the_report_is_made_from_the_results_alone(tmp_path: Path) -> None:
    for part in ("data.json", "experiments", "runs"):
        copy = shutil.copytree if (PAPER / part).is_dir() else shutil.copy
        copy(PAPER / part, tmp_path / part)
    markdown, page = write_reproduction_report(read_results(tmp_path))
    assert markdown.read_text() == (PAPER / "report.md").read_text()
    assert page.stat().st_size > 100_000  # its pictures are in it
    drawn, committed = ({path.name for path in (folder / "figures").iterdir()} for folder in (tmp_path, PAPER))
    assert drawn == committed


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_results_are_of_the_experiments_as_they_are(name: str) -> None:
    described = json.loads((PAPER / "experiments" / f"{name}.json").read_text())
    subjects = json.loads((PAPER / "data.json").read_text())["subjects"]
    experiment, asked = Experiment.load(name), Asked(**described["asked"])
    planned = {
        cell.name: {mode: [trial.key for trial in plan(cell, mode, asked, subjects)] for mode in experiment.modes}
        for cell in experiment.cells
    }
    assert {cell["name"]: cell["runs"] for cell in described["cells"]} == planned
    assert described["claims"] == experiment.claims_to_dict()
    assert described["readings"] == experiment.readings


def test_every_result_belongs_to_an_experiment() -> None:
    assert {path.stem for path in (PAPER / "runs").glob("*.json")} <= set(read_results(PAPER).planned)
