"""Recognition as frames come: the offline network, a frame at a time, for one stream or many."""

from stgcn_pyg.streaming.batch import StreamBatch
from stgcn_pyg.streaming.frame import Pose
from stgcn_pyg.streaming.moment import Moment
from stgcn_pyg.streaming.newest import Newest
from stgcn_pyg.streaming.paced import paced
from stgcn_pyg.streaming.pooling import AllFrames, Forgetting, Pooling, SlidingWindow
from stgcn_pyg.streaming.recognizer import StreamingRecognizer
from stgcn_pyg.streaming.session import Answer, Session

__all__ = [
    "AllFrames",
    "Answer",
    "Forgetting",
    "Moment",
    "Newest",
    "Pooling",
    "Pose",
    "Session",
    "SlidingWindow",
    "StreamBatch",
    "StreamingRecognizer",
    "paced",
]
