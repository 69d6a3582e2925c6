"""How many nodes may stop, by exploring: what is found, and that it would be noticed otherwise."""

import json
from dataclasses import replace

import pytest

from paxiom.impl.names import NodeId
from paxiom.impl.quorum import Threshold, majority
from paxiom.impl.raft import Raft
from paxiom.impl.vr import ViewstampedReplication
from paxiom.model_check import stops
from paxiom.model_check.entries import ENTRIES
from paxiom.model_check.model import Faults, Model
from paxiom.model_check.models.vr import vr
from paxiom.model_check.result import Verdict
from paxiom.model_check.run import SearchOptions
from paxiom.model_check.stops import around, exit_code, explored
from paxiom.model_check.world import initial_world
from support.command import Run

HOW = SearchOptions()
EXPLORED = [name for name, entry in ENTRIES.items() if entry.model]


@pytest.mark.parametrize("name", EXPLORED)
def test_three_nodes_are_the_fewest_for_one_stop(name: str) -> None:
    found = [explored(ENTRIES[name], *each[:2], 1, HOW) for each in around(3, 1)]

    assert [each.bears for each in found] == [True, False, False]
    assert found[0].result.actions["stop"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Multi-Paxos", "Viewstamped Replication"])
def test_five_nodes_are_the_fewest_for_two_stops(name: str) -> None:
    found = [explored(ENTRIES[name], *each[:2], 1, HOW) for each in around(5, 2)]

    assert [each.bears for each in found] == [True, False, False]


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPLORED)
def test_three_nodes_bear_one_stop_with_two_ballots_terms_or_views(name: str) -> None:
    found = [explored(ENTRIES[name], *each[:2], 2, HOW) for each in around(3, 1)]

    assert [each.bears for each in found] == [True, False, False]


@pytest.mark.parametrize("name", ["Paxos", "Multi-Paxos"])
def test_the_reference_says_the_same(name: str) -> None:
    for each in around(3, 1):
        engine = explored(ENTRIES[name], *each[:2], 1, HOW)
        reference = explored(ENTRIES[name], *each[:2], 1, SearchOptions(reference=True))

        assert engine.result.verdict is reference.result.verdict
        assert engine.result.states == reference.result.states
        assert engine.bears is reference.bears
        assert (engine.stuck and engine.stuck.steps) == (reference.stuck and reference.stuck.steps)


# --- that it would be noticed ------------------------------------------------------------------


def test_a_view_change_that_keeps_its_primary_bears_no_stop() -> None:
    class Tyrant(ViewstampedReplication):
        def primary(self, view: int) -> NodeId:
            return self.nodes[0]

    entry = replace(
        ENTRIES["Viewstamped Replication"],
        make=lambda nodes: Tyrant(nodes=nodes, quorum=majority(nodes)),
        model=lambda count, views, faults: vr(
            protocol=Tyrant, nodes=count, views=views, faults=faults
        ),
    )
    found = explored(entry, 3, 1, 1, HOW)

    assert found.bears is False
    assert found.stuck is not None
    assert found.stuck.steps == 1
    assert explored(entry, 3, 0, 1, HOW).bears is True


def test_quorums_of_all_bear_no_stop() -> None:
    def make(nodes: tuple[NodeId, ...]) -> Raft:
        return Raft(nodes=nodes, quorum=Threshold(nodes, len(nodes)))

    def model(count: int, terms: int, faults: Faults) -> Model:
        usual = ENTRIES["Raft"].model
        assert usual is not None
        made = usual(count, terms, faults)
        return replace(made, protocol=make(made.nodes))

    found = explored(replace(ENTRIES["Raft"], make=make, model=model), 3, 1, 1, HOW)

    assert (found.bears, found.stuck and found.stuck.steps) == (False, 1)


def test_that_no_way_was_found_is_no_proof_that_there_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Here none is looked for in which somebody loses patience."""
    monkeypatch.setattr(stops, "TURNS", 0)
    found = explored(ENTRIES["Multi-Paxos"], 3, 0, 1, HOW)

    assert found.result.verdict is Verdict.VIOLATED
    assert found.stuck is not None
    assert (found.stuck.steps, found.stuck.decided) == (0, True)
    assert found.bears is None


def test_a_search_that_was_cut_short_says_nothing() -> None:
    assert explored(ENTRIES["Raft"], 3, 1, 2, SearchOptions(max_states=1000)).bears is None


def test_what_follows_is_visited_whole_or_it_is_said() -> None:
    entry = ENTRIES["Paxos"]
    assert entry.model is not None
    model = entry.model(2, 1, Faults())
    silent = replace(model, requests=None)

    assert stops.after(silent, initial_world(silent), entry.done) == (1, False)
    assert stops.after(model, initial_world(model), entry.done)[1] is True
    assert stops.after(model, initial_world(model), entry.done, limit=2) == (2, None)


# --- the command -------------------------------------------------------------------------------


def test_the_command_explores_when_it_is_asked_to(paxiom: Run) -> None:
    told = paxiom("compare", "--explore", "1", "--quiet")
    document = json.loads(paxiom("compare", "--explore", "1", "--quiet", "--json").out)

    assert told.code == 0
    assert "a decision can follow" in told.out
    assert "after 2 steps none can" in told.out
    found = {each["name"]: each["explored"] for each in document["protocols"]}
    assert [name for name, searches in found.items() if searches] == EXPLORED
    (bears, one_more, one_fewer) = found["Raft"]
    assert (bears["nodes"], bears["stops"], bears["bears"]) == (3, 1, True)
    assert (one_more["nodes"], one_more["stops"], one_more["bears"]) == (3, 2, False)
    assert (one_fewer["nodes"], one_fewer["stops"], one_fewer["bears"]) == (2, 1, False)


def test_it_exits_with_what_is_known() -> None:
    def code(*found: tuple[bool | None, bool]) -> int:
        searches = [{"bears": bears, "expected": expected} for bears, expected in found]
        return exit_code({"protocols": [{"explored": searches}, {"explored": []}]})

    assert code((True, True), (False, False)) == 0
    assert code((True, True), (None, False)) == 3
    assert code((None, True), (True, False)) == 1
