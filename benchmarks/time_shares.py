"""Where does the time of a training step go: products, sums over neighbours, norms, copies?

``python -m benchmarks.time_shares --annotations 00sequences.txt`` times every call of the parts of the blocked path
in whole training steps, on the batch of whole videos of ``training_step.py``. Writes ``results/time_shares.json``,
``.md`` and ``.png``.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import matplotlib.pyplot as plt
import torch

from benchmarks.measure import begin, keep, markdown, parser, seconds, summary
from benchmarks.training_step import CHANNELS, GRAPH, all_lengths, step, timeline_of, typical_batch
from stgcn_pyg.models import NINE_LAYERS, STGCN, scaled
from stgcn_pyg.nn.blocked import prologue, spatial, temporal

PARTS: dict[str, list[tuple[Any, str]]] = {
    "spatial products": [(spatial, "product"), (spatial, "product_grad")],
    "temporal convolution": [(temporal, "taps"), (temporal, "taps_grad")],
    "sums over neighbours": [(spatial.Bags, "add_up"), (spatial.Bags, "build")],
    "norms and ReLU": [
        (prologue.Prologue, "__call__"),
        (prologue.Prologue, "backward"),
        (prologue.Prologue, "finish"),
        (spatial, "statistics"),
        (temporal, "statistics"),
    ],
    "copies to and from the seams": [(temporal, "gather"), (temporal, "scatter")],
}
REST = "the rest: writing outputs, adding shortcuts, pooling, Python"


@contextmanager
def watched(spent: dict[str, float]) -> Iterator[None]:
    """Inside, each part adds the seconds that it takes."""

    def timed(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                spent[part] += time.perf_counter() - start

        return run

    with ExitStack() as stack:
        for part, places in PARTS.items():
            for owner, name in places:
                stack.enter_context(patch.object(owner, name, timed(part, getattr(owner, name))))
        yield


def shares(model: STGCN, batch: Any, rounds: int) -> dict[str, float]:
    """Median seconds of each part in a training step."""
    y = torch.arange(batch.num_graphs) % 6
    step(model, batch, y)
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        spent: dict[str, float] = dict.fromkeys(PARTS, 0.0)
        with watched(spent):
            whole = seconds(lambda: step(model, batch, y))
        for part, taken in (spent | {REST: whole - sum(spent.values())}).items():
            found[part].append(taken)
    return {part: summary(values).median for part, values in found.items()}


def picture(found: dict[str, float], path: Path) -> None:
    """One bar for each part."""
    figure, ax = plt.subplots(figsize=(7, 2.6), layout="constrained")
    names = list(reversed(found))
    bars = ax.barh(names, [found[name] for name in names], color="C0")
    total = sum(found.values())
    ax.bar_label(bars, [f"{found[name] / total:.0%}" for name in names], padding=3)
    ax.margins(x=0.12)
    ax.set(xlabel="seconds of a training step")
    ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def run(options: argparse.Namespace) -> None:
    """Measure and write down."""
    lengths, _ = typical_batch(all_lengths(options.annotations)["whole videos"])
    width = 0.125 if options.quick else 1.0
    batch = timeline_of([torch.randn(length // (20 if options.quick else 1), 25, CHANNELS) for length in lengths])
    model = STGCN(GRAPH, CHANNELS, 6, scaled(NINE_LAYERS, width))
    found = shares(model, batch, options.rounds)
    total = sum(found.values())
    rows = [[part, f"{taken:.2f}", f"{taken / total:.0%}"] for part, taken in found.items()]
    keep(options, "time_shares", found, markdown(["part", "seconds a step", "share"], rows))
    if options.out is not None:
        picture(found, options.out / "time_shares.png")


def main() -> None:
    """Read the command line."""
    options = parser(__doc__)
    options.add_argument("--annotations", type=Path, help="KTH's 00sequences.txt, for its real lengths")
    chosen = options.parse_args()
    begin(chosen)
    run(chosen)


if __name__ == "__main__":
    main()
