"""A process may be killed at any moment, of processing or of training: no more than an epoch is lost."""

import os
import signal
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.datasets import KTHSkeletonDataset
from stgcn_pyg.models import STGCN
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.synthetic import write_synthetic_kth
from stgcn_pyg.training import Recipe
from stgcn_pyg.training.fit import fit
from tests.recordings import same

GRAPH = SkeletonGraph.build(BODY_25)
EPOCHS = 5


def killed(work: Callable[[], object], after: Callable[[float], bool]) -> bool:
    """Do work in a process of its own and kill it as soon as ``after`` (seconds) says; whether it came to that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork of a process with threads; none of them works
        child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    begin = time.monotonic()
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if after(time.monotonic() - begin):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return True
        time.sleep(0.001)
    return False


class Noise(torch.utils.data.Dataset[SkeletonData]):
    """Fresh noise of two classes, which notes in a file whenever one is read."""

    def __init__(self, diary: Path) -> None:
        self.diary = diary

    def __len__(self) -> int:
        return 8

    def __getitem__(self, i: int) -> SkeletonData:
        with self.diary.open("a") as file:
            file.write("read\n")
        x = torch.randn(6, 25, 2) + i % 2
        data = SkeletonData(x=x, run=torch.zeros(6, dtype=torch.long), y=torch.tensor([i % 2]))
        return data.attach(GRAPH)


def train(folder: Path) -> STGCN:
    torch.manual_seed(0)
    model = STGCN(GRAPH, 2, 2, channels=[(4, 1), (4, 2)], dropout=0.2)
    recordings = Noise(folder.with_suffix(".diary"))
    how = {"num_classes": 2, "recipe": Recipe(epochs=EPOCHS, batch_size=4), "progress": False, "seed": 1}
    fit(model, recordings, None, folder=folder, accelerator="cpu", devices=1, **how)  # type: ignore[arg-type]
    return model


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> STGCN:
    """What a training that nobody disturbs comes to."""
    return train(tmp_path_factory.mktemp("whole") / "run")


@pytest.mark.parametrize("epoch", range(EPOCHS))
@pytest.mark.parametrize("delay", [0.0, 0.03])
def test_a_training_that_is_killed_loses_an_epoch_at_most(
    tmp_path: Path, whole: STGCN, epoch: int, delay: float
) -> None:
    diary = tmp_path / "run.diary"

    def in_the_epoch(seconds: float) -> bool:
        """At its beginning, when the checkpoint of the epoch before may be half written, or a little later."""
        if not diary.exists() or len(diary.read_text().splitlines()) < 8 * epoch + 7:
            return False
        time.sleep(delay)
        return True

    was_killed = killed(lambda: train(tmp_path / "run"), in_the_epoch)
    assert was_killed or epoch == EPOCHS - 1
    model = train(tmp_path / "run")
    for name, value in model.state_dict().items():
        assert torch.equal(value, whole.state_dict()[name]), name
    reads = len(diary.read_text().splitlines())
    assert reads <= 8 * (EPOCHS + 1) if was_killed else reads == 8 * EPOCHS


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("kth")
    write_synthetic_kth(root / "raw", subjects=range(1, 6), num_frames=30)
    return root


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.1, 0.2, 0.3])
def test_processing_that_is_killed_leaves_no_half_cache(tmp_path: Path, recordings: Path, delay: float) -> None:
    (tmp_path / "raw").symlink_to(recordings / "raw")
    killed(lambda: KTHSkeletonDataset(tmp_path, "all", graph="uniform"), lambda seconds: seconds >= delay)
    left = list((tmp_path / "processed").glob("[!.]*")) if (tmp_path / "processed").exists() else []
    assert len(left) <= 1
    again = KTHSkeletonDataset(tmp_path, "all", graph="uniform")
    expected = KTHSkeletonDataset(recordings, "all", graph="uniform")
    assert len(again) == len(expected) == 120
    assert all(same(a, b) for a, b in zip(again, expected, strict=True))
