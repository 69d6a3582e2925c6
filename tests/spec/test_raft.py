"""Raft's properties: each says yes to what it allows, and no to the least that breaks it."""

import pytest

from paxiom.spec import raft as spec
from paxiom.spec import replication
from paxiom.spec.property import Property, Subject
from paxiom.spec.raft import Entry, Progress, Replica
from paxiom.spec.replication import History, some_commit, some_leader, state_machine_safety

A, B, C = Entry(1, "a"), Entry(2, "b"), Entry(3, "c")


def follower(term: int = 3, *log: Entry, commit: int = 0, applied: int | None = None) -> Replica:
    return Replica(term, log, commit, commit if applied is None else applied)


def leader(term: int = 3, *log: Entry, commit: int = 0, match: int = 0, ahead: int = 1) -> Replica:
    return Replica(term, log, commit, commit, frozenset({Progress("n2", match + ahead, match)}))


PAST = History().lead(1, "n1").propose("a").apply(1, A, 1)
OBEYED: list[tuple[Property, tuple[object, ...]]] = [
    (replication.election_safety, (PAST.lead(1, "n1").lead(2, "n2"),)),
    (replication.leader_append_only, (leader(2, A), leader(2, A, B))),
    (replication.leader_append_only, (leader(2, A, B), follower(3, A))),
    (replication.leader_append_only, (follower(2, A), follower(2, B))),
    (replication.leader_append_only, (leader(2, A), None)),
    (spec.log_matching, (follower(3, A, B), follower(3, A, C))),
    (spec.log_matching, (follower(3, A, B), follower(3, A))),
    (spec.log_matching, (follower(3, A), follower(3))),
    (replication.leader_completeness, (leader(2, A), PAST)),
    (replication.leader_completeness, (follower(2), PAST)),
    (replication.leader_completeness, (leader(1), PAST)),
    (state_machine_safety, (PAST.apply(1, A, 2).apply(2, B, 2),)),
    (replication.durability, ((follower(1, A), follower(2, A), follower(3)), PAST)),
    (replication.durability, ((follower(1, A), None, follower(3)), PAST)),
    (spec.log_validity, (PAST.apply(2, Entry(2), 2),)),
    (replication.monotone_term, (follower(1), follower(1))),
    (replication.monotone_term, (follower(2), None)),
    (replication.monotone_commit, (follower(1, A, commit=1), follower(2, A, commit=1))),
    (replication.committed_is_kept, (follower(1, A, B, commit=1), follower(3, A, C, commit=1))),
    (spec.monotone_match, (leader(2, A, match=1), leader(3, A))),
    (spec.monotone_match, (leader(2, A), leader(2, A, match=1))),
    (spec.monotone_match, (leader(2, A, match=1), follower(2, A))),
    (replication.commit_within_log, (follower(1, A, commit=1),)),
    (spec.next_above_match, (leader(1, A, match=1),)),
    (replication.commit_is_committed, (follower(1, A, B, commit=2), PAST)),
    (some_leader, (PAST,)),
    (some_commit, (PAST,)),
]
BROKEN: list[tuple[Property, tuple[object, ...]]] = [
    (replication.election_safety, (PAST.lead(1, "n2"),)),
    (replication.leader_append_only, (leader(2, A, B), leader(2, A))),
    (replication.leader_append_only, (leader(2, A), leader(2, B, B))),
    (spec.log_matching, (follower(3, A, C), follower(3, B, C))),
    (spec.log_matching, (follower(3, A), follower(3, Entry(1, "other")))),
    (replication.leader_completeness, (leader(2), PAST)),
    (replication.leader_completeness, (leader(2, B), PAST)),
    (state_machine_safety, (PAST.apply(1, B, 2),)),
    (replication.durability, ((follower(1, A), follower(2, B), follower(3)), PAST)),
    (replication.durability, ((follower(1, A), follower(2)), PAST)),
    (spec.log_validity, (PAST.apply(2, B, 2),)),
    (replication.monotone_term, (follower(2), follower(1))),
    (replication.monotone_commit, (follower(1, A, commit=1), follower(1, A))),
    (replication.committed_is_kept, (follower(1, A, commit=1), follower(2, B, commit=1))),
    (spec.monotone_match, (leader(2, A, match=1), leader(2, A))),
    (replication.commit_within_log, (follower(1, A, commit=2),)),
    (replication.commit_within_log, (follower(1, A, commit=0, applied=1),)),
    (spec.next_above_match, (leader(1, A, match=1, ahead=0),)),
    (replication.commit_is_committed, (follower(2, B, commit=1), PAST)),
    (replication.commit_is_committed, (follower(1, A, commit=1), PAST.apply(1, B, 2))),
    (some_leader, (History(),)),
    (some_commit, (History(),)),
]


def name(value: object) -> str:
    """Name a case after its property: addresses and sets differ from one process to the next."""
    return value.name if isinstance(value, Property) else ""


@pytest.mark.parametrize(("prop", "observed"), OBEYED, ids=name)
def test_what_a_property_allows(prop: Property, observed: tuple[object, ...]) -> None:
    assert prop(*observed)


@pytest.mark.parametrize(("prop", "observed"), BROKEN, ids=name)
def test_what_a_property_forbids(prop: Property, observed: tuple[object, ...]) -> None:
    assert not prop(*observed)


# What each case of BROKEN that is a matter of safety is said to have found, in its order.
FOUND = (
    """
n1 and n2 both became leader in term 1.
n1, leader of term 2, had entry b of term 2 at index 2, and now nothing.
n1, leader of term 2, had entry a of term 1 at index 1, and now entry b of term 2.
At index 2 both logs have an entry of term 3, but at index 1
  n1 has entry a of term 1 and n2 has entry b of term 2.
At index 1 both logs have an entry of term 1, but
  n1 has entry a of term 1 and n2 has entry other of term 1.
At index 1 entry a of term 1 is committed since term 1,
  but n1, leader of term 2, has nothing there.
At index 1 entry a of term 1 is committed since term 1,
  but n1, leader of term 2, has entry b of term 2 there.
At index 1 were applied: entry a of term 1 and entry b of term 2.
At index 1 entry a of term 1 is committed, but of 3 nodes only n1 has it there.
At index 1 entry a of term 1 is committed, but of 2 nodes only n1 has it there.
Applied: entry b of term 2 at index 2. Asked for: a.
The term of n1 went from 2 back to 1.
The commit index of n1 went from 1 back to 0.
n1 had committed up to index 1; at index 1 it had entry a of term 1, and now entry b of term 2.
n1, leader of term 2, believed to be stored by n2 up to index 1, now 0.
n1 has applied up to index 2 and committed up to 2; its log ends at 1.
n1 has applied up to index 1 and committed up to 0; its log ends at 1.
n1 would send to n2 from index 1 on, which stores up to 1.
n1 has committed entry b of term 2 at index 1, where entry a of term 1 was applied.
n1 has committed entry a of term 1 at index 1, where entry b of term 2 was applied.
""".replace("\n  ", " ")
    .strip()
    .split("\n")
)


@pytest.mark.parametrize(
    ("case", "sentence"), [*zip(BROKEN, [*FOUND, None, None], strict=True)], ids=name
)
def test_what_is_forbidden_names_its_witnesses(
    case: tuple[Property, tuple[object, ...]], sentence: str | None
) -> None:
    prop, observed = case
    names = () if prop.subject is Subject.HISTORY else (("n1", "n2", "n3")[: asked_about(case)],)

    assert (prop.explain is None) == (sentence is None)
    assert prop.explain is None or prop.explain(*names, *observed).sentence == sentence


def asked_about(case: tuple[Property, tuple[object, ...]]) -> int:
    """Count the nodes whose observations a question is about."""
    prop, observed = case
    if prop.subject is Subject.ALL:
        assert isinstance(observed[0], tuple)
        return len(observed[0])
    return 2 if prop.subject is Subject.PAIR else 1


def test_the_parts_that_clash_are_named_as_they_stand_in_the_history() -> None:
    prop = state_machine_safety
    history = PAST.apply(1, B, 2)

    assert prop.explain is not None
    assert set(prop.explain(history).parts) == history.committed


def test_a_node_that_is_down_may_have_what_is_committed() -> None:
    """Of four nodes one has it and one is down: two in all, no majority."""
    assert replication.durability.explain is not None
    found = replication.durability.explain(
        ("n1", "n2", "n3", "n4"), (follower(1), None, follower(1, A), follower(2)), PAST
    )

    assert found.sentence.endswith("but of 4 nodes only n3 has it there, and 1 may.")


def test_every_property_is_tried_both_ways() -> None:
    everything = {*spec.SAFETY, some_leader, some_commit}

    assert {prop for prop, _ in OBEYED} == everything
    assert {prop for prop, _ in BROKEN} == everything


def test_the_lowest_term_in_which_an_entry_is_known_to_be_committed_counts() -> None:
    assert PAST.apply(1, A, 3).committed == PAST.committed
    assert History().apply(1, A, 3).apply(1, A, 1).committed == History().apply(1, A, 1).committed


@pytest.mark.parametrize(
    ("subject", "groups", "questions"),
    [
        (Subject.HISTORY, [()], [("past",)]),
        (Subject.NODE, [(0,), (1,)], [("x",), ("y",)]),
        (Subject.NODE_AND_HISTORY, [(0,), (1,)], [("x", "past"), ("y", "past")]),
        (Subject.PAIR, [(0, 1)], [("x", "y"), ("y", "x")]),
        (Subject.NODES, [(0, 1)], [(("x", "y"),)]),
        (Subject.ALL, [(0, 1)], [(("x", "y"), "past")]),
    ],
)
def test_what_a_subject_asks(
    subject: Subject, groups: list[tuple[int, ...]], questions: list[tuple[object, ...]]
) -> None:
    shown = ("x", "y")

    assert subject.groups(2) == groups
    asked = [q for g in groups for q in subject.questions(tuple(shown[i] for i in g), "past")]
    assert asked == questions


@pytest.mark.parametrize("subject", [Subject.NODE, Subject.NODE_AND_HISTORY, Subject.PAIR])
def test_a_node_that_is_down_is_not_asked(subject: Subject) -> None:
    down = (None, "x")[: len(subject.groups(2)[0])]

    assert list(subject.questions(down, "past")) == []
