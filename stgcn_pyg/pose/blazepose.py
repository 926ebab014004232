"""BlazePose by LiteRT: one person, found once and then followed from frame to frame."""

import numpy as np
from PIL import Image

from stgcn_pyg.pose.detector import PersonDetector
from stgcn_pyg.pose.estimator import Picture
from stgcn_pyg.pose.litert import Network
from stgcn_pyg.pose.model_files import find_models
from stgcn_pyg.pose.region import Region
from stgcn_pyg.sequence import FloatArray
from stgcn_pyg.skeleton import BLAZEPOSE_33, Skeleton

SIDE = 256
"""Pixels across the picture that the landmark network takes."""

LEAST_PRESENCE = 0.5
"""How sure the network must be that a person is there at all, and that a joint is inside its picture."""


class BlazePose:
    """MediaPipe's BlazePose (Bazarevsky et al. 2020, `arXiv:2006.10204 <https://arxiv.org/abs/2006.10204>`_).

    A detector finds a person in the whole picture. A second network finds 33 landmarks in the square around them,
    and where that square is in the next frame; the detector is only asked again when the person is lost. One person
    at most is found. Where the second network does not see anybody, nobody is reported: no pose is made up.

    A joint's score is its visibility; it is 0, the joint missing, where it lies beyond the edge of the picture.

    The networks are found or fetched once (:func:`~stgcn_pyg.pose.model_files.find_models`).

    Raises:
        ImportError: If LiteRT is not installed.
        OSError: If the networks are not here and cannot be fetched.
    """

    skeleton: Skeleton = BLAZEPOSE_33
    name = "blazepose"
    licence = "Apache-2.0"

    def __init__(self) -> None:
        detector, landmarks = (Network(path) for path in find_models())
        self.detector = PersonDetector(detector)
        self.landmarks = landmarks
        self.region: Region | None = None

    def estimate(self, image: Picture, seconds: float) -> FloatArray:
        """The person in a picture ``[0 or 1, 33, 3]``."""
        picture = Image.fromarray(image)
        found = None if self.region is None else self._find_joints(picture, self.region)
        if found is None and (region := self.detector.find(picture)) is not None:
            found = self._find_joints(picture, region)
        if found is None:
            self.region = None
            return np.zeros((0, self.skeleton.num_joints, 3), np.float32)
        joints, self.region = found
        return joints[None]

    def _find_joints(self, picture: Image.Image, region: Region) -> tuple[FloatArray, Region] | None:
        """The joints ``[33, 3]`` of the person in a region, and where to look next; nothing if nobody is there."""
        outputs = self.landmarks(region.crop(picture, SIDE))
        if outputs["Identity_1"].item() < LEAST_PRESENCE:
            return None
        raw = outputs["Identity"].reshape(-1, 5)  # x, y, depth, visibility, presence of 33 joints and 6 more points
        points = region.place(raw[:, :2] / SIDE)
        visibility, presence = 1 / (1 + np.exp(-raw[:33, 3:5].T))
        joints = points[:33]
        inside = (joints >= 0).all(axis=1) & (joints < picture.size).all(axis=1)
        score = np.where(inside & (presence >= LEAST_PRESENCE), visibility, 0)
        return np.column_stack([joints, score]), Region.around(points[33], points[34])
