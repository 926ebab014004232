"""A recording as a static graph over time, and many of them as one timeline."""

import pickle
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
import torch_geometric.loader
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_geometric.data import InMemoryDataset

from stgcn_pyg.data import FrameBudgetSampler, SkeletonData, TimelineBatch, TimelineLoader
from stgcn_pyg.models import STGCN
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.sequence import SkeletonSequence, cut_runs
from stgcn_pyg.skeleton import BODY_25, COCO_17, Skeleton
from stgcn_pyg.transforms import SkeletonFeatures
from tests.recordings import JUMP, random_sequence, same
from tests.strategies import randomized

GRAPH = SkeletonGraph.build(BODY_25)
DOT = Skeleton("dot", ("dot",), ())

lengths = st.lists(st.integers(1, 9), min_size=1, max_size=6)


def sample(*runs: int, seed: int = 0) -> SkeletonData:
    """A recording with everything it may carry."""
    sequence = random_sequence(*runs, missing=0.2, name=f"recording {seed}", seed=seed)
    data = SkeletonData.from_sequence(sequence, y=seed % 6, subject=seed, where="indoors").attach(GRAPH)
    data.x = torch.rand(*data.pos.shape[:2], 4)
    data.motion = torch.rand(data.num_frames, 2)
    return data


def of_length(num_frames: int, seed: int = 0) -> SkeletonData:
    """A small recording."""
    x = torch.full((num_frames, 1, 1), float(seed))
    return SkeletonData(x=x, run=torch.zeros(num_frames, dtype=torch.long), y=torch.tensor([seed]))


# --- one recording


def test_a_recording_keeps_its_arrays_and_facts() -> None:
    sequence = random_sequence(6, missing=0.3, fps=29.97, name="walk")
    data = SkeletonData.from_sequence(
        sequence, y=3, subject=7, camera=np.int64(7), outdoors=True, where="park", height=1.8
    )
    for key in ("pos", "score", "frame"):
        assert np.array_equal(data[key], getattr(sequence, key)), key
    assert (data.pos.dtype, data.score.dtype, data.frame.dtype) == (torch.float32, torch.float32, torch.int64)
    assert (data.name, data.where) == ("walk", "park")
    assert data.y.tolist() == [3]
    assert data.subject.tolist() == data.camera.tolist() == [7]
    assert data.outdoors.tolist() == [True]
    assert data.height.tolist() == pytest.approx([1.8])
    assert data.fps.tolist() == pytest.approx([29.97])


def test_what_is_not_known_is_not_there() -> None:
    data = SkeletonData.from_sequence(random_sequence(6, fps=None))
    assert "fps" not in data
    assert "y" not in data
    assert "x" not in data


def test_a_recording_is_not_changed_through_its_data() -> None:
    sequence = random_sequence(6)
    before = sequence.pos.copy()
    SkeletonData.from_sequence(sequence).pos += 1
    assert (sequence.pos == before).all()


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 4)), min_size=1, max_size=30),
    st.sampled_from([None, 1.0, 2.5, 25.0]),
    st.sampled_from([0.0, 0.1, 1.0, 2.0]),
)
def test_cutting_runs_is_what_a_plain_loop_does(
    frames: list[tuple[bool, int]], fps: float | None, max_gap: float
) -> None:
    seen = [in_view for in_view, _ in frames]
    number = np.cumsum([step for _, step in frames])
    score = np.array(seen, np.float32)[:, None]
    sequence = SkeletonSequence(np.ones((len(seen), 1, 2), np.float32), DOT, score=score, fps=fps, frame=number)
    keep, run = cut_runs(sequence, max_gap)

    expected = [0 if not any(seen) else -1] * len(seen)
    last, current = None, -1
    for t in range(len(seen)):
        if seen[t]:
            if last is None or number[t] - number[last] - 1 > max_gap * (fps or 25):
                current += 1
            else:
                expected[last:t] = [current] * (t - last)
            expected[t], last = current, t
    assert keep.tolist() == [r >= 0 for r in expected]
    assert run.tolist() == [r for r in expected if r >= 0]


def test_a_recording_of_nobody_stays_whole() -> None:
    score = np.zeros((9, 25), np.float32)
    data = SkeletonData.from_sequence(SkeletonSequence(np.ones((9, 25, 2), np.float32), BODY_25, score=score))
    assert data.num_frames == 9
    assert data.run.tolist() == [0] * 9
    assert data.ptr.tolist() == [0, 9]
    assert not data.pos.any()


@pytest.mark.parametrize(("absent", "num_frames", "ptr"), [(25, 37, [0, 37]), (26, 12, [0, 5, 12])])
def test_a_second_of_absence_stays_and_a_longer_one_cuts(absent: int, num_frames: int, ptr: list[int]) -> None:
    seen = np.repeat([0, 1, 0, 1, 0], [3, 5, absent, 7, 2])[:, None].repeat(25, axis=1).astype(np.float32)
    recording = SkeletonSequence(np.ones((len(seen), 25, 2), np.float32), BODY_25, score=seen, fps=25)
    data = SkeletonData.from_sequence(recording)
    assert data.num_frames == num_frames
    assert data.ptr.tolist() == ptr
    assert data.frame[0] == 3
    assert data.frame[-1] == len(seen) - 3
    assert SkeletonData.from_sequence(recording, max_gap=1.1).ptr.tolist() == [0, 12 + absent]


def test_time_that_jumps_cuts() -> None:
    data = SkeletonData.from_sequence(random_sequence(4, 3, 2))
    assert data.ptr.tolist() == [0, 4, 7, 9]
    assert data.frame.tolist() == [0, 1, 2, 3, *(JUMP + t for t in (4, 5, 6)), *(2 * JUMP + t for t in (7, 8))]


@pytest.mark.parametrize("num_frames", [1, 2, 25, 73, 74])
def test_frames_joints_and_edges_are_told_apart_at_any_length(num_frames: int) -> None:
    data = SkeletonData.from_sequence(random_sequence(num_frames)).attach(GRAPH)
    for _ in range(2):  # without and with input features
        assert (data.num_nodes, data.num_edges, data.num_frames) == (25, 73, num_frames)
        assert data.validate(raise_on_error=True)
        data.x = torch.rand(num_frames, 25, 6)
    assert data.num_node_features == 6


def test_a_recording_prints_joints_edges_and_frames() -> None:
    data = SkeletonData.from_sequence(random_sequence(40), y=3).attach(GRAPH)
    assert repr(data) == (
        "SkeletonData(pos=[40, 25, 2], score=[40, 25], frame=[40], run=[40], body=[40], name='recording', fps=[1], "
        "y=[1], edge_index=[2, 73], edge_type=[73], edge_weight=[73])"
    )


def test_attaching_another_graph_replaces_the_first() -> None:
    data = SkeletonData.from_sequence(random_sequence(2)).attach(GRAPH)
    uniform = SkeletonGraph.build(BODY_25, "uniform")
    data.attach(uniform)
    assert data.edge_type.max() == 0
    assert data.edge_weight.dtype == torch.float32
    assert torch.equal(data.edge_weight, uniform.edge_weight.float())


def test_selecting_frames_leaves_the_recording_and_its_facts_alone() -> None:
    data = sample(4, 5)
    part = data.select_frames(slice(2, 7))
    assert data.num_frames == 9
    assert part.ptr.tolist() == [0, 2, 5]
    for key in ("x", "pos", "score", "frame", "run", "motion"):
        assert torch.equal(part[key], data[key][2:7]), key
    for key in ("edge_index", "y", "subject"):
        assert part[key] is data[key]
    assert same(data.select_frames(torch.arange(2, 7)), part)


def test_a_recording_can_be_pickled() -> None:
    data = sample(3, 2)
    assert same(pickle.loads(pickle.dumps(data)), data)


# --- several people of one recording

crowds = st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=3), min_size=1, max_size=4)
"""For each person the frames of each of their runs."""


def people_of(crowd: list[list[int]], missing: float = 0.3) -> list[SkeletonSequence]:
    """Bodies of very different sizes in very different places."""
    people = [random_sequence(*lengths, missing=missing, name="hall", seed=m) for m, lengths in enumerate(crowd)]
    return [replace(person, pos=person.pos * 3.0**m + 100 * m) for m, person in enumerate(people)]


def nobody(num_frames: int = 7) -> SkeletonSequence:
    person = random_sequence(num_frames, name="hall")
    return replace(person, score=np.zeros_like(person.score))


def features(people: list[SkeletonSequence]) -> SkeletonData:
    """What a network is shown of them, in double precision."""
    data = SkeletonData.from_people(people).attach(GRAPH)
    data.pos = data.pos.double()
    every = ["joint", "bone", "joint_motion", "bone_motion", "root_motion", "score"]
    return SkeletonFeatures(BODY_25, every)(data)  # type: ignore[no-any-return]


@given(st.lists(st.integers(1, 6), min_size=1, max_size=3), st.integers(0, 9))
def test_one_person_given_as_people_is_a_recording_of_one(lengths: list[int], seed: int) -> None:
    person = random_sequence(*lengths, missing=0.3, seed=seed)
    one = SkeletonData.from_sequence(person, y=2, max_gap=0.5, where="park")
    assert same(SkeletonData.from_people([person], y=2, max_gap=0.5, where="park"), one)
    assert one.body.tolist() == [0] * sum(lengths)


@settings(max_examples=40)
@given(crowds)
def test_the_people_of_a_recording_are_kept_apart_in_all_that_the_network_is_shown(crowd: list[list[int]]) -> None:
    people = people_of(crowd)
    together, apart = features(people), [features([person]) for person in people]
    lengths = [t for lengths in crowd for t in lengths]
    assert together.ptr.tolist() == [0, *np.cumsum(lengths)]
    assert together.run.tolist() == np.arange(len(lengths)).repeat(lengths).tolist()
    assert together.body.tolist() == np.arange(len(crowd)).repeat([sum(lengths) for lengths in crowd]).tolist()
    assert together.name == "hall"
    for key in ("pos", "score", "frame", "x", "motion"):
        assert torch.equal(together[key], torch.cat([person[key] for person in apart])), key


def test_time_may_begin_again_or_go_on_with_the_next_person() -> None:
    here = random_sequence(6)
    for shift in (0, 3, 6, -6):
        there = replace(random_sequence(6, seed=1), frame=np.arange(6) + shift + 10)
        here = replace(here, frame=np.arange(6) + 10)
        data = features([here, there])
        assert data.ptr.tolist() == [0, 6, 12]
        assert (data.motion[[0, 6]] == 0).all()
        assert torch.equal(data.x, torch.cat([features([here]).x, features([there]).x]))


@settings(max_examples=20)
@given(crowds, st.integers(1, 2), st.randoms(use_true_random=False))
def test_pooling_weighs_people_by_their_frames_in_whatever_order_they_come(
    crowd: list[list[int]], stride: int, chance: Random
) -> None:
    model = randomized(STGCN(GRAPH, in_channels=11, num_classes=3, channels=[(4, 1), (5, stride)]))
    people = people_of(crowd)
    logits = model(features(people))
    own = torch.cat([model(features([person])) for person in people])
    frames = torch.tensor([sum(-(-t // stride) for t in lengths) for lengths in crowd])
    torch.testing.assert_close(logits[0], (frames[:, None] * own).sum(dim=0) / frames.sum())
    chance.shuffle(people)
    shuffled = model(features(people))
    torch.testing.assert_close(shuffled, logits, rtol=1e-10, atol=1e-10)
    people.insert(chance.randint(0, len(people)), nobody())
    assert torch.equal(model(features(people)), shuffled)


def test_two_people_of_whom_nothing_is_seen_are_nobody() -> None:
    data = SkeletonData.from_people([nobody(4), nobody(5)])
    assert same(data, SkeletonData.from_sequence(nobody(4)))


def test_recordings_of_one_and_of_several_people_share_a_batch() -> None:
    recordings = [SkeletonData.from_people(people_of(crowd), y=1) for crowd in ([[3], [2, 2]], [[4]], [[1], [1]])]
    batch = TimelineBatch.from_data_list(recordings)
    assert batch.ptr.tolist() == [0, 3, 5, 7, 11, 12, 13]
    assert batch.batch.bincount().tolist() == [7, 4, 2]
    assert all(same(batch[i], data) for i, data in enumerate(recordings))


def test_people_who_cannot_be_of_one_recording_are_refused() -> None:
    one = random_sequence(4, name="hall")
    for other, message in (
        (random_sequence(4, skeleton=COCO_17), "one layout, not BODY_25 and COCO_17"),
        (random_sequence(4, num_dims=3), "one number of coordinates, not 2 and 3"),
        (random_sequence(4, fps=5), r"one frame rate, not 25\.0 and 5"),
    ):
        with pytest.raises(ValueError, match=f"recording: the people of one recording have {message}"):
            SkeletonData.from_people([one, other])
    with pytest.raises(ValueError, match="at least one person's sequence"):
        SkeletonData.from_people([])


# --- PyG's own loader and storage


@pytest.mark.parametrize("num_workers", [0, 1])
def test_the_stock_loader_says_what_to_use_instead(num_workers: int) -> None:
    recordings = [sample(3, seed=1), sample(4, seed=2)]
    loader = torch_geometric.loader.DataLoader(recordings, batch_size=2, num_workers=num_workers)
    with pytest.raises(RuntimeError, match=r"stgcn_pyg\.data\.TimelineLoader, or apply the UnrollFrames"):
        next(iter(loader))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_recordings_are_saved_and_loaded_by_pyg(tmp_path: Path, count: int) -> None:
    recordings = [sample(2 + i, 3, seed=i) for i in range(count)]
    path = str(tmp_path / "recordings.pt")
    InMemoryDataset.save(recordings, path)
    stored = InMemoryDataset()
    with torch.serialization.safe_globals([SkeletonData]):
        stored.load(path)
    assert len(stored) == count
    assert all(same(stored[i], recordings[i]) for i in range(count))


# --- batches


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=3), min_size=1, max_size=5), st.booleans())
def test_a_batch_gives_back_what_it_was_made_of(runs: list[list[int]], with_edges: bool) -> None:
    recordings = [sample(*lengths, seed=seed) for seed, lengths in enumerate(runs)]
    for data in recordings:
        if not with_edges:
            del data.edge_index, data.edge_type, data.edge_weight
    batch = TimelineBatch.from_data_list(recordings)
    assert batch.num_graphs == len(runs)
    for i, back in enumerate(batch.to_data_list()):
        assert type(back) is SkeletonData
        assert same(back, recordings[i])
        assert same(batch[i], recordings[i])
        assert same(batch[i - len(runs)], recordings[i])


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=3), min_size=1, max_size=5))
def test_a_batch_is_one_timeline(runs: list[list[int]]) -> None:
    recordings = [sample(*lengths, seed=seed) for seed, lengths in enumerate(runs)]
    batch = TimelineBatch.from_data_list(recordings)
    frames = [sum(lengths) for lengths in runs]
    assert (batch.num_nodes, batch.num_edges, batch.num_frames) == (25, 73, sum(frames))
    assert batch.ptr.tolist() == [0, *np.cumsum([t for lengths in runs for t in lengths])]
    assert batch.frame_ptr.tolist() == [0, *np.cumsum(frames)]
    assert batch.batch.tolist() == np.arange(len(runs)).repeat(frames).tolist()
    assert torch.equal(batch.x, torch.cat([data.x for data in recordings]))
    assert torch.equal(batch.edge_index, GRAPH.edge_index)
    assert batch.y.tolist() == [data.y.item() for data in recordings]
    assert batch.name == [data.name for data in recordings]


def test_a_batch_prints_what_it_has() -> None:
    recordings = [SkeletonData.from_sequence(random_sequence(t), y=3).attach(GRAPH) for t in (4, 5)]
    assert repr(TimelineBatch.from_data_list(recordings)) == (
        "TimelineBatch(edge_index=[2, 73], y=[2], pos=[9, 25, 2], edge_type=[73], edge_weight=[73], score=[9, 25], "
        "frame=[9], run=[9], body=[9], name=[2], fps=[2], batch=[9], frame_ptr=[3])"
    )


@pytest.mark.parametrize("frames", [[25, 25], [73], [1], [1, 24], [73, 1, 25]])
def test_lengths_that_equal_a_number_of_joints_or_edges_are_nothing_special(frames: list[int]) -> None:
    recordings = [sample(t, seed=t) for t in frames]
    batch = TimelineBatch.from_data_list(recordings)
    assert all(same(batch[i], data) for i, data in enumerate(recordings))
    assert batch.num_nodes == 25


@pytest.mark.parametrize("number", [2, -3, 99])
def test_there_is_no_recording_beyond_the_last(number: int) -> None:
    batch = TimelineBatch.from_data_list([sample(2), sample(3)])
    with pytest.raises(IndexError, match=f"recording {number} of a batch of 2"):
        batch[number]


def test_a_batch_needs_recordings() -> None:
    with pytest.raises(ValueError, match="at least one recording"):
        TimelineBatch.from_data_list([])
    nothing = SkeletonData.from_sequence(random_sequence(3, name="walk")).select_frames(slice(0, 0))
    with pytest.raises(ValueError, match="walk has no frames"):
        TimelineBatch.from_data_list([nothing])


@pytest.mark.parametrize(
    "other",
    [
        SkeletonGraph.build(BODY_25, "uniform"),
        SkeletonGraph.build(BODY_25, "symmetrical"),
        SkeletonGraph.build(BODY_25, normalization="row"),
        SkeletonGraph.build(BODY_25, max_hops=2),
    ],
    ids=["partition", "mirror", "normalization", "hops"],
)
def test_recordings_with_different_graphs_are_refused(other: SkeletonGraph) -> None:
    with pytest.raises(ValueError, match="must share their graph; they differ in edge_"):
        TimelineBatch.from_data_list([sample(2), sample(3).attach(other)])


def test_recordings_of_different_bodies_are_refused() -> None:
    coco = SkeletonData.from_sequence(random_sequence(2, skeleton=COCO_17)).attach(SkeletonGraph.build(COCO_17))
    body = SkeletonData.from_sequence(random_sequence(2)).attach(GRAPH)
    with pytest.raises(ValueError, match="must share their graph"):
        TimelineBatch.from_data_list([body, coco])


def test_the_same_graph_built_twice_is_the_same_graph() -> None:
    batch = TimelineBatch.from_data_list([sample(2), sample(3).attach(SkeletonGraph.build(BODY_25))])
    assert batch.num_edges == 73


@pytest.mark.parametrize("key", ["x", "y", "edge_index", "subject", "name"])
@pytest.mark.parametrize("first", [True, False])
def test_recordings_that_lack_something_are_refused(key: str, first: bool) -> None:
    recordings = [sample(2), sample(3)]
    del recordings[0 if first else 1][key]
    with pytest.raises(ValueError, match=f"some lack {key}$"):
        TimelineBatch.from_data_list(recordings)


@pytest.mark.parametrize("value", [torch.tensor(3), torch.arange(4), torch.ones(2, 1)])
def test_facts_that_a_batch_could_not_give_back_are_refused(value: torch.Tensor) -> None:
    recordings = [sample(4), sample(4)]
    for data in recordings:
        data.weather = value
    with pytest.raises(ValueError, match=r"one row \[1, ...\], but weather is \["):
        TimelineBatch.from_data_list(recordings)


def test_a_fact_may_be_a_row_of_numbers() -> None:
    recordings = [sample(4, seed=0), sample(5, seed=1)]
    for seed, data in enumerate(recordings):
        data.weather = torch.tensor([[1.0, 2.0, float(seed)]])
    assert same(TimelineBatch.from_data_list(recordings)[1], recordings[1])


def test_a_batch_moves_as_a_whole() -> None:
    batch = TimelineBatch.from_data_list([sample(2), sample(3)])
    before = batch.to_dict()
    moved = batch.to("meta")
    assert type(moved) is TimelineBatch
    for key, value in before.items():
        assert not isinstance(value, torch.Tensor) or moved[key].is_meta, key
    assert TimelineBatch.from_data_list([sample(2)]).to("cpu").num_graphs == 1


# --- loading


def recorded(loader: TimelineLoader) -> list[list[int]]:
    """Which recordings each batch has."""
    return [batch.y.tolist() for batch in loader]


@given(lengths, st.integers(1, 4), st.none() | st.integers(1, 20), st.booleans())
def test_every_recording_comes_once_an_epoch_within_the_limits(
    frames: list[int], batch_size: int, max_frames: int | None, shuffle: bool
) -> None:
    recordings = [of_length(t, i) for i, t in enumerate(frames)]
    loader = TimelineLoader(recordings, batch_size, shuffle, max_frames)
    for _ in range(2):
        batches = recorded(loader)
        order = [i for batch in batches for i in batch]
        assert sorted(order) == list(range(len(frames)))
        assert shuffle or order == sorted(order)
        for batch in batches:
            assert 1 <= len(batch) <= batch_size
            assert max_frames is None or len(batch) == 1 or sum(frames[i] for i in batch) <= max_frames
        # No batch could have taken the first recording of the next.
        for batch, after in pairwise(batches):
            full = max_frames is not None and sum(frames[i] for i in [*batch, after[0]]) > max_frames
            assert len(batch) == batch_size or full


@pytest.mark.parametrize("max_frames", [None, 30])
def test_the_order_comes_from_torchs_seed_and_differs_between_epochs(max_frames: int | None) -> None:
    recordings = [of_length(5, i) for i in range(30)]

    def epochs(seed: int) -> list[list[list[int]]]:
        torch.manual_seed(seed)
        loader = TimelineLoader(recordings, 4, shuffle=True, max_frames=max_frames)
        return [recorded(loader), recorded(loader)]

    first, second = epochs(0)
    assert first != second
    assert epochs(0) == [first, second]
    assert epochs(1) != [first, second]


def test_a_sampler_alone_says_which_recordings_go_together() -> None:
    assert list(FrameBudgetSampler([30, 50, 40, 5, 5, 5, 90, 1], batch_size=3, max_frames=60)) == [
        *([0], [1], [2, 3, 4]),
        *([5], [6], [7]),
    ]


class WithChance(InMemoryDataset):
    """Recordings with a transform that writes down what it draws."""

    def __init__(self, recordings: list[SkeletonData]) -> None:
        super().__init__(transform=self.draw)
        self.data, self.slices = self.collate(recordings)

    def draw(self, data: SkeletonData) -> SkeletonData:
        data.drawn = torch.rand(1)
        return data


def test_workers_load_the_same_samples() -> None:
    recordings = [sample(3 + i, 2, seed=i) for i in range(5)]
    plain, by_workers = (
        [data for batch in TimelineLoader(recordings, 2, num_workers=workers) for data in batch.to_data_list()]
        for workers in (0, 2)
    )
    assert len(plain) == 5
    assert all(same(a, b) for a, b in zip(plain, by_workers, strict=True))


@pytest.mark.parametrize("max_frames", [None, 8])
def test_chance_in_workers_is_reproducible_and_theirs_alone(max_frames: int | None) -> None:
    dataset = WithChance([of_length(4, i) for i in range(8)])

    def drawn(seed: int) -> list[float]:
        torch.manual_seed(seed)
        loader = TimelineLoader(dataset, 2, shuffle=True, max_frames=max_frames, num_workers=2)
        return [value for batch in loader for value in batch.drawn.tolist()]

    first = drawn(0)
    assert len(set(first)) == 8  # neither two workers nor two samples share a number
    assert drawn(0) == first
    assert not set(drawn(1)) & set(first)
