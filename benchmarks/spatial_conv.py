"""When is a sparse graph convolution faster than a dense one?

``python -m benchmarks.spatial_conv`` computes one labelled graph convolution in nine ways over growing skeletons,
and writes ``results/spatial_conv.json``, ``.md`` and ``.png``. ``spatial_contestants.py`` has the ways. Features,
weights and graph are the same for all, and outputs and gradients are compared before anything is timed.

Sizes: V = 25 (BODY_25), 133 (COCO_WHOLEBODY_133), 543 (a body, two hands, and a face as a random tree) and 2000 (a
random tree); K = 1 (uniform), 2 (distance) and 3 (spatial partitions), row-normalised, which is the mean that
RGCNConv takes; C = 2 (to 64 channels), 64 and 256 (to as many); and F such that F * V is about 50,000, or a quarter
of it for C = 256.

Example: ``python -m benchmarks.spatial_conv --threads 2 --rounds 5 --out runs/spatial``
"""

import math
from collections.abc import Iterator
from functools import partial
from itertools import pairwise, product
from pathlib import Path
from typing import Any, NamedTuple

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter
from tqdm import tqdm

from benchmarks import measure
from benchmarks.large_skeletons import holistic_like, random_tree
from benchmarks.spatial_contestants import BUILD, OURS, Problem, check_equal, line_up
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.plots.save import save
from stgcn_pyg.skeleton import BODY_25, COCO_WHOLEBODY_133, Skeleton

PARTITIONS = {1: "uniform", 2: "distance", 3: "spatial"}
MODES = ("forward", "forward + backward")
NODES = 50_000
CHANNELS, LABELS = 64, 3
"""The C and K of the plot and of the table of all contestants."""
FEW = 25
"""Joints up to which the dense backend is the one to be matched; beyond, it is the one to be beaten."""

COLORS = {"auto": "tab:red", "sparse": "tab:blue", "segment": "tab:cyan", "dense": "tab:orange"}
DASHES = {"csr": "--", "einsum": "-.", "unrolled": (0, (5, 1)), "RGCNConv": "-", "product": ":"}

Row = dict[str, Any]


class Point(NamedTuple):
    """One size of the problem."""

    V: int
    K: int
    C: int


class Table:
    """The rows of the results, to be looked up."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.points = list(dict.fromkeys(Point(row["V"], row["K"], row["C"]) for row in rows))
        self.contestants = [name for name in BUILD if any(row["contestant"] == name for row in rows)]
        self._found = {(Point(row["V"], row["K"], row["C"]), row["mode"], row["contestant"]): row for row in rows}

    def get(self, key: str, point: Point, mode: str, contestant: str) -> float:
        """One number, or NaN if the contestant was left out there or it was not measured."""
        value = self._found.get((point, mode, contestant), {}).get(key)
        return math.nan if value is None else float(value)

    def ms(self, point: Point, mode: str, contestant: str) -> float:
        """A median time."""
        return self.get("median_ms", point, mode, contestant)

    def main_points(self) -> list[Point]:
        """Those of the plot, with more and more joints."""
        return sorted(point for point in self.points if (point.K, point.C) == (LABELS, CHANNELS))

    def best(self, point: Point, mode: str) -> str:
        """The fastest of our backends that one can ask for by name."""
        named = [name for name in OURS if name != "auto" and not math.isnan(self.ms(point, mode, name))]
        return min(named, key=lambda name: self.ms(point, mode, name))


def grid(quick: bool) -> Iterator[tuple[Skeleton, int, int]]:
    """All skeletons, numbers of labels K and of channels C."""
    skeletons = [BODY_25, COCO_WHOLEBODY_133]
    if not quick:
        skeletons += [holistic_like(), random_tree(2000)]
    return product(skeletons, PARTITIONS, (2, CHANNELS) if quick else (2, CHANNELS, 256))


def problem(skeleton: Skeleton, labels: int, channels: int, nodes: int, device: torch.device) -> Problem:
    """Random features over as many frames as have about so many nodes; a quarter of them for many channels."""
    graph = SkeletonGraph.build(skeleton, PARTITIONS[labels], normalization="row")
    frames = max(1, round(nodes / (4 if channels > CHANNELS else 1) / graph.num_nodes))
    return Problem.draw(graph, frames, channels, max(channels, CHANNELS), device)


def compare(task: Problem, rounds: int) -> tuple[list[Row], dict[str, str]]:
    """Check, weigh and time all contestants of one point; returns why others were left out, too."""
    contestants, left_out = line_up(task)
    check_equal(contestants, task.grad)
    steps = {name: partial(contestant.step, task.grad) for name, contestant in contestants.items()}
    peaks = {name: _peak_mb(step) for name, step in steps.items()}
    infer = {name: contestant.infer for name, contestant in contestants.items()}
    frames, nodes, channels = task.x.shape
    sizes = {"V": nodes, "K": task.graph.num_partitions, "C": channels, "F": frames}
    rows: list[Row] = []
    for mode, timings in zip(MODES, (measure.take_turns(runs, rounds) for runs in (infer, steps)), strict=True):
        for name, timing in timings.items():
            times = dict(zip(("median_ms", "low_ms", "high_ms"), (round(1000 * t, 4) for t in timing), strict=True))
            peak = peaks[name] if mode == MODES[1] else None
            rows.append({**sizes, "mode": mode, "contestant": name, **times, "peak_mb": peak})
    return rows, left_out


def _peak_mb(step: partial[Any]) -> float | None:
    """The least of three, since what an allocator keeps for later adds to some."""
    peaks = [peak / 1e6 for _ in range(3) if (peak := measure.peak_bytes(step)) is not None]
    return round(min(peaks), 2) if peaks else None


def crossings(joints: list[int], times: list[float], dense: list[float]) -> list[float]:
    """Numbers of joints at which two times meet, by straight lines on log-log axes.

    Example:
        >>> crossings([10, 1000], [2.0, 2.0], [1.0, 4.0])
        [100.0]
    """
    lead = [math.log(a / b) for a, b in zip(times, dense, strict=True)]
    meet = []
    for (v, a), (w, b) in pairwise(zip(joints, lead, strict=True)):
        if a * b < 0:
            meet.append(round(v * (w / v) ** (a / (a - b)), 1))
    return meet


def contestants_table(table: Table) -> str:
    """Times and memory of all contestants, at the main points."""
    rows = []
    for point in table.main_points():
        for mode in MODES:
            times = [_number(table.ms(point, mode, name)) for name in table.contestants]
            rows.append([str(point.V), f"{mode}, ms", *times])
        peaks = [_number(table.get("peak_mb", point, MODES[1], name)) for name in table.contestants]
        rows.append([str(point.V), "peak, MB", *peaks])
    return measure.markdown(["V", "", *table.contestants], rows)


def auto_table(table: Table) -> str:
    """Auto's time over that of the best of our other backends, everywhere, and where it is worst."""
    ratios = {
        (point, mode): table.ms(point, mode, "auto") / table.ms(point, mode, table.best(point, mode))
        for point in table.points
        for mode in MODES
    }
    columns = list(product(sorted({point.C for point in table.points}), MODES))
    rows = []
    for v, k in dict.fromkeys((point.V, point.K) for point in table.points):
        cells = [f"{ratios[Point(v, k, c), m]:.2f} ({table.best(Point(v, k, c), m)})" for c, m in columns]
        rows.append([str(v), str(k), *cells])
    (point, mode), worst = max(ratios.items(), key=lambda item: item[1])
    header = ["V", "K", *(f"C = {c}, {mode}" for c, mode in columns)]
    where = f"V = {point.V}, K = {point.K}, C = {point.C}, {mode}"
    return f"{measure.markdown(header, rows)}\nThe highest is {worst:.2f}, at {where}.\n"


def crossover_table(table: Table) -> str:
    """The numbers of joints at which our other backends meet the dense one."""
    points = table.main_points()
    joints = [point.V for point in points]
    rows = []
    for name in OURS:
        if name == "dense" or name not in table.contestants:
            continue
        cells = []
        for mode in MODES:
            times, dense = ([table.ms(point, mode, who) for point in points] for who in (name, "dense"))
            meet = ", ".join(f"{v:.0f}" for v in crossings(joints, times, dense))
            faster = times[-1] < dense[-1]
            always = f"faster from {joints[0]} on" if faster else f"slower up to {joints[-1]}"
            cells.append(f"V = {meet}" if meet else always)
        rows.append([name, *cells])
    return measure.markdown(["meets dense at", *MODES], rows)


def ratio_table(table: Table) -> str:
    """How auto stands to the dense backend and to RGCNConv."""
    rows = []
    for point in table.main_points():
        few = point.V <= FEW
        pairs = [("auto", "dense") if few else ("dense", "auto"), ("auto", "RGCNConv")]
        for one, other in pairs:
            times = [_number(table.ms(point, mode, one) / table.ms(point, mode, other)) for mode in MODES]
            peak, least = (table.get("peak_mb", point, MODES[1], name) for name in (one, other))
            meaning = f"{'below' if one == 'auto' else 'above'} 1, auto is faster"
            rows.append([f"{one} / {other}", str(point.V), *times, _number(peak / least), meaning])
    rows.sort(key=lambda row: row[0])
    return measure.markdown(["", "V", *MODES, "peak memory", "time"], rows)


def report(table: Table, left_out: list[Row]) -> str:
    """All tables, with what they show."""
    main = f"C = {CHANNELS}, K = {LABELS}"
    parts = [
        f"### All contestants, {main}\n",
        "Medians, and what forward and backward together add to memory at their highest. `product` is the matrix\n"
        "product alone, of neighbours' sums made beforehand.\n",
        contestants_table(table),
        "### `auto` against the fastest of `sparse`, `segment` and `dense`\n",
        "Auto's time over that of the fastest, which is named; above 1, auto is slower.\n",
        auto_table(table),
        f"### Crossover, {main}\n",
        "The number of joints at which a backend takes as long as `dense`: between measured points, straight\n"
        "lines on logarithmic axes.\n",
        crossover_table(table),
        f"### Ratios, {main}\n",
        ratio_table(table),
        "### Sizes and gaps\n",
        _sizes(table),
        _gaps(left_out),
    ]
    return "\n".join(parts)


def _sizes(table: Table) -> str:
    lines = []
    for channels in sorted({point.C for point in table.points}):
        nodes = {row["F"] * row["V"] for row in table.rows if row["C"] == channels}
        lines.append(f"- C = {channels}: {min(nodes):,} to {max(nodes):,} nodes F * V\n")
    return "".join(lines)


def _gaps(left_out: list[Row]) -> str:
    if not left_out:
        return "Every contestant was measured at every point.\n"
    lines = [
        f"- V = {gap['V']}, K = {gap['K']}, C = {gap['C']}: {gap['contestant']}, {gap['reason']}"
        for gap in left_out
    ]
    return "Left out:\n\n" + "\n".join(lines) + "\n"


def plot(table: Table) -> Figure:
    """Time against joints, a line for each contestant."""
    figure = Figure(figsize=(13, 5.6), layout="constrained")
    for axes, mode in zip(figure.subplots(1, 2), MODES, strict=True):
        _draw_lines(axes, table, mode)
    sizes = f"C = {CHANNELS}, K = {LABELS}, about {max(row['F'] * row['V'] for row in table.rows):,} nodes"
    figure.suptitle(f"One graph convolution over growing skeletons: {sizes}")
    return figure


def _draw_lines(axes: Axes, table: Table, mode: str) -> None:
    points = table.main_points()
    joints = [point.V for point in points]
    ends = {}
    for name in table.contestants:
        times, low, high = (
            [table.get(key, point, mode, name) for point in points] for key in ("median_ms", "low_ms", "high_ms")
        )
        color = COLORS.get(name, "0.55")
        own = name in OURS
        axes.plot(
            joints, times, color=color, ls="-" if own else DASHES[name], lw=2.2 if own else 1.3, marker="o", ms=4,
            zorder=3 if own else 2,
        )  # fmt: skip
        axes.fill_between(joints, low, high, color=color, alpha=0.2, lw=0)
        if not math.isnan(times[-1]):
            ends[name] = times[-1]
    axes.set(xscale="log", yscale="log", xlabel="joints V", ylabel="median milliseconds", title=mode)
    axes.set_xlim(joints[0] * 0.85, joints[-1] * 2.7)  # room for names
    axes.set_xticks(joints, [str(v) for v in joints])
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(color="0.93")
    bottom, top = axes.get_ylim()
    for name, height in _apart(ends, (top / bottom) ** 0.045).items():
        color = COLORS.get(name, "0.35")
        line = {"arrowstyle": "-", "color": color, "lw": 0.6, "relpos": (0, 0.5)}
        axes.annotate(
            name, (joints[-1], ends[name]), (joints[-1] * 1.25, height), color=color, va="center", fontsize=9,
            weight="bold" if name in OURS else "normal", arrowprops=line,
        )  # fmt: skip


def _apart(heights: dict[str, float], factor: float) -> dict[str, float]:
    """Heights on a logarithmic axis moved apart to be read, in their order and about their middle.

    Example:
        >>> {name: round(height, 2) for name, height in _apart({"a": 1.0, "b": 1.0, "c": 9.0}, 4.0).items()}
        {'a': 0.5, 'b': 2.0, 'c': 9.0}
    """
    groups: list[tuple[list[str], float]] = []  # names, and the middle of their logarithms
    for name in sorted(heights, key=heights.__getitem__):
        names, middle = [name], math.log(heights[name])
        while groups:
            below, its_middle = groups[-1]
            if middle - its_middle >= (len(names) + len(below)) / 2 * math.log(factor):
                break
            middle = (middle * len(names) + its_middle * len(below)) / (len(names) + len(below))
            names = [*below, *names]
            groups.pop()
        groups.append((names, middle))
    return {
        name: math.exp(middle + (rank - (len(names) - 1) / 2) * math.log(factor))
        for names, middle in groups
        for rank, name in enumerate(names)
    }


def _number(value: float) -> str:
    if math.isnan(value):
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def main() -> None:
    """Measure and write down."""
    parser = measure.parser(__doc__)
    parser.set_defaults(rounds=5)
    parser.add_argument("--nodes", type=int, help=f"about F * V; default: {NODES}, or 1000 if --quick")
    options = parser.parse_args()
    device = measure.begin(options)
    nodes = options.nodes or (1000 if options.quick else NODES)
    rows: list[Row] = []
    left_out: list[Row] = []
    for skeleton, labels, channels in tqdm(list(grid(options.quick)), desc="points"):
        measured, missing = compare(problem(skeleton, labels, channels, nodes, device), options.rounds)
        rows += measured
        sizes = Point(skeleton.num_joints, labels, channels)._asdict()
        left_out += [{**sizes, "contestant": name, "reason": reason} for name, reason in missing.items()]
    table = Table(rows)
    measure.keep(options, Path(__file__).stem, {"rows": rows, "left_out": left_out}, report(table, left_out))
    if options.out is not None:
        save(plot(table), options.out / f"{Path(__file__).stem}.png")


if __name__ == "__main__":
    main()
