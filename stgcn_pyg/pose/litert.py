"""Networks in TensorFlow Lite's format, run by LiteRT on the CPU."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stgcn_pyg.sequence import FloatArray


class Network:
    """A network of one input.

    Args:
        path: The ``.tflite`` file.

    Raises:
        ImportError: If LiteRT is not installed, with the extra that brings it.
        ValueError: If the file is none.
    """

    def __init__(self, path: Path) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ModuleNotFoundError:
            raise ImportError(
                "BlazePose needs LiteRT; `pip install 'stgcn-pyg[pose]'` brings it (package ai-edge-litert)"
            ) from None
        with _quiet():
            self.interpreter = Interpreter(model_path=str(path), num_threads=os.cpu_count())
            self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]["index"]
        self.outputs = {detail["name"]: detail["index"] for detail in self.interpreter.get_output_details()}

    def __call__(self, values: FloatArray) -> dict[str, npt.NDArray[np.float32]]:
        """Its outputs, by their names."""
        self.interpreter.set_tensor(self.input, values)
        self.interpreter.invoke()
        return {name: self.interpreter.get_tensor(index) for name, index in self.outputs.items()}


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep LiteRT, which takes no setting for it, from telling on standard error what it computes with."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
