"""Tables of MediaPipe, DeepLabCut and SLEAP, and COCO's annotations: what is read, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stgcn_pyg.io import read_coco, read_deeplabcut, read_mediapipe, read_sleap
from stgcn_pyg.io.mediapipe import LANDMARKS
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import BLAZEPOSE_33, BODY_25, COCO_17, Skeleton
from tests.strategies import few
from tests.writers import read_or_refuse, write_coco, write_deeplabcut, write_mediapipe, write_sleap

STICK = Skeleton("stick", ("nose", "neck"), (("nose", "neck"),))

READERS: dict[str, tuple[Callable[[Path, np.ndarray], Path], Callable[[Path], SkeletonSequence], Skeleton]] = {
    "mediapipe": (write_mediapipe, read_mediapipe, BLAZEPOSE_33),
    "deeplabcut": (write_deeplabcut, lambda path: read_deeplabcut(path, BODY_25), BODY_25),
    "sleap": (write_sleap, lambda path: read_sleap(path, BODY_25)[0], BODY_25),
    "coco": (write_coco, lambda path: read_coco(path)[0], COCO_17),
}


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
@few
def test_what_was_written_is_read(name: str, data: st.DataObject) -> None:
    write, read, skeleton = READERS[name]
    shape = (3, skeleton.num_joints, 3)
    pose = data.draw(hnp.arrays(np.float32, shape, elements=st.floats(0.125, 1, width=32)))
    pose[..., 0] += np.arange(skeleton.num_joints)
    if name == "coco":
        pose[..., 2] = 1
    pose[1, 1] = 0
    with TemporaryDirectory() as folder:
        sequence = read(write(Path(folder) / "walk.txt", pose.astype(np.float64)))
    assert (sequence.pos == pose[..., :2]).all()
    assert (sequence.score == pose[..., 2]).all()
    assert (sequence.name, sequence.skeleton, sequence.frame.tolist()) == ("walk", skeleton, [0, 1, 2])


@pytest.mark.parametrize("name", READERS)
@given(text=st.text(alphabet='0123456789.,xyfram_idw\n"\0', max_size=60))
@few
def test_any_text_is_read_or_refused(name: str, text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "walk.txt"
        path.write_text(text)
        read_or_refuse(READERS[name][1], path)


def table(folder: Path, text: str) -> Path:
    path = folder / "walk.csv"
    path.write_text(text)
    return path


def test_landmarks_may_be_called_by_number_or_name(tmp_path: Path) -> None:
    row = ",".join(f"{n},{n + 0.5}" for n in range(33))
    for names in (
        [f"x{n},y{n}" for n in range(33)],
        [f"x_{n},y_{n}" for n in range(1, 34)],
        [f"{name.upper()}_x,{name.upper()}_y" for name in LANDMARKS],
    ):
        sequence = read_mediapipe(table(tmp_path, f"{','.join(names)}\n{row}"))
        assert sequence.pos[0, :, 0].tolist() == list(range(33))
        assert not sequence.missing.any()
    assert read_mediapipe(write_mediapipe(tmp_path / "a.csv", np.ones((2, 33, 3)))).facts == {"action": "wave"}


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (read_mediapipe, "", "0 rows, but a table has 1 of headers"),
        (read_mediapipe, "x1,y1\n1,2", "no columns of x and y of 33 landmarks"),
        (read_mediapipe, "x1,y1\n1", "row 2: 1 cells, but 2 in the first"),
        (read_deeplabcut, "scorer,a\nbodyparts,nose\ncoords,x", "3 rows, but a table has 3 of headers"),
        (read_deeplabcut, "a,b\nc,d\ne,f\n1,2", "no rows 'bodyparts' and 'coords'"),
        (read_deeplabcut, "scorer,a\nindividuals,b\nbodyparts,c\ncoords,x", "a table of several individuals"),
        (read_sleap, "track,nose.x\na,1", "no column 'frame_idx', so not SLEAP's table"),
    ],
)
def test_what_is_no_such_table_is_refused(
    tmp_path: Path, read: Callable[[Path], object], text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=rf"walk\.csv(: |, ){message}"):
        read(table(tmp_path, text))


@pytest.mark.parametrize("name", ["deeplabcut", "sleap"])
def test_joints_of_ones_own_are_known_by_name(tmp_path: Path, name: str) -> None:
    write = write_sleap if name == "sleap" else write_deeplabcut
    read: Callable[..., object] = read_sleap if name == "sleap" else read_deeplabcut
    path = write(tmp_path / "walk.csv", np.ones((2, 3, 3)), ("tail", "neck", "nose"))
    assert "stick" in repr(read(path, STICK))
    with pytest.raises(ValueError, match=r"walk\.csv: its joints are its author's own; .*: tail, neck, nose"):
        read(path)
    with pytest.raises(ValueError, match=r"has no joint 'right_shoulder' of BODY_25; .* tail, neck, nose"):
        read(path, BODY_25)
    for bad, message in (("x", "'x' is no number"), ("inf", "a number that is not finite"), ("", "")):
        lines = path.read_text().splitlines()
        path.write_text("\n".join([*lines[:-1], ",".join([*lines[-1].split(",")[:-2], bad, "1.0"])]))
        if message:
            with pytest.raises(ValueError, match=rf"walk\.csv: .*{message}"):
                read(path, STICK)
        else:
            assert "25% missing" in repr(read(path, STICK))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"annotations": None}, "no list of 'annotations'"),
        ({"annotations": []}, "nobody is detected in it"),
        ({"annotations": [{}]}, "annotation 0 has no 'image_id'"),
        ({"annotations": [{"image_id": 3, "keypoints": [1]}]}, "is of the image 3, which is not in the list"),
        ({"annotations": [{"image_id": 100, "keypoints": [1, 2]}]}, "has 2 numbers in 'keypoints', not three"),
        ({"annotations": [{"image_id": 100, "keypoints": [1, 2, 3]}]}, "a flag in 'keypoints'"),
        ({"annotations": [{"image_id": [1], "keypoints": [1, 2, 3]}]}, r"is of the image \[1\]"),
        ({"images": [1]}, "'images' is no list of ids and file names"),
        ({"images": 1}, "'images' is no list of ids and file names"),
        ({"images": [{"id": 100, "file_name": "a"}]}, "no number of a frame in image_id 'a'"),
        ({"images": [{"id": [1]}]}, "'images' is no list of ids and file names"),
    ],
)
def test_what_are_no_annotations_is_refused(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=rf"walk\.json: .*{message}|walk\.json: {message}"):
        read_coco(write_coco(tmp_path / "walk.json", np.ones((2, 17, 3)), **changes))


def test_hidden_joints_have_half_the_score_and_images_without_people_are_frames(tmp_path: Path) -> None:
    path = write_coco(tmp_path / "walk.json", np.ones((3, 17, 3)))
    content = json.loads(path.read_text())
    del content["annotations"][2]
    content["annotations"][0]["keypoints"][5] = 1
    path.write_text(json.dumps(content))
    (sequence,) = read_coco(path)
    assert sequence.score[0].tolist() == [1, 0.5, *[1] * 15]
    assert sequence.in_view.tolist() == [True, True, False]
