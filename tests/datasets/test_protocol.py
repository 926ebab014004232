"""Who is trained on and who is tested on."""

import pytest

from stgcn_pyg.datasets import KTH_PROTOCOLS, leave_one_out
from stgcn_pyg.datasets.protocol import find_protocol


@pytest.mark.parametrize("name", KTH_PROTOCOLS)
def test_nobody_is_in_two_splits(name: str) -> None:
    protocol = find_protocol(name)
    everybody = [subject for split in ("train", "val", "test") for subject in protocol[split]]
    assert len(everybody) == len(set(everybody))
    assert set(everybody) <= set(range(1, 26))
    assert "/".join(str(len(protocol[split])) for split in ("train", "val", "test")) == name


@pytest.mark.parametrize("name", ["15/5/5", "8/8/9"])
def test_everybody_is_in_one(name: str) -> None:
    protocol = find_protocol(name)
    assert sorted(s for subjects in protocol.values() for s in subjects) == list(range(1, 26))


def test_kths_own_protocol_is_the_one_its_authors_published() -> None:
    assert {split: set(subjects) for split, subjects in KTH_PROTOCOLS["8/8/9"].items()} == {
        "train": set(range(11, 19)),
        "val": {19, 20, 21, 23, 24, 25, 1, 4},
        "test": {22, 2, 3, *range(5, 11)},
    }


@pytest.mark.parametrize("subject", [1, 13, 25])
def test_leaving_one_out_trains_on_all_others(subject: int) -> None:
    protocol = find_protocol(leave_one_out(subject, range(1, 26)))
    assert set(protocol["train"]) == set(range(1, 26)) - {subject}
    assert list(protocol["test"]) == [subject]
    assert not protocol["val"]


def test_subjects_of_ones_own_are_taken_as_they_are() -> None:
    mine = {"train": [1, 2], "val": [3], "test": [4]}
    assert find_protocol(mine) == mine


def test_a_subject_in_two_splits_is_refused() -> None:
    with pytest.raises(ValueError, match="subject 3 stands in both the train and the test split"):
        find_protocol({"train": [1, 3], "test": [3]})


def test_an_unknown_protocol_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match="no protocol is called '5/5/15'; known: 15/5/5, 10/5/5, 8/8/9"):
        find_protocol("5/5/15")
