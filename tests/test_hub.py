"""Models to share: their cards, and the way to the Hugging Face Hub and back, without a network."""

import inspect
import json
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from stgcn_pyg.hub import is_repo_id
from stgcn_pyg.model_card import CARD_FILE, MARKER
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.recognizer import CONFIG_FILE, WEIGHTS_FILE, Recognizer
from stgcn_pyg.skeleton import BODY_25, NTU_25
from tests.command_line import call

METRICS: dict[str, Any] = {
    "accuracy": 0.875,
    "interval": [0.53, 0.98],
    "total": 8,
    "macro_f1": 0.8571,
    "synthetic": False,
    "root": "/home/somebody/secret/poses",
    "subjects": [3, 4],
    "trained_on": {"recordings": 16, "subjects": [1, 2]},
    "config": {"data": "kth", "init": ""},
}


def recognizer(**how: Any) -> Recognizer:
    torch.manual_seed(0)
    return Recognizer(SkeletonGraph.build(BODY_25), ["wave", "hug|`x`"], **{"channels": [(4, 1), (8, 2)]} | how)


class FakeHub:
    """The Hub's calls, written down; what is uploaded can be downloaded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls: list[tuple[str, Any]] = []

    def HfApi(self, **how: Any) -> "FakeHub":
        self.calls.append(("HfApi", how))
        return self

    def create_repo(self, repo_id: str, **how: Any) -> Any:
        self.calls.append(("create_repo", {"repo_id": repo_id, **how}))
        return types.SimpleNamespace(repo_id=repo_id)

    def upload_folder(self, *, repo_id: str, folder_path: Path, **how: Any) -> str:
        self.calls.append(("upload_folder", {"repo_id": repo_id, "folder_path": folder_path, **how}))
        (self.folder / repo_id).mkdir(parents=True)
        for path in folder_path.iterdir():
            (self.folder / repo_id / path.name).write_bytes(path.read_bytes())
        return f"https://hub/{repo_id}/commit/1"

    def snapshot_download(self, repo_id: str, **how: Any) -> str:
        self.calls.append(("snapshot_download", {"repo_id": repo_id, **how}))
        if not (self.folder / repo_id).exists():
            raise RuntimeError("404 Client Error.\n\nRepository Not Found")
        return str(self.folder / repo_id)


@pytest.fixture
def hub(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    fake = FakeHub(tmp_path_factory.mktemp("hub"))
    monkeypatch.setitem(sys.modules, "huggingface_hub", fake)
    monkeypatch.chdir(tmp_path_factory.mktemp("here"))
    return fake


def test_what_is_pushed_is_read_by_its_repository(hub: FakeHub) -> None:
    original = recognizer()
    assert original.push_to_hub("me/actions", metrics=METRICS, private=True) == "https://hub/me/actions/commit/1"
    there = hub.folder / "me" / "actions"
    assert sorted(path.name for path in there.iterdir()) == sorted([CARD_FILE, CONFIG_FILE, WEIGHTS_FILE])
    (_, made), (_, sent) = hub.calls[1:]
    assert made == {"repo_id": "me/actions", "private": True, "exist_ok": True}
    assert not Path(sent["folder_path"]).exists()  # nothing is left behind
    loaded = Recognizer.from_pretrained("me/actions", revision="v1", classes=["other", "names", "now"])
    fetched = hub.calls[-1][1]
    assert (fetched["revision"], fetched["allow_patterns"]) == ("v1", [CONFIG_FILE, WEIGHTS_FILE])
    assert loaded.classes == ("other", "names", "now")
    kept, sent = loaded.model.state_dict(), original.model.state_dict()
    assert all(torch.equal(kept[name], sent[name]) for name in sent if not name.startswith("classifier"))


def test_the_calls_are_those_that_the_library_has(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    recognizer().push_to_hub("me/actions")
    Recognizer.from_pretrained("me/actions")
    monkeypatch.undo()
    library = pytest.importorskip("huggingface_hub")
    places = {"HfApi": library, "snapshot_download": library}
    for name, arguments in hub.calls:
        function = getattr(places.get(name, library.HfApi), name)
        itself = [] if name in places else [None]
        inspect.signature(function).bind(*itself, **arguments)


def test_a_folder_and_a_model_that_comes_along_need_no_hub(hub: FakeHub, tmp_path: Path) -> None:
    recognizer().save_pretrained("me/actions")
    assert Recognizer.from_pretrained("me/actions").classes == recognizer().classes
    assert Recognizer.from_pretrained("synthetic_kth").fps == 5
    with pytest.raises(FileNotFoundError, match=f"no model in me/other: it has no {CONFIG_FILE}"):
        Recognizer.from_pretrained("me/other")  # there is a folder called me
    with pytest.raises(FileNotFoundError, match="no model in nowhere"):
        Recognizer.from_pretrained("nowhere")
    assert hub.calls == []


@pytest.mark.parametrize("path", ["walking", "a/b/c", "/a/b", "./a", "../a/b", "a/..", "~/runs"])
def test_what_is_no_repository_is_not_taken_for_one(path: str) -> None:
    assert not is_repo_id(Path(path))


def test_a_repository_that_the_hub_does_not_give_is_named(hub: FakeHub) -> None:
    with pytest.raises(
        FileNotFoundError, match=r"no model in me/typo: .* Hub does not .*: 404 Client Error\. Repos"
    ):
        Recognizer.from_pretrained("me/typo")
    (hub.folder / "me" / "empty").mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match=f"no model in me/empty: it has no {CONFIG_FILE}"):
        Recognizer.from_pretrained("me/empty")


def test_without_the_library_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ImportError, match=r"pip install 'stgcn-pyg\[hub\]'"):
        recognizer().push_to_hub("me/actions")
    with pytest.raises(FileNotFoundError, match=r"no model in me/actions: .*pip install 'stgcn-pyg\[hub\]'"):
        Recognizer.from_pretrained("me/actions")


def test_a_run_is_pushed_from_the_command_line(hub: FakeHub, tmp_path: Path) -> None:
    recognizer().save_pretrained(tmp_path / "run" / "model")
    (tmp_path / "run" / "metrics.json").write_text(json.dumps(METRICS))
    said = call("push", tmp_path / "run", "me/actions", "--license", "mit")
    assert "https://hub/me/actions" in said
    card = (hub.folder / "me" / "actions" / CARD_FILE).read_text()
    assert "Accuracy 0.875" in card
    assert 'license: "mit"' in card
    (tmp_path / "own.md").write_text("# My own")
    call("push", tmp_path / "run", "me/other", "--card", tmp_path / "own.md")
    assert (hub.folder / "me" / "other" / CARD_FILE).read_text() == "# My own"


# Cards


def test_a_card_says_what_the_model_is_and_what_it_was_tested_on() -> None:
    card = recognizer(members=2).card(METRICS, "me/actions", "cc-by-4.0")
    for said in (
        "Names 2 actions",
        "`wave`, `hug/'x'`",
        "BODY_25, 25 joints in a picture",
        "25 frames a second",
        "`joint`, `root_motion`, `joint_motion`",
        f"2 that vote, {recognizer(members=2).num_parameters:,} parameters together",
        "Accuracy 0.875 (95 % interval 0.530 to 0.980) on 8 test recordings of subjects 3, 4; macro-F1 0.857",
        "Trained on 16 recordings of subjects 1, 2 of the same data.",
        'Recognizer.from_pretrained("me/actions")',
    ):
        assert said in card, said
    assert "secret" not in card
    assert "ynthetic" not in card
    fake = recognizer().card(METRICS | {"synthetic": True}, "x")
    assert "8 test **synthetic** recordings, which say nothing about real people" in fake
    assert '"synthetic recordings, kth"' in fake


def test_without_results_a_card_has_no_numbers_of_any() -> None:
    card = Recognizer(SkeletonGraph.build(NTU_25), ["a"], fps=None, num_dims=3, channels=[(4, 1)]).card()
    assert "Nothing is known here" in card
    assert "accuracy" not in card.lower()
    assert "| frame rate | not known |" in card
    assert "none is stated" in card


@pytest.mark.parametrize("metrics", [None, METRICS, METRICS | {"synthetic": True}])
def test_the_hub_understands_the_card(metrics: dict[str, Any] | None) -> None:
    ModelCard = pytest.importorskip("huggingface_hub").ModelCard
    data = ModelCard(recognizer().card(metrics, "me/actions", "mit")).data
    assert (data.library_name, data.license) == ("stgcn_pyg", "mit")
    assert "skeleton-based-action-recognition" in data.tags
    assert [result.metric_value for result in data.eval_results or []] == ([0.875] if metrics else [])


def test_how_to_use_it_runs_as_the_card_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    recognizer().save_pretrained("actions")
    np.save("recording.npy", np.random.default_rng(0).normal(size=(30, 25, 3)).clip(0.1))
    code = (tmp_path / "actions" / CARD_FILE).read_text().split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {}
    exec(code, names)
    assert names["scores"].shape == (1, 2)


def test_a_card_written_by_hand_is_kept_and_a_generated_one_renewed(tmp_path: Path) -> None:
    card = tmp_path / CARD_FILE
    recognizer().save_pretrained(tmp_path)
    assert MARKER in card.read_text()
    recognizer().save_pretrained(tmp_path, metrics=METRICS)
    assert "0.875" in card.read_text()
    card.write_text("# My own")
    recognizer().save_pretrained(tmp_path)
    assert card.read_text() == "# My own"


# Weights that do not fit


def test_weights_that_do_not_fit_are_named_with_both_shapes(tmp_path: Path) -> None:
    recognizer().save_pretrained(tmp_path)
    config = tmp_path / CONFIG_FILE
    settings = json.loads(config.read_text())
    config.write_text(json.dumps(settings | {"channels": [[4, 1], [16, 2]]}))
    message = r"units\.1\.spatial\.weight is \[3, 4, 8\] in the file, but \[3, 4, 16\] in the network; .* more$"
    with pytest.raises(ValueError, match=message):
        Recognizer.from_pretrained(tmp_path)
    for other, message in (
        ({"edge_importance": True}, r"units\.0\.spatial\.edge_importance \[73\] is missing in the file"),
        ({"bias": "none"}, r"units\.0\.spatial\.bias \[4\] is in the file, but not in the network"),
    ):
        config.write_text(json.dumps(settings | other))
        with pytest.raises(ValueError, match=message):
            Recognizer.from_pretrained(tmp_path)
