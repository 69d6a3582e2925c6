"""Counterexamples as files, and what is printed of them."""

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.paxos import Paxos, Proposer
from paxiom.impl.protocol import Decide, Effect, Persist, Protocol, Send, Step
from paxiom.model_check.codec import to_json
from paxiom.model_check.model import Bound, Delivery, Faults, Model, Network, Requests
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.reference import explore
from paxiom.model_check.result import Result
from paxiom.model_check.trace_file import TraceFileError, dumps, load, parse, trace_document
from paxiom.model_check.trace_text import Detail, View, trace_lines
from paxiom.spec.property import Subject, always, step


class Stubborn(Paxos):
    """Paxos without P2c: a proposer proposes its own value, whatever was voted for."""

    def value_to_propose(self, proposer: Proposer) -> Any:  # noqa: ANN401
        return proposer.value


def text_of(document: dict[str, Any], width: int = 80) -> str:
    """Show a trace in every detail."""
    return "\n".join(line.plain for line in trace_lines(document, width, View(Detail.DETAILS)))


def violation_of(model: Model) -> tuple[Result, dict[str, Any]]:
    result = explore(model, max_states=20_000)
    assert result.violation is not None
    return result, trace_document(model, result.violation)


@pytest.fixture(scope="module")
def stubborn() -> tuple[Result, dict[str, Any]]:
    return violation_of(paxos(protocol=Stubborn, nodes=2, ballots=2))


# --- a small protocol that does everything a trace has to show ----------------------------------


@dataclass(frozen=True)
class Count:
    """A number on disk, and one that is not."""

    saved: int = 0
    heard: int = 0


@dataclass(frozen=True)
class Shout(Effect):
    """An effect of the user's own."""

    words: str


BACK = 7  # what a node has heard after a restart


class Trouble(Exception):  # noqa: N818
    """What a handler raises."""


@dataclass(frozen=True)
class Counter(Protocol[Count, str]):
    """Asked, a node saves one more, tells everybody and shouts; who hears, counts."""

    nodes: tuple[NodeId, ...] = node_ids(2)
    limit: int = 9

    def start(self, node: NodeId) -> Step[Count]:
        return Step(Count())

    def request(self, state: Count, command: object) -> Step[Count]:
        told = tuple(Send(node, f"hello {command}") for node in self.nodes)
        effects = (Persist(state.saved + 1), *told, Shout("done"), Decide(command))
        return Step(Count(state.saved + 1, state.heard), effects)

    def receive(self, state: Count, source: NodeId, message: str) -> Step[Count] | None:
        if message == "hello deaf":
            return None
        if state.heard == self.limit:
            raise Trouble(message)
        return Step(Count(state.saved, state.heard + 1))

    def timers(self, state: Count) -> tuple[str, ...]:
        return ("forget",) if state.heard else ()

    def fire(self, state: Count, timer: object) -> Step[Count]:
        return Step(Count(state.saved, 0))

    def recover(self, node: NodeId, record: object) -> Step[Count]:
        return Step(Count(record if isinstance(record, int) else 0, BACK))


@step(Subject.NODE)
def memory(before: Count | None, after: Count | None) -> bool:
    """A node that runs forgets nothing."""
    return before is None or after is None or after.heard >= before.heard


@always(Subject.NODES)
def silence(nodes: tuple[Count | None, ...]) -> bool:
    """The second node hears nothing."""
    return nodes[1] is None or not nodes[1].heard


def counting(prop: Any, *, limit: int = 9, **environment: Any) -> Model:  # noqa: ANN401
    protocol = Counter(limit=limit)
    return Model(
        name="counter",
        protocol=protocol,
        properties=(prop,),
        requests=Requests(nodes=protocol.nodes[:1], commands=("x",)),
        observe=lambda state: state,
        bounds=(Bound("saved < 5", lambda state: state.saved < 5),),
        **environment,
    )


def twice(prop: Any, *commands: str) -> Model:  # noqa: ANN401
    """Two requests, and messages in order."""
    protocol = Counter()
    return Model(
        name="twice",
        protocol=protocol,
        properties=(prop,),
        network=Network(delivery=Delivery.FIFO),
        requests=Requests(nodes=protocol.nodes[:1], commands=commands, each=2),
        observe=lambda state: state,
    )


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


def saying(message: object) -> dict[str, Any]:
    """A trace in which the message received in step 2 is another, all along."""
    _, trace = violation_of(counting(silence))
    told = trace["steps"][1]["message"]
    for effect in trace["steps"][0]["effects"]:
        if effect.get("message") == told:
            effect["message"] = message
    trace["steps"][1]["message"] = message
    return trace


def test_a_shown_value_may_say_itself_how() -> None:
    ballot = {"$": "Ballot", "$text": "1.n1", "round": 1, "proposer": "n1"}

    assert "receives 1.n1 from" in text_of(saying(ballot))


# --- what is refused ---------------------------------------------------------------------------


def small() -> dict[str, Any]:
    return violation_of(counting(silence))[1]


def refused(content: bytes) -> str:
    with pytest.raises(TraceFileError) as caught:
        text_of(parse("file.json", content))
    return str(caught.value)


def written(document: object) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not JSON"),
        (b"not json", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"null", "does not say"),
        (b"[1, 2]", "does not say"),
        (b"{}", "does not say"),
        (b'{"format": "paxiom trace"}', "does not say"),
        (b'{"format": "something else", "version": 1}', "does not say"),
        (b'{"format": "paxiom trace", "version": 2}', "version 2"),
        (b'{"format": "paxiom trace", "version": "1"}', 'version "1"'),
        (b'{"format": "paxiom trace", "version": true}', "version true"),
        (b'{"format": "paxiom trace", "version": 1}', "'model' is missing"),
        (b'{"format": "paxiom result", "version": 1, "verdict": "HOLDS", "trace": null}', "HOLDS"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 5000, "not JSON"),
    ],
)
def test_what_is_no_trace_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    assert reason in refused(content)


def test_a_trace_cut_short_anywhere_is_refused() -> None:
    content = written(small())

    for length in range(0, len(content), 997):
        assert "part of one" in refused(content[:length])


REQUIRED = [
    ("model",),
    ("model", "name"),
    ("verdict",),
    ("property", "sentence"),
    ("initial", "nodes"),
    ("initial", "nodes", 0, "node"),
    ("steps",),
    *(
        ("steps", 0, field)
        for field in (
            "number",
            "node",
            "action",
            "event",
            "effects",
            "fault",
            "error",
            "changes",
            "after",
        )
    ),
    ("steps", 0, "changes", 0, "path"),
    ("evidence",),
    ("evidence", 0, "of"),
]


@pytest.mark.parametrize("path", REQUIRED, ids=str)
def test_a_field_that_is_missing_or_wrong_is_named(path: tuple[Any, ...]) -> None:
    def broken(change: Callable[[Any, Any], object]) -> bytes:
        document = small()
        inner = document
        for key in path[:-1]:
            inner = inner[key]
        change(inner, path[-1])
        return written(document)

    assert f"{path[-1]!r} is missing" in refused(broken(lambda inner, key: inner.pop(key)))
    assert f"{path[-1]}: must be" in refused(broken(lambda inner, key: inner.__setitem__(key, 1.5)))


@pytest.mark.parametrize(("depth", "is_shown"), [(50, True), (900, False)])
def test_values_nested_beyond_reason_are_refused(*, depth: int, is_shown: bool) -> None:
    nested: Any = []
    for _ in range(depth):
        nested = [nested]
    document = saying(nested)

    if is_shown:
        assert "(" * depth in text_of(parse("file.json", written(document)))
    else:
        assert "nested too deeply" in refused(written(document))


def test_a_file_too_large_for_a_trace_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as opened:
        opened.truncate(50_000_000)

    with pytest.raises(TraceFileError, match="larger than 32 MB"):
        load(file, BytesIO())


@pytest.mark.parametrize(
    ("name", "reason"),
    [("nowhere.json", "No such file"), (".", "directory"), ("a\0b", "null byte")],
)
def test_a_place_that_is_no_file_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(TraceFileError, match=reason):
        load(tmp_path / name, BytesIO())


HOSTILE = "\x1b]0;owned\x07\x1b[2J[bold red]x[/]\u202e\r\n\ud800"


def test_no_text_of_a_trace_reaches_the_terminal_unescaped() -> None:
    """Every text in the file is replaced, but for the words that the format knows."""
    known = {"Ask", "Deliver", "Persist", "Send", "Decide", "paxiom trace", "up"}
    known |= {"once", "VIOLATED"}

    def poisoned(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, str):
            return value if value in known else HOSTILE
        if isinstance(value, list):
            return [poisoned(each) for each in value]
        if isinstance(value, dict):
            return {key: poisoned(each) for key, each in value.items()}
        return value

    document = parse("file.json", written(poisoned(small())))
    text = text_of(document)

    assert text.replace("\n", "").isprintable()
    assert "[bold red]x[/]" in text


MISCHIEF = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(HOSTILE),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "$",
                    "to",
                    "message",
                    "record",
                    "value",
                    "before",
                    "after",
                    "added",
                    "removed",
                    HOSTILE,
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=6,
)
PLACES = [
    ("initial", "nodes", 0, "state"),
    ("initial", "flight"),
    ("initial", "history"),
    *(
        ("steps", 0, field)
        for field in ("event", "effects", "changes", "after", "fault", "source", "message")
    ),
    ("steps", 0, "effects", 0),
    ("steps", 0, "effects", 1),
    ("steps", 0, "changes", 0),
    ("evidence", 0, "value"),
]
DOCUMENT = small()


@given(st.sampled_from(PLACES), MISCHIEF)
@settings(max_examples=300)
def test_a_trace_is_shown_or_refused_whatever_stands_in_it(
    path: tuple[Any, ...], value: object
) -> None:
    document = copy.deepcopy(DOCUMENT)
    inner: Any = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value

    try:
        text = text_of(parse("file.json", written(document)))
    except TraceFileError:
        return
    assert text.replace("\n", "").isprintable()
