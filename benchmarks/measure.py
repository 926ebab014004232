"""What all timings share: contestants that take turns, peak memory, facts on the machine, and result files.

Timings on a shared machine drift. Contestants therefore run in turn, round after round in one process, and what is
compared are medians, with the quartiles beside them.
"""

import argparse
import ctypes
import os
import platform
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

import torch

from stgcn_pyg.files import write_json, write_text

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("torch", "torch-geometric", "torch-scatter", "numpy")


class Timing(NamedTuple):
    """Seconds of one run: the median, and the quartiles around it."""

    median: float
    low: float
    high: float


def parser(doc: str | None) -> argparse.ArgumentParser:
    """The options of every benchmark."""
    options = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="tiny sizes: does it run? No results are kept")
    options.add_argument("--device", default="cpu", help="cpu or cuda")
    options.add_argument(
        "--threads", type=int, default=os.cpu_count(), help="CPU threads; default: as many as cores"
    )
    options.add_argument("--rounds", type=int, default=7, help="runs of each contestant, which take turns")
    options.add_argument(
        "--out", type=Path, help="folder of the results; default: benchmarks/results; none if --quick"
    )
    return options


def begin(options: argparse.Namespace) -> torch.device:
    """Set threads and seed; return the device."""
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    if options.out is None and not options.quick:
        options.out = RESULTS
    return torch.device(options.device)


def seconds(run: Callable[[], Any]) -> float:
    """How long one run takes, to the end of what it started on a GPU."""
    _wait()
    start = time.perf_counter()
    run()
    _wait()
    return time.perf_counter() - start


def take_turns(contestants: Mapping[str, Callable[[], Any]], rounds: int = 7) -> dict[str, Timing]:
    """Time each contestant once a round, after a run of each that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for run in contestants.values():
        run()
    for _ in range(rounds):
        for name, run in contestants.items():
            taken[name].append(seconds(run))
    return {name: summary(values) for name, values in taken.items()}


def summary(values: list[float]) -> Timing:
    """Median and quartiles.

    Example:
        >>> summary([4.0, 1.0, 2.0, 3.0, 5.0])
        Timing(median=3.0, low=2.0, high=4.0)
    """
    if len(values) == 1:
        return Timing(*values * 3)
    low, median, high = quantiles(values, n=4, method="inclusive")
    return Timing(median, low, high)


def peak_bytes(run: Callable[[], Any]) -> int | None:
    """How much more memory a run takes at its highest than before it; None for CPUs other than on Linux."""
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        run()
        _wait()
        return torch.cuda.max_memory_allocated() - before
    try:
        ctypes.CDLL(None).malloc_trim(0)  # else the run takes what was freed before, and nothing seems to be added
        Path("/proc/self/clear_refs").write_text("5")  # the high-water mark falls to what is held now
        before = _status_bytes("VmRSS")
        run()
        return _status_bytes("VmHWM") - before
    except (OSError, AttributeError):
        return None


def machine() -> dict[str, Any]:
    """What a reader must know of the machine and the versions."""
    cpu = platform.processor()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), cpu)
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{package: _version(package) for package in PACKAGES},
    }


def keep(options: argparse.Namespace, name: str, results: Any, table: str) -> None:
    """Print the table; write it and the JSON where results are kept."""
    print(table)
    if options.out is not None:
        write_json(options.out / f"{name}.json", {"machine": machine(), "results": results})
        write_text(options.out / f"{name}.md", table)


def markdown(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table.

    Example:
        >>> print(markdown(["a", "b"], [["1", "2"]]), end="")
        | a | b |
        |---|---|
        | 1 | 2 |
    """
    lines = [header, ["---"] * len(header), *rows]
    return "".join(
        "|" + "|".join(cell if cell == "---" else f" {cell} " for cell in line) + "|\n" for line in lines
    )


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _status_bytes(key: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(key))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except ImportError:
        return None
