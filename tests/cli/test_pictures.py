"""``draw``, ``view``, ``explain`` and ``edges``, as a user types them."""

import json
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image

from stgcn_pyg.cli import main
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.synthetic import write_synthetic_kth
from tests.command_line import call


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two recordings and two untrained models, one of which learns edge weights."""
    folder = tmp_path_factory.mktemp("pictures")
    write_synthetic_kth(folder / "raw", subjects=[1], scenarios=[1], num_frames=20)
    torch.manual_seed(0)
    for name, learned in (("model", True), ("plain", False)):
        recognizer = Recognizer(
            SkeletonGraph.build(BODY_25), ["wave", "box"], fps=12.5, channels=[(2, 1)], edge_importance=learned
        )
        recognizer.save_pretrained(folder / name)
    return folder


@pytest.fixture
def recording(place: Path) -> Path:
    return place / "raw" / "person01_handwaving_d1_uncomp.npy"


@pytest.mark.parametrize("ending", [".png", ".gif", ".mp4", ".GIF"])
def test_draw_makes_what_the_ending_says(place: Path, recording: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"picture{ending}"
    said = call("draw", recording, "--out", out, "--model", place / "model", "--fps", 12.5, "--seconds", 0.4)
    assert said == f"person01_handwaving_d1_uncomp: {out}\n"
    head = out.read_bytes()[:12]
    assert {".png": b"\x89PNG", ".gif": b"GIF89a", ".mp4": b"ftyp"}[ending.lower()] in head


def test_draw_needs_no_model(recording: Path, tmp_path: Path) -> None:
    call("draw", recording, "--out", tmp_path / "strip.png", "--frames", 3)
    with Image.open(tmp_path / "strip.png") as picture:
        assert picture.size[0] > 500


def test_one_of_several_recordings_is_taken_by_name(place: Path, tmp_path: Path) -> None:
    name = "person01_boxing_d1_uncomp"
    assert name in call("draw", place / "raw", "--name", name, "--out", tmp_path / "strip.png")


def test_view_writes_a_page(place: Path, recording: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    said = call("view", recording, "--out", out, "--model", place / "model", "--fps", 12.5)
    assert said == f"person01_handwaving_d1_uncomp: {out}\n"
    page = out.read_text(encoding="utf-8")
    assert '"name":"wave"' in page
    assert '"fps":12.5' in page
    call("view", recording, "--out", out)
    assert '"fps":null' in out.read_text(encoding="utf-8")


def test_view_shows_as_many_people_as_are_asked_for(tmp_path: Path) -> None:
    clip = tmp_path / "clip"
    clip.mkdir()
    for t in range(4):
        people = [[x, y, 0.9] * 25 for x, y in ((100 + t, 60), (300 - t, 60))]
        facts = {"people": [{"pose_keypoints_2d": numbers} for numbers in people]}
        (clip / f"walk_{t:012d}_keypoints.json").write_text(json.dumps(facts))
    for asked, shown in (([], 1), (["--people", 2], 2), (["--people", 5], 2)):
        call("view", clip, "--out", tmp_path / "page.html", "--fps", 25, *asked)
        assert (tmp_path / "page.html").read_text(encoding="utf-8").count('"score":') == shown


def test_explain_prints_a_table_or_everything(place: Path, recording: Path, tmp_path: Path) -> None:
    asked = ("explain", recording, "--model", place / "model", "--fps", 12.5)
    said = call(*asked, "--top", 3, "--out", tmp_path / "why.png")
    assert "rests on (occlusion)" in said
    assert (tmp_path / "why.png").exists()
    facts = json.loads(call(*asked, "--json", "--action", "box", "--method", "gradient"))
    assert (facts["target"], facts["method"]) == ("box", "gradient")
    assert list(facts["joints"]) == list(BODY_25.joints)
    assert len(facts["edges"]) == 73
    assert facts["edges"][0].keys() == {"edge", "contribution"}


def test_edges_draws_what_was_learned(place: Path, tmp_path: Path) -> None:
    assert call("edges", place / "model", "--out", tmp_path / "edges.png").strip() == str(tmp_path / "edges.png")
    assert (tmp_path / "edges.png").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["draw", "RECORDING", "--out", "strip.jpg"], "strip.jpg: the name's ending says what is drawn"),
        (["draw", "nowhere.npy"], "nowhere.npy"),
        (["draw", "FOLDER"], "name one with --name; its recordings: person01_boxing_d1_uncomp, "),
        (["draw", "FOLDER", "--name", "me"], "not exactly one is called 'me'"),
        (["draw", "RECORDING", "--skeleton", "COCO_17"], "25 joints a frame, but COCO_17 has 17"),
        (["draw", "RECORDING", "--start", "99"], "no frame between 99 and 102 seconds"),
        (
            ["view", "RECORDING", "--out", "page.pdf"],
            "page.pdf: what is written is a page, so its name must",
        ),
        (["view", "FOLDER"], "name one with --name; its recordings: person01_boxing_d1_uncomp, "),
        (["explain", "RECORDING", "--model", "nowhere"], "no model in nowhere"),
        (["explain", "RECORDING", "--model", "MODEL", "--fps", "12.5", "--action", "dance"], "it knows wave, box"),
        (
            ["explain", "RECORDING", "--model", "MODEL", "--fps", "12.5", "--method", "guess"],
            "no method is called 'guess'",
        ),
        (["explain", "RECORDING", "--out", "why.gif"], "its name must end in .png"),
        (["edges", "PLAIN"], "no learned edge weights; train it with --edge-importance"),
        (["edges", "MODEL", "--member", "1"], "has 1 networks, numbered from 0; there is no 1"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line(
    words: list[str],
    message: str,
    place: Path,
    recording: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    places = {"RECORDING": recording, "FOLDER": place / "raw", "MODEL": place / "model", "PLAIN": place / "plain"}
    monkeypatch.setattr(sys, "argv", ["stgcn-pyg", *(str(places.get(word, word)) for word in words)])
    with pytest.raises(SystemExit) as stop:
        main()
    said = capsys.readouterr().err.strip()
    assert stop.value.code == 2
    assert message in said
    assert len(said.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
