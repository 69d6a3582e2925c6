"""Counterexamples as files, and what is printed of them."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from paxiom.model_check.codec import to_json
from paxiom.model_check.model import Faults
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.reference import explore
from paxiom.model_check.result import Result
from paxiom.model_check.traces.trace_file import dumps, load
from paxiom.spec.property import Subject, always
from support.counting import (
    BACK,
    Count,
    Stubborn,
    counting,
    memory,
    saying,
    silence,
    text_of,
    twice,
    violation_of,
)


@pytest.fixture(scope="module")
def stubborn() -> tuple[Result, dict[str, Any]]:
    return violation_of(paxos(protocol=Stubborn, nodes=2, ballots=2))


# --- what is printed ---------------------------------------------------------------------------


def test_each_step_says_who_did_what_and_what_changed(
    stubborn: tuple[Result, dict[str, Any]],
) -> None:
    """The first two steps are forced: somebody is asked, and then a prepare of theirs arrives."""
    _, document = stubborn
    lines = text_of(document).splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(" 1. "))
    asked = re.fullmatch(r" 1\. (n[12]) takes up request ([ab])", lines[first])

    assert lines[0] == "Shortest counterexample to agreement: 18 steps of paxos"
    assert lines[1].strip() == "No two nodes decide different values."
    assert asked
    node, value = asked.groups()
    assert [line.strip() for line in lines[first + 1 : first + 5]] == [
        f"used: None -> Ballot(1, {node})",
        f"proposer: None -> Proposer(ballot=Ballot(1, {node}), value={value})",
        "persist used",
        f"send Prepare(Ballot(1, {node})) to n1, n2",
    ]
    assert re.fullmatch(
        rf" 2\. n[12] receives Prepare\(Ballot\(1, {node}\)\) from (n[12]|itself)", lines[first + 5]
    )


def test_the_end_shows_what_breaks_the_property(stubborn: tuple[Result, dict[str, Any]]) -> None:
    _, document = stubborn
    end = text_of(document).split("What breaks the property, after step 18")[1]

    assert "proposed = {a, b}" in end
    assert {"Decision(n1, a)", "Decision(n2, b)"} <= set(re.findall(r"Decision\(.*?\)", end)) or {
        "Decision(n1, b)",
        "Decision(n2, a)",
    } <= set(re.findall(r"Decision\(.*?\)", end))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_long_trace_keeps_to_the_page(
    stubborn: tuple[Result, dict[str, Any]], width: int
) -> None:
    for line in text_of(stubborn[1], width).splitlines():
        assert len(line) <= width
        assert line == line.rstrip()


def test_a_step_that_forgets_shows_before_and_after() -> None:
    """Asked, heard, forgotten: three steps, and the last is a timer's."""
    result, document = violation_of(counting(memory))
    text = text_of(document)

    assert result.violation is not None
    assert len(result.violation.trace) == 3
    assert "timer forget fires at n" in text
    assert "heard: 1 -> 0" in text
    assert re.search(
        r"before +saved = \d\n +heard = 1\n +n[12] after +saved = \d\n +heard = 0", text
    )


def test_effects_of_any_kind_are_shown_in_their_order() -> None:
    _, document = violation_of(counting(silence))
    lines = [line.strip() for line in text_of(document).splitlines()]
    first = lines.index("1. n1 takes up request x")

    assert lines[first + 1 : first + 7] == [
        "saved: 0 -> 1",
        "persist 1",
        "send 'hello x' to n1, n2",
        "do Shout(done)",
        "decide x",
        "2. n2 receives 'hello x' from n1",
    ]


def test_a_crash_says_after_which_effect_it_struck_and_what_it_left() -> None:
    """Two steps are enough only if the crash strikes in the first, after the disk was written."""

    @always(Subject.NODES)
    def oblivion(nodes: tuple[Count | None, ...]) -> bool:
        """No node comes back with anything saved."""
        return nodes[0] is None or not (nodes[0].saved and nodes[0].heard == BACK)

    _, document = violation_of(counting(oblivion, faults=Faults(crashes=1)))
    cut_short, restart = document["steps"]
    done = len(cut_short["effects"])
    lines = [line.strip() for line in text_of(document).splitlines()]

    assert 1 <= done < 5  # of persist, two sends, shout, decide
    assert cut_short["fault"] == "crash"
    assert cut_short["changes"] == []  # the new state was lost
    assert cut_short["after"] == {"status": "down", "state": None, "disk": 1}
    told = f"{done} effect" + ("s" if done > 1 else "")
    assert f"1. n1 takes up request x, but crashes after {told}" in lines
    assert "left on disk: 1" in lines
    assert restart["action"] == "recover"
    assert lines[lines.index("2. n1 restarts") + 1] == f"now: Count(1, {BACK})"


def test_an_error_shows_what_was_raised_and_in_which_state() -> None:
    """With limit 0, the first message heard raises: two steps."""
    _, document = violation_of(counting(memory, limit=0))
    text = text_of(document)

    assert len(document["steps"]) == 2
    assert document["steps"][-1]["after"] is None
    assert "and its handler raises" in text
    assert "Trouble: hello x" in text
    assert "The state in which it was raised" in text


def test_a_violation_in_the_initial_state_has_no_steps() -> None:
    @always(Subject.NODES)
    def never(nodes: object) -> bool:  # noqa: ARG001
        """Nothing may be."""
        return False

    _, document = violation_of(counting(never))

    assert document["steps"] == []
    assert "0 steps of counter" in text_of(document)
    assert "What breaks the property, in the initial state" in text_of(document)


@pytest.mark.parametrize(
    ("event", "fault", "words"),
    [
        ("Lose", None, "the network loses 'hello x' from n1 to n2"),
        ("Fail", "crash", "n2 crashes"),
        ("Fail", "stop", "n2 stops for good"),
        ("Fail", "amnesia", "n2 crashes and loses its disk"),
        ("Recover", None, "n2 restarts"),
        ("Sing", None, "n2 receive hello x"),  # of a later version: its action is all we have
    ],
)
def test_every_kind_of_step_has_its_words(event: str, fault: str | None, words: str) -> None:
    _, document = violation_of(counting(silence))
    document["steps"][1] |= {"event": {"$": event}, "fault": fault}

    assert f"2. {words}" in [line.strip() for line in text_of(document).splitlines()]


def test_a_message_that_is_not_noticed_in_its_turn_is_discarded() -> None:
    _, document = violation_of(twice(silence, "x"))
    document["steps"][1]["action"] = "discard hello x"

    assert "2. n2 discards 'hello x' from n1" in text_of(document)
    assert explore(twice(silence, "deaf")).actions["discard hello deaf"] > 0


# --- what is written ---------------------------------------------------------------------------


def test_a_trace_is_printed_alike_from_its_file(
    stubborn: tuple[Result, dict[str, Any]], tmp_path: Path
) -> None:
    _, document = stubborn
    file = tmp_path / "trace.json"
    file.write_text(dumps(document))

    assert text_of(load(file, BytesIO())) == text_of(document)
    assert text_of(load(None, BytesIO(dumps(document).encode()))) == text_of(document)


def test_a_trace_file_tells_every_state_on_the_way(stubborn: tuple[Result, dict[str, Any]]) -> None:
    result, document = stubborn
    assert result.violation is not None
    trace = result.violation.trace

    assert document["format"] == "paxiom trace"
    assert document["version"] == 1
    assert document["model"]["bounds"] == ["ballots <= 2"]
    assert [each["number"] for each in document["steps"]] == list(range(1, 19))
    for told, taken in zip(document["steps"], trace.steps, strict=True):
        assert taken.world is not None
        place = ("n1", "n2").index(told["node"])
        assert told["after"]["state"] == to_json(taken.world.locals[place].state)
        assert told["history"] == to_json(taken.world.history)
        assert sum(each["copies"] for each in told["flight"]) == sum(
            copies for _, copies in taken.world.flight
        )


def test_messages_wait_in_the_order_they_were_sent() -> None:
    """FIFO: the queue of a pair is written from its head."""

    @always(Subject.NODES)
    def modesty(nodes: tuple[Count, ...]) -> bool:
        """Nobody saves twice."""
        return nodes[0].saved < 2

    _, document = violation_of(twice(modesty, "y", "x"))
    asked = [each["event"]["command"] for each in document["steps"]]

    assert [each["message"] for each in document["steps"][-1]["flight"]] == 2 * [
        f"hello {command}" for command in asked
    ]


def test_a_shown_value_may_say_itself_how() -> None:
    ballot = {"$": "Ballot", "$text": "1.n1", "round": 1, "proposer": "n1"}

    assert "receives 1.n1 from" in text_of(saying(ballot))
