"""BlazePose's detector: where in a picture a person is."""

import numpy as np
from PIL import Image

from stgcn_pyg.pose.litert import Network
from stgcn_pyg.pose.region import Region
from stgcn_pyg.sequence import FloatArray

SIDE = 224
"""Pixels across the picture that the network takes."""

GRIDS = ((8, 2), (16, 2), (32, 6))
"""Its grids of anchors: the pixels between two of them, and how many lie on the same place."""

LEAST_SCORE = 0.5
"""How sure it must be of a person."""


class PersonDetector:
    """A single-shot detector: every anchor of its grids says how likely a person is there, and where exactly.

    Args:
        network: ``pose_detection.tflite``.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.anchors = make_anchors()

    def find(self, image: Image.Image) -> Region | None:
        """The region of the likeliest person, if there is one."""
        whole = Region.whole(image)
        outputs = self.network(2 * whole.crop(image, SIDE) - 1)
        logits, boxes = outputs["Identity_1"].ravel(), outputs["Identity"][0]
        best = int(logits.argmax())
        if logits[best] < np.log(LEAST_SCORE / (1 - LEAST_SCORE)):
            return None
        # Behind the box's four numbers: the middle of the hips, the rim of the circle around the body, two more.
        points = boxes[best, 4:8].reshape(2, 2) / SIDE + self.anchors[best]
        return Region.around(*whole.place(points))


def make_anchors() -> FloatArray:
    """Where the anchors are ``[2254, 2]``, as x and y of the picture (0..1), row by row.

    Example:
        >>> make_anchors().shape
        (2254, 2)
    """
    grids = []
    for stride, count in GRIDS:
        middles = (np.arange(SIDE // stride) + 0.5) * stride / SIDE
        x, y = np.meshgrid(middles, middles)
        grids.append(np.stack([x, y], axis=-1).reshape(-1, 2).repeat(count, axis=0))
    return np.concatenate(grids).astype(np.float32)
