"""A trained model that recognises actions as frames come."""

import numpy.typing as npt
from torch import Tensor

from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import Skeleton
from stgcn_pyg.streaming.batch import StreamBatch
from stgcn_pyg.streaming.frame import Pose, PoseLike
from stgcn_pyg.streaming.pooling import Pooling


class StreamingRecognizer:
    r"""A :class:`~stgcn_pyg.recognizer.Recognizer` of one stream, frame by frame (continual inference).

    .. math::
        \mathbf{p}_t = \mathrm{softmax} \left( \mathbf{W} \cdot
        \frac{\sum_i w_i \mathbf{h}_i}{\sum_i w_i} + \mathbf{b} \right)

    where :math:`\mathbf{h}_i` is what the last layer has made of the stream by frame :math:`t`, pooled over joints,
    and the pooling gives the weights :math:`w_i`. Every frame costs the same time and memory, however many came
    before: about what it costs offline.

    **The law:** with all frames pooled, the scores after a recording's last frame and :meth:`flush` are those of
    :meth:`~stgcn_pyg.recognizer.Recognizer.predict` on the whole recording, up to rounding. A recording in which
    nobody is ever seen is the exception: it has no scores here.

    What must be waited for:

    - A model with centred kernels looks ahead, and its scores rest on the frames up to :attr:`delay` frames ago. A
      causal model's rest on the last frame. Who cannot wait may :meth:`peek`.
    - Where nobody is in view it shows only later whether that is a gap in a run or its end. Such frames are held
      back until somebody is seen again, for ``max_gap`` seconds at most; the scores stand meanwhile.
    - At another rate than the model's, a frame of the model's that lies between two of the stream's is interpolated
      once the later of them is there.

    Args:
        recognizer: The model; it is copied.
        fps: Frames a second of the stream; the model's if left out. Those of another rate are resampled as offline.
        skeleton: The layout of the poses; the model's if left out. Others are converted as offline.
        pooling: Which of the frames so far the scores rest on:
            :class:`~stgcn_pyg.streaming.AllFrames` (if left out),
            :class:`~stgcn_pyg.streaming.SlidingWindow` or :class:`~stgcn_pyg.streaming.Forgetting`.
        max_gap: Seconds without anybody in view after which a run ends.
        name: What to call the stream in messages.

    Raises:
        ValueError: If the rate is none, or the layout gives no joint of the model's.

    Example:
        >>> import numpy as np, torch
        >>> from stgcn_pyg.partition import SkeletonGraph
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> recognizer = Recognizer(
        ...     SkeletonGraph.build(BODY_25), ["walk", "run"], channels=[(8, 1), (8, 2)], kernel_size=3
        ... )
        >>> clip = SkeletonSequence(np.random.rand(9, 25, 2), BODY_25, fps=25)
        >>> live = StreamingRecognizer(recognizer)
        >>> scores = [live.push(pos) for pos in clip.pos]
        >>> live.delay, [score is None for score in scores]
        (2, [True, True, False, False, False, False, False, False, False])
        >>> bool(torch.allclose(live.flush(), recognizer.predict([clip])[0], atol=1e-5))
        True
    """

    def __init__(
        self,
        recognizer: Recognizer,
        fps: float | None = None,
        skeleton: Skeleton | None = None,
        pooling: Pooling | None = None,
        max_gap: float = 1.0,
        name: str = "stream",
    ) -> None:
        self._streams = StreamBatch(recognizer, pooling, max_gap)
        self._stream = self._streams.open(fps, skeleton, name)

    def push(
        self,
        pose: PoseLike,
        score: npt.ArrayLike | None = None,
        number: int | None = None,
    ) -> Tensor | None:
        """Take the next frame; returns the scores as they now stand.

        Args:
            pose: Positions ``[V, D]``; or a recording of one frame, which has its own scores and number; or None
                where nobody was seen.
            score: How sure the pose estimator was of each joint ``[V]``, 0 = missing; all 1 if left out.
            number: The frame's number, which tells where frames were lost; one more than the last if left out.

        Returns:
            Probabilities ``[classes]``; None until there are any.

        Raises:
            ValueError: If it is not of the stream's layout, coordinates or rate, its number is not above the last
                one's, or a joint that is not missing has a score that is not finite or a coordinate that is not or
                is too large. The frame is then not taken.
        """
        if not isinstance(pose, SkeletonSequence | Pose):
            pose = Pose(pose, score, number)
        elif score is not None or number is not None:
            raise ValueError(f"a {type(pose).__name__} has scores and a number of its own; give it without others")
        return self._streams.push({self._stream: pose})[self._stream]

    def flush(self) -> Tensor | None:
        """End the run that goes on: the scores with all that was still to come of it.

        Frames after it begin another run, as after a long absence.
        """
        return self._streams.flush(self._stream)

    def peek(self) -> Tensor | None:
        """The scores that :meth:`flush` would give now, those of the recording so far; the stream goes on as it is.

        This is for models with centred kernels, whose scores are late. It costs about as much as their delay in
        frames, and the memory of another stream.
        """
        return self._streams.peek(self._stream)

    def reset(self) -> None:
        """Forget all frames; the next is the first of a new recording."""
        self._streams.reset(self._stream)

    @property
    def logits(self) -> Tensor | None:
        """Logits ``[classes]`` as they now stand; None while there are none.

        Those of several networks are log-probabilities.
        """
        return self._streams.logits(self._stream)

    @property
    def delay(self) -> int:
        """How many frames of the stream must follow one before the scores rest on it; 0 of causal models.

        Where frames are interpolated to the model's rate, it is one more at most.
        """
        return self._streams.delay(self._stream)

    @property
    def delay_seconds(self) -> float | None:
        """The same in seconds; None if the rate is not known."""
        return self._streams.delay_seconds(self._stream)

    @property
    def state_bytes(self) -> int:
        """Bytes of memory that the stream takes, however long it is, beside the weights."""
        return self._streams.state_bytes

    def __repr__(self) -> str:
        """The model and its delay."""
        return f"{type(self).__name__}({self._streams.recognizer}, delay={self.delay})"
