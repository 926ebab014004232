"""The processed cache: made once, made again when anything changed, whole or not there, and never executed."""

import json
import os
import pickle
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.datasets import KTHSkeletonDataset, SkeletonDataset
from stgcn_pyg.datasets.kth import KTH_ACTIONS
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.skeleton import BODY_25, COCO_17, Skeleton
from stgcn_pyg.transforms import NormalizePose, RandomCrop
from tests.recordings import random_sequence, same

Open = Callable[..., KTHSkeletonDataset]


def save(path: Path, num_frames: int, seed: int = 0) -> None:
    sequence = random_sequence(num_frames, missing=0.1, seed=seed)
    np.save(path, np.concatenate([sequence.pos, sequence.score[..., None]], axis=2))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Four recordings of 3 to 6 frames."""
    (tmp_path / "raw").mkdir()
    for seed, action in enumerate(KTH_ACTIONS[:4]):
        save(tmp_path / "raw" / f"person01_{action}_d1.npy", 3 + seed, seed)
    return tmp_path


def open_all(root: Path, **settings: Any) -> KTHSkeletonDataset:
    return KTHSkeletonDataset(root, split="all", graph="distance", **settings)


def caches(root: Path) -> list[Path]:
    """Everything in the folder of processed files, hidden files too."""
    folder = root / "processed"
    return sorted(folder.iterdir()) if folder.exists() else []


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows whenever raw files are read."""
    count: list[int] = []
    read = KTHSkeletonDataset.read

    def counted(self: KTHSkeletonDataset) -> list[SkeletonData]:
        count.append(1)
        return read(self)

    monkeypatch.setattr(KTHSkeletonDataset, "read", counted)
    return count


# --- made once


def test_raw_files_are_read_once(root: Path, reads: list[int]) -> None:
    first = open_all(root)
    second = open_all(root)
    assert len(reads) == 1
    assert len(caches(root)) == 1
    assert len(first) == len(second) == 4
    assert all(same(a, b) for a, b in zip(first, second, strict=True))


def test_split_graph_and_transform_share_a_cache(root: Path, reads: list[int]) -> None:
    open_all(root)
    KTHSkeletonDataset(root, split="train", graph="uniform", transform=NormalizePose(BODY_25))
    KTHSkeletonDataset(root, split="train", protocol={"train": [1]}, graph="symmetrical")
    assert len(reads) == 1


def test_a_cache_is_read_without_trust_in_it(root: Path) -> None:
    """Tensors and plain containers alone: that is all that ``weights_only`` lets through."""
    open_all(root)
    (cache,) = caches(root)
    contents, _ = torch.load(cache, weights_only=True)
    assert isinstance(contents, dict)


def test_one_recording_is_a_data_set(tmp_path: Path, reads: list[int]) -> None:
    (tmp_path / "raw").mkdir()
    save(tmp_path / "raw" / "person01_boxing_d1.npy", 5)
    for _ in range(2):
        dataset = open_all(tmp_path)
        assert len(dataset) == 1
        assert (dataset[0].num_frames, dataset[0].num_edges) == (5, 73)
        assert dataset.y.tolist() == [0]
    assert len(reads) == 1


def test_it_is_made_again_when_asked_to(root: Path, reads: list[int]) -> None:
    open_all(root)
    open_all(root, force_reload=True)
    assert len(reads) == 2
    assert len(caches(root)) == 1


# --- made again when anything changed


def longer_than(num_frames: int) -> Callable[[SkeletonData], bool]:
    return lambda data: data.num_frames > num_frames


@dataclass
class Shift:
    """A transform with a setting that it prints."""

    by: float

    def __call__(self, data: SkeletonData) -> SkeletonData:
        """Shift."""
        data.pos = data.pos + self.by
        return data


BODY_WITH_A_TAIL = Skeleton("BODY_24_AND_TAIL", (*BODY_25.joints[:24], "tail"), ())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"fps": 25}, {"fps": 5}),
        ({}, {"skeleton": BODY_WITH_A_TAIL}),
        ({}, {"pre_transform": RandomCrop(2)}),
        ({"pre_transform": Shift(1)}, {"pre_transform": Shift(2)}),
        ({}, {"pre_filter": longer_than(4)}),
        ({"pre_filter": longer_than(4)}, {"pre_filter": longer_than(5)}),
        ({"pre_filter": lambda data: data.num_frames > 4}, {"pre_filter": lambda data: data.num_frames > 5}),
        ({"pre_filter": lambda data: data.num_frames > 4}, {"pre_filter": lambda data: data.num_frames < 4}),
        ({"pre_filter": lambda data: data.fps > 4}, {"pre_filter": lambda data: data.y > 4 - 3}),
    ],
    ids=["fps", "skeleton", "transform", "setting", "filter", "closure", "constant", "operation", "attribute"],
)
def test_other_settings_make_another(root: Path, reads: list[int], first: Any, second: Any) -> None:
    open_all(root, **first)
    open_all(root, **second)
    assert len(reads) == 2
    assert len(caches(root)) == 2
    open_all(root, **first)
    open_all(root, **second)
    assert len(reads) == 2


def test_what_is_filtered_and_transformed_is_what_is_cached(root: Path) -> None:
    settings: dict[str, Any] = {"pre_filter": longer_than(4), "pre_transform": Shift(100)}
    plain = open_all(root)
    for _ in range(2):
        dataset = open_all(root, **settings)
        assert [data.num_frames for data in dataset] == [5, 6]
        assert torch.equal(dataset[1].pos, plain[3].pos + 100)


def test_a_filter_that_leaves_nothing_is_refused(root: Path) -> None:
    with pytest.raises(ValueError, match="no recording is left after pre_filter"):
        open_all(root, pre_filter=longer_than(100))
    assert caches(root) == []


@pytest.mark.parametrize("change", ["content", "time", "new", "removed", "renamed"])
def test_other_raw_files_make_another(root: Path, reads: list[int], change: str) -> None:
    open_all(root)
    path = root / "raw" / "person01_boxing_d1.npy"
    match change:
        case "content":
            save(path, 30)
        case "time":
            os.utime(path, ns=(0, 0))
        case "new":
            save(path.with_name("person02_boxing_d1.npy"), 4)
        case "removed":
            path.unlink()
        case "renamed":
            path.rename(path.with_name("person02_boxing_d1.npy"))
    dataset = open_all(root)
    assert len(reads) == 2
    assert len(dataset) == {"new": 5, "removed": 3}.get(change, 4)
    assert change != "content" or dataset[0].num_frames == 30


def test_a_frame_that_is_written_anew_in_place_makes_another(tmp_path: Path, reads: list[int]) -> None:
    folder = tmp_path / "raw" / "person01_boxing_d1"
    folder.mkdir(parents=True)

    def write(x: float) -> None:
        people = [{"pose_keypoints_2d": [x, 1.0, 0.5] * 25}]
        (folder / f"{folder.name}_000000000000_keypoints.json").write_text(json.dumps({"people": people}))

    write(3)
    assert open_all(tmp_path)[0].pos[0, 0, 0] == 3
    write(77)
    assert open_all(tmp_path)[0].pos[0, 0, 0] == 77
    assert len(reads) == 2


# --- whole or not there


@pytest.mark.parametrize("keep", [0, 1, 100, 0.5, -1])
def test_a_damaged_cache_is_made_again(root: Path, reads: list[int], keep: float) -> None:
    before = list(open_all(root))
    (cache,) = caches(root)
    content = cache.read_bytes()
    cache.write_bytes(content[: int(len(content) * keep) if keep == 0.5 else int(keep)])
    with pytest.warns(UserWarning, match=rf"{cache.name} cannot be read and is built again"):
        dataset = open_all(root)
    assert all(same(a, b) for a, b in zip(dataset, before, strict=True))
    assert caches(root) == [cache]
    open_all(root)
    assert len(reads) == 2


class Bomb:
    """What a hostile cache may hold."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        """Do something else than to make a bomb."""
        return (Path.touch, (self.path,))


@pytest.mark.parametrize("write", [torch.save, lambda bomb, path: path.write_bytes(pickle.dumps(bomb, protocol=2))])
def test_a_hostile_cache_is_not_executed(root: Path, tmp_path: Path, write: Callable[[Any, Path], None]) -> None:
    open_all(root)
    (cache,) = caches(root)
    went_off = tmp_path / "went off"
    write((Bomb(went_off), {}), cache)
    with pytest.warns(UserWarning, match="cannot be read and is built again"):
        assert len(open_all(root)) == 4
    assert not went_off.exists()
    torch.load(cache, weights_only=False)
    assert not went_off.exists()  # it is gone


@pytest.mark.parametrize("error", [OSError("disk full"), RuntimeError("PytorchStreamWriter failed")])
def test_a_full_disk_leaves_the_recordings_in_memory(
    root: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def half(value: object, file: Any) -> None:
        file.write(b"half of it")
        raise error

    monkeypatch.setattr(torch, "save", half)
    with pytest.warns(UserWarning, match=f"cannot be cached, so they stay in memory: {error}"):
        dataset = open_all(root)
    assert caches(root) == []
    assert [data.num_frames for data in dataset] == [3, 4, 5, 6]


def test_a_cache_that_cannot_take_its_place_is_not_left_lying_about(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, target: Path) -> Path:
        raise PermissionError(f"cannot rename to {target}")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.warns(UserWarning, match="they stay in memory: cannot rename"):
        assert len(open_all(root)) == 4
    assert caches(root) == []


def test_an_interruption_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(value: object, file: Any) -> None:
        file.write(b"half of it")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", half)
        with pytest.raises(KeyboardInterrupt):
            open_all(root)
    assert caches(root) == []
    assert len(open_all(root)) == 4


def test_an_interruption_leaves_the_cache_that_was_there(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_all(root)
    (cache,) = caches(root)
    content = cache.read_bytes()

    def half(value: object, file: Any) -> None:
        file.write(b"half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(KeyboardInterrupt):
        open_all(root, force_reload=True)
    assert caches(root) == [cache]
    assert cache.read_bytes() == content


def test_where_no_folder_can_be_made_the_recordings_stay_in_memory(root: Path) -> None:
    (root / "processed").write_text("in the way")
    with pytest.warns(UserWarning, match="cannot be cached, so they stay in memory: .*processed"):
        assert len(open_all(root)) == 4
    assert (root / "processed").read_text() == "in the way"


def test_others_may_read_the_cache(root: Path) -> None:
    mask = os.umask(0o022)
    try:
        open_all(root)
    finally:
        os.umask(mask)
    (cache,) = caches(root)
    assert cache.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("keep", [0, 5, 200, -1])
def test_a_damaged_raw_file_is_named_and_nothing_is_cached(root: Path, keep: int) -> None:
    path = root / "raw" / "person01_handclapping_d1.npy"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match=r"person01_handclapping_d1\.npy"):
        open_all(root)
    assert caches(root) == []


# --- a data set of one's own


class Jumps(SkeletonDataset):
    """The least that a data set has to say."""

    def __init__(self, root: Path, training: int = 2, graph: SkeletonGraph | str = "spatial") -> None:
        self.skeleton = BODY_25
        self.given_fps, self.usual_fps, self.rate = None, 25.0, None
        self.training = training
        super().__init__(str(root))
        self.finish(
            graph=graph,
            normalization="row",
            max_hops=1,
            choose=self.choose,
            split="all",
        )

    def choose(self, recordings: list[SkeletonData], split: str) -> list[SkeletonData]:
        if split == "train":
            return [data for data in recordings if int(data.y) < self.training]
        return [data for data in recordings if data.num_frames > 2]

    @property
    def raw_file_names(self) -> list[str]:
        return sorted(path.name for path in Path(self.raw_dir).iterdir())

    def read(self) -> list[SkeletonData]:
        lengths = map(int, Path(self.raw_paths[0]).read_text().split())
        return [SkeletonData.from_sequence(random_sequence(t, seed=i), y=i) for i, t in enumerate(lengths)]


def test_a_data_set_of_ones_own_says_what_to_read_and_what_to_keep(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "lengths.txt").write_text("4 2 6")
    for _ in range(2):
        dataset = Jumps(tmp_path)
        assert repr(dataset) == "Jumps(2)"
        assert dataset.y.tolist() == [0, 2]
        assert (dataset.num_classes, dataset[1].num_frames, dataset[1].num_edges) == (3, 6, 73)
    assert len(caches(tmp_path)) == 1


def test_a_graph_of_another_body_is_refused(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "lengths.txt").write_text("4 2 6")
    with pytest.raises(ValueError, match="the graph is of COCO_17, the recordings are of BODY_25"):
        Jumps(tmp_path, graph=SkeletonGraph.build(COCO_17))


def test_a_class_without_a_reader_is_none(tmp_path: Path) -> None:
    class Unfinished(Jumps):
        read = SkeletonDataset.read

    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "lengths.txt").write_text("4 2 6")
    with pytest.raises(NotImplementedError):
        Unfinished(tmp_path)


def test_the_cache_does_not_depend_on_where_one_works(
    root: Path, reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_all(root)
    monkeypatch.chdir(root / "raw")
    open_all(Path(".."))
    assert len(reads) == 1


def test_two_processes_at_once_share_a_cache(root: Path) -> None:
    """Both read, both write, and whichever is last leaves a whole cache."""
    children = []
    for _ in range(2):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # a fork of a process with threads; none works
            child = os.fork()
        if child == 0:
            status = 1
            try:  # any warning is an error here, also that a cache cannot be read
                for _ in range(20):
                    assert len(open_all(root, force_reload=True)) == len(open_all(root)) == 4
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert len(caches(root)) == 1
