"""What every test may ask for."""

import os
from pathlib import Path

import pytest
import torch
from hypothesis import settings

from stgcn_pyg.pose.model_files import installed_models

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")
torch.set_num_threads(1)  # the tests' networks are too small to gain from more


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real recordings that ``STGCN_PYG_REAL_DATA`` names; tests that need it are skipped without."""
    folder = os.environ.get("STGCN_PYG_REAL_DATA")
    if not folder:
        pytest.skip("set STGCN_PYG_REAL_DATA to a folder of real recordings to run this test")
    return Path(folder)


@pytest.fixture(scope="session")
def blazepose() -> str:
    """The name of the pose estimator; tests that need it are skipped where its networks are not on this machine."""
    pytest.importorskip("ai_edge_litert")
    if installed_models() is None:
        pytest.skip("BlazePose's networks are not here; `stgcn-pyg extract` fetches them once")
    return "blazepose"
