"""Raft with the semantics of raft.tla, against TLC itself and against an oracle of our own.

TLC's figures: the specification at 6ecbdbc under the tools at tlaplus/tlaplus cc6b616, built from
source and run with one worker on 2026-11-23. The wrapper module leaves the history variables out
by a VIEW and by messages whose mlog is empty (not where a row says history=True), and puts the
bounds into a CONSTRAINT. The figure of 3,576 is the one that the project was given; TLC confirms
it. Of 3 servers with one message in flight TLC finds 341,387 states, 2,690,854 generated, depth
48, which the engine also finds, in two minutes of processor time: too long for a test.
"""

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from paxiom.model_check import engine
from paxiom.model_check.result import Result, Verdict
from paxiom.spec.property import Property
from paxiom.spec.raft import Entry
from support import raft_tla_oracle as oracle
from support.explorers import Explore, both_explorers
from support.raft_tla import (
    DropMessage,
    DuplicateMessage,
    Shown,
    System,
    election_safety,
    leader_completeness,
    log_matching,
    raft_tla,
    state_machine_safety,
)
from support.raft_tla_bounds import Bounds, Counts
from support.raft_tla_server import (
    AdvanceCommitIndex,
    AppendEntriesRequest,
    AppendEntriesResponse,
    Change,
    Log,
    Receive,
    RequestVoteRequest,
    RequestVoteResponse,
    Restart,
    Server,
    ServerId,
    Timeout,
    change,
)
from support.raft_tla_translation import as_oracle

EVERY_FAULT = {"restart": True, "duplicate": True, "drop": True}

QUICK = [
    pytest.param(Bounds(servers=1, max_term=3, max_log=3), Counts(132, 376, 13), id="1 server"),
    pytest.param(
        Bounds(max_term=3, max_in_flight=1), Counts(2_152, 10_707, 36), id="one in flight"
    ),
    pytest.param(
        Bounds(max_in_flight=1, **EVERY_FAULT), Counts(1_645, 12_861, 28), id="every fault"
    ),
    pytest.param(Bounds(max_copies=2, duplicate=True), Counts(5_116, 36_983, 32), id="duplicate"),
]
SLOW = {
    Bounds(history=True): Counts(4_328, 25_587, 32),
    Bounds(values=2): Counts(5_880, 39_481, 32),
    Bounds(max_copies=2): Counts(3_896, 22_655, 32),
    Bounds(duplicate=True): Counts(3_576, 26_817, 32),
    Bounds(drop=True): Counts(5_234, 39_519, 32),
    Bounds(restart=True): Counts(10_315, 68_621, 32),
    Bounds(max_copies=2, **EVERY_FAULT): Counts(22_231, 210_801, 33),
    Bounds(max_copies=2, **EVERY_FAULT, history=True): Counts(25_164, 239_037, 33),
    Bounds(max_log=2): Counts(12_496, 71_993, 45),
    Bounds(max_log=2, values=2): Counts(41_560, 279_305, 45),
    Bounds(max_log=2, history=True): Counts(18_692, 108_707, 45),
    Bounds(max_log=2, max_in_flight=3): Counts(113_142, 746_231, 47),
    Bounds(max_in_flight=3): Counts(18_758, 124_463, 34),
    Bounds(max_in_flight=3, max_copies=2, **EVERY_FAULT): Counts(197_643, 2_246_725, 39),
    Bounds(max_term=3): Counts(38_323, 219_673, 40),
    Bounds(max_term=3, max_log=2): Counts(121_685, 694_135, 52),
    Bounds(max_term=3, max_log=3, max_in_flight=1): Counts(10_044, 49_039, 46),
    Bounds(max_term=3, max_in_flight=1, restart=True, drop=True): Counts(18_575, 133_127, 41),
    Bounds(servers=1, max_term=3, max_log=2, max_copies=2, **EVERY_FAULT): Counts(859, 5_149, 21),
    Bounds(servers=3, max_log=0, max_in_flight=1): Counts(61_805, 528_679, 40),
}


def as_tlc_counts(result: Result) -> Counts:
    """TLC counts the initial state, steps out of bounds, and states of a path, not its steps."""
    generated = 1 + result.transitions + sum(result.cuts.values())
    return Counts(result.states, generated, result.depth + 1)


# --- against TLC -------------------------------------------------------------------------------


SMALLEST = Counts(3_576, 20_957, 32)


def test_two_servers_by_the_oracle() -> None:
    assert oracle.count(Bounds()) == SMALLEST


@both_explorers
def test_two_servers_as_tlc_counts_them(explore: Explore) -> None:
    result = explore(raft_tla(Bounds()))

    assert result.verdict is Verdict.HOLDS
    assert as_tlc_counts(result) == SMALLEST
    assert result.witnesses == {"some server leads": True, "all servers commit": True}


@pytest.mark.parametrize(("bounds", "counts"), QUICK)
def test_raft_as_tlc_counts_it(bounds: Bounds, counts: Counts) -> None:
    result = engine.explore(raft_tla(bounds), symmetry=False)

    assert result.verdict is Verdict.HOLDS
    assert as_tlc_counts(result) == counts
    assert oracle.count(bounds) == counts


@pytest.mark.slow
@pytest.mark.parametrize(("bounds", "counts"), SLOW.items(), ids=map(str, SLOW))
def test_more_raft_as_tlc_counts_it(bounds: Bounds, counts: Counts) -> None:
    result = engine.explore(raft_tla(bounds), symmetry=False)

    assert result.verdict is Verdict.HOLDS
    assert as_tlc_counts(result) == counts


def slow(name: str, bounds: Bounds, counts: Counts) -> Any:  # noqa: ANN401 - pytest's own
    return pytest.param(bounds, counts, id=name, marks=pytest.mark.slow)


@pytest.mark.parametrize(
    ("bounds", "counts"),
    [
        pytest.param(
            Bounds(max_in_flight=1, **EVERY_FAULT), Counts(831, 6_475, 28), id="one in flight"
        ),
        slow("no faults", Bounds(), Counts(1_795, 10_517, 32)),
        slow("every fault", Bounds(max_copies=2, **EVERY_FAULT), Counts(11_139, 105_617, 33)),
        slow("three terms", Bounds(max_term=3), Counts(19_182, 109_960, 40)),
    ],
)
def test_raft_up_to_the_names_of_servers_as_tlc_counts_it(bounds: Bounds, counts: Counts) -> None:
    """TLC's SYMMETRY, on a copy of the specification that never writes its history variables.

    With a VIEW instead, TLC takes the least state of an orbit with its history, looks at it
    without, and so can count an orbit more than once: here 840, 1,795, 11,396 and 19,490; of
    3 servers, one term to elect in and one message in flight, 10,921 with one worker, 10,842 with
    four, and 10,362 orbits.
    """
    result = engine.explore(raft_tla(bounds), symmetry=True)

    assert result.verdict is Verdict.HOLDS
    assert as_tlc_counts(result) == counts


# --- against the oracle ------------------------------------------------------------------------


@pytest.mark.parametrize("history", [False, True], ids=["", "history"])
@pytest.mark.parametrize("drop", [False, True], ids=["", "drop"])
@pytest.mark.parametrize("duplicate", [False, True], ids=["", "duplicate"])
@pytest.mark.parametrize("restart", [False, True], ids=["", "restart"])
def test_each_choice_of_faults_as_the_oracle_counts_it(
    *, restart: bool, duplicate: bool, drop: bool, history: bool
) -> None:
    bounds = Bounds(
        max_in_flight=1,
        max_copies=None,
        values=2 - history,
        restart=restart,
        duplicate=duplicate,
        drop=drop,
        history=history,
    )

    result = engine.explore(raft_tla(bounds), symmetry=False)

    assert result.verdict is Verdict.HOLDS
    assert as_tlc_counts(result) == oracle.count(bounds)


FAR = Bounds(max_term=5, max_log=3, max_in_flight=4, max_copies=2, values=2, **EVERY_FAULT)
RARE = (Restart, Timeout, DuplicateMessage, DropMessage)


def test_every_step_is_one_of_the_oracle() -> None:
    """Far beyond what can be exhausted: all ways to go on, from states that chance leads to."""
    seen = compared(replace(FAR, servers=3, history=True), walks=8)

    assert seen >= LANDMARKS


def test_every_step_of_five_servers_is_one_of_the_oracle() -> None:
    assert compared(replace(FAR, servers=5), walks=1)


def compared(bounds: Bounds, walks: int) -> set[str]:
    """Compare every step from every state of some random walks; return the landmarks passed."""
    protocol, chance = raft_tla(bounds).protocol, random.Random(2)  # noqa: S311
    seen = set[str]()
    for _ in range(walks):
        state = protocol.start(protocol.nodes[0]).state
        for _ in range(150):
            timers = sorted(protocol.timers(state), key=repr)
            states = [protocol.fire(state, timer).state for timer in timers]
            theirs = [as_oracle(each) for each in states]
            assert Counter(theirs) == Counter(oracle.successors(bounds, as_oracle(state)))
            seen |= {landmark(state, timer) for timer in timers}
            weights = [
                oracle.bounded(bounds, after) * (1 if isinstance(timer, RARE) else 30)
                for timer, after in zip(timers, theirs, strict=True)
            ]
            (state,) = chance.choices(states, weights)
    return seen


LANDMARKS = {
    *("UpdateTerm", "DropStaleResponse", "grant", "no grant", "granted", "not granted"),
    *("reject", "return to follower", "already done", "conflict", "append"),
    *("success", "no success", "BecomeLeader", "ClientRequest", "commit"),
}


def landmark(system: System, timer: Any) -> str:  # noqa: ANN401 - an action
    """Name the branch of the specification that a step takes."""
    if isinstance(timer, (DuplicateMessage, DropMessage)):
        return type(timer).__name__
    name = timer.message.to if isinstance(timer, Receive) else timer.server
    (server,) = (each for each in system.servers if each.name == name)
    done = change(server, timer)
    assert done is not None
    if isinstance(timer, AdvanceCommitIndex) and done.server.commit > server.commit:
        return "commit"
    if not isinstance(timer, Receive):
        return type(timer).__name__
    if timer.message.term > server.term:
        return "UpdateTerm"
    match timer.message:
        case RequestVoteRequest():
            assert isinstance(done.sent, RequestVoteResponse)
            return "grant" if done.sent.granted else "no grant"
        case AppendEntriesRequest():
            return _appended(server, done)
        case _ if timer.message.term < server.term:
            return "DropStaleResponse"
        case RequestVoteResponse(granted=granted):
            return "granted" if granted else "not granted"
        case AppendEntriesResponse(success=success):
            return "success" if success else "no success"


def _appended(server: Server, done: Change) -> str:
    if isinstance(done.sent, AppendEntriesResponse):
        return "already done" if done.sent.success else "reject"
    if done.server.role is not server.role:
        return "return to follower"
    return "append" if len(done.server.log) > len(server.log) else "conflict"


# --- the properties can fail -------------------------------------------------------------------

S1, S2 = ServerId("s1"), ServerId("s2")
ONE, TWO = Entry(2, "a"), Entry(3, "b")


def shown(
    name: ServerId, *, leads: bool = False, term: int = 3, log: Log = (), commit: int = 0
) -> Shown:
    return Shown(name, leads, term, log, log[:commit])


@pytest.mark.parametrize(
    ("prop", "one", "other"),
    [
        pytest.param(election_safety, shown(S1, leads=True), shown(S2, leads=True), id="election"),
        pytest.param(
            log_matching, shown(S1, log=(ONE, TWO)), shown(S2, log=(TWO, TWO)), id="log matching"
        ),
        pytest.param(
            leader_completeness,
            shown(S1, leads=True, log=(TWO,)),
            shown(S2, term=2, log=(ONE,), commit=1),
            id="leader completeness",
        ),
        pytest.param(
            state_machine_safety,
            shown(S1, log=(ONE, TWO), commit=2),
            shown(S2, log=(TWO,), commit=1),
            id="state-machine safety",
        ),
    ],
)
def test_each_property_can_fail(prop: Property, one: Shown, other: Shown) -> None:
    assert not prop((frozenset({one, other}),))
