"""What is read out of a trace: messages and their fates, causes, and the steps that matter."""

import copy
import json
import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings

from paxiom.impl.names import node_ids
from paxiom.model_check import zoo
from paxiom.model_check.codec import Json
from paxiom.model_check.engine import explore
from paxiom.model_check.model import Delivery, Model
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.traces.story import Story, story, story_document
from paxiom.model_check.traces.trace import Trace
from paxiom.model_check.traces.trace_file import (
    TraceFileError,
    dumps,
    parse,
    run_document,
    trace_document,
)
from paxiom.model_check.world import initial_world
from support.cones import by_what_matters
from support.random_protocols import random_models
from support.runs import runs


def in_flight(told: Story, model: Model, step: int) -> Counter[str]:
    """Count the messages in flight after a step, as the story has them."""
    stays = model.network.delivery is Delivery.DUPLICATING
    return Counter(
        written(each.source, each.to, each.body)
        for each in told.messages
        if each.sent[0] <= step
        and not any(
            end.step <= step and not (stays and end.how == "delivered") for end in each.ends
        )
    )


def written(*parts: Json) -> str:
    return json.dumps(parts, sort_keys=True)


@given(runs())
@settings(max_examples=60, deadline=None)
def test_the_messages_of_a_story_are_those_in_flight(run: tuple[Model, Trace]) -> None:
    """After every step, on every network; the document has them from the checker's own states."""
    model, trace = run
    document = run_document(model, trace)
    told = story(document)

    for number, place in enumerate([document["initial"], *document["steps"]]):
        flight = Counter[str]()
        for each in place["flight"]:
            flight[written(each["source"], each["to"], each["message"])] += each["copies"]
        assert in_flight(told, model, number) == flight


@given(runs())
@settings(max_examples=15, deadline=None)
def test_every_step_has_its_messages_and_comes_after_its_causes(
    run: tuple[Model, Trace],
) -> None:
    model, trace = run
    document = run_document(model, trace)
    told = story(document)

    for moment, step in zip(told.moments, document["steps"], strict=True):
        assert all(1 <= cause < moment.number for cause in moment.causes)
        assert moment.matters
        assert {told.messages[number - 1].to for number in moment.sent} == {
            each["to"] for each in step["effects"] if each["$"] == "Send"
        }
        if moment.received is not None:
            message = told.messages[moment.received - 1]
            assert (message.source, message.to) == (step["source"], step["node"])
            assert message.body == step["message"]
            assert moment.number in [end.step for end in message.ends]
    assert json.loads(json.dumps(story_document(told))) == story_document(told)


@given(random_models())
@settings(max_examples=15, deadline=None)
def test_the_steps_that_matter_violate_the_property_alone(model: Model) -> None:
    violation = explore(model, symmetry=False).violation
    if violation is not None and violation.trace.steps:
        assert by_what_matters(model, violation) is not None


# --- by hand -----------------------------------------------------------------------------------


def document_of(model: Model) -> dict[str, Any]:
    violation = explore(model).violation
    assert violation is not None
    return trace_document(model, violation)


@pytest.fixture(scope="module")
def p03() -> dict[str, Any]:
    return document_of(zoo.bug("P03").broken())


def test_a_document_says_what_else_holds_in_every_state(p03: dict[str, Any]) -> None:
    names = [each["name"] for each in p03["properties"]]
    decided = [step["number"] for step in p03["steps"] if step["witnesses"]]

    assert names == ["agreement", "validity", "integrity", "irrevocability", "some decision"]
    assert p03["initial"]["violates"] == p03["initial"]["witnesses"] == []
    assert [step["number"] for step in p03["steps"] if step["violates"]] == [18]
    assert p03["steps"][-1]["violates"] == ["agreement"]
    assert len(decided) == 1
    assert "$" in p03["steps"][decided[0] - 1]["effects"][-1]


def test_a_document_names_the_quorums_that_a_step_found(p03: dict[str, Any]) -> None:
    found = {step["number"]: step["quorums"] for step in p03["steps"] if step["quorums"]}

    assert [each["field"] for told in found.values() for each in told] == [
        "phase1",
        "phase1",
        "phase2",
        "phase2",
    ]
    assert all(len(each["members"]) == 2 for told in found.values() for each in told)


def test_a_document_names_the_bug_of_a_mutant_alone(p03: dict[str, Any]) -> None:
    bug = p03["bug"]
    correct = paxos(nodes=2, ballots=1)

    assert (bug["number"], bug["rule"]) == ("P03", "may_vote")
    assert bug["rule_doc"].startswith("Vote unless a higher ballot was promised (PMS")
    assert "bug" not in run_document(correct, Trace(initial_world(correct), ()))


def test_a_story_says_which_quorums_decided_and_where_they_meet(p03: dict[str, Any]) -> None:
    """Two ballots decide two values; the second vote of the node in both is the mutant's."""
    first, *rest = story(p03).why
    decided = [step for step in p03["steps"] if step["effects"][-1:] and "Decide" in str(step)]
    members = [set(step["quorums"][-1]["members"]) for step in decided]

    assert first == p03["property"]["explanation"] == "n1 decided a; n2 decided b."
    for step, sentence in zip(decided, rest, strict=False):
        assert sentence.startswith(f"At step {step['number']} {step['node']} has Accepted(Vote(")
        assert sentence.endswith(": a quorum (phase2).")
    meeting = rest[len(decided) :]
    assert [each.split(",")[0] for each in meeting] == [
        f"Both quorums have {node}" for node in sorted(members[0] & members[1])
    ]
    for sentence in meeting:
        for number in map(int, re.findall(r"at step (\d+)", sentence)):
            voter = p03["steps"][number - 1]
            assert voter["node"] in members[0] & members[1]
            assert {"$": "Accepted"}.items() <= voter["effects"][-1]["message"].items()


def test_quorums_that_do_not_meet_are_named() -> None:
    """P13: two of three nodes vote for a value, and the third alone knows of no vote."""
    document = document_of(zoo.bug("P13").broken())
    found = {
        str(each["members"]).replace("'", "")
        for step in document["steps"]
        for each in step["quorums"]
        if each["field"] == "phase1"
    }
    last = story(document).why[-1]

    assert last.startswith("A quorum (phase1) that n")
    assert " shares no node with " in last
    assert any("{" + each[1:-1] + "}, shares" in last for each in found)


def test_a_voter_that_counts_itself_has_sent_nothing() -> None:
    why = story(document_of(zoo.bug("R07").broken())).why

    assert " both became leader in term 1." in why[0]
    assert all(each.endswith(" and counts itself: a quorum.") for each in why[1:3])
    assert " counted itself at step 3 and sent n" in why[3]


def test_a_run_that_violates_nothing_is_a_document_too() -> None:
    model = paxos(nodes=2, ballots=1)
    document = run_document(model, Trace(initial_world(model), ()))

    assert parse("run.json", dumps(document).encode()) == document
    assert (document["verdict"], document["property"], document["evidence"]) == ("RUN", None, [])
    assert story(document).nodes == ("n1", "n2")


@pytest.mark.parametrize(
    ("delivery", "ends", "fate"),
    [
        (Delivery.ONCE, [("Deliver", 1)], "delivered"),
        (Delivery.DUPLICATING, [("Deliver", 1), ("Deliver", 2)], "duplicated"),
        (Delivery.DUPLICATING, [("Deliver", 1), ("Lose", 2)], "delivered"),
        (Delivery.ONCE, [("Lose", 1)], "lost"),
        (Delivery.FIFO, [("Discard", 1)], "discarded"),
        (Delivery.ONCE, [], "in flight"),
    ],
)
def test_a_message_has_one_fate(delivery: Delivery, ends: list[tuple[str, int]], fate: str) -> None:
    (message,) = told(delivery, [("n1", "n2", 1)], ends).messages

    assert (message.fate, message.sent) == (fate, (0,))
    assert [end.step for end in message.ends] == [number for _, number in ends]


def told(
    delivery: Delivery, flight: list[tuple[str, str, int]], events: list[tuple[str, int]]
) -> Story:
    """Tell a made-up run: messages 7 to n2, delivered and lost."""
    names = {"Deliver": "receive", "Discard": "discard", "Lose": "lose"}
    alive = {"status": "up", "state": 0, "disk": None}
    return story(
        {
            "model": {"network": {"delivery": delivery.value}},
            "property": None,
            "initial": {
                "nodes": [{"node": str(node), **alive} for node in node_ids(2)],
                "flight": [
                    {"source": source, "to": to, "message": 7, "copies": copies}
                    for source, to, copies in flight
                ],
            },
            "steps": [
                {
                    "number": number,
                    "node": "n2",
                    "action": f"{names[event]} int",
                    "event": {"$": "Lose" if event == "Lose" else "Deliver"},
                    "source": "n1",
                    "message": 7,
                    "effects": [],
                    "after": alive,
                }
                for event, number in events
            ],
            "evidence": [],
        }
    )


def test_copies_are_taken_oldest_first_and_a_queue_in_its_order() -> None:
    once = told(Delivery.ONCE, [("n1", "n2", 2)], [("Lose", 1), ("Deliver", 2)])
    queue = told(Delivery.FIFO, [("n1", "n2", 2)], [("Lose", 1), ("Deliver", 2)])

    assert [each.fate for each in once.messages] == ["lost", "delivered"]
    assert [sorted(each.causes) for each in once.moments] == [[], []]
    assert [sorted(each.causes) for each in queue.moments] == [[], [1]]


def test_a_trace_that_delivers_what_was_never_sent_is_refused(p03: dict[str, Any]) -> None:
    document = copy.deepcopy(p03)
    step = next(step for step in document["steps"] if step["event"]["$"] == "Deliver")
    step["source"] = "n9"

    with pytest.raises(TraceFileError, match=f"step {step['number']} .* not in flight"):
        story(document)
