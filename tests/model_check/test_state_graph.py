"""The graph of a model's states: against the reference explorer, and read back by other tools."""

import json
import warnings
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Protocol, Step
from paxiom.model_check import reference, zoo
from paxiom.model_check.export.errors import ExportError
from paxiom.model_check.export.state_graph import state_graph, to_dot, to_graphml
from paxiom.model_check.model import Faults, Model, Network
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.models.raft import raft
from paxiom.model_check.result import RAISED
from paxiom.spec.property import Subject, always
from support.command import Run, refused
from support.tools import tool

HOSTILE = 'a"b\\N\\"c;{}|<b>--> end\n\x1b[2J\0\ud800é\\'


class Rude(Protocol[str, str]):
    """Shows text that a format might take for its own; its second timer raises."""

    nodes = (NodeId("n1"), NodeId('n"2 <x>'))

    def start(self, node: NodeId) -> Step[str]:
        return Step("calm")

    def receive(self, state: str, source: NodeId, message: str) -> None:
        return None

    def timers(self, state: str) -> tuple[str, ...]:
        return ("tick", HOSTILE) if state == "calm" else ()

    def fire(self, state: str, timer: object) -> Step[str]:
        if timer == "tick":
            return Step(HOSTILE)
        raise ValueError(HOSTILE)


@always(Subject.NODE)
def peace(state: str) -> bool:
    """All is calm."""
    return state == "calm"


RUDE = Model(name=HOSTILE, protocol=Rude(), properties=(peace,), observe=str)
MODELS = {
    "paxos": paxos(nodes=2, ballots=1),
    "paxos, lossy": paxos(nodes=1, ballots=2, network=Network(lossy=True)),
    "raft": raft(nodes=2, terms=1, log=1),
    "raft, crashes": raft(nodes=2, terms=1, log=0, faults=Faults(crashes=1)),
    "rude": RUDE,
}


@pytest.mark.parametrize("name", ["paxos", "paxos, lossy", "raft", "raft, crashes"])
def test_the_graph_has_the_states_and_steps_that_the_reference_explorer_visits(name: str) -> None:
    result = reference.explore(MODELS[name])
    graph = state_graph(MODELS[name])

    assert (len(graph), graph.size()) == (result.states, result.transitions)
    assert max(depth for _, depth in graph.nodes(data="depth")) == result.depth
    assert nx.single_source_shortest_path_length(graph, 0) == dict(graph.nodes(data="depth"))
    assert not any(told["violates"] for _, told in graph.nodes(data=True))


@pytest.mark.parametrize("number", ["R29", "Q6"])
def test_what_goes_wrong_is_as_far_away_as_the_zoo_has_it(number: str) -> None:
    """A step that violates a property, or a state."""
    bug = zoo.bug(number)
    graph = state_graph(bug.broken())
    states = [told["depth"] for _, told in graph.nodes(data=True) if bug.breaks in told["violates"]]
    steps = [
        graph.nodes[source]["depth"] + 1
        for source, _, told in graph.edges(data=True)
        if bug.breaks in told["violates"]
    ]

    assert min([*states, *steps]) == bug.length


def test_a_handler_that_raises_leads_to_a_node_of_its_own() -> None:
    """From the first state at both nodes, and from the two in which one of them is calm."""
    graph = state_graph(RUDE)
    raised = [number for number, told in graph.nodes(data=True) if told["violates"] == RAISED]

    assert len(raised) == 4
    assert len(graph) == 4 + 4
    assert all("ValueError" in told["error"] for _, _, told in graph.in_edges(raised, data=True))


def test_what_is_too_large_for_a_picture_is_refused() -> None:
    count = len(state_graph(MODELS["paxos"]))

    assert len(state_graph(MODELS["paxos"], count)) == count
    with pytest.raises(ExportError, match=f"paxos has more than {count - 1} states within"):
        state_graph(MODELS["paxos"], count - 1)


# --- read by others ----------------------------------------------------------------------------


def facts(graph: Any) -> tuple[Any, Any]:  # noqa: ANN401 - networkx is not typed
    """Everything in a graph, its names as text."""
    nodes = {str(number): told for number, told in graph.nodes(data=True)}
    edges = sorted(
        (str(source), str(goal), sorted(told.items()))
        for source, goal, told in graph.edges(data=True)
    )
    return nodes, edges


@pytest.mark.parametrize("name", MODELS)
def test_graphml_is_read_back_by_networkx(name: str) -> None:
    graph = state_graph(MODELS[name])

    assert facts(nx.read_graphml(BytesIO(to_graphml(graph)), force_multigraph=True)) == facts(graph)


@pytest.mark.parametrize("name", ["raft", "rude"])
def test_dot_is_read_back_by_networkx(name: str) -> None:
    graph = state_graph(MODELS[name])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pydot's, of its parser
        read = nx.nx_pydot.read_dot(StringIO(to_dot(graph).decode()))

    assert len(read) == len(graph)
    assert sorted((s.strip('"'), g.strip('"')) for s, g in read.edges()) == sorted(
        (str(source), str(goal)) for source, goal in graph.edges()
    )


@pytest.mark.parametrize("name", MODELS)
def test_dot_is_read_by_graphviz(name: str) -> None:
    """And its labels are those that we mean, each backslash and quote in its place."""
    graph = state_graph(MODELS[name])
    drawn = json.loads(tool("dot", "-Tdot_json", stdin=to_dot(graph)))
    labels = {each["name"]: each["label"] for each in drawn["objects"]}

    assert len(drawn["edges"]) == graph.size()
    assert labels.keys() == {str(number) for number in graph}
    for number, told in graph.nodes(data=True):
        shows = [value for name, value in told.items() if name.startswith("n")]
        for text in shows:
            assert text == "None" or text.replace("\\", "\\\\") in labels[str(number)]
        assert ("VIOLATES" in labels[str(number)]) == bool(told["violates"])


# --- the command -------------------------------------------------------------------------------


def test_the_command_writes_either_format(paxiom: Run) -> None:
    words = ["graph", "paxos", "--nodes=1", "--ballots=1"]
    graph = state_graph(paxos(nodes=1, ballots=1))
    shown = paxiom(*words, "--to=dot")

    assert (shown.code, shown.out.encode()) == (0, to_dot(graph))
    assert paxiom(*words, "-o", "states.graphml").code == 0
    assert Path("states.graphml").read_bytes() == to_graphml(graph)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["paxos", "--nodes=1", "--to=svg"], "there is no format 'svg'; there is dot, graphml"),
        (["paxos", "--nodes=1"], "in which format?"),
        (["paxos", "--nodes=1", "-o", "a.txt"], "no format ends as a.txt does"),
        (["paxos", "--nodes=1", "-o", "no/a.dot"], "cannot write no/a.dot: No such file"),
        (["paxos", "--to=dot"], "paxos has more than 2,000 states within its bounds"),
        (["paxos", "--to=dot", "--max-states=many"], "--max-states takes a number above 0"),
        (["--to=dot"], "which model? Name one of"),
        (["paxos", "--to=dot", "--terms=2"], "paxos has no option --terms"),
    ],
)
def test_the_command_refuses_politely(paxiom: Run, words: list[str], reason: str) -> None:
    assert reason in refused(paxiom("graph", *words))


def test_symmetry_makes_no_difference() -> None:
    model = MODELS["raft"]

    assert len(state_graph(model)) == len(state_graph(replace(model, symmetry=())))
