"""Traces in the formats of other tools: every bug of the zoo in each, read by those tools."""

import copy
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
import resvg_py

from paxiom.model_check import zoo
from paxiom.model_check.export.errors import ExportError
from paxiom.model_check.export.formats import FORMATS
from paxiom.model_check.export.mermaid import MOST_TEXT, to_mermaid
from paxiom.model_check.export.png import to_png
from paxiom.model_check.export.sequence import CHARACTER, FONT
from paxiom.model_check.export.shiviz import EXPRESSION, stamps, to_shiviz
from paxiom.model_check.export.svg import to_svg
from paxiom.model_check.traces.story import story
from paxiom.model_check.traces.trace_file import parse
from support.tools import missing, tool
from support.zoo_runs import zoo_run

BUGS = [bug.number for bug in zoo.BUGS]
SOURCE = Path(os.environ.get("PAXIOM_SOURCE", Path(__file__).parents[2]))
PARSER = Path(__file__).parents[1] / "support" / "mermaid_parse.mjs"
HOSTILE = '\x1b[2J;end\n%%{init}%% "#lt;" <script>alert(1)</script>--> ]]>&amp; \u202e\ud800 é'


def hostile(number: str) -> dict[str, Any]:
    """The run of a bug, its nodes and values renamed to what a format might take for its own."""
    names = {"n1": f"end {HOSTILE}", "n2": f"loop {HOSTILE}", "n3": "a b", "a": HOSTILE, "b": "#"}
    words = {"RequestVote": "end", "Prepare": "end\nend", "Leader": "<b>"}

    def renamed(value: Any) -> Any:  # noqa: ANN401
        match value:
            case str():
                return names.get(value, words.get(value, value))
            case list():
                return [renamed(each) for each in value]
            case dict():
                return {key: renamed(each) for key, each in value.items()}
            case _:
                return value

    found: dict[str, Any] = renamed(zoo_run(number))
    return parse("hostile", json.dumps(found).encode())


@pytest.mark.parametrize("form", [name for name, each in FORMATS.items() if each.is_text])
@pytest.mark.parametrize("number", BUGS)
def test_every_bug_is_written_in_every_format(number: str, form: str) -> None:
    """The same every time, and whatever its names are."""
    document = zoo_run(number)
    written = FORMATS[form].write(document)

    assert written
    assert written == FORMATS[form].write(copy.deepcopy(document))
    assert FORMATS[form].write(hostile(number))


@pytest.mark.parametrize("form", [name for name, each in FORMATS.items() if each.is_text])
def test_text_has_nothing_in_it_that_a_terminal_obeys(form: str) -> None:
    written = FORMATS[form].write(hostile("R07")).decode()

    assert written.replace("\n", "").isprintable()


# --- SVG and PNG -------------------------------------------------------------------------------


SVG = "{http://www.w3.org/2000/svg}"


def picture(document: dict[str, Any]) -> ET.Element:
    return ET.fromstring(to_svg(document))  # noqa: S314 - our own, not a stranger's


@pytest.mark.parametrize("number", BUGS)
@pytest.mark.parametrize("of", [zoo_run, hostile])
def test_a_picture_has_every_node_step_and_message(
    number: str, of: Callable[[str], dict[str, Any]]
) -> None:
    document = of(number)
    told = story(document)
    drawn = picture(document)
    texts = ["".join(each.itertext()) for each in drawn.iter(f"{SVG}text")]
    kinds = [each.get("class") for form in ("line", "path") for each in drawn.iter(SVG + form)]
    ends = [end.how for message in told.messages for end in message.ends]

    for step in document["steps"]:
        assert sum(text.startswith(f"{step['number']}. ") for text in texts) == 1
    for how in ("delivered", "discarded", "lost"):
        legend = int(how in ends)
        assert kinds.count(f"arrow {how}") == ends.count(how) + legend
    waiting = [message for message in told.messages if not message.ends]
    assert kinds.count("arrow flying") == len(waiting) + bool(waiting)
    assert kinds.count("cross") == 2 * sum(
        bool(s["fault"] or s["error"]) for s in document["steps"]
    )


def test_a_picture_says_which_property_falls_and_where() -> None:
    texts = ["".join(each.itertext()) for each in picture(zoo_run("R07")).iter(f"{SVG}text")]

    assert texts[0] == "election safety is violated: 7 steps of raft"
    assert "violates election safety" in texts


def test_a_picture_holds_nothing_but_lines_and_text() -> None:
    """Whatever the names in the trace are."""
    elements = {each.tag.removeprefix(SVG) for each in picture(hostile("R09")).iter()}

    assert elements <= {
        *("svg", "title", "style", "marker", "rect", "text", "line", "path", "circle", "g")
    }


def test_texts_of_a_picture_do_not_meet() -> None:
    """No two lines of text overlap, by the width of the font."""
    for number in BUGS:
        boxes = []
        for each in picture(zoo_run(number)).iter(f"{SVG}text"):
            width = CHARACTER * len("".join(each.itertext()))
            x, y = float(each.get("x", 0)), float(each.get("y", 0))
            left = {"start": x, "middle": x - width / 2, "end": x - width}[
                each.get("text-anchor", "")
            ]
            assert left >= 0
            boxes.append((left, left + width, y))
        for place, (left, right, y) in enumerate(boxes):
            for other_left, other_right, other_y in boxes[place + 1 :]:
                apart = right <= other_left or other_right <= left or abs(y - other_y) >= FONT
                assert apart, number


@pytest.mark.parametrize(
    "number",
    [pytest.param(n, marks=[] if n in ("R07", "R09") else [pytest.mark.slow]) for n in BUGS],
)
def test_an_image_is_twice_as_wide_as_the_picture(number: str) -> None:
    document = zoo_run(number)
    image = to_png(document)

    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(image[16:20]) == 2 * float(picture(document).get("width", 0))


def test_an_image_that_would_be_too_large_is_refused() -> None:
    with pytest.raises(ExportError, match="an image of 20,000 steps would be too large"):
        to_png(long_run(20_000))


def test_an_image_without_fonts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    paint = resvg_py.svg_to_bytes
    monkeypatch.setattr(
        resvg_py, "svg_to_bytes", lambda **given: paint(**given, skip_system_fonts=True)
    )
    with pytest.raises(ExportError, match="no font is installed"):
        to_png(zoo_run("R07"))


def test_an_image_without_its_package_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(ExportError, match="png needs resvg-py"):
        to_png(zoo_run("R07"))


# --- ShiViz ------------------------------------------------------------------------------------


def read_log(content: bytes) -> list[tuple[str, str, dict[str, int]]]:
    """Read a log as ShiViz does: a line with the expression, an empty one, then the events."""
    expression, delimiter, rest = content.decode().split("\n", 2)
    assert delimiter == ""
    pattern = re.compile(expression.replace("(?<", "(?P<"))
    found = [
        (match["host"], match["event"], json.loads(match["clock"]))
        for match in pattern.finditer(rest.strip())
    ]
    assert pattern.sub("", rest).strip() == ""
    return found


@pytest.mark.parametrize("number", BUGS)
@pytest.mark.parametrize("of", [zoo_run, hostile])
def test_a_log_is_one_that_shiviz_takes(number: str, of: Callable[[str], dict[str, Any]]) -> None:
    """Each host counts its own events from one; no clock is ahead of the host it speaks of."""
    document = of(number)
    log = read_log(to_shiviz(document))
    nodes = document["initial"]["nodes"]
    own: dict[str, int] = {}

    assert len(log) == len(nodes) + len(document["steps"])
    for host, _, clock in log:
        own[host] = own.get(host, 0) + 1
        assert clock[host] == own[host]
        assert all(time <= own[other] for other, time in clock.items())
    assert EXPRESSION in to_shiviz(document).decode()


@pytest.mark.parametrize("number", BUGS)
def test_clocks_are_ordered_as_the_steps_are_by_their_causes(number: str) -> None:
    """One clock is before another if and only if a way of causes leads from one step to the other.

    The ways are found in a graph of the causes and of what each host does one after the other.
    """
    told = story(zoo_run(number))
    stamped = list(stamps(told))[len(told.nodes) :]
    graph = nx.DiGraph()
    last: dict[str, int] = {}
    for moment, (host, _) in zip(told.moments, stamped, strict=True):
        graph.add_node(moment.number)
        graph.add_edges_from((cause, moment.number) for cause in moment.causes)
        if host in last:
            graph.add_edge(last[host], moment.number)
        last[host] = moment.number
    ways = nx.transitive_closure_dag(graph)

    for one, (_, early) in enumerate(stamped, start=1):
        for other, (_, late) in enumerate(stamped, start=1):
            is_before = early != late and all(late.get(h, 0) >= time for h, time in early.items())
            assert is_before == ways.has_edge(one, other)


def test_what_the_network_loses_stands_in_a_lane_of_its_own() -> None:
    """Losing a message tells the node that it was for of nothing."""
    document = zoo_run("R31b")
    lost = next(
        number
        for number in BUGS
        if any(step["event"]["$"] == "Lose" for step in zoo_run(number)["steps"])
    )
    document = zoo_run(lost)
    log = read_log(to_shiviz(document))[len(document["initial"]["nodes"]) :]

    for step, (host, _, _) in zip(document["steps"], log, strict=True):
        assert host == ("network" if step["event"]["$"] == "Lose" else step["node"])


# --- Mermaid -----------------------------------------------------------------------------------


def parsed(*diagrams: bytes) -> list[str]:
    """What mermaid's own parser says of each: its kind, or what is wrong."""
    packages = SOURCE / "build" / "node_modules"
    if not (packages / "mermaid").is_dir():
        missing("mermaid is not installed: make tools")
    texts = json.dumps([each.decode() for each in diagrams]).encode()
    found: list[str] = json.loads(tool("node", str(PARSER), str(packages), stdin=texts))
    return found


def test_mermaid_parses_every_bug() -> None:
    diagrams = [to_mermaid(of(number)) for number in BUGS for of in (zoo_run, hostile)]

    assert set(parsed(*diagrams)) == {"sequence"}
    assert parsed(b"sequenceDiagram\n  a->>b") != ["sequence"]


def long_run(steps: int) -> dict[str, Any]:
    """A run in which a timer fires over and over, and changes nothing, before it goes wrong."""
    document = zoo_run("R29")
    initial, (*_, last) = document["initial"], document["steps"]
    node = initial["nodes"][0]
    idle = last | {
        "node": node["node"],
        "event": {"$": "Fire", "timer": "x" * 50},
        "effects": [],
        "after": node,
        "shows": node["shows"],
        "history": initial["history"],
    }
    many = [idle | {"number": number} for number in range(1, steps)]
    return document | {"steps": [*many, last | {"number": steps}]}


def test_a_diagram_that_is_too_long_leaves_out_what_does_not_matter() -> None:
    text = to_mermaid(long_run(1000)).decode()

    assert len(text) <= MOST_TEXT
    assert "999 steps left out, of no consequence" in text


def test_one_that_is_too_long_even_so_is_refused() -> None:
    document = long_run(2000) | {"property": None, "verdict": "RUN", "evidence": []}

    with pytest.raises(ExportError, match=r"a trace of 2,000 steps is more than mermaid draws"):
        to_mermaid(document)
