"""What a result says, to a person and to a machine."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from rich.text import Text

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.protocol import Protocol, Step
from paxiom.model_check import progress
from paxiom.model_check.layout import columns, count, duration, hang, rate, size
from paxiom.model_check.model import Faults, Model, Network
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.reports.report import result_document, result_lines
from paxiom.model_check.result import Result, Verdict

EVERY_STEP = dict.fromkeys(
    ["request", "receive Prepare", "receive Promise", "receive Accept", "receive Accepted"], 5
)


def result_of(model: Model, verdict: Verdict = Verdict.HOLDS, **told: Any) -> Result:  # noqa: ANN401
    """A result in which all went well, but for what is told."""
    usual: dict[str, Any] = {
        "states": 20_000,
        "transitions": 40_000,
        "depth": 7,
        "witnesses": {"some decision": True},
        "actions": EVERY_STEP,
        "seconds": 2.0,
        "compile_seconds": 1.0,
        "memory": 640_000,
    }
    return Result(model=model.name, explorer="engine", verdict=verdict, **usual | told)


def text_of(model: Model, result: Result, width: int = 80) -> str:
    return "\n".join(line.plain for line in result_lines(result_document(model, result), width))


def warnings_of(model: Model, result: Result) -> list[str]:
    found: list[str] = result_document(model, result)["warnings"]
    return found


# --- text --------------------------------------------------------------------------------------


def test_the_verdict_comes_first_and_names_its_bounds() -> None:
    model = paxos(nodes=3, ballots=2)
    lines = text_of(model, result_of(model, cuts={"ballots <= 2": 9})).splitlines()

    assert lines[0].startswith("HOLDS  paxos")
    assert "within these bounds" in lines[0]
    assert any(line.split()[:4] == ["bound", "ballots", "<=", "2"] for line in lines)
    assert "cut off 9 steps" in "\n".join(lines)


def test_every_property_stands_there_with_its_sentence() -> None:
    model = paxos()
    lines = text_of(model, result_of(model), width=120).splitlines()

    for prop in model.properties:
        (line,) = [line for line in lines if line.strip().startswith(prop.name)]
        assert prop.sentence in line


def test_rates_are_of_the_search_alone() -> None:
    """20,000 states in 2 seconds, before which one was spent compiling: 10,000 a second."""
    model = paxos()
    told = text_of(model, result_of(model))

    assert "10k states/s, 20k transitions/s" in told
    assert "32.0 bytes per state" in told  # 640,000 / 20,000


def test_states_are_called_orbits_if_they_are() -> None:
    model = paxos()
    told = text_of(model, result_of(model, symmetry=2))

    assert "a and b exchangeable: states are orbits under 2 permutations" in " ".join(told.split())
    assert "orbits/s" in told
    assert "states/s" not in told


def test_an_incomplete_search_claims_nothing() -> None:
    model = paxos()
    result = result_of(model, Verdict.INCOMPLETE, stopped="reached 10 states", witnesses={})
    told = text_of(model, result)

    assert told.startswith("INCOMPLETE  paxos: reached 10 states")
    assert "HOLDS" not in told
    verdicts = {
        each["name"]: each["verdict"] for each in result_document(model, result)["properties"]
    }
    assert verdicts["agreement"] == "holds so far"
    assert verdicts["some decision"] == "not reached yet"


def test_the_environment_is_told_in_words() -> None:
    network = Network(lossy=True, drops=2)
    model = paxos(network=network, faults=Faults(crashes=1, amnesias=2))
    told = " ".join(text_of(model, result_of(model)).split())

    assert "in any order, each message at most once, up to 2 lost" in told
    assert "up to 1 crash, 2 crashes with disk lost" in told
    assert "each of n1 and n2: up to 1 request for a or b" in told


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_page_nor_ends_in_blanks(width: int) -> None:
    model = paxos(network=Network(lossy=True), faults=Faults(crashes=1))

    for line in text_of(model, result_of(model), width).splitlines():
        assert len(line) <= width
        assert line == line.rstrip()


def test_hostile_names_reach_no_terminal() -> None:
    model = replace(paxos(), name="\x1b]0;owned\x07[bold]")

    assert "\x1b" not in text_of(model, result_of(model))
    assert "[bold]" in text_of(model, result_of(model))


# --- warnings ----------------------------------------------------------------------------------


def test_a_result_that_shows_what_it_seems_to_has_no_warning() -> None:
    model = paxos()

    assert warnings_of(model, result_of(model)) == []


def test_a_witness_never_reached_is_a_warning() -> None:
    model = paxos()
    result = result_of(model, witnesses={"some decision": False})

    (warning,) = warnings_of(model, result)
    assert "some decision" in warning
    assert f"warning: {warning}" in text_of(model, result)


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({"faults": Faults(crashes=1)}, ["crashes", "restarted"]),
        ({"faults": Faults(stops=1)}, ["stops"]),
        ({"faults": Faults(amnesias=1)}, ["amnesias", "restarted"]),
        ({"network": Network(lossy=True)}, ["lose"]),
    ],
)
def test_a_fault_that_is_allowed_and_never_happens_is_a_warning(
    environment: dict[str, Any], missing: list[str]
) -> None:
    model = paxos(**environment)
    found = warnings_of(model, result_of(model))

    assert len(found) == len(missing)
    for word, warning in zip(missing, found, strict=True):
        assert word in warning


def test_faults_that_happen_are_no_warning() -> None:
    model = paxos(network=Network(lossy=True), faults=Faults(crashes=1))
    steps = EVERY_STEP | {"request, crash": 1, "recover": 1, "lose Prepare": 1}

    assert warnings_of(model, result_of(model, actions=steps)) == []


def test_requests_that_are_never_taken_up_are_a_warning() -> None:
    model = paxos()
    steps = {name: taken for name, taken in EVERY_STEP.items() if name != "request"}

    assert warnings_of(model, result_of(model, actions=steps)) == [
        "no client request was ever taken up"
    ]


def test_a_message_that_is_never_received_is_a_warning() -> None:
    """The protocol declares its messages: Protocol[Server, Message]."""
    model = paxos()
    steps = {name: taken for name, taken in EVERY_STEP.items() if name != "receive Accepted"}

    (warning,) = warnings_of(model, result_of(model, actions=steps))
    assert "Accepted" in warning


def test_a_step_that_no_node_survives_is_a_warning() -> None:
    model = paxos(faults=Faults(crashes=1))
    steps = EVERY_STEP | {"crash": 1, "recover": 1, "fire retry, crash": 8}

    (warning,) = warnings_of(model, result_of(model, actions=steps))
    assert "fire retry" in warning


def test_a_search_cut_short_is_not_blamed_for_what_it_has_not_seen() -> None:
    model = paxos(faults=Faults(crashes=1))
    result = result_of(model, Verdict.INCOMPLETE, stopped="reached 1 second", actions={})

    assert warnings_of(model, result) == []


@dataclass(frozen=True)
class Idle(Protocol[int, str]):
    """Does nothing."""

    nodes: tuple[NodeId, ...] = node_ids(1)

    def start(self, node: NodeId) -> Step[int]:
        return Step(0)

    def receive(self, state: int, source: NodeId, message: str) -> None:
        """Take no notice."""


def test_a_model_without_properties_is_a_warning() -> None:
    model = Model(name="idle", protocol=Idle(), properties=())
    result = result_of(model, states=1, transitions=0, depth=0, actions={}, witnesses={})

    assert any("no property" in warning for warning in warnings_of(model, result))
    assert "1, 0 transitions, 0 steps deep" in text_of(model, result)


# --- numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (count(1, "state"), "1 state"),
        (count(1225, "state"), "1,225 states"),
        (count(2, "crash", "crashes"), "2 crashes"),
        (duration(0.4921), "0.49 s"),
        (duration(12.34), "12.3 s"),
        (duration(59.99), "1 min 00 s"),
        (duration(125), "2 min 05 s"),
        (duration(11_220), "3 h 07 min"),
        (size(0), "0 B"),
        (size(999), "999 B"),
        (size(4_890_000), "4.89 MB"),
        (size(312_400_000), "312 MB"),
        (size(6e9), "6 GB"),
        (size(999_999), "1 MB"),
        (rate(3_600_000, "states"), "3.6M states/s"),
        (rate(1_260, "states"), "1.26k states/s"),
    ],
)
def test_numbers_read_well(told: str, expected: str) -> None:
    assert told == expected


def test_further_lines_hang_below_the_first() -> None:
    lines = [line.plain for line in hang("  label  ", "one two three four five six", 30)]

    assert lines == ["  label  one two three four", "         five six"]


def test_columns_are_filled_downwards() -> None:
    cells = [Text(name) for name in ("one", "two", "one", "four", "five")]

    assert [line.plain for line in columns(cells, 19, "  ")] == [
        "  one    four",
        "  two    five",
        "  one",
    ]
    assert [line.plain for line in columns(cells, 20, "  ")] == [
        "  one    one    five",
        "  two    four",
    ]


# --- progress ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """A snapshot."""

    phase: str
    states: int = 0
    depth: int = 3
    frontier: int = 50
    memory: int = 2_000_000


class Clock:
    """Time that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_compiling_is_announced_and_then_a_line_comes_every_ten_seconds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    with progress.shown("starting", quiet=False, clock=clock) as watch:
        watch(Seen("compiling"))
        for second in range(1, 26):
            clock.now = float(second)
            watch(Seen("exploring", states=1000 * second))
    told = capsys.readouterr()

    lines = told.err.splitlines()
    assert told.out == ""
    assert len(lines) == 3
    assert "compiling" in lines[0]
    assert "once for this installation" in lines[0]
    assert lines[1].split("  ") == [
        "10.0 s", "10,000 states", "1k states/s", "depth 3", "frontier 50", "2 MB",
    ]  # fmt: skip
    assert "20,000 states" in lines[2]


def test_quiet_means_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with progress.shown("starting", quiet=True, clock=clock) as watch:
        watch(Seen("compiling"))
        clock.now = 60.0
        watch(Seen("exploring"))

    assert capsys.readouterr() == ("", "")
