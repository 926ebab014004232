"""Recognition as frames come: the offline network, a frame at a time, for one stream or many."""

from stgcn_pyg.streaming.batch import StreamBatch
from stgcn_pyg.streaming.frame import Pose
from stgcn_pyg.streaming.pooling import AllFrames, Forgetting, SlidingWindow
from stgcn_pyg.streaming.recognizer import StreamingRecognizer

__all__ = ["AllFrames", "Forgetting", "Pose", "SlidingWindow", "StreamBatch", "StreamingRecognizer"]
