"""Which sequences are people of one recording."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from stgcn_pyg.sequence import SkeletonSequence, group_people
from tests.recordings import random_sequence


def sequence(name: str, person: int | None) -> SkeletonSequence:
    return replace(random_sequence(1, name=name), facts={} if person is None else {"person": person})


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 3)), max_size=6))
def test_people_come_back_as_they_were_read(recordings: list[tuple[str, int]]) -> None:
    """Also where two recordings after each other have the same name, as in two folders."""
    read = [[sequence(name, person) for person in range(people)] for name, people in recordings]
    groups = group_people(person for people in read for person in people)
    assert [list(map(id, group)) for group in groups] == [list(map(id, people)) for people in read]


def test_sequences_that_do_not_say_their_person_are_recordings_of_one() -> None:
    assert [len(group) for group in group_people([sequence("a", None), sequence("a", None)])] == [1, 1]


def test_a_person_left_out_joins_nobody_elses_recording() -> None:
    groups = group_people([sequence("a", 0), sequence("b", 1), sequence("b", 2)])
    assert [[person.name for person in group] for group in groups] == [["a"], ["b", "b"]]
