"""Networks composed of the layers in :mod:`stgcn_pyg.nn`."""

from stgcn_pyg.models.ensemble import Ensemble
from stgcn_pyg.models.published_weights import read_published
from stgcn_pyg.models.stgcn import NINE_LAYERS, STGCN, TWELVE_LAYERS, scaled

__all__ = ["NINE_LAYERS", "STGCN", "TWELVE_LAYERS", "Ensemble", "read_published", "scaled"]
