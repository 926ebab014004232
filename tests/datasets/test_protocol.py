"""Who and what is trained on and tested on."""

from itertools import product
from random import Random

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.data import SkeletonData
from stgcn_pyg.datasets import KTH_PROTOCOLS, Protocol, find_protocol, leave_one_out, random_subjects
from stgcn_pyg.datasets.protocol import SPLITS
from tests.strategies import few, seeds

BY_SUBJECT = {"15/5/5": (15, 5, 5), "10/5/5": (10, 5, 5), "8/8/9": (8, 8, 9), "random-subjects": (15, 5, 5)}


def video(action: int, subject: int, scenario: int) -> SkeletonData:
    facts = {"y": action, "subject": subject, "scenario": scenario}
    return SkeletonData(**{key: torch.tensor([value]) for key, value in facts.items()})


def facts(data: SkeletonData) -> tuple[int, int, int]:
    return int(data.y), int(data.subject), int(data.scenario)


KTH = [video(*key) for key in product(range(6), range(1, 26), range(1, 5)) if key != (1, 13, 3)]
"""The facts of all 599 videos."""


@pytest.mark.parametrize(("name", "sizes"), BY_SUBJECT.items())
def test_nobody_is_in_two_splits_by_subject(name: str, sizes: tuple[int, ...]) -> None:
    people = [{int(data.subject) for data in find_protocol(name).choose(KTH, split)} for split in SPLITS]
    assert tuple(map(len, people)) == sizes
    assert len(set.union(*people)) == sum(sizes)


@pytest.mark.parametrize("name", KTH_PROTOCOLS)
def test_no_video_is_in_two_splits(name: str) -> None:
    parts = [{facts(data) for data in find_protocol(name).choose(KTH, split)} for split in SPLITS]
    assert all(parts)
    assert len(set.union(*parts)) == sum(map(len, parts))
    assert len(find_protocol(name).choose(KTH, "all")) == 599


def test_kths_own_protocol_is_the_one_its_authors_published() -> None:
    protocol = find_protocol("8/8/9")
    assert set(protocol.train) == set(range(11, 19))
    assert set(protocol.val) == {19, 20, 21, 23, 24, 25, 1, 4}
    assert set(protocol.test) == {22, 2, 3, *range(5, 11)}


def test_scenarios_are_kept_apart() -> None:
    splits = {split: find_protocol("scenarios").choose(KTH, split) for split in SPLITS}
    seen = {split: {int(data.scenario) for data in part} for split, part in splits.items()}
    assert seen == {"train": {1, 2}, "val": {3}, "test": {4}}
    assert [len(splits[split]) for split in SPLITS] == [300, 149, 150]


@given(seeds)
@few
def test_stratified_shares_are_those_of_every_action(seed: int) -> None:
    protocol = find_protocol("stratified", seed)
    for split, share in zip(SPLITS, (0.6, 0.2, 0.2), strict=True):
        part = protocol.choose(KTH, split)
        counts = torch.bincount(torch.cat([data.y for data in part]), minlength=6)
        assert ((counts - share * 100).abs() <= 1).all()


@given(seeds)
@few
def test_the_parts_of_a_video_stay_together_in_any_order(seed: int) -> None:
    parts = [data for data in KTH for _ in range(3)]
    Random(seed).shuffle(parts)
    protocol = find_protocol("stratified", seed)
    for split in SPLITS:
        videos = {facts(data) for data in protocol.choose(KTH, split)}
        chosen = [facts(data) for data in protocol.choose(parts, split)]
        assert set(chosen) == videos
        assert len(chosen) == 3 * len(videos)


@given(st.integers(0, 1000))
@few
def test_what_is_drawn_follows_from_the_seed(seed: int) -> None:
    assert random_subjects(seed) == find_protocol("random-subjects", seed)
    assert random_subjects(seed) != random_subjects(seed + 1)
    first, second = (find_protocol("stratified", s).choose(KTH, "test") for s in (seed, seed + 1))
    assert [facts(data) for data in first] != [facts(data) for data in second]


def test_too_few_videos_or_subjects_are_refused() -> None:
    with pytest.raises(ValueError, match="5 folds need as many videos of every action, but of one there are 4"):
        find_protocol("stratified").choose([video(0, 1, d) for d in range(1, 5)], "train")
    with pytest.raises(ValueError, match=r"\(20, 5, 5\) subjects cannot be drawn from 25"):
        random_subjects(sizes=(20, 5, 5))


@pytest.mark.parametrize("subject", [1, 13, 25])
def test_leaving_one_out_trains_on_all_others(subject: int) -> None:
    protocol = leave_one_out(subject, range(1, 26))
    assert set(protocol.train) == set(range(1, 26)) - {subject}
    assert protocol.test == (subject,)
    assert not protocol.val


def test_splits_of_ones_own_are_taken_as_they_are() -> None:
    mine = {"train": [1, 2], "val": [3], "test": [4]}
    assert find_protocol(mine) == Protocol((1, 2), (3,), (4,))
    assert find_protocol({**mine, "by": "scenario"}).by == "scenario"
    for protocol in (find_protocol(mine), find_protocol("scenarios"), find_protocol("stratified", seed=3)):
        assert find_protocol(protocol.to_dict()) == protocol


@pytest.mark.parametrize(
    ("protocol", "message"),
    [
        ({"train": [1, 3], "test": [3]}, "subject 3 stands in both the train and the test split"),
        ({"train": [1], "by": "weather"}, "setup, split or fold, not by 'weather'"),
        ({"training": [1]}, "a protocol has no training; it has train, val, test, by, seed"),
        ("5/5/15", "no protocol is called '5/5/15'; known: 15/5/5, 10/5/5, 8/8/9, random-subjects, scenarios"),
    ],
)
def test_what_is_impossible_is_refused(protocol: str | dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        find_protocol(protocol)
