"""Does a prediction suffer more from losing what ``explain`` names than from losing as much at random?

``python benchmarks/explanation.py RUN RECORDING... --fps 5`` prints a table: the mean loss of the predicted class's
log-probability (nats) once the k joints, or edges, that are named are gone, beside that of as many drawn at random
(joints from those that were seen), and on how many recordings the former is larger.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from stgcn_pyg.explain import METHODS, explain, log_probability
from stgcn_pyg.io import read_sequences
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import SkeletonSequence

COUNTS = (1, 3, 5)
DRAWS = 8

Loss = tuple[str, str, int, float, float]
"""Method, what is taken away, how many, the loss without those named, the mean loss without random ones."""


def losses(recognizer: Recognizer, sequence: SkeletonSequence, rng: np.random.Generator) -> Iterator[Loss]:
    """What one recording's prediction loses."""
    for method in METHODS:
        explanation = explain(recognizer, sequence, method=method)
        whole = log_probability(recognizer, sequence, explanation.target)
        seen = np.flatnonzero(~explanation.sequence.missing.all(axis=0))
        edges = np.arange(recognizer.graph.num_edges)
        for what, values, pool in (("joints", explanation.joints, seen), ("edges", explanation.edges, edges)):
            for count in COUNTS:
                draws = [np.argsort(-values)[:count]]
                draws += [rng.choice(pool, count, replace=False) for _ in range(DRAWS)]
                named, *others = [
                    whole - log_probability(recognizer, sequence, explanation.target, **{what: draw.tolist()})
                    for draw in draws
                ]
                yield method, what, count, named, float(np.mean(others))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("recordings", type=Path, nargs="+")
    parser.add_argument("--fps", type=float)
    options = parser.parse_args()
    recognizer = Recognizer.from_pretrained(options.run)
    skeleton, rng = recognizer.graph.skeleton, np.random.default_rng(0)
    table = defaultdict(list)
    for path in tqdm(options.recordings, disable=None):
        for sequence in read_sequences(path, skeleton, fps=options.fps):
            for method, what, count, named, others in losses(recognizer, sequence, rng):
                table[method, what, count].append((named, others))
    print("| method | taken away | named | random | named loses more |\n|---|---|---:|---:|---:|")
    for (method, what, count), pairs in table.items():
        named, others = np.mean(pairs, axis=0)
        more = sum(a > b for a, b in pairs)
        print(f"| {method} | {count} {what} | {named:.2f} | {others:.2f} | {more} of {len(pairs)} |")


if __name__ == "__main__":
    main()
