"""What README shows must run as it stands."""

import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from stgcn_pyg.cli import app
from stgcn_pyg.experiments import Settings, run
from stgcn_pyg.io import FORMATS
from stgcn_pyg.models import STGCN
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.skeleton import BODY_25, SKELETONS
from stgcn_pyg.streaming import StreamingRecognizer
from stgcn_pyg.synthetic import write_synthetic_kth

README = Path(__file__).parents[1] / "README.md"


def test_the_training_script_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    (script,) = (code for code in blocks if "Loader" in code)
    assert 15 <= len([line for line in script.splitlines() if line.strip()]) <= 22
    write_synthetic_kth(tmp_path / "datasets" / "kth" / "raw", subjects=[1, 16, 21], scenarios=[1], num_frames=20)
    monkeypatch.chdir(tmp_path)
    epochs = "range(30)"
    assert epochs in script
    exec(compile(script.replace(epochs, "range(1)"), str(README), "exec"), {})
    assert re.search(r"test accuracy [01]\.\d+", capsys.readouterr().out)


def test_the_live_script_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    (script,) = (code for code in blocks if "StreamingRecognizer" in code)
    found: dict[str, Any] = {"camera": [None, *np.random.default_rng(0).random((9, 25, 2)), None]}
    exec(compile(script, str(README), "exec"), found)
    assert float(found["scores"].sum()) == pytest.approx(1)


def test_what_readme_says_of_a_streams_delay_and_memory() -> None:
    live = StreamingRecognizer(Recognizer(SkeletonGraph.build(BODY_25), list("abcdef")))
    text = " ".join(README.read_text().split())
    assert f"the 9 + 1 network's: {live.delay})" in text
    assert f"one of the 9 + 1 network takes {live.state_bytes / 1e6:.1f} MB" in text


def test_the_papers_own_setting_is_the_network_that_it_published(monkeypatch: pytest.MonkeyPatch) -> None:
    (command,) = re.findall(r"own setting is\n\n```\nstgcn-pyg (.*?)```", README.read_text(), re.DOTALL)
    seen: list[Settings] = []
    monkeypatch.setattr(run, "train_run", lambda settings, *args, **kwargs: seen.append(settings))
    result = CliRunner().invoke(app, shlex.split(command.replace("\\\n", "")), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    model = STGCN(SkeletonGraph.build(BODY_25, seen[0].partition), 2, 6, **seen[0].architecture)
    assert sum(values.numel() for values in model.parameters()) == 3_023_242
    recipe = seen[0].recipe
    assert (recipe.schedule, recipe.learning_rate, recipe.batch_size, seen[0].dropout) == (
        "constant",
        1e-4,
        16,
        0.5,
    )


def test_the_table_of_layouts_is_that_of_the_package() -> None:
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (\d+) \| (\d+) \|", README.read_text(), re.MULTILINE)
    assert rows == [(name, str(layout.num_joints), str(len(layout.bones))) for name, layout in SKELETONS.items()]


def test_the_table_of_formats_is_that_of_the_package() -> None:
    (table,) = re.findall(r"^\| format \|.*\n\|[-|]+\n((?:\|.*\n)+)", README.read_text(), re.MULTILINE)
    rows = [row.split("|")[1].strip().replace("`", "") for row in table.splitlines()]
    assert sorted(rows) == sorted(form.name for form in FORMATS)


def test_links_and_pictures_exist() -> None:
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", README.read_text())
    local = [target for target in targets if "://" not in target]
    for target in local:
        assert (README.parent / target).exists(), target


def test_nothing_is_left_to_fill_in() -> None:
    assert not re.search(r"^[A-Z_]{5,}$|DEMO_MINUTES|TODO", README.read_text(), re.MULTILINE)
