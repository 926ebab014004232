"""The report of the paper's experiments says what there is, and what there is not."""

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from stgcn_pyg.files import read_json, write_json
from stgcn_pyg.report import write_reproduction_report
from stgcn_pyg.report.figures import drawn_measure
from stgcn_pyg.report.results import read_results
from tests.command_line import call
from tests.report.made_up import write_results

HIGH, LOW = [0.75, 0.79, 0.75, 0.71, 0.75], [0.42, 0.46, 0.375, 0.42, 0.42]
CLAIM = {
    "text": "Spatial is best",
    "source": "section 5.2",
    "kind": "better",
    "cell": "spatial",
    "than": ["uniform"],
}
CELLS: dict[str, dict[str, list[float | None]]] = {
    "spatial": {"correct": [*HIGH], "published": [*HIGH[:3]]},
    "uniform": {"correct": [*LOW[:4], None]},
    "a | b <script>": {},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_results(tmp_path_factory.mktemp("paper"), CELLS, [CLAIM], synthetic=True)
    write_reproduction_report(read_results(folder))
    return folder


def test_the_table_says_what_was_run(folder: Path) -> None:
    text = (folder / "report.md").read_text()
    assert "SYNTHETIC RECORDINGS" in text
    assert "at most 12 epochs, 0.5 of the channels." in text
    assert "12 of 30 runs are finished." not in text
    assert "13 of 30 runs are finished." in text
    mean = "0.750 ± 0.028 (0.715 to 0.785), 5 runs"
    assert re.search(rf"\| spatial \| validation \| 0.7000 \| 0.763 .* 3 of 5 runs \| {re.escape(mean)} \|", text)
    assert "5 runs, 1 diverged (epoch 6)" in text
    assert r"| a \| b <script> | validation | none printed | not run | not run |" in text
    assert "**holds**. spatial - uniform: +0.3" in text
    assert "**not run**. No run of uniform is finished." in text
    assert "| spatial | 0.773 | 0.763 | 0.763 |" in text  # the readings


def test_the_page_needs_no_other_file(folder: Path) -> None:
    page = (folder / "report.html").read_text()
    assert page.count('src="data:image/png;base64,') == page.count("<img ") == 2
    assert set(re.findall(r'(?:href|src)="(?!data:)(.)', page)) == {"#"}
    assert "<script" not in page
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets == {"claims", "table-1-partitions", "settings"}
    assert all(f'id="{target}"' in page for target in targets)
    assert '<strong class="holds">holds</strong>' in page


def test_pictures_are_drawn(folder: Path) -> None:
    pictures = sorted(folder.glob("figures/*"))
    assert [picture.name for picture in pictures] == ["table-1-accuracy.png", "table-1-curves.png"]
    for picture in pictures:
        with Image.open(picture) as image:
            assert min(image.size) > 300


@pytest.mark.parametrize(
    ("published", "measure"),
    [({"validation": 0.7}, "validation"), ({"validation": 0.7, "test": 0.6}, "test"), ({}, "test")],
)
def test_the_accuracy_that_the_paper_prints_is_drawn(
    tmp_path: Path, published: dict[str, float], measure: str
) -> None:
    cells = [{"name": "spatial", "published": published}, {"name": "uniform"}]
    (experiment,) = read_results(write_results(tmp_path, {}, [CLAIM], cells=cells)).experiments
    assert drawn_measure(experiment) == measure


def test_the_command_prints_the_verdicts(tmp_path: Path) -> None:
    write_results(tmp_path, CELLS, [CLAIM], curves=[])
    said = call("report", tmp_path)
    assert "holds" in said
    assert "not run" in said
    assert "13 of 30 runs" in said
    assert "report.html" in said
    assert "SYNTHETIC" not in said + (tmp_path / "report.md").read_text()


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no folder"):
        read_results(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="holds no results; stgcn-pyg reproduce makes some"):
        read_results(tmp_path)


@pytest.mark.parametrize(
    ("place", "change", "words"),
    [
        ("experiments/table-1", {"cells": [{"name": 3}]}, r"table-1.json is no result .*: cells.0.name"),
        (
            "experiments/table-1",
            {"claims": [CLAIM | {"cell": "x"}]},
            "table-1.json .* about x, which is no cell",
        ),
        ("experiments/table-1", {"claims": [CLAIM | {"than": []}]}, "table-1.json .* than what it does not say"),
        ("experiments/table-1", {"claims": [CLAIM | {"kind": "below"}]}, "table-1.json .* states no limit"),
        ("experiments/table-1", {"claims": [CLAIM | {"kind": "between"}]}, "table-1.json .* two cells, not 1"),
        ("experiments/table-1", {"claims": [CLAIM | {"measure": "val_loss"}]}, "table-1.json .* not val_loss"),
        ("experiments/table-1", {"name": "../x"}, "table-1.json is no result .*: name"),
        ("runs/correct0seed0", {"test": 1.2}, "correct0seed0.json is no result .*: test"),
        ("runs/correct0seed0", {"test": None}, "correct0seed0.json says no accuracy"),
        ("runs/correct0seed0", {"key": "other"}, "correct0seed0.json holds the run other"),
        ("runs/correct0seed0", {"mode": "published"}, "correct0seed0.json holds the run .*published"),
        ("runs/correct0seed0", {"synthetic": True}, "correct0seed0.json is of synthetic recordings"),
        ("runs/correct0seed0", {"curve": {"epoch": [1], "val_loss": []}}, "0 values for 1 epochs"),
        ("data", {"subjects": "all"}, "data.json is no result .*: subjects"),
    ],
)
def test_a_foreign_file_is_named(tmp_path: Path, place: str, change: dict[str, Any], words: str) -> None:
    write_results(tmp_path, CELLS, [CLAIM])
    path = tmp_path / f"{place}.json"
    write_json(path, read_json(path) | change)
    with pytest.raises(ValueError, match=words) as error:
        read_results(tmp_path)
    assert "\n" not in str(error.value)


def test_a_run_may_stand_in_several_experiments(tmp_path: Path) -> None:
    write_results(tmp_path, CELLS, [CLAIM])
    write_results(tmp_path, CELLS, [], name="figure-9", title="Figure 9", source="section 5.10, Figure 9")
    results = read_results(tmp_path)
    assert [experiment.name for experiment in results.experiments] == ["table-1", "figure-9"]  # by section
    assert len(results.runs) == 13
    assert len(results.planned) == 30
