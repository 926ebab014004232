"""How long does loading take: processing recordings, opening the processed set, batches, imports?

``python -m benchmarks.loading`` writes as many synthetic recordings as KTH has into a temporary folder. It has
``KTHSkeletonDataset`` process them, then open them again, here and in a fresh process; draws epochs of training
batches, of random crops as the default settings have them and of whole videos under the same augmentation; and
starts fresh processes that import something, whose files the system has at hand from the time before. Writes
``results/loading.json``, ``.md`` and ``.png``.

Example: ``python -m benchmarks.loading --rounds 5 --out runs/loading``
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.measure import begin, keep, markdown, parser, seconds, take_turns
from stgcn_pyg.data import TimelineLoader
from stgcn_pyg.datasets import KTHSkeletonDataset
from stgcn_pyg.experiments import Settings
from stgcn_pyg.plots.save import save
from stgcn_pyg.synthetic import write_synthetic_kth
from stgcn_pyg.transforms import SkeletonFeatures

CHECKOUT = Path(__file__).parents[1]
BATCH = 16
PROTOCOL = "15/5/5"
WORKERS = (0, 2)
PROCESSING, OPENING, HELP = "processing", "opening", "stgcn-pyg --help"
FRESH = "opening in a fresh process"
IMPORTS = ("stgcn_pyg", "torch", "torch_geometric", "stgcn_pyg.nn")
TARGETS = {OPENING: 1.0, HELP: 1.0}
"""Seconds that must not be reached."""


def open_all(root: Path, **how: Any) -> KTHSkeletonDataset:
    """Everything that lies in a folder, with the graph that is measured on the training recordings."""
    return KTHSkeletonDataset(root, split="all", **how)


def python(*words: str) -> None:
    """Run Python in a fresh process, on this checkout."""
    subprocess.run([sys.executable, *words], cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL)


def starts(root: Path) -> dict[str, Callable[[], Any]]:
    """What one waits for before anything is trained."""
    code = f"from stgcn_pyg.datasets import KTHSkeletonDataset; KTHSkeletonDataset({str(root)!r}, split='all')"
    return {
        PROCESSING: partial(open_all, root, force_reload=True),
        OPENING: partial(open_all, root),
        FRESH: partial(python, "-c", code),
        **{f"import {module}": partial(python, "-c", f"import {module}") for module in IMPORTS},
        HELP: partial(python, "-m", "stgcn_pyg", "--help"),
    }


def training_recordings(root: Path, crop: int) -> KTHSkeletonDataset:
    """The training split as a training reads it: cropped, augmented, made into features."""
    settings = Settings(str(root), PROTOCOL, crop=crop)
    train = KTHSkeletonDataset(root, split="train", protocol=settings.split)
    features = SkeletonFeatures(train.skeleton, settings.streams).fit(train)
    train.transform = features.augmented(*settings.augmentation(train.skeleton))
    return train


def epoch(train: KTHSkeletonDataset, workers: int) -> list[int]:
    """Load an epoch, which starts the workers; the frames of each batch."""
    torch.manual_seed(0)  # the same crops in every round
    return [batch.num_frames for batch in TimelineLoader(train, BATCH, shuffle=True, num_workers=workers)]


def measure_epochs(root: Path, rounds: int) -> Iterator[dict[str, Any]]:
    """Batches and frames a second, of default crops and of whole videos, with each number of workers."""
    crop = Settings(str(root), PROTOCOL).crop
    for what, longest in ((f"crops of up to {crop} frames", crop), ("whole videos", 0)):
        train = training_recordings(root, longest)
        frames = {workers: epoch(train, workers) for workers in WORKERS}
        times = take_turns({str(workers): partial(epoch, train, workers) for workers in WORKERS}, rounds)
        for workers, timing in zip(WORKERS, times.values(), strict=True):
            yield {
                "what": what,
                "workers": workers,
                "batches": len(frames[workers]),
                "frames": sum(frames[workers]),
                "seconds": timing._asdict(),
                "batches_per_second": len(frames[workers]) / timing.median,
                "frames_per_second": sum(frames[workers]) / timing.median,
            }


def measure(root: Path, rounds: int, **synthetic: Any) -> dict[str, Any]:
    """Everything, on synthetic recordings that are written into a folder first."""
    writing = seconds(lambda: write_synthetic_kth(root / "raw", **synthetic))
    recordings = open_all(root)
    return {
        "recordings": len(recordings),
        "frames": sum(data.num_frames for data in recordings),
        "seconds_of_writing": writing,
        "seconds": {name: timing._asdict() for name, timing in take_turns(starts(root), rounds).items()},
        "epochs": list(measure_epochs(root, rounds)),
    }


def report(results: dict[str, Any]) -> str:
    """What is waited for, then what a training is fed with."""
    waits = []
    for name, timing in results["seconds"].items():
        wanted = f"under {TARGETS[name]:g}" if name in TARGETS else ""
        waits.append([name, in_seconds(timing), wanted])
    epochs = [
        [
            row["what"],
            str(row["workers"]),
            str(row["batches"]),
            in_seconds(row["seconds"]),
            f"{row['batches_per_second']:.1f}",
            f"{row['frames_per_second']:.0f}",
        ]
        for row in results["epochs"]
    ]
    parts = [
        f"{results['recordings']} synthetic recordings with {results['frames']} frames that show somebody, which "
        f"it took {results['seconds_of_writing']:.1f} s to write.\n",
        markdown(["", "seconds (quartiles)", "wanted"], waits),
        f"An epoch of the training recordings in batches of {BATCH}, the start of the workers included.\n",
        markdown(["", "workers", "batches", "seconds (quartiles)", "batches a second", "frames a second"], epochs),
    ]
    return "\n".join(parts)


def in_seconds(timing: dict[str, float]) -> str:
    """A median and its quartiles."""
    return "{median:.2f} ({low:.2f} to {high:.2f})".format(**timing)


def plot(results: dict[str, Any]) -> Figure:
    """Seconds of waiting, and batches a second."""
    figure = Figure(figsize=(11, 3.8), layout="constrained")
    waits, speeds = figure.subplots(1, 2)
    timings = results["seconds"]
    counted = (PROCESSING, OPENING)
    labels = [f"{name} {results['recordings']}" if name in counted else name for name in timings]
    bars(waits, labels, [timing["median"] for timing in timings.values()], "{:.2f}")
    waits.set(xlabel="median seconds", title="processing, opening, imports")
    waits.axvline(TARGETS[OPENING], color="0.4", ls=":", lw=1, label=f"wanted of {OPENING}\nand of {HELP}")
    waits.legend(frameon=False, loc="lower right")
    names = [f"{row['what']}, {row['workers']} workers" for row in results["epochs"]]
    bars(speeds, names, [row["batches_per_second"] for row in results["epochs"]], "{:.0f}")
    speeds.set(xlabel="batches a second", title=f"training batches of {BATCH} recordings")
    return figure


def bars(axes: Axes, names: list[str], values: list[float], form: str) -> None:
    """Horizontal bars, the first on top."""
    drawn = axes.barh(names, values, color="C0")
    beside = {"fc": "white", "ec": "none", "pad": 1}
    axes.bar_label(drawn, [form.format(value) for value in values], padding=3, bbox=beside)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    """Measure and write down."""
    options = parser(__doc__)
    options.set_defaults(rounds=5)
    chosen = options.parse_args()
    begin(chosen)
    few: dict[str, Any] = {"subjects": [1, 16, 21], "scenarios": [1], "num_frames": 60} if chosen.quick else {}
    with tempfile.TemporaryDirectory() as folder:
        results = measure(Path(folder), chosen.rounds, **few)
    keep(chosen, "loading", results, report(results))
    if chosen.out is not None:
        save(plot(results), Path(chosen.out, "loading.png"))


if __name__ == "__main__":
    main()
