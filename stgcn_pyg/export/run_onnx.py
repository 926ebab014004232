"""Run an exported model with NumPy and ONNX Runtime alone: no torch, and nothing else of this package.

``stgcn-pyg export`` puts this file beside the model. It is a program and a module in one::

    python run_onnx.py recording.npy

    from run_onnx import LiveModel
    live = LiveModel("exported")
    scores = live.push(pos)

A recording is an array ``[T, V, D]`` of positions, or ``[T, V, D + 1]`` with a score for each joint, 0 = missing.
Its joints are the model's, and so are its frames a second (``skeleton`` and ``fps`` in the JSON beside the model).
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


class Model:
    """What both kinds of model have in common.

    Args:
        folder: The folder that ``stgcn-pyg export`` wrote.
        name: ``"model"`` or ``"step"``.
        threads: Threads to compute with; ONNX Runtime's own choice if left out.
    """

    def __init__(self, folder: str | Path, name: str, threads: int | None = None) -> None:
        self.facts: dict[str, Any] = json.loads((Path(folder) / f"{name}.json").read_text(encoding="utf-8"))
        self.classes: list[str] = self.facts["classes"]
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or 0
        self.session = onnxruntime.InferenceSession(
            str(Path(folder) / f"{name}.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.shape = (len(self.facts["skeleton"]["joints"]), self.facts["num_dims"])
        self.longest_gap: float = self.facts["max_gap"] * (self.facts["fps"] or 25.0)


class RecordingModel(Model):
    """Scores of whole recordings.

    Args:
        folder: The folder that ``stgcn-pyg export`` wrote.
        threads: Threads to compute with; ONNX Runtime's own choice if left out.
    """

    def __init__(self, folder: str | Path, threads: int | None = None) -> None:
        super().__init__(folder, "model", threads)

    def predict(self, pos: Array, score: Array | None = None, frame: Array | None = None) -> Array:
        """Probabilities ``[classes]`` of a recording of one person.

        Args:
            pos: Positions ``[T, V, D]``.
            score: ``[T, V]``, 0 where a joint is missing; all 1 if left out.
            frame: Frame numbers ``[T]``; 0, 1, 2, ... if left out.
        """
        probabilities: Array = self._run(pos, score, frame)[1]
        return probabilities

    def logits(self, pos: Array, score: Array | None = None, frame: Array | None = None) -> Array:
        """Logits ``[classes]``; log-probabilities of several networks."""
        logits: Array = self._run(pos, score, frame)[0]
        return logits

    def _run(self, pos: Array, score: Array | None, frame: Array | None) -> list[Array]:
        score = np.ones(pos.shape[:2], np.float32) if score is None else np.asarray(score, np.float32)
        frame = np.arange(len(pos)) if frame is None else np.asarray(frame)
        kept, run = cut_runs(score, frame, self.longest_gap)
        place, length = lay_out(run, self.facts["stride"], self.facts["gap"])
        given = {
            "pos": _placed(np.asarray(pos, np.float32)[kept], place, length, 0),
            "score": _placed(score[kept], place, length, 0),
            "frame": _placed(frame[kept].astype(np.int64), place, length, 0),
            "run": _placed(run, place, length, -1),
        }
        outputs: list[Array] = self.session.run(None, given)
        return outputs


def cut_runs(score: Array, frame: Array, longest_gap: float) -> tuple[Array, Array]:
    """Which frames are of an unbroken run ``[F]``, and of which one ``[F]``; nobody in view for longer ends it."""
    seen = np.flatnonzero((score > 0).any(axis=1))
    if not seen.size:
        return np.arange(len(score)), np.zeros(len(score), np.int64)
    cut = np.diff(frame[seen]) - 1 > longest_gap
    starts, stops = seen[np.r_[True, cut]], seen[np.r_[cut, True]] + 1
    kept = [np.arange(start, stop) for start, stop in zip(starts, stops, strict=True)]
    return np.concatenate(kept), np.repeat(np.arange(len(kept)), [len(part) for part in kept])


def lay_out(run: Array, stride: int, gap: int) -> tuple[Array, int]:
    """Where the frames of runs stand ``[F]`` so that none sees another and each begins where strides land."""
    place, begin = [], 0
    for length in np.bincount(run):
        place.append(begin + np.arange(length))
        begin = -(-(begin + int(length) + gap) // stride) * stride
    return np.concatenate(place), int(place[-1][-1]) + 1


def _placed(values: Array, place: Array, length: int, fill: int) -> Array:
    out = np.full((length, *values.shape[1:]), fill, values.dtype)
    out[place] = values
    return out


class LiveModel(Model):
    """Scores of the frames so far, a frame at a time, each in the same time.

    Frames without anybody are held back until somebody is seen again, for a second at most (``max_gap`` in the
    JSON); after that the run has ended.

    Args:
        folder: The folder that ``stgcn-pyg export --step`` wrote.
        threads: Threads to compute with; ONNX Runtime's own choice if left out. One is often fastest.

    Attributes:
        delay: How many frames must follow one before the scores rest on it.
    """

    def __init__(self, folder: str | Path, threads: int | None = None) -> None:
        super().__init__(folder, "step", threads)
        self.delay: int = self.facts["delay"]
        self._names = [state["name"] for state in self.facts["states"]]
        self._stays = {state["name"] for state in self.facts["states"] if state["stays"]}
        self.reset()

    def reset(self) -> None:
        """Forget all frames."""
        self._state: dict[str, Array] = {
            state["name"]: np.zeros(state["shape"], state["type"]) for state in self.facts["states"]
        }
        self._zeros = dict(self._state)
        self._held: list[tuple[Array, Array, int]] = []
        self._last: int | None = None  # sight of somebody in the run that goes on, if one does
        self._number = -1
        self._scores: Array | None = None

    def push(self, pos: Array | None, score: Array | None = None, number: int | None = None) -> Array | None:
        """Take the next frame; returns probabilities ``[classes]`` as they now stand, or None while there are none.

        Args:
            pos: Positions ``[V, D]``, or None where nobody was seen.
            score: ``[V]``, 0 where a joint is missing; all 1 if left out.
            number: The frame's number; one more than the last if left out.
        """
        self._number = self._number + 1 if number is None else number
        frame = self._frame(pos, score)
        if not frame[1].any():
            if self._last is not None and self._number - self._last > self.longest_gap:
                self.flush()
            elif self._last is not None:
                self._held.append(frame)
            return self._scores
        if self._last is not None and self._number - self._last - 1 > self.longest_gap:
            self.flush()
        for held in [*self._held, frame]:
            self._step(*held)
        self._held, self._last = [], self._number
        return self._scores

    def flush(self) -> Array | None:
        """End the run that goes on: the scores with all that was still to come of it."""
        if self._last is not None:
            nobody = self._frame(None, None)
            for _ in range(self.delay):
                self._step(*nobody, present=False)
            self._state = {
                name: values if name in self._stays else self._zeros[name] for name, values in self._state.items()
            }
        self._held, self._last = [], None
        return self._scores

    def peek(self) -> Array | None:
        """The scores that :meth:`flush` would give now; the stream goes on as it is."""
        before = self._state, self._held, self._last, self._scores
        try:
            return self.flush()
        finally:  # steps make new states and leave the old ones alone
            self._state, self._held, self._last, self._scores = before

    def _frame(self, pos: Array | None, score: Array | None) -> tuple[Array, Array, int]:
        if pos is None:
            return np.zeros(self.shape, np.float32), np.zeros(self.shape[0], np.float32), self._number
        score = np.ones(self.shape[0], np.float32) if score is None else np.asarray(score, np.float32)
        return np.asarray(pos, np.float32), score, self._number

    def _step(self, pos: Array, score: Array, number: int, present: bool = True) -> None:
        given = {"pos": pos, "score": score, "frame": np.array(number, np.int64), "present": np.array(present)}
        _, scores, known, *states = self.session.run(None, given | self._state)
        self._state = dict(zip(self._names, states, strict=True))
        self._scores = scores if known else None


def main() -> None:
    """Name the action in a recording, with whichever model lies beside this file or in the folder given."""
    parser = argparse.ArgumentParser(description="Name the action in a recording, with ONNX Runtime alone.")
    parser.add_argument("recording", type=Path, help="an array [T, V, D] or [T, V, D + 1] with scores (.npy)")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent, help="what stgcn-pyg export wrote")
    parser.add_argument("--live", action="store_true", help="frame by frame, with step.onnx")
    parser.add_argument("--threads", type=int, help="threads to compute with")
    given = parser.parse_args()
    array = np.load(given.recording, allow_pickle=False)
    model: LiveModel | RecordingModel = (LiveModel if given.live else RecordingModel)(given.folder, given.threads)
    num_joints, num_dims = model.shape
    shapes = (num_joints, num_dims), (num_joints, num_dims + 1)
    if array.ndim != 3 or not len(array) or array.shape[1:] not in shapes:
        parser.error(f"the model takes [T, {num_joints}, {num_dims}] or one more with scores, not {array.shape}")
    pos = array[..., :num_dims]
    score = array[..., num_dims] if array.shape[2] > num_dims else np.ones(array.shape[:2])
    start = time.perf_counter()
    if isinstance(model, LiveModel):
        for pose in zip(pos, score, strict=True):
            model.push(*pose)
        scores = model.flush()
    else:
        scores = model.predict(pos, score)
    seconds = time.perf_counter() - start
    if scores is None:
        parser.error("nobody is seen in any frame")
    named = {name: round(float(value), 4) for name, value in zip(model.classes, scores, strict=True)}
    action = max(named, key=named.__getitem__)
    print(json.dumps({"action": action, "scores": named, "frames": len(pos), "seconds": round(seconds, 3)}))


if __name__ == "__main__":
    main()
