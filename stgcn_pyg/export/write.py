"""Exported models on disk."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from stgcn_pyg.export.offline import OfflineModel
from stgcn_pyg.export.step import StepModel
from stgcn_pyg.files import draft, write_text
from stgcn_pyg.recognizer import Recognizer

Format = Literal["onnx", "torch"]

SUFFIXES = {"onnx": ".onnx", "torch": ".pt2"}
NEEDED = ("onnx", "onnxscript")
RUNNER = Path(__file__).with_name("run_onnx.py")
"""The program that runs exported models without torch."""

MAX_GAP = 1.0
"""Seconds without anybody in view after which a run ends."""

DESCRIPTION_FORMAT = 1


def export_recognizer(
    recognizer: Recognizer,
    folder: str | Path,
    format: Format = "onnx",
    step: bool = False,
    half_life: float | None = None,
) -> Path:
    r"""Write a model as a program that needs neither this package nor, as ONNX, torch.

    Poses go in and scores come out: the features are inside, and so is the vote of several networks. The folder
    then holds, whole or not at all,

    - ``model.onnx``: scores of a whole recording of any length (:class:`~stgcn_pyg.export.OfflineModel`); or with
      ``step`` ``step.onnx``: a frame at a time, with its state in the open (:class:`~stgcn_pyg.export.StepModel`);
      or the same as programs of ``torch.export`` (``.pt2``);
    - ``model.json`` or ``step.json``: classes, frame rate, joints, inputs, outputs and states;
    - for ONNX, ``run_onnx.py``, which runs either with NumPy and ONNX Runtime alone.

    Args:
        recognizer: The model.
        folder: Where to.
        format: ``"onnx"`` or ``"torch"``.
        step: A frame at a time.
        half_life: Seconds after which a frame counts half for a step's scores; all count alike if left out.

    Returns:
        The program's file.

    Raises:
        ImportError: If what ONNX needs is not installed.
        ValueError: If no such format is known, or a half-life is none or is given for whole recordings.
    """
    if format not in SUFFIXES:
        raise ValueError(f"no format is called {format!r}; known: {', '.join(SUFFIXES)}")
    if half_life is not None and not (step and 0 < half_life < float("inf")):
        raise ValueError(f"a half-life is of a step and more than 0 seconds, not {half_life}")
    if format == "onnx" and (missing := [name for name in NEEDED if find_spec(name) is None]):
        raise ImportError(f"ONNX needs {' and '.join(missing)}: pip install 'stgcn-pyg[export]'")
    model = StepModel(recognizer, half_life) if step else OfflineModel(recognizer)
    path = Path(folder) / f"{'step' if step else 'model'}{SUFFIXES[format]}"
    facts = describe(recognizer, model, path.name)
    with ExitStack() as files, _quiet():
        program = trace(model)
        file = files.enter_context(draft(path))
        if format == "onnx":
            file.write_bytes(_as_onnx(program, list(facts["inputs"]), list(facts["outputs"])))
            write_text(files.enter_context(draft(path.with_name(RUNNER.name))), RUNNER.read_text(encoding="utf-8"))
        else:
            file.write_bytes(_as_torch(program))
        write_text(files.enter_context(draft(path.with_suffix(".json"))), json.dumps(facts, indent=1) + "\n")
    return path


def trace(model: OfflineModel | StepModel) -> torch.export.ExportedProgram:
    """The program that a model is, for recordings of any length."""
    from torch._dynamo import config as dynamo
    from torch.fx.experimental import _config as fx

    example, dynamic = _example(model)
    # A length of 1 is a length like any other, and a unit's sizes stand fast though another's are different.
    sizes = fx.patch(backed_size_oblivious=True)  # type: ignore[attr-defined]
    with sizes, dynamo.patch(automatic_dynamic_shapes=False):
        program = torch.export.export(model.eval(), example, dynamic_shapes=dynamic)
    for part in program.graph_module.modules():
        if isinstance(part, torch.fx.GraphModule):
            for node in part.graph.nodes:
                node.meta.pop("stack_trace", None)  # it names files of this machine
    return program


def _example(model: OfflineModel | StepModel) -> tuple[tuple[Any, ...], Any]:
    """Inputs to trace with, and which of their dimensions are of any size."""
    if isinstance(model, StepModel):
        pos, score = torch.zeros(model.features.shape), torch.ones(model.features.shape[0])
        return (pos, score, torch.tensor(0), torch.tensor(True), [state.zeros for state in model.states()]), None
    length = 10 * model.stride + 1
    pos, frame = torch.zeros(length, *model.shape), torch.arange(length)
    time = {0: torch.export.Dim("T", min=1)}
    return (pos, pos[..., 0] + 1, frame, 0 * frame), dict.fromkeys(("pos", "score", "frame", "run"), time)


def _as_onnx(program: torch.export.ExportedProgram, inputs: list[str], outputs: list[str]) -> bytes:
    exported = torch.onnx.export(program, input_names=inputs, output_names=outputs, dynamo=True, verbose=False)
    assert exported is not None
    for node in exported.model.graph.all_nodes():
        node.metadata_props.clear()  # where in torch's and our source each comes from
    written: bytes = exported.model_proto.SerializeToString()
    return written


def _as_torch(program: torch.export.ExportedProgram) -> bytes:
    file = io.BytesIO()
    torch.export.save(program, file)
    return file.getvalue()


def describe(recognizer: Recognizer, model: OfflineModel | StepModel, file: str) -> dict[str, Any]:
    """All that a program without torch must know of an exported model."""
    joints, dims, classes = recognizer.graph.num_nodes, recognizer.num_dims, len(recognizer.classes)
    time = [] if isinstance(model, StepModel) else ["T"]
    inputs = {
        "pos": _tensor([*time, joints, dims]),
        "score": _tensor([*time, joints]),
        "frame": _tensor(time, "int64"),
    }
    outputs = {"logits": _tensor([classes]), "probabilities": _tensor([classes])}
    skeleton = recognizer.graph.skeleton
    facts: dict[str, Any] = {
        "format": DESCRIPTION_FORMAT,
        "file": file,
        "classes": list(recognizer.classes),
        "fps": recognizer.fps,
        "num_dims": dims,
        "skeleton": {"name": skeleton.name, "joints": list(skeleton.joints), "bones": skeleton.bones},
        "streams": list(recognizer.features.streams.streams),
        "max_gap": MAX_GAP,
    }
    if isinstance(model, OfflineModel):
        inputs["run"] = _tensor(time, "int64")
        return {**facts, "stride": model.stride, "gap": model.gap, "inputs": inputs, "outputs": outputs}
    states = model.states()
    tensors = {state.name: _tensor(list(state.zeros.shape), _type(state.zeros)) for state in states}
    return {
        **facts,
        "delay": model.delay,
        "states": [{"name": state.name, **tensors[state.name], "stays": state.stays} for state in states],
        "inputs": {**inputs, "present": _tensor([], "bool"), **tensors},
        "outputs": {
            **outputs,
            "known": _tensor([], "bool"),
            **{f"next.{name}": tensor for name, tensor in tensors.items()},
        },
    }


def _tensor(shape: list[Any], type: str = "float32") -> dict[str, Any]:
    return {"shape": shape, "type": type}


def _type(values: Tensor) -> str:
    return str(values.dtype).removeprefix("torch.")


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what torch says of its own insides, and of packages that nothing here needs."""
    logger = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
