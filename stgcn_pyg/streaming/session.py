"""A stream from its first frame to its last, with the time that everything takes."""

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from stgcn_pyg.streaming.frame import Pose
from stgcn_pyg.streaming.moment import Moment
from stgcn_pyg.streaming.recognizer import StreamingRecognizer

KEPT = 10_000
"""How many of the last latencies a summary is of."""


@dataclass(frozen=True)
class Answer:
    """What a stream says of itself up to a frame.

    Attributes:
        number: The frame's number.
        seconds: Its time since the stream began.
        scores: Probabilities by action, the likeliest first; empty before somebody was seen.
        joints: How many joints were seen in it.
        latency: Milliseconds that its parts took.
    """

    number: int
    seconds: float
    scores: dict[str, float]
    joints: int
    latency: dict[str, float]

    @property
    def action(self) -> str | None:
        """The likeliest action."""
        return next(iter(self.scores), None)

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "time": round(self.seconds, 3),
            "frame": self.number,
            "action": self.action,
            "scores": {name: round(score, 4) for name, score in self.scores.items()},
            "seen_joints": self.joints,
            "latency_ms": {part: round(value, 3) for part, value in self.latency.items()},
        }


class Session:
    """Shows a stream its frames, and says every now and then what it makes of them.

    Where the model looks ahead, an answer is what :meth:`~stgcn_pyg.streaming.StreamingRecognizer.peek` says, the
    scores of the stream so far, so that it is not late; that takes as long as many frames, which is why not every
    frame has one.

    Args:
        live: The stream.
        classes: Names of the actions.
        find: The pose in what a source gives; what it gives is a pose already if left out.
        every: Seconds of the stream between two answers.

    Attributes:
        num_frames: How many frames so far.
        latency: Milliseconds of the last frames, by what took them: the ``pose`` estimator, the ``network``, and
            the ``peek`` at what a model that looks ahead makes of the stream so far.

    Example:
        >>> import numpy as np
        >>> from stgcn_pyg.recognizer import Recognizer
        >>> live = StreamingRecognizer(Recognizer.from_pretrained("synthetic_kth"))
        >>> session = Session(live, ["boxing", "handclapping", "handwaving", "jogging", "running", "walking"])
        >>> answer = session.take(Moment(0, 0.0, Pose(np.random.rand(25, 2))))
        >>> answer.joints, sorted(answer.latency)
        (25, ['network', 'peek'])
    """

    def __init__(
        self,
        live: StreamingRecognizer,
        classes: Sequence[str],
        find: Callable[[Any, float], Pose] | None = None,
        every: float = 0.0,
    ) -> None:
        self.live = live
        self.classes = classes
        self.every = every
        self.num_frames = 0
        self.latency: dict[str, deque[float]] = {}
        self._find = find
        self._turn: float = -math.inf
        self._last: float = -math.inf
        self._begin = time.monotonic()

    def take(self, moment: Moment) -> Answer | None:
        """Take the next frame; returns an answer if one is due.

        Of frames of the same number the pose estimator is shown all, as it may follow people, and the network the
        first.
        """
        self.num_frames += 1
        pose: Any = moment.content
        if self._find is not None:
            pose = self._timed("pose", self._find, moment.content, moment.seconds)
        if moment.number <= self._last:
            return None
        self._last = moment.number
        scores = self._timed("network", self.live.push, pose._replace(number=moment.number))
        turn = int(moment.seconds / self.every + 1e-6) if self.every else moment.number
        if turn <= self._turn:
            return None
        self._turn = turn
        if self.live.delay:
            scores = self._timed("peek", self.live.peek)
        latency = {part: values[-1] for part, values in self.latency.items()}
        return Answer(moment.number, moment.seconds, self._named(scores), _count_seen(pose), latency)

    def end(self) -> dict[str, float]:
        """End the stream; returns its last scores by action, the likeliest first."""
        return self._named(self.live.flush())

    @property
    def frames_per_second(self) -> float:
        """How many frames of the stream were taken in a second since its beginning."""
        return self.num_frames / (time.monotonic() - self._begin)

    def statistics(self) -> dict[str, dict[str, float]]:
        """Mean, median and 95th percentile of the latencies, in milliseconds, by what took them."""
        return {part: _statistics(values) for part, values in self.latency.items()}

    def _timed(self, part: str, do: Callable[..., Any], *given: Any) -> Any:
        begin = time.perf_counter()
        result = do(*given)
        self.latency.setdefault(part, deque(maxlen=KEPT)).append(1000 * (time.perf_counter() - begin))
        return result

    def _named(self, scores: Tensor | None) -> dict[str, float]:
        if scores is None:
            return {}
        return dict(sorted(zip(self.classes, scores.tolist(), strict=True), key=lambda item: -item[1]))


def _count_seen(pose: Pose) -> int:
    """How many joints are."""
    if pose.pos is None:
        return 0
    return len(np.asarray(pose.pos)) if pose.score is None else int((np.asarray(pose.score) > 0).sum())


def _statistics(values: deque[float]) -> dict[str, float]:
    measured = np.array(values)
    median, high = np.percentile(measured, [50, 95])
    return {"mean": float(measured.mean()), "median": float(median), "p95": float(high)}
