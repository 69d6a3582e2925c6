"""Stateright's register examples: what its single-copy, ABD and Paxos examples have in common.

Source: github.com/stateright/stateright at ab8c8be (0.31.0), src/actor/register.rs,
src/actor/model.rs, src/semantics/linearizability.rs. Only the facts are taken: what is a message,
a state, a step, so that the counts must be the same.

Nodes are numbered: servers first, then clients. The k-th client (from 0) puts 'A' + k at the
server of its own number modulo the number of servers, further puts 'Z' - k and at last a get at
the next servers in turn, each when the one before is answered. Its calls are recorded when it
sends them, the responses when it takes them up. A message that changes nothing and causes none is
not delivered there; taking no notice is the same here.
"""

from abc import abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Protocol, Send, Step
from paxiom.model_check.model import Emitted, Happening, Model, Monitor, Network, Received
from paxiom.spec.linearizability import Calls, Read, Register, Returned, Write, linearizable
from paxiom.spec.property import Subject, reachable


@dataclass(frozen=True, slots=True)
class Put:
    """Client to server: write ``value``."""

    request: int
    value: str


@dataclass(frozen=True, slots=True)
class Get:
    """Client to server: read."""

    request: int


@dataclass(frozen=True, slots=True)
class PutOk:
    """Server to client: written."""

    request: int


@dataclass(frozen=True, slots=True)
class GetOk:
    """Server to client: read ``value``, None if nothing was ever written."""

    request: int
    value: str | None


@dataclass(frozen=True, slots=True)
class Client:
    """A client: the request it waits for, and how many it has made."""

    number: int
    awaiting: int | None
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSystem(Protocol[Any, Any]):
    """Servers that implement a register, and clients that use it; subclasses are the servers."""

    servers: int
    clients: int
    puts: int = 1

    @property
    def nodes(self) -> tuple[NodeId, ...]:  # type: ignore[override]
        """Servers s0, s1, ..., then clients, numbered on."""
        servers = tuple(NodeId(f"s{number}") for number in range(self.servers))
        numbers = range(self.servers, self.servers + self.clients)
        return servers + tuple(NodeId(f"c{number}") for number in numbers)

    @abstractmethod
    def boot(self, number: int) -> Hashable:
        """First state of the server ``number``."""

    @abstractmethod
    def serve(self, server: Any, source: int, message: Any) -> Step[Any] | None:  # noqa: ANN401
        """React to a message to a server."""

    def others(self, number: int) -> tuple[NodeId, ...]:
        """The servers but this one."""
        return self.nodes[:number] + self.nodes[number + 1 : self.servers]

    @property
    def majority(self) -> int:
        """How many servers are more than half."""
        return self.servers // 2 + 1

    def start(self, node: NodeId) -> Step[Any]:
        """Servers wait; clients send their first request."""
        number = self.nodes.index(node)
        return Step(self.boot(number)) if number < self.servers else self._ask(number, 0)

    def receive(self, state: Any, source: NodeId, message: Any) -> Step[Any] | None:  # noqa: ANN401
        """Servers serve; clients go on to the next request."""
        if not isinstance(state, Client):
            return self.serve(state, self.nodes.index(source), message)
        match message:
            case PutOk(request) if request == state.awaiting:
                return self._ask(state.number, state.requests)
            case GetOk(request, _) if request == state.awaiting:
                return Step(Client(state.number, None, state.requests + 1))
        return None

    def _ask(self, number: int, requests: int) -> Step[Any]:
        """Send the next request: puts first, then a get."""
        request = (requests + 1) * number
        rank = number - self.servers
        message: Put | Get = Get(request)
        if requests < self.puts:
            message = Put(request, chr(ord("A") + rank if requests == 0 else ord("Z") - rank))
        server = self.nodes[(number + requests) % self.servers]
        return Step(Client(number, request, requests + 1), (Send(server, message),))


class CallMonitor(Monitor):
    """Records the clients' calls."""

    def initial(self) -> Calls:
        """No calls yet."""
        return Calls()

    def watches(self, happening: Happening) -> bool:
        """Requests sent, responses taken up."""
        match happening:
            case Emitted(_, Send(_, Put() | Get())) | Received(_, _, PutOk() | GetOk()):
                return True
        return False

    def record(self, history: Hashable, happening: Happening) -> Calls:
        """Add a call or a response."""
        assert isinstance(history, Calls)
        match happening:
            case Emitted(node, Send(_, Put(_, value))):
                return history.invoke(node, Write(value))
            case Emitted(node, Send(_, Get())):
                return history.invoke(node, Read())
            case Received(node, _, PutOk()):
                return history.respond(node, None)
            case Received(node, _, GetOk(_, value)):
                return history.respond(node, value)
        return history


@reachable(Subject.HISTORY)
def some_value_is_read(calls: Calls) -> bool:
    """A get returns a value that was put."""
    return any(
        call.operation == Read() and call.result not in (None, Returned(None))
        for _, own in calls.of
        for call in own
    )


def register_model(name: str, system: RegisterSystem) -> Model:
    """The system on Stateright's network of these counts: unordered, not duplicating."""
    return Model(
        name=f"{name}, {system.servers} servers, {system.clients} clients",
        protocol=system,
        properties=(linearizable(Register()), some_value_is_read),
        network=Network(),
        monitor=CallMonitor(),
    )
