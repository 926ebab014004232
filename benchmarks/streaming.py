"""What does a frame of a stream cost: our network frame by frame against sliding windows and bare products?

One stream: the paper's network (9 + 1 layers, K = 3, V = 25, residual units) takes a frame and gives logits.
Against it, the offline network is shown the last 64, 150 or 300 frames anew, at every frame (stride 1) or at the
hop that is customary for sliding windows, half a window, which answers only so often. Operations are those of
products, counted by torch, a multiplication and an addition being two.

Many streams: 1 to 64 of them, each begun a frame after the other so that their strides fall on different frames.
Against them, the same products alone: the same kernels times inputs of the same shapes, in the same order.

Writes ``results/streaming.json`` and ``.md``.
"""

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.measure import Timing, begin, keep, markdown, parser, take_turns
from benchmarks.training_step import GRAPH, timeline_of
from stgcn_pyg.models import NINE_LAYERS, STGCN, scaled
from stgcn_pyg.nn.blocked import blocks
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import IntArray
from stgcn_pyg.streaming import StreamBatch, StreamingRecognizer, spatial, unit
from stgcn_pyg.streaming.network import StreamingNetwork
from stgcn_pyg.streaming.taps import taps

WINDOWS = (64, 150, 300)
STREAMS = (1, 2, 4, 8, 16, 32, 64)
OURS, WHOLE, WINDOW = "stream", "stream, with features and checks", "window of {} frames, {}"
TARGETS = {
    "frames a second of one stream": ("at least", 200),
    "a 300-frame window at stride 1 over a stream's frame, in time": ("at least", 30),
    "operations a frame over those offline": ("at most", 1.1),
    "frames a second of 64 streams over the products' alone": ("at least", 0.6),
}


def recognizer_of(width: float) -> Recognizer:
    """The network in what a stream needs around it, untrained."""
    torch.manual_seed(0)
    return Recognizer(GRAPH, list("abcdef"), channels=scaled(NINE_LAYERS, width))


def streams_of(network: STGCN, num_streams: int) -> tuple[StreamingNetwork, IntArray]:
    """So many streams, each begun a frame after the other, of which the last layer has had frames."""
    live = StreamingNetwork(network, num_streams)
    for t in range(num_streams + live.delay + live.stride):
        push(live, np.arange(min(t + 1, num_streams)))
    return live, np.arange(num_streams)


def push(live: StreamingNetwork, streams: IntArray) -> Tensor:
    """A frame of each of the streams; their logits."""
    live.push(streams, torch.ones(len(streams), GRAPH.num_nodes, 6))
    return live.logits(streams)


@torch.inference_mode()
def offline(network: STGCN, x: Tensor) -> Tensor:
    """Logits of one recording ``[T, V, C]``."""
    logits: Tensor = network(timeline_of([x]))
    return logits


def assert_equal(network: STGCN) -> None:
    """A recording gives the same logits frame by frame."""
    x, one = torch.randn(90, GRAPH.num_nodes, 6), np.array([0])
    live = StreamingNetwork(network, 1)
    for frame in x:
        live.push(one, frame[None])
    live.end(one)
    torch.testing.assert_close(live.logits(one), offline(network, x), rtol=1e-3, atol=1e-3)


def operations(run: Callable[[], Any]) -> int:
    """Of the products in a run."""
    with FlopCounterMode(display=False) as counter:
        run()
    return int(counter.get_total_flops())


def cycle(live: StreamingNetwork, streams: IntArray, times: int = 1) -> None:
    """As many frames of each stream as one of the last layer stands for: no fewer are like the others."""
    for _ in range(times * live.stride):
        push(live, streams)


def one_stream(recognizer: Recognizer, windows: tuple[int, ...], rounds: int) -> list[dict[str, Any]]:
    """Time and operations a frame of one stream and of windows."""
    (network,) = recognizer.networks
    network.eval()
    live, one = streams_of(network, 1)
    whole, pose = StreamingRecognizer(recognizer), np.random.default_rng(0).random((GRAPH.num_nodes, 2))
    frames = 8 * live.stride

    def push_poses() -> None:
        for _ in range(frames):
            whole.push(pose)

    contestants: dict[str, tuple[Callable[[], Any], float]] = {  # what is run, and of how many frames
        OURS: (partial(cycle, live, one, 8), frames),
        WHOLE: (push_poses, frames),
    }
    for window in windows:
        shown = partial(offline, network, torch.randn(window, GRAPH.num_nodes, 6))
        contestants[WINDOW.format(window, "stride 1")] = shown, 1
        contestants[WINDOW.format(window, f"hop {window // 2}")] = shown, window // 2
    times = take_turns({name: run for name, (run, _) in contestants.items()}, rounds)
    ours = times[OURS].median / frames
    return [
        {
            "contestant": name,
            "seconds_a_frame": Timing(*(value / count for value in times[name]))._asdict(),
            "frames_per_second": count / times[name].median,
            "time_over_stream": times[name].median / count / ours,
            "operations_a_frame": operations(run) / count,
        }
        for name, (run, count) in contestants.items()
    ]


def offline_operations(width: float, num_frames: int = 400) -> float:
    """Operations a frame of the offline network on a long recording, adding up neighbours as a stream does."""
    sparse = STGCN(GRAPH, 6, 6, scaled(NINE_LAYERS, width), backend="sparse").eval()
    with blocks(False):  # which compute frames at their seams twice
        return operations(partial(offline, sparse, torch.randn(num_frames, GRAPH.num_nodes, 6))) / num_frames


def products(live: StreamingNetwork, streams: IntArray) -> Callable[[], Any]:
    """The products of a cycle alone, on inputs that are there: those of one shape share theirs."""
    tasks: list[tuple[tuple[int, ...], Tensor]] = []

    def noted(x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
        tasks.append((tuple(x.shape), kernel))
        return taps(x, kernel, bias)

    with ExitStack() as stack:
        for module in (spatial, unit):
            stack.enter_context(patch.object(module, "taps", noted))
        cycle(live, streams)
    inputs = {shape: torch.randn(shape).permute(0, 3, 1, 2) for shape, _ in tasks}

    @torch.inference_mode()
    def run() -> None:
        for shape, kernel in tasks:
            F.conv2d(inputs[shape], kernel)

    return run


def many_streams(network: STGCN, counts: tuple[int, ...], rounds: int) -> list[dict[str, Any]]:
    """Frames a second of so many streams together, and of their products alone."""
    rows = []
    for count in counts:
        live, streams = streams_of(network, count)
        times = take_turns({OURS: partial(cycle, live, streams), "products": products(live, streams)}, rounds)
        frames = count * live.stride
        rows.append(
            {
                "streams": count,
                "seconds_a_frame": Timing(*(value / frames for value in times[OURS]))._asdict(),
                "frames_per_second": frames / times[OURS].median,
                "products_per_second": frames / times["products"].median,
                "of_products": times["products"].median / times[OURS].median,
            }
        )
    return rows


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Everything, with one thread and, if not in a hurry, with as many as are asked for."""
    width = 0.125 if options.quick else 1.0
    recognizer = recognizer_of(width)
    (network,) = recognizer.networks
    assert_equal(network.eval())
    results: dict[str, Any] = {"threads": {}}
    for threads in [1] if options.quick else sorted({1, options.threads}):
        torch.set_num_threads(threads)
        results["threads"][threads] = {
            "one_stream": one_stream(recognizer, WINDOWS[:1] if options.quick else WINDOWS, options.rounds),
            "many_streams": many_streams(network, (1, 4) if options.quick else STREAMS, options.rounds),
        }
    results["offline_operations_a_frame"] = offline_operations(width)
    results["bytes_a_stream"] = StreamBatch(recognizer).state_bytes
    results["bytes_of_weights"] = sum(values.nbytes for values in network.parameters())
    return results


def reached(results: dict[str, Any]) -> dict[str, dict[int, float]]:
    """What was measured of each target, by threads; nothing where it was left out."""
    found: dict[str, dict[int, float]] = {target: {} for target in TARGETS}
    speed, window, work, share = found.values()
    for threads, result in results["threads"].items():
        rows = {row["contestant"]: row for row in result["one_stream"]}
        speed[threads] = rows[OURS]["frames_per_second"]
        work[threads] = rows[OURS]["operations_a_frame"] / results["offline_operations_a_frame"]
        if (name := WINDOW.format(300, "stride 1")) in rows:
            window[threads] = rows[name]["time_over_stream"]
        for row in result["many_streams"]:
            if row["streams"] == STREAMS[-1]:
                share[threads] = row["of_products"]
    return found


def table(results: dict[str, Any]) -> str:
    """Everything measured, and the targets beside it."""
    all_threads = results["threads"]
    one = [
        [
            str(threads),
            row["contestant"],
            microseconds(row),
            f"{row['frames_per_second']:.0f}",
            f"{row['time_over_stream']:.2f}",
            f"{row['operations_a_frame'] / 1e6:.1f}",
            f"{row['operations_a_frame'] / results['offline_operations_a_frame']:.2f}",
        ]
        for threads, result in all_threads.items()
        for row in result["one_stream"]
    ]
    many = [
        [
            str(threads),
            str(row["streams"]),
            microseconds(row),
            f"{row['frames_per_second']:.0f}",
            f"{row['products_per_second']:.0f}",
            f"{row['of_products']:.2f}",
        ]
        for threads, result in all_threads.items()
        for row in result["many_streams"]
    ]
    targets = [
        [target, f"{bound} {value:g}", *(f"{found[n]:.2f}" if n in found else "" for n in all_threads)]
        for (target, (bound, value)), found in zip(TARGETS.items(), reached(results).values(), strict=True)
    ]
    time, speed = "microseconds a frame (quartiles)", "frames a second"
    work = ["million operations a frame", "over offline's"]
    return "\n".join(
        [
            markdown(["threads", "contestant", time, speed, "time over the stream's", *work], one),
            markdown(["threads", "streams", time, speed, "of the products alone", "share"], many),
            markdown(["target", "wanted", *(f"threads: {n}" for n in all_threads)], targets),
            f"A stream takes {results['bytes_a_stream'] / 1e6:.2f} MB, beside weights of "
            f"{results['bytes_of_weights'] / 1e6:.1f} MB for all.\n",
        ]
    )


def microseconds(row: dict[str, Any]) -> str:
    """Median and quartiles of a frame."""
    median, low, high = (1e6 * value for value in row["seconds_a_frame"].values())
    return f"{median:.0f} ({low:.0f} to {high:.0f})"


def main() -> None:
    """Measure and write down."""
    options = parser(__doc__).parse_args()
    begin(options)
    results = measure(options)
    keep(options, "streaming", results, table(results))


if __name__ == "__main__":
    main()
