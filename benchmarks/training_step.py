"""How fast is a training step on recordings of unequal lengths: our timeline against padded batches?

A step is forward and backward of the paper's network with residual units on 16 recordings, without the optimiser.
The lengths are those of KTH's videos or of its sub-sequences, given by KTH's own list
(``python benchmarks/training_step.py --annotations 00sequences.txt``); without it, those of the built-in
synthetic recordings and of pieces of them. Writes ``results/training_step.json``, ``.md`` and ``.png``.

Fresh memory is slow: on some machines the padded network spends half of its time on pages that the allocator gave
back a moment ago. ``--reuse-memory`` has the allocator keep them, for all contestants, and writes
``results/training_step_reused.*``.
"""

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.measure import Timing, begin, keep, markdown, parser, peak_bytes, take_turns
from benchmarks.padded import PaddedSTGCN, pad, weights
from stgcn_pyg.data import SkeletonData, TimelineBatch
from stgcn_pyg.io import read_subsequences
from stgcn_pyg.models import NINE_LAYERS, STGCN, scaled
from stgcn_pyg.nn import ResidualUnit
from stgcn_pyg.nn.blocked import blocks
from stgcn_pyg.nn.blocked.prologue import block_size
from stgcn_pyg.nn.blocked.spatial import product, product_grad
from stgcn_pyg.nn.blocked.temporal import phases, taps, taps_grad
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.synthetic.recording import NUM_FRAMES, SCATTER, TYPICAL
from stgcn_pyg.training.memory import keep_freed_memory

Task = Callable[[], Tensor]

BATCH = 16
CHANNELS = 4  # position and velocity in the plane
GRAPH = SkeletonGraph.build(BODY_25)
NAMES = {
    "padded": "padded (N, C, T, V), textbook",
    "timeline": "our timeline",
    "plain": "our timeline, plain layers",
    "products": "its matrix products alone, in cache",
    "mm": "its matrix products alone, torch.mm",
}


def all_lengths(annotations: Path | None) -> dict[str, list[int]]:
    """The frames of every video and of every sub-sequence."""
    if annotations is None:
        rng = np.random.default_rng(0)
        whole = np.exp(rng.normal(np.log(TYPICAL), SCATTER, 599)).clip(*NUM_FRAMES).astype(int).tolist()
        return {"whole videos": whole, "sub-sequences": [length // 4 for length in whole for _ in range(4)]}
    listed = [ranges for ranges in read_subsequences(annotations).values() if ranges]
    return {
        "whole videos": [max(end for _, end in ranges) for ranges in listed],
        "sub-sequences": [end - start + 1 for ranges in listed for start, end in ranges],
    }


def typical_batch(lengths: list[int]) -> tuple[list[int], float]:
    """Of batches drawn at random, the one with the median share of padding; and the mean of padded over real."""
    order = np.random.default_rng(0).permutation(len(lengths))
    batches = [[lengths[i] for i in order[start : start + BATCH]] for start in range(0, len(order), BATCH)]
    full = sorted((batch for batch in batches if len(batch) == BATCH), key=padding)
    return full[len(full) // 2], float(np.mean([padding(batch) for batch in full]))


def padding(lengths: list[int]) -> float:
    """Frames of a padded batch over its real ones."""
    return max(lengths) * len(lengths) / sum(lengths)


def timeline_of(samples: list[Tensor]) -> TimelineBatch:
    """Recordings of one run each, as a batch."""
    return TimelineBatch.from_data_list(
        [SkeletonData(x=x, run=torch.zeros(len(x), dtype=torch.long)).attach(GRAPH) for x in samples]
    )


def step(model: torch.nn.Module, x: Any, y: Tensor) -> Tensor:
    """Forward and backward; the loss."""
    model.zero_grad(set_to_none=True)
    loss = F.cross_entropy(model(x), y)
    torch.autograd.backward(loss)
    return loss.detach()


def assert_equal(ours: STGCN, theirs: PaddedSTGCN) -> None:
    """Both networks give the same loss and gradients where nothing is padded."""
    samples = list(torch.randn(4, 40, 25, CHANNELS))
    device = ours.edge_index.device
    y = torch.arange(4, device=device)
    loss = step(ours, timeline_of(samples).to(device), y)
    reference = step(theirs, pad(samples).to(device), y)
    torch.testing.assert_close(loss, reference, rtol=1e-4, atol=1e-4)
    mine = weights(ours, gradients=True)
    for name, parameter in theirs.named_parameters():
        assert parameter.grad is not None
        scale = max(float(parameter.grad.abs().max()), 1e-2)
        torch.testing.assert_close(mine[name] / scale, parameter.grad / scale, rtol=0, atol=2e-3, msg=name)


def shapes(model: STGCN, num_frames: int) -> Iterator[tuple[Tensor, int, int, bool]]:
    """Each convolution's weights ``[C_out, C_in, G]``, output frames, stride, and if nothing goes back."""
    for i, unit in enumerate(model.units):
        assert isinstance(unit, ResidualUnit)
        stride = unit.temporal.stride[0]
        yield unit.spatial.weight.detach().flatten(0, 1).t().unsqueeze(2), num_frames, 1, i == 0
        num_out = -(-num_frames // stride)
        if unit.shortcut is not None:
            yield unit.shortcut.weight.detach(), num_out, stride, i == 0
        yield unit.temporal.weight.detach(), num_out, stride, False
        num_frames = num_out


def products_in_cache(model: STGCN, num_frames: int) -> Callable[[], Any]:
    """All of a step's products at the shapes of our blocks, on data that stays in the cache."""
    tasks: list[tuple[int, list[Task]]] = []
    for kernel, frames, stride, is_first in shapes(model, num_frames):
        size_out, size_in, width = kernel.shape
        inputs = size_in // GRAPH.num_partitions if width == 1 and stride == 1 else size_in
        size = min(block_size(25 * 4 * max(size_out, inputs)), frames)
        x, g = torch.randn(size + width, 25, size_in), torch.randn(size + width, 25, size_out)
        work = pointwise(x[:size], g[:size], kernel[:, :, 0], is_first) if width == 1 else []
        for part in phases(kernel, stride) if width > 1 else []:
            back = part.flip(2).transpose(0, 1).contiguous()
            length = size + part.shape[2] - 1
            work += [partial(taps, x[:length], part), partial(taps, g[:length], back)]
            work += [partial(taps_grad, g[:length], x[:size], back)]
        tasks.append((round(frames / size), work))
    return lambda: [task() for times, work in tasks for _ in range(times) for task in work]


def pointwise(x: Tensor, g: Tensor, kernel: Tensor, is_first: bool) -> list[Task]:
    """The products of a 1 x 1 convolution; the first of a network hands no gradient on."""
    weight = kernel.t().contiguous()
    work: list[Task] = [partial(product, x, weight), partial(product_grad, x, g, weight)]
    return work if is_first else [*work, partial(product, g, kernel.contiguous())]


def products_by_mm(model: STGCN, num_frames: int) -> Callable[[], Any]:
    """All of a step's products as whole matrix products, the taps side by side, into memory that is there."""
    tasks: list[Task] = []
    for kernel, frames, _, is_first in shapes(model, num_frames):
        weight = kernel.permute(2, 1, 0).reshape(-1, kernel.shape[0])
        x, g = (torch.empty(frames * 25, size).normal_() for size in weight.shape)
        tasks.append(partial(torch.mm, x, weight, out=torch.zeros_like(g)))
        tasks.append(partial(torch.mm, x.t(), g, out=torch.zeros_like(weight)))
        if not is_first:
            tasks.append(partial(torch.mm, g, weight.t(), out=torch.zeros_like(x)))
    return lambda: [task() for task in tasks]


def measure(lengths: list[int], width: float, rounds: int, device: torch.device) -> dict[str, Any]:
    """Times and peak memory of a step on one batch."""
    torch.manual_seed(0)
    ours = STGCN(GRAPH, CHANNELS, 6, scaled(NINE_LAYERS, width), bias="partition").to(device)
    theirs = PaddedSTGCN(ours, GRAPH.adjacency()).to(device)
    assert_equal(ours, theirs)
    samples = [torch.randn(length, 25, CHANNELS) for length in lengths]
    timeline, padded = timeline_of(samples).to(device), pad(samples).to(device)
    y = (torch.arange(len(lengths)) % 6).to(device)

    def plain() -> None:
        with blocks(False):
            step(ours, timeline, y)

    contestants: dict[str, Callable[[], Any]] = {
        "padded": partial(step, theirs, padded, y),
        "timeline": partial(step, ours, timeline, y),
        "plain": plain,
    }
    peaks = {name: peak_bytes(run) for name, run in contestants.items()}
    if device.type == "cpu":
        contestants["products"] = products_in_cache(ours, sum(lengths))
        contestants["mm"] = products_by_mm(ours, sum(lengths))
    times = take_turns(contestants, rounds)
    return {
        "lengths": lengths,
        "padding": padding(lengths),
        "seconds": {name: timing._asdict() for name, timing in times.items()},
        "frames_per_second": {name: sum(lengths) / timing.median for name, timing in times.items()},
        "peak_bytes": peaks,
    }


def table(results: dict[str, Any]) -> str:
    """Seconds, real frames a second, and both against ours."""
    header = [
        "lengths",
        "contestant",
        "seconds a step (quartiles)",
        "real frames a second",
        "time over ours",
        "peak memory",
    ]
    rows = []
    for kind, result in results.items():
        label = f"{kind}: {sum(result['lengths'])} frames, {result['padding']:.2f} times as many if padded"
        for name, timing in result["seconds"].items():
            seconds = Timing(**timing)
            peak = result["peak_bytes"].get(name)
            rows.append(
                [
                    label,
                    NAMES[name],
                    f"{seconds.median:.2f} ({seconds.low:.2f} to {seconds.high:.2f})",
                    f"{result['frames_per_second'][name]:.0f}",
                    f"{seconds.median / result['seconds']['timeline']['median']:.2f}",
                    "" if peak is None else f"{peak / 1e9:.2f} GB",
                ]
            )
            label = ""
    return markdown(header, rows)


def picture(results: dict[str, Any], path: Path) -> None:
    """Real frames a second of each contestant, for each kind of lengths."""
    figure, axes = plt.subplots(1, len(results), figsize=(4 * len(results), 3.2), layout="constrained", sharey=True)
    colours = {"padded": "0.6", "timeline": "C0", "plain": "C9", "products": "0.85", "mm": "0.85"}
    for ax, (kind, result) in zip(np.atleast_1d(axes), results.items(), strict=True):
        names = list(reversed(result["seconds"]))
        speed = [result["frames_per_second"][name] for name in names]
        bars = ax.barh([NAMES[name] for name in names], speed, color=[colours[name] for name in names])
        ax.bar_label(bars, [f"{value:.0f}" for value in speed], padding=3)
        ax.margins(x=0.2)
        ax.set(title=kind, xlabel="real frames a second")
        ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def main() -> None:
    """Measure and write down."""
    options = parser(__doc__)
    options.add_argument("--annotations", type=Path, help="KTH's 00sequences.txt, for its real lengths")
    options.add_argument("--width", type=float, default=1.0, help="multiplies the paper's channels")
    options.add_argument("--reuse-memory", action="store_true", help="the allocator keeps what is freed (glibc)")
    chosen = options.parse_args()
    if chosen.reuse_memory and not keep_freed_memory():
        raise SystemExit("--reuse-memory needs glibc")
    device = begin(chosen)
    run(chosen, device)


def run(options: argparse.Namespace, device: torch.device) -> None:
    """All three kinds of lengths."""
    results: dict[str, Any] = {}
    for kind, lengths in all_lengths(options.annotations).items():
        batch, mean = typical_batch([length // 20 for length in lengths] if options.quick else lengths)
        print(f"{kind}: padding multiplies frames by {mean:.2f} in the mean, in this batch by {padding(batch):.2f}")
        results[kind] = measure(batch, 0.125 if options.quick else options.width, options.rounds, device)
        results[kind]["mean_padding"] = mean
    equal = [round(sum(results["whole videos"]["lengths"]) / BATCH)] * BATCH
    results["equal lengths"] = measure(equal, 0.125 if options.quick else options.width, options.rounds, device)
    name = "training_step_reused" if options.reuse_memory else "training_step"
    keep(options, name, results, table(results))
    if options.out is not None:
        picture(results, options.out / f"{name}.png")


if __name__ == "__main__":
    main()
