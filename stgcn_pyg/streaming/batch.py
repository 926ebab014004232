"""Many streams at once, which start and stop when they will."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from stgcn_pyg.models.ensemble import vote
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import IntArray
from stgcn_pyg.skeleton import Skeleton
from stgcn_pyg.streaming.features import StreamingFeatures
from stgcn_pyg.streaming.frame import Frame, PoseLike
from stgcn_pyg.streaming.network import StreamingNetwork
from stgcn_pyg.streaming.pooling import AllFrames, Pooling
from stgcn_pyg.streaming.source import Source

Scores = Tensor | None
"""Probabilities ``[classes]``, or None while there are none."""


@dataclass
class _Stream:
    """One stream: where its frames come from, and its place in every state."""

    source: Source
    place: int


class StreamBatch:
    """One model on many streams, each with scores as if it were alone.

    All streams that have a new frame go through the network together: one matrix product a layer, of those whose
    strides fall on that frame. None waits for another. The weights, a copy of the model's on the CPU, are there
    once; a stream is its state (:attr:`state_bytes`), and the room of one that is closed is taken by the next.

    See :class:`~stgcn_pyg.streaming.StreamingRecognizer` for what a stream's scores are.

    Args:
        recognizer: The model.
        pooling: Which of a stream's frames its scores rest on; all if left out.
        max_gap: Seconds without anybody in view after which a run ends.
        num_streams: How many streams there is room for at first.

    Example:
        >>> from stgcn_pyg.partition import SkeletonGraph
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> recognizer = Recognizer(
        ...     SkeletonGraph.build(BODY_25), ["walk", "run"], channels=[(8, 1), (8, 2)], causal=True
        ... )
        >>> streams = StreamBatch(recognizer)
        >>> door, garden = streams.open(name="door"), streams.open(name="garden")
        >>> scores = streams.push({door: np.random.rand(25, 2), garden: None})
        >>> scores[door].shape, scores[garden]
        (torch.Size([2]), None)
        >>> streams.close(door).shape
        torch.Size([2])
        >>> streams
        StreamBatch(Recognizer(2 classes, BODY_25, 1,742 parameters), 1 stream)
    """

    def __init__(
        self,
        recognizer: Recognizer,
        pooling: Pooling | None = None,
        max_gap: float = 1.0,
        num_streams: int = 1,
    ) -> None:
        self.recognizer = recognizer
        self.max_gap = max_gap
        fps = recognizer.fps or 25.0
        self._networks = [
            StreamingNetwork(network, num_streams, pooling or AllFrames(), fps) for network in recognizer.networks
        ]
        dtype = torch.empty(0, dtype=self._networks[0].dtype).numpy().dtype
        self._features = StreamingFeatures(recognizer.features, num_streams, recognizer.num_dims, dtype)
        self._states: list[StreamingFeatures | StreamingNetwork] = [self._features, *self._networks]
        self._fps = np.ones(num_streams, np.float32)  # the precision in which SkeletonData has them
        self._streams: dict[int, _Stream] = {}
        self._free = list(range(num_streams))
        self._opened = 0

    def open(self, fps: float | None = None, skeleton: Skeleton | None = None, name: str = "stream") -> int:
        """Begin a stream.

        Args:
            fps: Its frames a second; the model's if left out.
            skeleton: The layout of its poses; the model's if left out.
            name: What to call it in messages.

        Returns:
            The number that it is known by from now on.

        Raises:
            ValueError: If the rate is none, or the layout gives no joint of the model's.
        """
        source = Source(self.recognizer, fps, skeleton, self.max_gap, name)
        place = self._take_place()
        self._fps[place] = source.fps or 1.0
        self._opened += 1
        self._streams[self._opened] = _Stream(source, place)
        return self._opened

    def push(self, poses: Mapping[int, PoseLike]) -> dict[int, Scores]:
        """Take a new frame of some of the streams; returns their scores as they now stand.

        Raises:
            KeyError: If one is not open.
            ValueError: If a frame cannot be taken; see :meth:`StreamingRecognizer.push`. Nothing is then taken of
                any stream.
        """
        streams = [self._find(number) for number in poses]
        frames = [stream.source.check(pose) for stream, pose in zip(streams, poses.values(), strict=True)]
        self._advance({s.place: s.source.push(frame) for s, frame in zip(streams, frames, strict=True)})
        return dict(zip(poses, self._scores([stream.place for stream in streams]), strict=True))

    def flush(self, stream: int) -> Scores:
        """End a stream's run: the scores with all that was still to come of it. Frames after it begin a new run."""
        found = self._find(stream)
        self._advance({found.place: found.source.end()})
        return self._scores([found.place])[0]

    def reset(self, stream: int) -> None:
        """Forget all that a stream has had."""
        found = self._find(stream)
        found.source.clear()
        self._clear(found.place)

    def close(self, stream: int) -> Scores:
        """End a stream: its last scores, as :meth:`flush` has them."""
        scores = self.flush(stream)
        self._give_back(self._streams.pop(stream).place)
        return scores

    def peek(self, stream: int) -> Scores:
        """What :meth:`flush` would give now; the stream goes on as it is."""
        place, copy = self._find(stream).place, self._take_place()
        for network in self._networks:
            network.copy(np.array([place]), np.array([copy]))
            network.end(np.array([copy]))
        scores = self._scores([copy])[0]
        self._give_back(copy)
        return scores

    def logits(self, stream: int) -> Tensor | None:
        """A stream's logits ``[classes]`` as they stand; None while there are none."""
        place = np.array([self._find(stream).place])
        return self._logits(place)[0] if self._networks[0].has_logits(place).all() else None

    def delay(self, stream: int) -> int:
        """How many frames of a stream must follow one before the scores rest on it; 0 of causal models.

        Where frames are interpolated to the model's rate, it is one more at most.
        """
        return math.ceil(self._networks[0].delay * self._find(stream).source.ratio)

    def delay_seconds(self, stream: int) -> float | None:
        """The same in seconds; None if the rate is not known."""
        fps = self._find(stream).source.recorded_fps
        return None if fps is None else self.delay(stream) / fps

    @property
    def state_bytes(self) -> int:
        """Bytes of memory a stream, however long it is."""
        return sum(state.nbytes for state in self._states) // len(self._fps)

    def __len__(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    def __repr__(self) -> str:
        """The model and the number of streams."""
        return f"{type(self).__name__}({self.recognizer}, {len(self)} stream{'s' * (len(self) != 1)})"

    def _find(self, stream: int) -> _Stream:
        if stream not in self._streams:
            known = ", ".join(map(str, self._streams)) or "none"
            raise KeyError(f"no stream {stream} is open (open: {known}); open() begins one and returns its number")
        return self._streams[stream]

    def _advance(self, events: Mapping[int, list[Frame | None]]) -> None:
        """Show the network what has come of each stream, by its place: mostly one frame, sometimes none or many."""
        for turn in range(max(map(len, events.values()), default=0)):
            heads = [(place, queue[turn]) for place, queue in events.items() if turn < len(queue)]
            if ended := [place for place, event in heads if event is None]:
                self._end(np.array(ended))
            frames = [(place, event) for place, event in heads if event is not None]
            if frames:
                self._push(np.array([place for place, _ in frames]), [frame for _, frame in frames])

    def _push(self, place: IntArray, frames: list[Frame]) -> None:
        pos, score, number = (np.stack(part) for part in zip(*frames, strict=True))
        x = torch.from_numpy(self._features.push(place, pos, score > 0, number, self._fps[place]))
        for network in self._networks:
            network.push(place, x)

    def _end(self, place: IntArray) -> None:
        self._features.end(place)
        for network in self._networks:
            network.end(place)

    def _clear(self, place: int) -> None:
        for state in self._states:
            state.clear(np.array([place]))

    def _take_place(self) -> int:
        if not self._free:
            self._grow(2 * len(self._fps))
        return self._free.pop(0)

    def _give_back(self, place: int) -> None:
        self._clear(place)
        self._free.append(place)

    def _grow(self, num_streams: int) -> None:
        self._free.extend(range(len(self._fps), num_streams))
        self._fps = np.append(self._fps, np.ones(num_streams - len(self._fps), np.float32))
        for state in self._states:
            state.grow(num_streams)

    @torch.inference_mode()
    def _logits(self, place: IntArray) -> Tensor:
        logits = [network.logits(place) for network in self._networks]
        return vote(logits) if len(logits) > 1 else logits[0]

    def _scores(self, places: list[int]) -> list[Scores]:
        if not places:
            return []
        place = np.array(places)
        scores = self._logits(place).softmax(dim=1)
        there = self._networks[0].has_logits(place).tolist()
        return [row if has else None for row, has in zip(scores, there, strict=True)]
