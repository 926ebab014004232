"""COCO's keypoint annotations."""

from pathlib import Path
from typing import Any

import numpy as np

from stgcn_pyg.files import read_json
from stgcn_pyg.io.alphapose import detected_layout, frame_number, read_keypoints
from stgcn_pyg.io.detections import follow_detections
from stgcn_pyg.sequence import FloatArray, SkeletonSequence
from stgcn_pyg.skeleton import Skeleton


def read_coco(
    path: str | Path, skeleton: Skeleton | None = None, *, fps: float | None = None, people: int = 1
) -> list[SkeletonSequence]:
    """Read the keypoint annotations of one video's frames in COCO's format, as annotation tools export them.

    A file is ``{"images": [{"id", "file_name"}], "annotations": [{"image_id", "keypoints"}]}``. The number of a
    frame is the last number in its ``file_name``, or its id where that is not said. Keypoints are x, y and a flag:
    2 is seen (score 1), 1 is hidden (1/2), 0 is missing. Numbers without a person are frames in which every joint
    is missing. Of several people the main one is followed (:func:`~stgcn_pyg.io.follow_people`).

    Results for the COCO challenge, a list of detections, are read by :func:`~stgcn_pyg.io.read_alphapose`.

    Args:
        path: The file; its stem becomes the name of every sequence.
        skeleton: The joint layout, if it has as many joints as the annotations; else the usual one of so many.
        fps: Frames a second.
        people: Up to how many people to give, in order of importance; where it is more than 1, the fact ``person``
            counts them from 0.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged or no such annotations, or if its layout is not known.

    Example:
        >>> import json
        >>> path = getfixture("tmp_path") / "run.json"
        >>> images = [{"id": 7 + t, "file_name": f"run_{t:04d}.png"} for t in range(3)]
        >>> people = [{"image_id": image["id"], "keypoints": 17 * [50, 60, 2]} for image in images]
        >>> _ = path.write_text(json.dumps({"images": images, "annotations": people}))
        >>> read_coco(path, fps=25)
        [SkeletonSequence('run', 3 frames, COCO_17, 2D, 25 fps, 0% missing)]
    """
    path = Path(path)
    content = read_json(path)
    annotations = content.get("annotations") if isinstance(content, dict) else None
    if not isinstance(annotations, list):
        raise ValueError(f"{path}: no list of 'annotations', so not COCO's keypoints")
    names = _names(path, content.get("images", []))
    detections: dict[int, list[FloatArray]] = {frame_number(str(path), name)[1]: [] for name in names.values()}
    for number, annotation in enumerate(annotations):
        where = f"{path}: annotation {number}"
        if not isinstance(annotation, dict) or not {"image_id", "keypoints"} <= annotation.keys():
            raise ValueError(f"{where} has no 'image_id' or no 'keypoints', so it is none of COCO's keypoints")
        image = annotation["image_id"]
        if not isinstance(image, int | str) or (names and image not in names):
            raise ValueError(f"{where} is of the image {image!r:.50}, which is not in the list of 'images'")
        person = read_keypoints(where, annotation["keypoints"])
        if not np.isin(person[:, 2], (0, 1, 2)).all():
            raise ValueError(f"{where} has a flag in 'keypoints' that is not 0, 1 or 2")
        person[:, 2] /= 2
        detections.setdefault(frame_number(where, names.get(image, image))[1], []).append(person)
    layout = detected_layout(path, detections, skeleton)
    return follow_detections(path, detections, layout, fps=fps, people=people)


def _names(path: Path, images: Any) -> dict[int | str, str]:
    """The file names of the images by their ids."""
    try:
        return {image["id"]: str(image.get("file_name", image["id"])) for image in images}
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path}: 'images' is no list of ids and file names") from error
