"""How do time and memory of a training step, and of a prediction, grow with frames T, recordings N and joints V?

``python -m benchmarks.scaling`` lets one of the three grow while the others stay: one recording of up to 100,000
frames, then up to 128 recordings of 300 frames, both of BODY_25, then random trees of up to 2,000 joints. A step is
forward and backward, without the optimiser; a prediction is forward alone, without gradients; the network is the
paper's at an eighth of its width. Writes ``results/scaling.json``, ``.md`` and ``.png``.

An exponent is the slope of a straight line through the larger half of the sizes on log-log axes, by least squares:
at the smaller ones, what each call costs whatever its size weighs in. Before anything is timed, the prediction of
the longest recording is checked against that of the plain layers.

Peak memory is taken first, with an allocator that hands back at once what is freed, so that it is that of tensors
and not of gaps between them. Then times: glibc itself keeps what is freed of up to 32 MB, and the pages of larger
tensors, as long recordings have them, are fetched anew each time. ``--reuse-memory`` has it keep those too, and
writes ``results/scaling_reused.*``.

Example: ``python -m benchmarks.scaling --threads 2 --rounds 5 --out runs/scaling``
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from benchmarks.large_skeletons import random_tree
from benchmarks.measure import Timing, begin, keep, markdown, parser, peak_bytes, take_turns
from benchmarks.training_step import CHANNELS, step
from stgcn_pyg.data import SkeletonData, TimelineBatch
from stgcn_pyg.models import NINE_LAYERS, STGCN, scaled
from stgcn_pyg.nn.blocked import blocks
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.plots.save import save
from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.training.memory import keep_freed_memory

WIDTH = 0.125
CLASSES = 6
FRAMES = 300
"""Those of each recording where others than T grow."""
GROWING = {
    "T": "frames of one recording",
    "N": f"recordings of {FRAMES} frames",
    "V": f"joints, in {FRAMES} frames",
}
STEP, PREDICTION = "training step", "prediction"
COLOURS = {"T": "C0", "N": "C1", "V": "C2"}
DASHES = {STEP: "-", PREDICTION: "--"}

HARDLY_ANY, USUALLY = 1 << 16, 32 << 20
"""Bytes up to which glibc is to keep what is freed: while memory is measured, and at most, when left to itself."""

Fit = tuple[float, float]
"""An exponent and its standard error."""


class Size(NamedTuple):
    """N recordings of T frames, of bodies with V joints."""

    T: int
    N: int = 1
    V: int = BODY_25.num_joints


def sweeps(quick: bool) -> dict[str, list[Size]]:
    """The sizes, by the letter of what grows."""
    long, many, large = (800, 8, 100) if quick else (100_000, 128, 2000)
    return {
        "T": [Size(t) for t in geometric(long // 100, long, 9)],
        "N": [Size(FRAMES, N=n) for n in geometric(1, many, 8)],
        "V": [Size(FRAMES, V=v) for v in geometric(BODY_25.num_joints, large, 9)],
    }


def geometric(first: int, last: int, count: int) -> list[int]:
    """Whole numbers in steps of a constant factor, as near as may be; each once.

    Example:
        >>> geometric(1, 128, 8)
        [1, 2, 4, 8, 16, 32, 64, 128]
    """
    return sorted({round(size) for size in np.geomspace(first, last, count).tolist()})


class Problem:
    """A network and recordings of one size, with random features."""

    def __init__(self, size: Size, device: torch.device) -> None:
        torch.manual_seed(0)
        self.size = size
        graph = SkeletonGraph.build(BODY_25 if BODY_25.num_joints == size.V else random_tree(size.V))
        self.model = STGCN(graph, CHANNELS, CLASSES, scaled(NINE_LAYERS, WIDTH)).to(device)
        run = torch.zeros(size.T, dtype=torch.long)
        samples = [SkeletonData(x=torch.randn(size.T, size.V, CHANNELS), run=run) for _ in range(size.N)]
        self.batch = TimelineBatch.from_data_list([sample.attach(graph) for sample in samples]).to(device)
        self.y = (torch.arange(size.N) % CLASSES).to(device)

    def step(self) -> Tensor:
        """Forward and backward; the loss."""
        return step(self.model.train(), self.batch, self.y)

    @torch.no_grad()
    def predict(self) -> Tensor:
        """The logits ``[N, classes]``."""
        logits: Tensor = self.model.eval()(self.batch)
        return logits


TASKS: dict[str, Callable[[Problem], Tensor]] = {STEP: Problem.step, PREDICTION: Problem.predict}


def assert_equal(problem: Problem) -> None:
    """A prediction is that of the plain layers, with statistics that a training step has moved."""
    problem.step()
    fast = problem.predict()
    with blocks(False):
        plain = problem.predict()
    torch.testing.assert_close(fast, plain, rtol=1e-4, atol=1e-4)


def exponent(sizes: Sequence[int], values: Sequence[float | None]) -> Fit | None:
    """The power of the size with which the values grow over its larger half; None if some were not measured.

    Example:
        >>> slope, error = exponent([1, 10, 100, 1000, 10000], [50, 60, 200, 2000, 20000])
        >>> round(slope, 6), round(error, 6)
        (1.0, 0.0)
    """
    known = [value for value in values if value]
    if len(known) < len(values):
        return None
    half = len(sizes) // 2
    (slope, _), covariance = np.polyfit(np.log(sizes[half:]), np.log(known[half:]), 1, cov=True)
    return float(slope), float(np.sqrt(covariance[0, 0]))


def measure_times(sizes: list[Size], rounds: int, device: torch.device) -> dict[str, list[Timing]]:
    """How long each task takes at each size, the sizes in turn."""
    problems = [Problem(size, device) for size in sizes]
    return {
        name: list(take_turns({str(p.size): partial(task, p) for p in problems}, rounds).values())
        for name, task in TASKS.items()
    }


def measure_peaks(sizes: list[Size], device: torch.device) -> dict[str, list[int | None]]:
    """What each task adds to memory at each size."""
    problems = [Problem(size, device) for size in sizes]
    problems[0].step()  # what is fetched once is no part of any size's memory
    return {name: [peak_bytes(partial(task, problem)) for problem in problems] for name, task in TASKS.items()}


def summarize(
    letter: str, sizes: list[Size], times: dict[str, list[Timing]], peaks: dict[str, list[int | None]]
) -> dict[str, Any]:
    """What was measured as one letter grows, and the exponents."""
    grown = [int(getattr(size, letter)) for size in sizes]
    tasks = {
        name: {
            "seconds": [timing._asdict() for timing in times[name]],
            "peak_bytes": peaks[name],
            "time_exponent": exponent(grown, [timing.median for timing in times[name]]),
            "memory_exponent": exponent(grown, peaks[name]),
        }
        for name in TASKS
    }
    return {"sizes": [size._asdict() for size in sizes], **tasks}


def report(results: dict[str, Any]) -> str:
    """The exponents, then what they are fitted to."""
    parts = [
        "Exponents with their standard errors, over the larger half of the sizes.\n",
        exponents_table(results),
        "Medians (quartiles), and what a run adds to memory at its highest.\n",
        sizes_table(results),
    ]
    return "\n".join(parts)


def exponents_table(results: dict[str, Any]) -> str:
    """One row for each letter."""
    header = ["against", *(f"{what} of a {task}" for task in DASHES for what in ("time", "memory"))]
    rows = [
        [
            f"{letter}, {GROWING[letter]}",
            *(plus_minus(result[task][f"{what}_exponent"]) for task in DASHES for what in ("time", "memory")),
        ]
        for letter, result in results.items()
    ]
    return markdown(header, rows)


def sizes_table(results: dict[str, Any]) -> str:
    """One row for each size."""
    rows = []
    for letter, result in results.items():
        for i, size in enumerate(result["sizes"]):
            cells = [cell for task in DASHES for cell in (duration(result[task], i), memory(result[task], i))]
            rows.append([f"{letter} = {size[letter]}", *cells])
    return markdown(["size", *(cell for task in DASHES for cell in (f"{task}, ms", "peak, MB"))], rows)


def duration(result: dict[str, Any], i: int) -> str:
    """Milliseconds at one size."""
    timing = Timing(**result["seconds"][i])
    return f"{1e3 * timing.median:.0f} ({1e3 * timing.low:.0f} to {1e3 * timing.high:.0f})"


def memory(result: dict[str, Any], i: int) -> str:
    """Megabytes at one size."""
    peak = result["peak_bytes"][i]
    return "" if peak is None else f"{peak / 1e6:.0f}"


def plus_minus(fit: Fit | None) -> str:
    """An exponent in words."""
    return "not measured" if fit is None else f"{fit[0]:.2f} ± {fit[1]:.2f}"


def plot(results: dict[str, Any]) -> Figure:
    """Time and memory against what grows, with the fitted slopes."""
    figure = Figure(figsize=(11, 5.6), layout="constrained")
    times, peaks = figure.subplots(1, 2)
    for letter, result in results.items():
        sizes = [size[letter] for size in result["sizes"]]
        for task in DASHES:
            seconds = [timing["median"] for timing in result[task]["seconds"]]
            megabytes = [np.nan if peak is None else peak / 1e6 for peak in result[task]["peak_bytes"]]
            draw(times, sizes, seconds, letter, task, result[task]["time_exponent"])
            draw(peaks, sizes, megabytes, letter, task, result[task]["memory_exponent"])
    times.set(ylabel="median seconds", title="time")
    peaks.set(ylabel="megabytes added at the highest", title="memory")
    for axes in (times, peaks):
        axes.set(xscale="log", yscale="log", xlabel="frames T, recordings N or joints V")
        axes.grid(color="0.93")
        axes.spines[["top", "right"]].set_visible(False)
        below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.13)}
        axes.legend(title="fitted exponents", fontsize=9, ncols=2, frameon=False, **below)
    return figure


def draw(axes: Axes, sizes: list[int], values: list[float], letter: str, task: str, fit: Fit | None) -> None:
    """One line; filled marks are those that the exponent is fitted to."""
    half = len(sizes) // 2
    style: dict[str, Any] = {"color": COLOURS[letter], "ls": DASHES[task], "lw": 1.4, "marker": "o", "ms": 4}
    label = f"{letter}, {task}: {plus_minus(fit)}"
    axes.plot(sizes[: half + 1], values[: half + 1], **style, markerfacecolor="white", zorder=2)
    axes.plot(sizes[half:], values[half:], **style, label=label, zorder=3)


def main() -> None:
    """Measure and write down."""
    options = parser(__doc__)
    options.add_argument("--reuse-memory", action="store_true", help="the allocator keeps what is freed (glibc)")
    options.set_defaults(rounds=5)
    chosen = options.parse_args()
    device = begin(chosen)
    sizes = sweeps(chosen.quick)
    keep_freed_memory(HARDLY_ANY)
    assert_equal(Problem(sizes["T"][-1], device))
    peaks = {letter: measure_peaks(sizes[letter], device) for letter in GROWING}
    kept = keep_freed_memory() if chosen.reuse_memory else keep_freed_memory(USUALLY)
    if chosen.reuse_memory and not kept:
        raise SystemExit("--reuse-memory needs glibc")
    times = {letter: measure_times(sizes[letter], chosen.rounds, device) for letter in GROWING}
    results = {letter: summarize(letter, sizes[letter], times[letter], peaks[letter]) for letter in GROWING}
    name = "scaling_reused" if chosen.reuse_memory else "scaling"
    keep(chosen, name, results, report(results))
    if chosen.out is not None:
        save(plot(results), Path(chosen.out, f"{name}.png"))


if __name__ == "__main__":
    main()
