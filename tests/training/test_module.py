"""What an epoch sees: reproducible whoever loads it, and another one in every epoch."""

import pytest
import torch

from stgcn_pyg.data import SkeletonData, TimelineLoader
from stgcn_pyg.training.module import EpochRecordings, RecordingsModule, derived_seed
from stgcn_pyg.training.recipe import Recipe


class Numbered(torch.utils.data.Dataset[SkeletonData]):
    """Recordings that carry their number and noise that is drawn when they are read."""

    def __len__(self) -> int:
        return 9

    def __getitem__(self, i: int) -> SkeletonData:
        return SkeletonData(x=torch.randn(3, 25, 2), run=torch.zeros(3, dtype=torch.long), y=torch.tensor([i]))


def drawn(epoch: EpochRecordings) -> dict[int, torch.Tensor]:
    return {int(data.y): data.x for data in (epoch[i] for i in range(len(epoch)))}


def test_every_recording_once_in_another_order() -> None:
    orders = [[int(epoch[i].y) for i in range(9)] for epoch in (EpochRecordings(Numbered(), 0, e) for e in (0, 1))]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(9))


def test_what_is_drawn_depends_on_seed_epoch_and_recording_alone() -> None:
    first = drawn(EpochRecordings(Numbered(), 1, 5))
    torch.manual_seed(1234)
    backwards = EpochRecordings(Numbered(), 1, 5)
    again = {int(data.y): data.x for data in (backwards[i] for i in reversed(range(9)))}
    assert all(torch.equal(first[i], again[i]) for i in range(9))
    assert not any(torch.equal(first[i], x) for i, x in drawn(EpochRecordings(Numbered(), 1, 6)).items())
    assert not any(torch.equal(first[i], x) for i, x in drawn(EpochRecordings(Numbered(), 2, 5)).items())


def test_reading_leaves_the_global_generator_alone() -> None:
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    drawn(EpochRecordings(Numbered(), 0, 0))
    assert torch.equal(torch.rand(3), expected)


def test_workers_load_the_same_batches() -> None:
    batches = [
        [batch.x for batch in TimelineLoader(EpochRecordings(Numbered(), 0, 0), batch_size=4, num_workers=workers)]
        for workers in (0, 2)
    ]
    assert all(torch.equal(a, b) for a, b in zip(*batches, strict=True))


def test_frames_a_batch_are_limited() -> None:
    loader = RecordingsModule(Numbered(), None, Recipe(batch_size=4, max_frames=7)).train_dataloader()
    assert [batch.num_graphs for batch in loader] == [2, 2, 2, 2, 1]
    assert len(loader) == 5


@pytest.mark.parametrize("numbers", [(0,), (0, 0), (0, 1), (1, 0), (1,)])
def test_seeds_differ_and_fit_a_generator(numbers: tuple[int, ...]) -> None:
    others = [(0,), (0, 0), (0, 1), (1, 0), (1,)]
    torch.Generator().manual_seed(derived_seed(*numbers))
    assert [derived_seed(*other) == derived_seed(*numbers) for other in others].count(True) == 1


@pytest.mark.parametrize(("num_ranks", "batch_size"), [(1, 4), (2, 2), (2, 4), (3, 6), (4, 4)])
def test_devices_have_the_batches_of_one_between_them(num_ranks: int, batch_size: int) -> None:
    def batches(rank: int, num_ranks: int) -> list[dict[int, torch.Tensor]]:
        share = EpochRecordings(Numbered(), 0, 3, rank, num_ranks)
        loader = TimelineLoader(share, batch_size=batch_size // num_ranks)
        return [{int(data.y): data.x for data in batch.to_data_list()} for batch in loader]

    whole = batches(0, 1)
    shares = list(zip(*(batches(rank, num_ranks) for rank in range(num_ranks)), strict=False))
    assert len(shares) == 9 // batch_size + (9 % batch_size >= num_ranks)
    for one, parts in zip(whole, shares, strict=False):
        assert sorted(one) == sorted(i for part in parts for i in part)
        assert all(torch.equal(x, one[i]) for part in parts for i, x in part.items())
