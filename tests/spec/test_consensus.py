"""Each property of consensus, with a history that satisfies it and one that breaks it."""

import pytest

from paxiom.spec.consensus import (
    History,
    agreement,
    integrity,
    irrevocability,
    some_decision,
    validity,
)
from paxiom.spec.property import Kind, Subject, always, step

PROPOSED = History().propose("a").propose("b")
DECIDED = PROPOSED.decide("n1", "a").decide("n2", "a")


@pytest.mark.parametrize("state_property", [agreement, validity, integrity])
@pytest.mark.parametrize("history", [History(), PROPOSED, DECIDED])
def test_a_run_that_decides_once_satisfies_everything(state_property, history) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    assert state_property(history)


def test_agreement_is_broken_by_two_nodes_that_decide_differently() -> None:
    history = PROPOSED.decide("n1", "a").decide("n2", "b")

    assert not agreement(history)
    assert validity(history)
    assert integrity(history)


def test_validity_is_broken_by_a_decision_that_nobody_proposed() -> None:
    history = PROPOSED.decide("n1", "c")

    assert not validity(history)
    assert agreement(history)
    assert integrity(history)


def test_integrity_is_broken_by_a_node_that_decides_twice() -> None:
    history = PROPOSED.decide("n1", "a").decide("n1", "b")

    assert not integrity(history)
    assert validity(history)


def test_integrity_allows_a_node_to_decide_the_same_again() -> None:
    """As a node does that crashes after its decision and learns it anew."""
    assert integrity(PROPOSED.decide("n1", "a").decide("n1", "a"))


def test_irrevocability_allows_more_decisions_and_none_less() -> None:
    one = PROPOSED.decide("n1", "a")

    assert irrevocability(PROPOSED, one)
    assert irrevocability(one, DECIDED)
    assert irrevocability(one, one)
    assert not irrevocability(DECIDED, one)
    assert not irrevocability(one, PROPOSED.decide("n1", "b"))


@pytest.mark.parametrize(
    ("prop", "asked", "sentence"),
    [
        (
            agreement,
            (DECIDED.decide("n3", "b"),),
            "n1 decided a; n2 decided a; n3 decided b.",
        ),
        (validity, (DECIDED.decide("n3", "c"),), "n3 decided c. Proposed: a, b."),
        (validity, (History().decide("n3", "c"),), "n3 decided c. Proposed: nothing."),
        (integrity, (DECIDED.decide("n1", "b"),), "n1 decided a; n1 decided b."),
        (
            irrevocability,
            (DECIDED, PROPOSED.decide("n1", "a")),
            "No longer on record: n2 decided a.",
        ),
    ],
)
def test_what_is_broken_names_its_witnesses(  # type: ignore[no-untyped-def]
    prop,  # noqa: ANN001
    asked: tuple[History, ...],
    sentence: str,
) -> None:
    assert not prop(*asked)
    assert prop.explain(*asked).sentence == sentence


def test_of_those_who_agree_one_stands_for_all() -> None:
    assert agreement.explain is not None
    parts = agreement.explain(DECIDED.decide("n3", "b")).parts

    assert sorted(map(str, parts)) == [
        "Decision(node='n2', value='a')",
        "Decision(node='n3', value='b')",
    ]


def test_some_decision_is_witnessed_by_the_first() -> None:
    assert not some_decision(PROPOSED)
    assert some_decision(PROPOSED.decide("n2", "b"))


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (agreement, Kind.ALWAYS),
        (validity, Kind.ALWAYS),
        (integrity, Kind.ALWAYS),
        (irrevocability, Kind.STEP),
        (some_decision, Kind.REACHABLE),
    ],
)
def test_each_is_asked_when_it_should_be(found, kind: Kind) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    assert found.kind is kind
    assert found.subject is Subject.HISTORY


# --- declaring properties ----------------------------------------------------------------------


def test_a_property_has_its_functions_name_and_first_paragraph() -> None:
    @always(Subject.NODES)
    def nobody_is_down(nodes: tuple[object, ...]) -> bool:
        """No node
        is down.

        Nodes that are down show None.
        """  # noqa: D205 - two lines, one sentence
        return None not in nodes

    assert nobody_is_down.name == "nobody is down"
    assert nobody_is_down.sentence == "No node is down."
    assert nobody_is_down((1, 2))
    assert not nobody_is_down((1, None))


def test_a_property_without_a_sentence_is_refused() -> None:
    def mute(history: object) -> bool:
        return bool(history)

    with pytest.raises(ValueError, match="property mute needs a docstring"):
        always(Subject.HISTORY)(mute)


@pytest.mark.parametrize(
    ("declare", "subject", "advice"),
    [
        (step, Subject.NODES, "Subject.NODE .* or Subject.HISTORY"),
        (step, Subject.ALL, "Subject.NODE .* or Subject.HISTORY"),
    ],
)
def test_a_kind_of_property_over_the_wrong_subject_is_refused(declare, subject, advice) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    with pytest.raises(ValueError, match=advice):
        declare(subject)
