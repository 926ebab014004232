"""KTH as a data set: what is found in a folder, who is in which split, and what a sample carries."""

import json
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch_geometric.data import Data

from stgcn_pyg.data import TimelineLoader
from stgcn_pyg.datasets import KTH_ACTIONS, KTHSkeletonDataset, find_protocol, leave_one_out
from stgcn_pyg.partition import SkeletonGraph, joint_radii
from stgcn_pyg.skeleton import BODY_25, COCO_17
from stgcn_pyg.synthetic import write_synthetic_kth
from stgcn_pyg.transforms import NormalizePose, SkeletonFeatures, UnrollFrames
from tests.recordings import random_sequence, same


@pytest.fixture(autouse=True)
def cache_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Caches go to a folder of their own."""
    home: Path = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    return home


def write(
    folder: Path,
    subjects: Iterable[int] = (1,),
    actions: Iterable[str] = KTH_ACTIONS[:2],
    scenarios: Iterable[int] = (1,),
    num_frames: int = 4,
    suffix: str = "_uncomp",
) -> list[Path]:
    """Random recordings under KTH's names."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(p, a, d) for p in subjects for a in actions for d in scenarios]
    paths = [folder / f"person{p:02d}_{a}_d{d}{suffix}.npy" for p, a, d in wanted]
    for seed, path in enumerate(paths):
        sequence = random_sequence(num_frames + seed % 3, seed=seed)
        np.save(path, np.concatenate([sequence.pos, sequence.score[..., None]], axis=2))
    return paths


def write_frames(folder: Path, clip: str, num_frames: int = 3) -> None:
    """A recording as OpenPose writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    for t in range(num_frames):
        people = [{"pose_keypoints_2d": [float(n + t) for n in range(1, 76)]}]
        (folder / f"{clip}_{t:012d}_keypoints.json").write_text(json.dumps({"people": people}))


def subjects_of(dataset: KTHSkeletonDataset) -> list[int]:
    return sorted({int(data.subject) for data in dataset})


# --- what is found


def test_names_say_action_subject_and_scenario(tmp_path: Path) -> None:
    write(tmp_path / "raw", subjects=[3, 11], actions=KTH_ACTIONS, scenarios=[1, 4])
    dataset = KTHSkeletonDataset(tmp_path, split="all")
    assert len(dataset) == 24
    assert dataset.classes == KTH_ACTIONS
    assert dataset.num_classes == 6
    for data in dataset:
        action = KTH_ACTIONS[int(data.y)]
        assert data.name == f"person{int(data.subject):02d}_{action}_d{int(data.scenario)}_uncomp"
    assert [data.name for data in dataset] == sorted(data.name for data in dataset)


def test_the_order_of_classes_is_that_of_their_names() -> None:
    assert KTH_ACTIONS == ("boxing", "handclapping", "handwaving", "jogging", "running", "walking")


def test_what_the_file_holds_is_what_the_sample_holds(tmp_path: Path) -> None:
    (path,) = write(tmp_path / "raw", actions=["running"], num_frames=7)
    data = KTHSkeletonDataset(tmp_path, split="all", fps=12.5)[0]
    array = torch.from_numpy(np.load(path))
    assert torch.equal(data.pos, array[..., :2])
    assert torch.equal(data.score, array[..., 2])
    assert data.fps.tolist() == [12.5]
    assert data.y.tolist() == [KTH_ACTIONS.index("running")]


def test_a_sample_prints_joints_edges_and_frames(tmp_path: Path) -> None:
    write(tmp_path / "raw", subjects=[1, 2], num_frames=40)
    dataset = KTHSkeletonDataset(tmp_path)
    text = repr(dataset[0])
    for part in ("pos=[40, 25, 2]", "edge_index=[2, 73]", "edge_type=[73]", "edge_weight=[73]", "y=[1]"):
        assert part in text
    assert dataset[0].num_nodes == 25
    assert repr(dataset) == "KTHSkeletonDataset(4)"
    assert (
        repr(dataset.graph)
        == "SkeletonGraph(BODY_25, V=25, E=73, K=3, partition='spatial', normalization='directed')"
    )


def test_a_flat_folder_is_read_and_left_alone(tmp_path: Path, cache_home: Path) -> None:
    flat = tmp_path / "flat"
    paths = write(flat)
    (flat / "README.txt").write_text("not a recording")
    (flat / "person01_juggling_d1_uncomp.npy").write_text("not of KTH")
    before = {path: path.stat().st_mtime_ns for path in (flat, *flat.iterdir())}
    with pytest.warns(UserWarning, match="names are none of KTH's: person01_juggling_d1_uncomp.npy"):
        assert len(KTHSkeletonDataset(flat, split="all")) == len(paths)
    assert {path: path.stat().st_mtime_ns for path in (flat, *flat.iterdir())} == before
    assert len(list(cache_home.rglob("*.pt"))) == 1


def test_two_flat_folders_of_one_name_have_two_caches(tmp_path: Path, cache_home: Path) -> None:
    for parent, subject in (("a", 1), ("b", 2)):
        write(tmp_path / parent / "poses", subjects=[subject])
        dataset = KTHSkeletonDataset(tmp_path / parent / "poses", split="all")
        assert subjects_of(dataset) == [subject]
    assert len(list(cache_home.rglob("*.pt"))) == 2


def test_a_cache_lies_beside_a_raw_folder(tmp_path: Path, cache_home: Path) -> None:
    write(tmp_path / "raw" / "by_action")
    assert len(KTHSkeletonDataset(tmp_path, split="all")) == 2
    assert [path.suffix for path in (tmp_path / "processed").iterdir()] == [".pt"]
    assert not list(cache_home.rglob("*.pt"))


@pytest.mark.parametrize("per_action", [True, False])
def test_openposes_frames_are_read(tmp_path: Path, per_action: bool) -> None:
    clips = [f"person{p:02d}_{action}_d1_uncomp" for action in ("boxing", "walking") for p in (1, 2)]
    for clip in clips:
        write_frames(tmp_path / "raw" / (clip.split("_")[1] if per_action else clip), clip)
    dataset = KTHSkeletonDataset(tmp_path, split="all")
    assert [data.name for data in dataset] == (clips if per_action else sorted(clips))
    assert all(data.num_frames == 3 for data in dataset)
    assert dataset[1].pos[2, 0].tolist() == [3, 4]
    assert sorted(dataset.y.tolist()) == [0, 0, 5, 5]


def test_openposes_frames_of_something_else_are_refused(tmp_path: Path) -> None:
    write_frames(tmp_path / "raw" / "boxing", "person01_juggling_d1")
    with pytest.raises(
        ValueError, match="'person01_juggling_d1' is no name of a KTH recording: expected personNN_"
    ):
        KTHSkeletonDataset(tmp_path, split="all")


@pytest.mark.parametrize("folders", [(), ("",), ("", "raw")])
def test_without_recordings_it_says_what_to_put_where(tmp_path: Path, folders: tuple[str, ...]) -> None:
    root = tmp_path / "kth"
    for folder in folders:
        (root / folder).mkdir()
    with pytest.raises(FileNotFoundError, match=r"no KTH recordings in .*kth.*: put arrays personNN_ACTION_dK"):
        KTHSkeletonDataset(root)
    assert not (root / "processed").exists()


def test_the_rate_is_kths_or_what_was_given_or_what_lies_beside_synthetic_ones(tmp_path: Path) -> None:
    write(tmp_path / "real" / "raw")
    write_synthetic_kth(tmp_path / "made_up" / "raw", subjects=[1], scenarios=[1], num_frames=9, fps=10)
    for root, fps, expected in (("real", None, 25), ("real", 5, 5), ("made_up", None, 10), ("made_up", 30, 30)):
        dataset = KTHSkeletonDataset(tmp_path / root, split="all", fps=fps)
        assert dataset[0].fps.tolist() == [expected]
    with pytest.raises(ValueError, match="0 frames a second is not a rate"):
        KTHSkeletonDataset(tmp_path / "real", split="all", fps=0)


# --- splits


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of each of the 25 subjects."""
    root: Path = tmp_path_factory.mktemp("kth")
    write(root / "raw", subjects=range(1, 26), actions=["boxing"], num_frames=2)
    return root


@pytest.mark.parametrize("protocol", ["15/5/5", "10/5/5", "8/8/9", "random-subjects"])
@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_a_split_holds_its_subjects(everybody: Path, protocol: str, split: str) -> None:
    dataset = KTHSkeletonDataset(everybody, split=split, protocol=protocol)
    assert subjects_of(dataset) == sorted(find_protocol(protocol).values(split))


def test_all_is_everybody(everybody: Path) -> None:
    assert subjects_of(KTHSkeletonDataset(everybody, split="all")) == list(range(1, 26))


def test_subjects_may_be_given(everybody: Path) -> None:
    mine = {"train": [3, 4], "test": [5]}
    assert subjects_of(KTHSkeletonDataset(everybody, split="test", protocol=mine)) == [5]
    left_out = leave_one_out(7, range(1, 26))
    assert subjects_of(KTHSkeletonDataset(everybody, split="test", protocol=left_out)) == [7]
    assert 7 not in subjects_of(KTHSkeletonDataset(everybody, split="train", protocol=left_out))
    assert len(KTHSkeletonDataset(everybody, split="val", protocol=left_out)) == 0
    assert subjects_of(KTHSkeletonDataset(everybody, "test", protocol={"test": [9]}, graph="uniform")) == [9]


def test_a_split_that_does_not_exist_is_refused(everybody: Path) -> None:
    with pytest.raises(ValueError, match="no split is called 'training'; known: train, val, test, all"):
        KTHSkeletonDataset(everybody, split="training")


def test_a_split_of_nobody_who_is_there_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "raw", subjects=[1, 2])
    with pytest.raises(ValueError, match=r"no recording of the test subjects \[21, 22, 23, 24, 25\] is there"):
        KTHSkeletonDataset(tmp_path, split="test")


# --- the graph


def radii_graph(dataset: KTHSkeletonDataset) -> SkeletonGraph:
    """The graph from the radii of a data set."""
    return SkeletonGraph.build(BODY_25, radius=joint_radii((data.pos, data.score) for data in dataset))


def test_radii_are_measured_on_the_training_subjects_alone(tmp_path: Path) -> None:
    paths = write(tmp_path / "raw", subjects=[1, 2, 16, 21], num_frames=9)
    graphs = [KTHSkeletonDataset(tmp_path, split=split).graph for split in ("train", "val", "test", "all")]
    expected = radii_graph(KTHSkeletonDataset(tmp_path, split="train"))
    others = radii_graph(KTHSkeletonDataset(tmp_path, split="val"))
    assert not torch.equal(expected.edge_type, others.edge_type)
    for graph in graphs:
        assert torch.equal(graph.edge_type, expected.edge_type)

    def distort(path: Path) -> SkeletonGraph:
        array = np.load(path)
        array[:, ::2, :2] *= 5
        np.save(path, array)
        return KTHSkeletonDataset(tmp_path, split="train").graph

    assert "person21" in paths[-1].name
    assert torch.equal(distort(paths[-1]).edge_type, expected.edge_type)
    assert "person01" in paths[0].name
    assert not torch.equal(distort(paths[0]).edge_type, expected.edge_type)


def test_without_training_recordings_hops_stand_in(tmp_path: Path) -> None:
    write(tmp_path / "raw", subjects=[21])
    with pytest.warns(UserWarning, match="no training recording is there"):
        graph = KTHSkeletonDataset(tmp_path, split="test").graph
    assert torch.equal(graph.edge_type, SkeletonGraph.build(BODY_25).edge_type)


@pytest.mark.parametrize("partition", ["uniform", "distance", "symmetrical"])
def test_a_strategy_by_name(everybody: Path, partition: str) -> None:
    dataset = KTHSkeletonDataset(everybody, graph=partition)
    assert dataset.graph.partition == partition
    assert torch.equal(dataset[0].edge_type, dataset.graph.edge_type)


def test_a_normalization_by_name(everybody: Path) -> None:
    graph = KTHSkeletonDataset(everybody, graph="distance", normalization="row").graph
    assert torch.equal(graph.edge_weight, SkeletonGraph.build(BODY_25, "distance", "row").edge_weight)


def test_a_graph_that_is_given_is_carried(everybody: Path) -> None:
    graph = SkeletonGraph.build(BODY_25, "distance", max_hops=2)
    dataset = KTHSkeletonDataset(everybody, graph=graph)
    assert dataset.graph is graph
    for data in (dataset[0], dataset[-1], dataset[2:4][1], dataset.copy()[0]):
        assert torch.equal(data.edge_index, graph.edge_index)


def test_recordings_are_brought_into_the_layout_of_the_graph(everybody: Path) -> None:
    graph = SkeletonGraph.build(COCO_17)
    recorded = KTHSkeletonDataset(everybody)
    for dataset in (KTHSkeletonDataset(everybody, graph=graph) for _ in ("read", "cached")):
        assert dataset.skeleton == COCO_17
        for data, original in zip(dataset, recorded, strict=True):
            in_coco = [BODY_25.index(joint) for joint in COCO_17.joints]
            assert torch.equal(data.pos, original.pos[:, in_coco])
            assert torch.equal(data.score, original.score[:, in_coco])
            assert torch.equal(data.edge_index, graph.edge_index)


def test_recordings_of_another_body_are_refused(everybody: Path) -> None:
    with pytest.raises(ValueError, match=r"person01_boxing_d1_uncomp.npy.*25 joints a frame, but COCO_17 has 17"):
        KTHSkeletonDataset(everybody, skeleton=COCO_17)


# --- a PyG data set like any other


def test_it_is_indexed_like_any_data_set(everybody: Path) -> None:
    dataset = KTHSkeletonDataset(everybody)
    names = [data.name for data in dataset]
    assert len(names) == len(dataset) == 15
    assert dataset[-1].name == names[-1]
    mask = torch.arange(15) % 2 == 0
    for index in (slice(2, 5), [0, 2], torch.tensor([3, 1]), mask, np.array([4, 4])):
        part = dataset[index]
        assert [data.name for data in part] == np.array(names)[index].tolist()
        assert all(data.num_edges == 73 for data in part)
    assert len(dataset[[0, 2]][1:]) == 1


def test_it_is_shuffled_and_copied(everybody: Path) -> None:
    dataset = KTHSkeletonDataset(everybody)
    torch.manual_seed(0)
    shuffled, order = dataset.shuffle(return_perm=True)
    assert [data.name for data in shuffled] == [dataset[i].name for i in order.tolist()]
    assert sorted(order.tolist()) == list(range(15))
    copied = dataset[2:6].copy()
    assert len(copied) == 4
    assert all(same(copied[i], dataset[2 + i]) for i in range(4))


def test_attributes_of_all_recordings_of_a_part_and_of_a_copy(everybody: Path) -> None:
    dataset = KTHSkeletonDataset(everybody)
    subjects = list(range(1, 16))
    assert dataset.y.tolist() == [0] * 15
    assert dataset.subject.tolist() == subjects
    assert dataset[3:6].subject.tolist() == subjects[3:6]
    assert dataset[[7]].subject.tolist() == [8]
    assert dataset.copy().subject.tolist() == subjects
    assert sorted(dataset.shuffle().subject.tolist()) == subjects
    assert len(dataset[:2].pos) == dataset[0].num_frames + dataset[1].num_frames
    with pytest.raises(AttributeError, match="no attribute 'height'"):
        _ = dataset[:2].height


@pytest.mark.parametrize("num_frames", [1, 25, 73])
def test_lengths_that_equal_a_number_of_joints_or_edges_survive_the_cache(tmp_path: Path, num_frames: int) -> None:
    paths = write(tmp_path / "raw", subjects=[1], actions=KTH_ACTIONS[:3], num_frames=num_frames)
    for _ in range(2):
        dataset = KTHSkeletonDataset(tmp_path, split="all")
        assert [data.num_frames for data in dataset] == [len(np.load(path)) for path in paths]
        assert all(data.validate(raise_on_error=True) and data.num_nodes == 25 for data in dataset)


def test_a_transform_is_applied_whenever_a_sample_is_read(everybody: Path) -> None:
    calls: list[str] = []

    def features(data: Data) -> Data:
        calls.append(data.name)
        shown: Data = SkeletonFeatures(BODY_25)(data)
        return shown

    dataset = KTHSkeletonDataset(everybody, transform=features)
    assert calls == []
    assert dataset[0].x.shape == (2, 25, 6)
    _ = dataset[0]
    assert len(calls) == 2
    assert dataset.num_node_features == 6
    assert dataset.num_classes == 6
    dataset.transform = UnrollFrames(dataset.graph)
    assert type(dataset[0]) is Data
    assert dataset[0].num_nodes == 50
    dataset.transform = None
    assert "x" not in dataset[0]  # what is stored was not touched


@pytest.mark.parametrize("num_workers", [0, 2])
def test_it_is_loaded_in_batches(everybody: Path, num_workers: int) -> None:
    dataset = KTHSkeletonDataset(everybody, transform=NormalizePose(BODY_25))
    batches = list(TimelineLoader(dataset, batch_size=4, num_workers=num_workers))
    assert [batch.num_graphs for batch in batches] == [4, 4, 4, 3]
    samples = [data for batch in batches for data in batch.to_data_list()]
    assert all(same(a, b) for a, b in zip(samples, dataset, strict=True))


# --- real recordings


@pytest.fixture(scope="module")
def real(real_data: Path) -> Path:
    """KTH as a pose estimator saw it: five subjects at 5 frames a second."""
    return real_data / "kth_poses_5fps"


def test_real_recordings(real: Path) -> None:
    arrays = {path.stem: np.load(path) for path in real.glob("*.npy")}
    assert sum(map(len, arrays.values())) == 8108
    dataset = KTHSkeletonDataset(real, split="val", graph="uniform", fps=5)
    assert len(dataset) == 120
    assert subjects_of(dataset) == [16, 17, 18, 19, 20]
    assert dataset.y.bincount().tolist() == [20] * 6
    assert dataset.scenario.bincount().tolist() == [0, 30, 30, 30, 30]
    for data in dataset:
        array = torch.from_numpy(arrays[data.name])[data.frame]
        assert torch.equal(data.pos, array[..., :2] * (array[..., 2:] > 0))
        assert data.num_nodes == 25
    # Frames go only where nobody was in view for over a second, or before the first and after the last sight.
    for data in dataset:
        seen = (arrays[data.name][..., 2] > 0).any(axis=1)
        gone = sorted(set(range(len(seen))) - set(data.frame.tolist()))
        assert not seen[gone].any()


def test_features_of_real_recordings_are_finite_and_of_a_bodys_size(real: Path) -> None:
    dataset = KTHSkeletonDataset(real, split="val", graph="uniform", fps=5, transform=SkeletonFeatures(BODY_25))
    x = torch.cat([data.x for data in dataset])
    assert x.isfinite().all()
    assert x[..., :2].abs().quantile(0.999) < 4  # body lengths


def test_joints_that_were_never_seen_are_told(real: Path) -> None:
    with pytest.warns(UserWarning, match="never observed in the training recordings.*right_eye, left_eye"):
        KTHSkeletonDataset(real, protocol=leave_one_out(17, range(16, 21)), fps=5)


def names_in(path: Path) -> list[str]:
    """The recordings of KTH's list of sequences."""
    return [line.split()[0] for line in path.read_text().splitlines() if line.startswith("person")]


def test_every_name_on_kths_own_list_is_understood(real_data: Path, tmp_path: Path) -> None:
    names = names_in(real_data / "kth_annotations" / "00sequences.txt")
    assert len(names) == len(set(names))
    content = np.ones((1, 25, 3), np.float32)
    (tmp_path / "raw").mkdir()
    for name in names:
        np.save(tmp_path / "raw" / f"{name}.npy", content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dataset: Any = KTHSkeletonDataset(tmp_path, split="all", graph="distance")
    assert sorted(data.name for data in dataset) == sorted(names)


# --- recordings that do not belong together


def save_npz(path: Path, fps: float, num_dims: int = 2) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, pos=np.ones((4, 25, num_dims), np.float32), score=np.ones((4, 25), np.float32), fps=fps)


def test_the_rate_in_a_file_counts_unless_another_is_given(tmp_path: Path) -> None:
    save_npz(tmp_path / "raw" / "person01_boxing_d1_uncomp.npz", fps=12.5)
    assert KTHSkeletonDataset(tmp_path, "all", graph="uniform").fps == 12.5
    assert KTHSkeletonDataset(tmp_path, "all", graph="uniform", usual_fps=7).fps == 12.5
    assert KTHSkeletonDataset(tmp_path, "all", graph="uniform", fps=5).fps == 5


def test_several_rates_are_refused(tmp_path: Path) -> None:
    save_npz(tmp_path / "raw" / "person01_boxing_d1_uncomp.npz", fps=12.5)
    save_npz(tmp_path / "raw" / "person01_boxing_d2_uncomp.npz", fps=25)
    with pytest.raises(ValueError, match=r"several frame rates \(12\.5, 25\) must be kept apart"):
        KTHSkeletonDataset(tmp_path, "all", graph="uniform")


def test_2d_and_3d_recordings_are_kept_apart(tmp_path: Path) -> None:
    save_npz(tmp_path / "raw" / "person01_boxing_d1_uncomp.npz", fps=25)
    save_npz(tmp_path / "raw" / "person01_boxing_d2_uncomp.npz", fps=25, num_dims=3)
    with pytest.raises(ValueError, match=r"must be kept apart .*person01_boxing_d2_uncomp has 3"):
        KTHSkeletonDataset(tmp_path, "all", graph="uniform")


def test_a_recording_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    save_npz(tmp_path / "raw" / "person01_boxing_d1_uncomp.npz", fps=25)
    save_npz(tmp_path / "raw" / "again" / "person01_boxing_d1_uncomp.npz", fps=25)
    with pytest.raises(ValueError, match="there is another recording person01_boxing_d1_uncomp; keep one"):
        KTHSkeletonDataset(tmp_path, "all", graph="uniform")


# --- protocols by scenario, sub-sequences and other rates


def test_scenarios_as_splits(tmp_path: Path) -> None:
    write(tmp_path / "raw", subjects=[1, 2], scenarios=[1, 2, 3, 4])
    for split, scenarios in (("train", {1, 2}), ("val", {3}), ("test", {4})):
        dataset = KTHSkeletonDataset(tmp_path, split, "scenarios")
        assert {int(data.scenario) for data in dataset} == scenarios
        assert subjects_of(dataset) == [1, 2]


def annotate(folder: Path, *lines: str) -> Path:
    path = folder / "00sequences.txt"
    path.write_text("\n".join(lines))
    return path


def test_subsequences_are_recordings_of_their_own(tmp_path: Path) -> None:
    (path,) = write(tmp_path / "raw", actions=["boxing"], num_frames=40)
    listed = annotate(tmp_path, "person01_boxing_d1 frames 1-10, 21-40")
    dataset = KTHSkeletonDataset(tmp_path, "all", graph="uniform", subsequences=listed)
    assert [data.name for data in dataset] == ["person01_boxing_d1_uncomp_1", "person01_boxing_d1_uncomp_2"]
    array = torch.from_numpy(np.load(path))
    assert torch.equal(dataset[0].pos, array[:10, :, :2])
    assert torch.equal(dataset[1].pos, array[20:40, :, :2])
    assert dataset[1].frame[[0, -1]].tolist() == [20, 39]
    assert len(KTHSkeletonDataset(tmp_path, "all", graph="uniform")) == 1


@pytest.mark.parametrize(("fps", "first", "last"), [(12.5, 10, 19), (5.0, 4, 7), (50.0, 40, 79)])
def test_subsequences_are_cut_at_the_recordings_own_rate(tmp_path: Path, fps: float, first: int, last: int) -> None:
    write(tmp_path / "raw", actions=["boxing"], num_frames=100)
    listed = annotate(tmp_path, "person01_boxing_d1 frames 21-40")
    (data,) = KTHSkeletonDataset(tmp_path, "all", graph="uniform", fps=fps, subsequences=listed)
    assert data.frame[[0, -1]].tolist() == [first, last]


def test_another_list_is_another_cache(tmp_path: Path) -> None:
    write(tmp_path / "raw", actions=["boxing"], num_frames=40)
    for ranges, count in (("1-10, 21-40", 2), ("1-10, 11-20, 21-40", 3)):
        listed = annotate(tmp_path, f"person01_boxing_d1 frames {ranges}")
        assert len(KTHSkeletonDataset(tmp_path, "all", graph="uniform", subsequences=listed)) == count


def test_a_recording_that_the_list_does_not_fit_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "raw", actions=["boxing"], num_frames=40)
    listed = annotate(tmp_path, "person01_boxing_d1 frames 1-10, 21-90")
    with pytest.raises(
        ValueError, match=r"person01_boxing_d1 is listed up to frame 90, but its recording ends at 4"
    ):
        KTHSkeletonDataset(tmp_path, "all", graph="uniform", subsequences=listed)
    listed = annotate(tmp_path, "person02_boxing_d1 frames 1-10")
    with pytest.raises(ValueError, match="does not list person01_boxing_d1"):
        KTHSkeletonDataset(tmp_path, "all", graph="uniform", subsequences=listed)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        KTHSkeletonDataset(tmp_path, "all", graph="uniform", subsequences=tmp_path / "nowhere")


def test_a_rate_is_resampled_to_and_the_recorded_one_is_kept(tmp_path: Path) -> None:
    (path,) = write(tmp_path / "raw", actions=["boxing"], num_frames=40)
    dataset = KTHSkeletonDataset(tmp_path, "all", graph="uniform", rate=5)
    assert dataset.fps == 5
    assert dataset[0].recorded_fps.item() == 25
    np.testing.assert_array_equal(dataset[0].pos, np.load(path)[::5, :, :2])
    save_npz(tmp_path / "raw" / "person01_boxing_d2_uncomp.npz", fps=12.5)
    assert [float(data.fps) for data in KTHSkeletonDataset(tmp_path, "all", graph="uniform", rate=12.5)] == [
        12.5
    ] * 2
    with pytest.raises(ValueError, match="0 frames a second is not a rate"):
        KTHSkeletonDataset(tmp_path, rate=0)


def test_the_real_list_on_real_recordings(real_data: Path, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    listed = real_data / "kth_annotations" / "00sequences.txt"
    for action in ("boxing", "handclapping", "handwaving"):
        name = f"person16_{action}_d1_uncomp.npy"
        (raw / name).write_bytes((real_data / "kth_poses_5fps" / name).read_bytes())
    dataset = KTHSkeletonDataset(tmp_path, "all", graph="uniform", fps=5, subsequences=listed)
    assert len(dataset) == 12
    frames = sum(data.num_frames for data in dataset)
    whole = sum(len(np.load(path)) for path in raw.iterdir())
    assert 0.9 < frames / whole <= 1
    name = "person16_running_d1_uncomp.npy"  # its poses were joined over the frames without anybody
    (raw / name).write_bytes((real_data / "kth_poses_5fps" / name).read_bytes())
    with pytest.raises(ValueError, match="person16_running_d1 is listed up to frame 380"):
        KTHSkeletonDataset(tmp_path, "all", graph="uniform", fps=5, subsequences=listed)


def test_a_user_without_a_home_has_a_cache_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    write(tmp_path / "poses")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", no_home)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    assert len(KTHSkeletonDataset(tmp_path / "poses", "all", graph="uniform")) == 2
    assert len(list((tmp_path / "temporary").rglob("*.pt"))) == 1
