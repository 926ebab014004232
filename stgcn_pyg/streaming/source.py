"""From what comes in of one stream to what the network is shown of it."""

from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import LayoutConversion
from stgcn_pyg.skeleton import Skeleton
from stgcn_pyg.streaming.frame import Door, Frame, PoseLike
from stgcn_pyg.streaming.rate import StreamingResample
from stgcn_pyg.streaming.runs import StreamingRuns


class Source:
    """What :meth:`~stgcn_pyg.recognizer.Recognizer.prepare` does to poses before their features, as frames come.

    Frames are checked, brought to the model's layout and to its rate, and cut into runs. Warns as it does of
    another rate and of joints that the layout cannot give.

    Args:
        recognizer: The model.
        fps: Frames a second of the stream; the model's if left out.
        skeleton: The layout of the stream; the model's if left out.
        max_gap: Seconds without anybody in view after which a run ends.
        name: What to call the stream in messages.

    Attributes:
        fps: The rate of the frames that go on, if it is known.
        ratio: Frames that come for one that goes on.

    Raises:
        ValueError: If the rate is none, or the layout gives no joint of the model's.
    """

    def __init__(
        self, recognizer: Recognizer, fps: float | None, skeleton: Skeleton | None, max_gap: float, name: str
    ) -> None:
        wanted = recognizer.graph.skeleton
        skeleton = skeleton or wanted
        rate = recognizer.fps if fps is None else fps
        if rate is not None and not 0 < rate < float("inf"):
            raise ValueError(f"{name}: {rate} frames a second is not a rate")
        self._convert = None if skeleton == wanted else LayoutConversion(skeleton, wanted)
        recognizer.check_layout(skeleton)
        other = recognizer.other_rate(rate)
        self._resample = StreamingResample(rate, other) if rate and other else None
        self.recorded_fps, self.fps = rate, other or rate
        self.ratio = self._resample.ratio if self._resample else 1.0
        self._runs = StreamingRuns(self.fps or 25.0, max_gap)
        self._door = Door(skeleton, recognizer.num_dims, rate, name)

    def check(self, pose: PoseLike) -> Frame:
        """A frame of what came, if it can be taken; see :class:`~stgcn_pyg.streaming.frame.Door`."""
        return self._door.check(pose)

    def push(self, frame: Frame) -> list[Frame | None]:
        """Take a frame; returns the frames to go on with, and None where a run ends."""
        self._door.last = frame.number
        if self._convert is not None:
            pos, score = self._convert(frame.pos, frame.score)
            frame = Frame(pos, score, frame.number)
        frames = [frame] if self._resample is None else self._resample.push(frame)
        return [event for frame in frames for event in self._runs.push(frame)]

    def end(self) -> list[Frame | None]:
        """End the run that goes on, if one does."""
        return list(self._runs.end())

    def clear(self) -> None:
        """Begin anew."""
        self.end()
        self._door.last = None
        if self._resample is not None:
            self._resample.clear()
