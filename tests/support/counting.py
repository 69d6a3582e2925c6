"""Small protocols whose traces have everything that a trace has to show, and traces of them."""

from dataclasses import dataclass
from typing import Any

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.paxos import Paxos, Proposer
from paxiom.impl.protocol import Decide, Effect, Persist, Protocol, Send, Step
from paxiom.model_check.model import Bound, Delivery, Model, Network, Requests
from paxiom.model_check.reference import explore
from paxiom.model_check.result import Result
from paxiom.model_check.traces.trace_file import trace_document
from paxiom.model_check.traces.trace_text import Detail, View, trace_lines
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


def saying(message: object) -> dict[str, Any]:
    """A trace in which the message received in step 2 is another, all along."""
    _, trace = violation_of(counting(silence))
    told = trace["steps"][1]["message"]
    for effect in trace["steps"][0]["effects"]:
        if effect.get("message") == told:
            effect["message"] = message
    trace["steps"][1]["message"] = message
    return trace
