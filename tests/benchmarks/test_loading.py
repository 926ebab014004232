"""What is timed when recordings are loaded is what a training loads."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from benchmarks import loading
from benchmarks.loading import BATCH, TARGETS, epoch, open_all, plot, python, report, starts, training_recordings
from stgcn_pyg.plots.save import save
from stgcn_pyg.synthetic import write_synthetic_kth


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kth")
    write_synthetic_kth(folder / "raw", subjects=[1, 2, 3, 16, 21], scenarios=[1], num_frames=30)
    return folder


def test_processing_makes_the_cache_anew_and_opening_reads_it(root: Path) -> None:
    open_all(root)
    (cache,) = (root / "processed").glob("*.pt")
    made = cache.stat().st_mtime_ns
    assert len(open_all(root)) == 30
    assert cache.stat().st_mtime_ns == made
    starts(root)[loading.PROCESSING]()
    assert cache.stat().st_mtime_ns > made


def test_an_epoch_has_every_training_recording_once(root: Path) -> None:
    whole = training_recordings(root, crop=0)
    frames = sum(open_all(root)[i].num_frames for i in range(30)) * 18 // 30
    assert len(whole) == 18
    assert len(epoch(whole, workers=0)) == -(-18 // BATCH)
    assert sum(epoch(whole, workers=0)) == sum(data.num_frames for data in whole)
    assert sum(epoch(training_recordings(root, crop=20), workers=0)) < frames


def test_rounds_draw_the_same_crops(root: Path) -> None:
    cropped = training_recordings(root, crop=20)
    assert epoch(cropped, workers=0) == epoch(cropped, workers=0)


def test_a_fresh_process_runs_this_checkout_and_its_failure_is_seen() -> None:
    python("-c", f"import stgcn_pyg; assert stgcn_pyg.__path__ == [{str(loading.CHECKOUT / 'stgcn_pyg')!r}]")
    with pytest.raises(subprocess.CalledProcessError):
        python("-c", "import stgcn_pyg.nothing")


def test_tables_and_picture_follow_from_the_times(root: Path, tmp_path: Path) -> None:
    second = {"median": 1.0, "low": 0.5, "high": 1.5}
    results: dict[str, Any] = {
        "recordings": 30,
        "frames": 900,
        "seconds_of_writing": 2.0,
        "seconds": dict.fromkeys(starts(root), second),
        "epochs": list(loading.measure_epochs(root, rounds=1)),
    }
    text = report(results)
    assert all(f"| {name} | 1.00 (0.50 to 1.50) | under {limit:g} |" in text for name, limit in TARGETS.items())
    for row in results["epochs"]:
        assert row["batches_per_second"] == pytest.approx(2 / row["seconds"]["median"])
        assert f"| {row['what']} | {row['workers']} | 2 |" in text
    save(plot(results), tmp_path / "loading.png")
    assert (tmp_path / "loading.png").stat().st_size > 0
