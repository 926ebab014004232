"""Exported programs give the model's scores, and say of themselves what is true."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from stgcn_pyg.export import OfflineModel, StepModel, export_recognizer
from stgcn_pyg.export.run_onnx import LiveModel, RecordingModel, main
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.streaming import StreamingRecognizer
from tests.command_line import call
from tests.exports import assert_close, build, expected, offline, stepped
from tests.recordings import random_sequence

LENGTHS = (1, 2, 3, 4, 7, 16, 41, 130)
"""One frame, fewer than a kernel's, and multiples of the strides or not."""


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    """Two networks with every kind of stride that the paper's have."""
    return build(members=2, channels=((4, 1), (6, 2), (8, 2)), kernel_size=5, edge_importance=True)


@pytest.fixture(scope="module")
def onnx_folder(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both kinds of ONNX model."""
    for package in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(package)
    folder = tmp_path_factory.mktemp("onnx")
    export_recognizer(recognizer, folder)
    export_recognizer(recognizer, folder, step=True)
    return folder


@pytest.fixture(scope="module")
def torch_folder(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both kinds of torch.export program."""
    folder = tmp_path_factory.mktemp("torch")
    for step in (False, True):
        export_recognizer(recognizer, folder, "torch", step)
    return folder


def arrays(sequence: SkeletonSequence) -> tuple[Any, ...]:
    return sequence.pos, sequence.score, sequence.frame


def test_onnx_is_the_model_at_any_length_and_every_time(recognizer: Recognizer, onnx_folder: Path) -> None:
    """With as many threads as ONNX Runtime likes: sums that threads share are where it is known to err."""
    model = RecordingModel(onnx_folder)
    for length in (*LENGTHS, *reversed(LENGTHS)):
        sequence = random_sequence(length, missing=0.2, seed=length)
        wanted = expected(recognizer, sequence)
        for _ in range(3):
            assert_close(torch.tensor(model.logits(*arrays(sequence))), wanted)
        scores = torch.tensor(model.predict(*arrays(sequence)))
        torch.testing.assert_close(scores, wanted.softmax(dim=0), rtol=1e-4, atol=1e-5)


def test_onnx_has_no_sum_that_is_scattered(onnx_folder: Path) -> None:
    import onnx

    def nodes(graph: Any) -> Iterator[Any]:
        for node in graph.node:
            yield node
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    yield from nodes(attribute.g)

    for name in ("model.onnx", "step.onnx"):
        for node in nodes(onnx.load(onnx_folder / name).graph):
            assert not node.op_type.startswith("ScatterND"), node
            reductions = [attribute.s for attribute in node.attribute if attribute.name == "reduction"]
            assert reductions in ([], [b"none"]), node


def test_runs_are_laid_out_apart(recognizer: Recognizer, onnx_folder: Path) -> None:
    sequence = random_sequence(9, 1, 30, missing=0.2)
    wanted = expected(recognizer, sequence)
    assert_close(torch.tensor(RecordingModel(onnx_folder).logits(*arrays(sequence))), wanted)


def with_absences(sequence: SkeletonSequence) -> SkeletonSequence:
    """Nobody is seen at first, for a moment, for long, and at last."""
    score = sequence.score.copy()
    for start, stop in ((0, 3), (10, 14), (30, 65), (90, 95)):
        score[start:stop] = 0
    return SkeletonSequence(sequence.pos, sequence.skeleton, score, sequence.fps, sequence.name, sequence.frame)


def test_a_live_onnx_model_has_a_streams_scores_after_every_frame(
    recognizer: Recognizer, onnx_folder: Path
) -> None:
    sequence = with_absences(random_sequence(95, missing=0.2))
    model, live = LiveModel(onnx_folder), StreamingRecognizer(recognizer)
    assert model.delay == live.delay
    for _ in range(2):
        for t, (pos, score) in enumerate(zip(sequence.pos, sequence.score, strict=True)):
            found, wanted = model.push(pos, score), live.push(pos, score)
            assert (found is None) == (wanted is None)
            if found is not None and wanted is not None:
                torch.testing.assert_close(torch.tensor(found), wanted, rtol=1e-4, atol=1e-5)
            if t == 50:
                peeked, wanted = model.peek(), live.peek()
                torch.testing.assert_close(torch.tensor(peeked), wanted, rtol=1e-4, atol=1e-5)
        final = torch.tensor(model.flush())
        torch.testing.assert_close(final, recognizer.predict([sequence])[0], rtol=1e-4, atol=1e-5)
        model.reset()
        live.reset()


def test_a_recording_with_absences_too(recognizer: Recognizer, onnx_folder: Path) -> None:
    sequence = with_absences(random_sequence(95, missing=0.2))
    scores = torch.tensor(RecordingModel(onnx_folder).predict(*arrays(sequence)))
    torch.testing.assert_close(scores, recognizer.predict([sequence])[0], rtol=1e-4, atol=1e-5)


def test_lost_frames_are_known_by_their_numbers(recognizer: Recognizer, onnx_folder: Path) -> None:
    sequence = random_sequence(20, 20)  # far apart in time
    model = LiveModel(onnx_folder)
    for pos, score, number in zip(*arrays(sequence), strict=True):
        model.push(pos, score, int(number))
    wanted = recognizer.predict([sequence])[0]
    torch.testing.assert_close(torch.tensor(model.flush()), wanted, rtol=1e-4, atol=1e-5)


def test_what_is_said_of_inputs_and_outputs_is_what_they_are(onnx_folder: Path) -> None:
    for model in (RecordingModel(onnx_folder), LiveModel(onnx_folder)):
        session = model.session
        for said, found in (
            (model.facts["inputs"], session.get_inputs()),
            (model.facts["outputs"], session.get_outputs()),
        ):
            assert list(said) == [value.name for value in found]
            for value in found:
                shape = ["T" if isinstance(size, str) else size for size in value.shape]
                kind = {"tensor(float)": "float32", "tensor(int64)": "int64", "tensor(bool)": "bool"}[value.type]
                assert said[value.name] == {"shape": shape, "type": kind}


@pytest.mark.parametrize("live", [False, True], ids=["recording", "live"])
def test_the_program_beside_it_needs_no_torch(
    recognizer: Recognizer, onnx_folder: Path, tmp_path: Path, live: bool
) -> None:
    sequence = random_sequence(30, missing=0.2)
    np.save(tmp_path / "clip.npy", np.dstack([sequence.pos, sequence.score]))
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nfor name in ('torch', 'stgcn_pyg', 'torch_geometric'):\n    sys.modules[name] = None\n"
    )
    command = [sys.executable, str(onnx_folder / "run_onnx.py"), str(tmp_path / "clip.npy"), *["--live"] * live]
    run = subprocess.run(command, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    wanted = recognizer.predict([sequence])[0]
    assert list(found["scores"]) == list(recognizer.classes)
    assert list(found["scores"].values()) == pytest.approx(wanted.tolist(), abs=2e-4)
    assert found["action"] == recognizer.classes[int(wanted.argmax())]
    blocked = [sys.executable, "-c", "import torch"]
    assert subprocess.run(blocked, env={"PYTHONPATH": str(tmp_path)}, capture_output=True).returncode != 0


@pytest.mark.parametrize("shape", [(0, 25, 2), (9, 24, 2), (9, 25, 4), (9, 50)])
def test_the_program_refuses_what_is_no_recording_of_the_model(
    onnx_folder: Path, tmp_path: Path, shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / "clip.npy", np.ones(shape))
    monkeypatch.setattr(sys, "argv", ["run_onnx.py", str(tmp_path / "clip.npy"), "--folder", str(onnx_folder)])
    with pytest.raises(SystemExit, match="2"):
        main()


def test_torch_programs_are_the_model_too(recognizer: Recognizer, torch_folder: Path) -> None:
    whole = torch.export.load(torch_folder / "model.pt2").module()
    step = torch.export.load(torch_folder / "step.pt2").module()
    for length in LENGTHS[:-2]:
        sequence = random_sequence(length, missing=0.2, seed=length)
        wanted = expected(recognizer, sequence)
        assert_close(offline(OfflineModel(recognizer), sequence, whole), wanted)
    assert_close(stepped(StepModel(recognizer), sequence, step), wanted)
    assert {path.name for path in torch_folder.iterdir()} == {"model.pt2", "model.json", "step.pt2", "step.json"}


@pytest.mark.parametrize("folder", ["onnx_folder", "torch_folder"])
def test_no_file_names_this_machines_folders(folder: str, request: pytest.FixtureRequest) -> None:
    home = str(Path(__file__).parents[2]).encode()
    for path in request.getfixturevalue(folder).iterdir():
        assert home not in path.read_bytes(), path


def test_a_model_that_is_not_finished_leaves_what_was_there(
    recognizer: Recognizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise OSError("the disk is full")

    (tmp_path / "model.pt2").write_text("an older one")
    monkeypatch.setattr(torch.export, "save", fail)
    with pytest.raises(OSError, match="the disk is full"):
        export_recognizer(recognizer, tmp_path, "torch")
    assert [path.name for path in tmp_path.iterdir()] == ["model.pt2"]
    assert (tmp_path / "model.pt2").read_text() == "an older one"


def test_what_cannot_be_exported_is_refused(
    recognizer: Recognizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="no format is called 'tflite'; known: onnx, torch"):
        export_recognizer(recognizer, tmp_path, "tflite")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="a half-life is of a step"):
        export_recognizer(recognizer, tmp_path, half_life=2.0)
    with pytest.raises(ValueError, match="more than 0 seconds, not 0"):
        export_recognizer(recognizer, tmp_path, step=True, half_life=0.0)
    monkeypatch.setattr("stgcn_pyg.export.write.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"onnx and onnxscript: pip install 'stgcn-pyg\[export\]'"):
        export_recognizer(recognizer, tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_command(recognizer: Recognizer, tmp_path: Path) -> None:
    small = build(channels=((4, 1),), kernel_size=3)
    small.save_pretrained(tmp_path / "model")
    out = call("export", tmp_path / "model", "--out", tmp_path / "out", "--format", "torch", "--step")
    assert out.startswith(str(tmp_path / "out" / "step.pt2"))
    assert json.loads((tmp_path / "out" / "step.json").read_text())["classes"] == ["walk", "run", "box"]
