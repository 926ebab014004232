"""Models as programs for other runtimes: ONNX and ``torch.export``, for whole recordings and frame by frame."""

from stgcn_pyg.export.offline import OfflineModel
from stgcn_pyg.export.step import StepModel
from stgcn_pyg.export.write import export_recognizer

__all__ = ["OfflineModel", "StepModel", "export_recognizer"]
