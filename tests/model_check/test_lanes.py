"""Lanes: what is drawn of a trace, beside the words."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings

from paxiom.model_check.codec import Json
from paxiom.model_check.layout import as_text
from paxiom.model_check.model import Model
from paxiom.model_check.traces.lanes import ASCII, UNICODE
from paxiom.model_check.traces.trace import Trace
from paxiom.model_check.traces.trace_file import parse, run_document
from paxiom.model_check.traces.trace_text import Detail, View, trace_lines
from support.runs import runs

NODES = ("n1", "n2", "n3")


def local(state: int | None, status: str = "up") -> dict[str, Json]:
    return {"status": status, "state": state, "disk": None}


def step(number: int, node: str, event: str | Json, **others: Json) -> dict[str, Json]:
    """Make a step of a document; what is not given is as in a step that does nothing."""
    usual: dict[str, Json] = {
        "action": f"receive {others.get('message')}",
        "source": None,
        "message": None,
        "effects": [],
        "fault": None,
        "error": None,
        "changes": [],
        "after": local(number),
        "flight": [],
        "history": None,
        "quorums": [],
        "violates": [],
        "witnesses": [],
    }
    told = {"$": event} if isinstance(event, str) else event
    made = {"number": number, "node": node, "event": told, **usual, **others}
    return {**made, "shows": made["after"]["state"]}


def send(*to: str, message: str) -> list[Json]:
    return [{"$": "Send", "to": each, "message": message} for each in to]


def document() -> dict[str, Any]:
    """A run in which everything happens that is drawn in its own way."""
    read = {"path": "heard", "before": 0, "after": 1}
    steps = [
        step(
            1,
            "n1",
            {"$": "Ask", "command": "go"},
            effects=send("n1", "n2", "n3", message="hello"),
            changes=[read],
        ),
        step(2, "n3", "Deliver", source="n1", message="hello", changes=[read]),
        step(3, "n1", "Deliver", source="n1", message="hello", effects=send("n2", message="hey")),
        step(4, "n2", "Lose", source="n1", message="hello", after=local(0)),
        step(
            5,
            "n2",
            "Deliver",
            source="n1",
            message="hey",
            fault="crash",
            effects=send("n1", message="ouch"),
            after=local(None, "down"),
        ),
        step(6, "n1", "Deliver", source="n2", message="ouch", effects=send("n3", message="bye")),
        step(7, "n2", "Recover"),
    ]
    return {
        "format": "paxiom trace",
        "version": 1,
        "model": {"name": "drawn", "nodes": list(NODES), "network": {"delivery": "once"}},
        "verdict": "VIOLATED",
        "property": {
            "name": "peace",
            "sentence": "All is well.",
            "kind": "always",
            "subject": "node",
            "explanation": "n2 is not well.",
        },
        "initial": {
            "nodes": [{"node": node, **local(0), "shows": 0} for node in NODES],
            "flight": [],
            "history": None,
        },
        "steps": steps,
        "evidence": [{"of": "n2", "value": 7}],
    }


WHOLE = """\
Shortest counterexample to peace: 7 steps of drawn
  All is well.

   n1   n2   n3
   │    │    │
1. ●    │    │  n1 takes up request go
   │    │    │    heard: 0 -> 1
   │    │    │    hello to n2 is lost
2. ├────┼───►●  n3 receives hello from n1
   │    │    │    heard: 0 -> 1
3. ●    │    │  n1 receives hello from itself (step 1)
4. ├───✗│    │  the network loses hello from n1 to n2
5. ├───►✗    │  n2 receives hey from n1 (step 3), but crashes after 1 effect
   │    ┆    │    left on disk: nothing
6. ●◄───┤    │  n1 receives ouch from n2
   │    ┆    │    bye to n3 stays in flight
7. │    ○    │  n2 restarts
   │    │    │    now: 7

What breaks the property, after step 7
  n2 is not well."""


def drawn(told: dict[str, Any], width: int = 80, **view: Any) -> str:  # noqa: ANN401
    return as_text(trace_lines(parse("file.json", json.dumps(told).encode()), width, View(**view)))


def test_everything_is_drawn_in_its_own_way() -> None:
    assert drawn(document(), shown=Detail.ALL) == WHOLE


def test_steps_that_do_not_matter_are_left_out_but_named() -> None:
    """Only n2 is read: what n3 hears, and what n1 hears after n2 has crashed, do not matter."""
    text = drawn(document())

    assert [line for line in WHOLE.splitlines() if line not in text.splitlines()] == [
        "2. ├────┼───►●  n3 receives hello from n1",
        "4. ├───✗│    │  the network loses hello from n1 to n2",
        "6. ●◄───┤    │  n1 receives ouch from n2",
        "   │    ┆    │    bye to n3 stays in flight",
    ]
    assert "   ⋮    ⋮    ⋮  step 2 does not matter here (--view all)" in text


def test_a_terminal_without_these_characters_gets_plain_ones() -> None:
    text = drawn(document(), shown=Detail.ALL, glyphs=ASCII)

    assert text.isascii()
    assert "2. +----+--->*  n3 receives hello from n1" in text
    assert "4. +---x|    |  the network loses hello" in text


def test_details_show_every_effect_and_what_the_property_read() -> None:
    text = drawn(document(), shown=Detail.DETAILS)

    assert "send hello to n1, n2, n3" in text
    assert "   n1 starts as 0" in text
    assert "  n2  7" in text
    assert not any(glyph in text for glyph in "│●►")


def test_what_a_step_violates_and_a_loop_are_said() -> None:
    told = document() | {"loop": 2}
    told["steps"][-1]["violates"] = ["peace"]
    text = drawn(told)

    assert "    violates peace\n" in text
    assert "and again from step 3 on, for ever" in text


def test_a_run_that_violates_nothing_is_shown_whole() -> None:
    told = document() | {"verdict": "RUN", "property": None, "evidence": []}

    lines = drawn(told).splitlines()
    assert lines[0] == "Run: 7 steps of drawn"
    assert [line[:2] for line in lines if line[:1].isdigit()] == [f"{n}." for n in range(1, 8)]
    assert "What breaks" not in drawn(told)


@pytest.mark.parametrize(("width", "fits"), [(60, True), (80, True), (120, True)])
def test_five_nodes_fit_any_page(width: int, *, fits: bool) -> None:
    told = with_nodes(5)
    lines = drawn(told, width, shown=Detail.ALL).splitlines()

    assert any("│" in line for line in lines) is fits
    assert max(map(len, lines)) <= width


def test_where_lanes_leave_no_room_for_words_there_are_none() -> None:
    assert "│" not in drawn(with_nodes(12), 60)
    assert "│" in drawn(with_nodes(12), 120)


def with_nodes(count: int) -> dict[str, Any]:
    told = copy.deepcopy(document())
    more = [f"n{number}" for number in range(4, count + 1)]
    told["initial"]["nodes"] += [{"node": node, **local(0), "shows": 0} for node in more]
    return told


@given(runs())
@settings(max_examples=25, deadline=None)
def test_an_arrow_goes_from_the_lane_of_the_sender_to_that_of_the_receiver(
    run: tuple[Model, Trace],
) -> None:
    """Of each step, the column of its mark, and of each message those of its ends."""
    told = run_document(*run)
    lines = drawn(told, shown=Detail.ALL).splitlines()
    if not told["steps"]:
        return
    digits = len(str(len(told["steps"]))) + 2
    (names,) = [line for line in lines if line.split()[:1] == ["n1"]]
    column = {name: names.index(name) for name in names.split()}

    for each in told["steps"]:
        (row,) = [line for line in lines if line.startswith(f"{each['number']:>{digits - 2}}. ")]
        here = column[each["node"]]
        mark = {"Lose": "│┆", "Recover": "○"}.get(each["event"]["$"], "●")
        if each["fault"] or each["error"]:
            mark = "✗"
        if each["action"].startswith("discard "):
            mark = "│"
        assert row[here] in mark
        source = each["source"]
        if source and source != each["node"]:
            there = column[source]
            right = here > there
            assert row[there] == ("├" if right else "┤")
            end = "✗" if each["event"]["$"] == "Lose" else "►" if right else "◄"
            assert row[here - 1 if right else here + 1] == end
            between = row[min(here, there) + 1 : max(here, there)]
            assert set(between.replace(end, "")) <= {"─", "┼"}


def test_the_two_sets_of_characters_are_alike() -> None:
    assert all(
        len(getattr(UNICODE, name)) == len(getattr(ASCII, name)) for name in UNICODE.__slots__
    )


def test_only_the_number_of_a_step_is_bold() -> None:
    (row,) = [line for line in trace_lines(document(), 80) if line.plain.startswith("1. ")]

    assert str(row.style) == ""
    assert [row.plain[span.start : span.end] for span in row.spans if span.style == "bold"] == [
        "1. ",
        "go",
    ]
