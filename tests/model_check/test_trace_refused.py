"""What is no trace, or makes no sense: refused with the reason, never shown as it is."""

import copy
import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paxiom.model_check.layout import as_text
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.traces.story import story
from paxiom.model_check.traces.trace_file import TraceFileError, load, parse
from paxiom.model_check.traces.trace_text import trace_lines
from support.counting import (
    Stubborn,
    counting,
    saying,
    silence,
    text_of,
    violation_of,
)


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
        (b'{"format": "paxiom trace", "version": NaN}', "NaN is no number of JSON"),
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


def less(document: dict[str, Any]) -> dict[str, Any]:
    """Take away all that files of older versions lack."""
    for field in ("properties", "bug", "loop"):
        document.pop(field, None)
    for field in ("explanation", "parts"):
        document["property"].pop(field, None)
    for place in (document["initial"], *document["initial"]["nodes"], *document["steps"]):
        for field in ("shows", "quorums", "violates", "witnesses"):
            place.pop(field, None)
    return document


def test_an_older_file_is_shown_too() -> None:
    model = paxos(protocol=Stubborn, nodes=2, ballots=2)
    _, new = violation_of(model)
    old = less(copy.deepcopy(new))
    lines = as_text(trace_lines(parse("old.json", written(old)), 80))

    assert [step.matters for step in story(old).moments] == [True] * 18
    assert "history  proposed = {a, b}" in lines
    assert "decided" in story(new).why[0]
    assert story(old).why == ()


STRANGE: list[tuple[tuple[Any, ...], object, str]] = [
    (("verdict",), "HOLDS", "verdict: must be VIOLATED or RUN"),
    (("verdict",), "RUN", "property: must be null if the verdict is RUN"),
    (("property",), None, "property: must be null if the verdict is RUN, and only then"),
    (("property", "explanation"), 7, "explanation: must be text"),
    (("property", "parts"), "all", "parts: must be a list"),
    (("properties",), {}, "properties: must be a list"),
    (("properties", 0, "kind"), None, "properties 1: kind: must be text"),
    (("bug",), {"number": "P03"}, "bug: 'title' is missing"),
    (("loop",), -1, "loop: must be from 0 to "),
    (("loop",), True, "loop: must be a whole number"),
    (("model", "network", "delivery"), "pigeon", "must be once or duplicating or fifo"),
    (("initial", "violates"), "much", "violates: must be a list"),
    (("steps", 0, "number"), 2, "steps: must be numbered from 1 to "),
    (("steps", 0, "quorums"), [{"field": "quorum"}], "quorums 1: 'members' is missing"),
    (("steps", 0, "quorums"), [{"field": "q", "members": [1]}], "members 1: must be text"),
    (("steps", 0, "witnesses"), [None], "witnesses 1: must be text"),
    (("steps", 0, "after"), {"status": None}, "after: status: must be text"),
    (("steps", 1, "source"), "n9", "takes a message that is not in flight"),
    (("steps", 1, "message"), "never said", "takes a message that is not in flight"),
]


@pytest.mark.parametrize(("path", "value", "complaint"), STRANGE, ids=str)
def test_a_field_that_makes_no_sense_is_refused(
    path: tuple[Any, ...], value: object, complaint: str
) -> None:
    document = inner = small()
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value

    assert complaint in refused(written(document))


def test_a_message_in_flight_a_billion_times_is_refused() -> None:
    document = small()
    flying = {"source": "n1", "to": "n2", "message": "hello", "copies": 10**9}
    document["initial"]["flight"] = [flying]

    assert "copies must be from 1 to 9,999" in refused(written(document))


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
    ("verdict",),
    ("property",),
    *(("property", field) for field in ("explanation", "parts")),
    ("properties",),
    ("bug",),
    ("loop",),
    ("model", "network"),
    *(("initial", field) for field in ("violates", "witnesses")),
    ("initial", "nodes", 0, "shows"),
    *(("steps", 0, field) for field in ("number", "history", "shows")),
    *(("steps", 1, field) for field in ("source", "message", "quorums", "violates", "witnesses")),
    ("steps", 1, "quorums", 0),
]
DOCUMENT = small()
DOCUMENT["steps"][1]["quorums"] = [{"field": "quorum", "members": ["n1", "n2"]}]


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
        parsed = parse("file.json", written(document))
        text = text_of(parsed) + as_text(trace_lines(parsed, 60))
    except TraceFileError:
        return
    assert text.replace("\n", "").isprintable()
