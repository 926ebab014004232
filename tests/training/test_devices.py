"""Several devices train as one would: two processes on a CPU against the test's own."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from stgcn_pyg.models import STGCN
from stgcn_pyg.training import Recipe
from stgcn_pyg.training.fit import fit
from tests.training.devices import (
    FRAMES,
    GRAPH,
    TRAININGS,
    Recordings,
    frames_of_both,
    norm_of,
    train,
    weights,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which two processes left what they trained."""
    folder = tmp_path_factory.mktemp("two")
    command = [sys.executable, "-m", "tests.training.devices", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", TRAININGS)
def test_two_devices_end_where_one_does(name: str, two: Path, tmp_path: Path) -> None:
    train(name, tmp_path, devices=1)
    one, other = weights(tmp_path, name), weights(two, name)
    assert one.keys() == other.keys()
    # A bias before a norm has a gradient of rounding errors alone, which Adam makes steps of 1e-10 of.
    far = [key for key in one if not torch.allclose(one[key], other[key], rtol=1e-8, atol=1e-8)]
    assert bool(far) == (name == "each its own"), far


def curves(folder: Path, name: str) -> list[dict[str, float]]:
    with (folder / name / "curves" / "version_0" / "metrics.csv").open() as file:
        return [{key: float(value) for key, value in row.items() if value} for row in csv.DictReader(file)]


def test_losses_and_accuracies_are_of_all_recordings_each_once(two: Path, tmp_path: Path) -> None:
    train("synchronized", tmp_path, devices=1)
    one, other = curves(tmp_path, "synchronized"), curves(two, "synchronized")
    assert len(one) == 2 * 3
    assert other == [pytest.approx(row) for row in one]


def test_a_synchronized_norm_is_that_of_all_devices_frames(two: Path) -> None:
    """Outputs, gradients and running statistics, though the devices have different numbers of frames."""
    expected = norm_of(frames_of_both())
    shares = [torch.load(two / f"norm{rank}.pt") for rank in range(2)]
    assert [len(share["y"]) for share in shares] == list(FRAMES)
    for key in ("y", "grad"):
        torch.testing.assert_close(torch.cat([share[key] for share in shares]), expected[key])
    for key in ("weight", "bias"):
        torch.testing.assert_close(sum(share[key] for share in shares), expected[key])
    for share in shares:
        for key in ("mean", "var", "batches"):
            torch.testing.assert_close(share[key], expected[key])


def test_devices_draw_dropout_of_their_own(two: Path) -> None:
    first, second = (torch.load(two / f"draw{rank}.pt") for rank in range(2))
    assert not torch.equal(first, second)


@pytest.mark.parametrize(
    ("recipe", "num_val", "num_devices", "message"),
    [
        ({"max_frames": 100}, 5, 2, "use it with one device"),
        ({"batch_size": 4}, 5, 3, "batch_size 4 is of all devices together, .* take a multiple of 3"),
        ({"batch_size": 5}, 5, 5, "the last of 11 recordings in batches of 5 are 1, too few for 5 devices"),
        ({"batch_size": 6}, 1, 2, "1 validation recordings are too few for 2 devices"),
    ],
)
def test_recordings_that_devices_cannot_share_are_refused(
    recipe: dict[str, int], num_val: int, num_devices: int, message: str, tmp_path: Path
) -> None:
    recordings = Recordings()
    model = STGCN(GRAPH, 2, 2, channels=[(4, 1)])
    how = {"recipe": Recipe(**recipe), "folder": tmp_path, "accelerator": "cpu", "devices": num_devices}  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=message):
        fit(model, recordings, [recordings[0]] * num_val, num_classes=2, progress=False, **how)  # type: ignore[arg-type]
