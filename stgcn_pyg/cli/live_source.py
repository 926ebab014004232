"""Where the frames of a stream come from."""

from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

from stgcn_pyg.cli.one_recording import read_one
from stgcn_pyg.cli.options import choose_layout, warn_of_rates
from stgcn_pyg.cli.reading import open_video, say_formats
from stgcn_pyg.io import Follower
from stgcn_pyg.io.formats import UnknownFormat
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import Skeleton
from stgcn_pyg.streaming import Moment, Newest, Pose, paced

Find = Callable[[Any, float], Pose]
"""What finds a pose in a picture at a time."""


class Source:
    """Frames, all of them, as fast as they are asked for.

    Args:
        name: What to call it.
        moments: The frames, numbered at that rate.
        fps: Frames a second, if known.
        skeleton: The layout of the poses.
        find: What finds them in the frames' pictures; the frames are poses if left out.
    """

    dropped = 0

    def __init__(
        self, name: str, moments: Iterable[Moment], fps: float | None, skeleton: Skeleton, find: Find | None = None
    ) -> None:
        self.name = name
        self.moments = moments
        self.fps = fps
        self.skeleton = skeleton
        self.find = find

    def frames(self) -> Generator[Moment]:
        """Yield them."""
        yield from self.moments


class Live(Source):
    """The frames of a source that waits for nobody: those that come while others are worked on are dropped.

    Where they come faster than the model's rate, they are numbered at that rate by their time, so that no frame of
    the model's is lost because just the one that falls on it was dropped.

    Args:
        source: The source.
        model_fps: The model's rate, if known.
        at_own_rate: Whether to wait for each frame's time, of what is no camera.
    """

    def __init__(self, source: Source, model_fps: float | None, at_own_rate: bool = False) -> None:
        fps = source.fps
        self._placed = bool(fps and model_fps and model_fps < fps)
        super().__init__(
            source.name, source.moments, model_fps if self._placed else fps, source.skeleton, source.find
        )
        self._newest = Newest(paced(source.moments) if at_own_rate else source.moments)

    def frames(self) -> Generator[Moment]:
        """Yield the newest frame whenever one is asked for."""
        for moment in self._newest:
            yield moment._replace(number=self._place(moment.seconds)) if self._placed else moment

    def _place(self, seconds: float) -> int:
        """The last of the model's frames by that time."""
        return int(seconds * (self.fps or 0) + 1e-6)

    @property
    def dropped(self) -> int:  # type: ignore[override]
        """How many frames were."""
        return self._newest.dropped


def open_source(path: Path, recognizer: Recognizer, layout: str, fps: float | None, estimator: str) -> Source:
    """A recording, or the video at that path.

    Raises:
        FileNotFoundError: If there is nothing at that path.
        ValueError: If it cannot be read.
        ImportError: If it is a video and a library that it takes is not installed.
    """
    try:
        sequence, formats = read_one(path, choose_layout(layout, recognizer), fps, None)
    except UnknownFormat as unknown:
        video = open_video(path, unknown)
        rate = fps or video.fps
        pictures = (Moment(number, number / rate, picture) for number, _, picture in video)
        return Source(path.stem, pictures, rate, *load_finder(estimator))
    warn_of_rates([sequence], recognizer)
    say_formats(formats)
    known = sequence.fps or recognizer.fps
    return Source(sequence.name, _poses(sequence, known or 25.0), known, sequence.skeleton)


def open_camera(device: str, estimator: str, fps: float | None) -> Source:
    """A webcam.

    Raises:
        ValueError: If there is no such camera.
        ImportError: If a library that it takes is not installed.
    """
    from stgcn_pyg.pose import Camera

    skeleton, find = load_finder(estimator)
    camera = Camera(device)
    rate = fps or camera.fps
    pictures = (Moment(round(seconds * rate), seconds, picture) for seconds, picture in camera)
    return Source(camera.name, pictures, rate, skeleton, find)


def load_finder(estimator: str) -> tuple[Skeleton, Find]:
    """The layout of a pose estimator, and what finds the main person with it, picture by picture."""
    from stgcn_pyg.pose import load_estimator

    people, follower = load_estimator(estimator), Follower()

    def find(picture: Any, seconds: float) -> Pose:
        person = follower(people.estimate(picture, seconds))
        return Pose(None) if person is None else Pose(person[:, :2], person[:, 2])

    return people.skeleton, find


def _poses(sequence: SkeletonSequence, fps: float) -> Iterator[Moment]:
    first = int(sequence.frame[0])
    for pos, score, number in zip(sequence.pos, sequence.score, sequence.frame.tolist(), strict=True):
        yield Moment(number, (number - first) / fps, Pose(pos, score))
