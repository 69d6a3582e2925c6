"""Stateright's other two registers: a single copy, and the one of Attiya, Bar-Noy and Dolev.

Sources: github.com/stateright/stateright at ab8c8be (0.31.0), examples/single-copy-register.rs
and examples/linearizable-register.rs; see :mod:`support.stateright_register`.
"""

from dataclasses import dataclass, replace
from typing import Any

from paxiom.impl.protocol import Send, Step, broadcast
from paxiom.model_check.model import Model
from support.stateright_register import Get, GetOk, Put, PutOk, RegisterSystem, register_model

Stamp = tuple[int, int]  # logical clock, server


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleCopySystem(RegisterSystem):
    """Servers that each keep a value, and do not talk: a register only if there is just one."""

    def boot(self, number: int) -> tuple[()]:
        """Nothing written."""
        return ()

    def serve(
        self,
        server: tuple[str, ...],
        source: int,
        message: Any,  # noqa: ANN401
    ) -> Step[tuple[str, ...]] | None:
        match message:
            case Put(request, value):
                return Step((value,), (Send(self.nodes[source], PutOk(request)),))
            case Get(request):
                value = server[0] if server else None  # type: ignore[assignment]
                return Step(server, (Send(self.nodes[source], GetOk(request, value)),))
        return None


# --- the register of Attiya, Bar-Noy and Dolev -------------------------------------------------


@dataclass(frozen=True, slots=True)
class Query:
    """Ask for a server's value and its stamp."""

    request: int


@dataclass(frozen=True, slots=True)
class AckQuery:
    """Answer a query."""

    request: int
    stamp: Stamp
    value: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """Ask to keep a value, unless a higher stamp is known."""

    request: int
    stamp: Stamp
    value: str | None


@dataclass(frozen=True, slots=True)
class AckRecord:
    """Answer a record."""

    request: int


@dataclass(frozen=True, slots=True)
class Querying:
    """Phase 1 of a put of ``written``, or of a get: gather the values of a majority."""

    request: int
    client: int
    written: str | None
    answers: frozenset[tuple[int, tuple[Stamp, str | None]]]


@dataclass(frozen=True, slots=True)
class Recording:
    """Phase 2: have a majority keep the value; then answer PutOk, or GetOk of what was read."""

    request: int
    client: int
    response: PutOk | GetOk
    acks: frozenset[int]


@dataclass(frozen=True, slots=True)
class Replica:
    """A server: its value with its stamp, and what it is doing for a client."""

    number: int
    stamp: Stamp
    value: str | None = None
    phase: Querying | Recording | None = None

    def keep(self, stamp: Stamp, value: str | None) -> "Replica":
        """Take over a value with a higher stamp."""
        return replace(self, stamp=stamp, value=value) if stamp > self.stamp else self


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicatedSystem(RegisterSystem):
    """Servers that keep copies of the register."""

    def boot(self, number: int) -> Replica:
        """Nothing written, with the lowest stamp of its own."""
        return Replica(number, (0, number))

    def serve(self, server: Replica, source: int, message: Any) -> Step[Replica] | None:  # noqa: ANN401
        """Serve clients one at a time, other servers always."""
        sender = self.nodes[source]
        match message, server.phase:
            case ((Put(request, _) | Get(request)), None):
                written = message.value if isinstance(message, Put) else None
                own = frozenset({(server.number, (server.stamp, server.value))})
                begun = replace(server, phase=Querying(request, source, written, own))
                return Step(begun, broadcast(self.others(server.number), Query(request)))
            case Query(request), _:
                answer = AckQuery(request, server.stamp, server.value)
                return Step(server, (Send(sender, answer),))
            case Record(request, stamp, value), _:
                return Step(server.keep(stamp, value), (Send(sender, AckRecord(request)),))
            case AckQuery(request, stamp, value), Querying(current) if request == current:
                return self._on_answer(server, server.phase, source, (stamp, value))
            case AckRecord(request), Recording(current) if request == current:
                return self._on_ack(server, server.phase, source)
        return None

    def _on_answer(
        self, server: Replica, phase: Querying, source: int, answer: tuple[Stamp, str | None]
    ) -> Step[Replica]:
        """When a majority has answered, have the latest value, or the new one, recorded."""
        answers = frozenset((dict(phase.answers) | {source: answer}).items())
        if len(answers) != self.majority:
            return Step(replace(server, phase=replace(phase, answers=answers)))
        response: PutOk | GetOk
        if phase.written is None:
            stamp, value = max((each for _, each in answers), key=lambda each: each[0])
            response = GetOk(phase.request, value)
        else:
            latest = max(stamp for _, (stamp, _) in answers)
            stamp, value = (latest[0] + 1, server.number), phase.written
            response = PutOk(phase.request)
        own = frozenset({server.number})
        recording = Recording(phase.request, phase.client, response, own)
        record = Record(phase.request, stamp, value)
        return Step(
            replace(server.keep(stamp, value), phase=recording),
            broadcast(self.others(server.number), record),
        )

    def _on_ack(self, server: Replica, phase: Recording, source: int) -> Step[Replica] | None:
        """When a majority has recorded it, answer the client."""
        if source in phase.acks:
            return None
        acks = phase.acks | {source}
        if len(acks) != self.majority:
            return Step(replace(server, phase=replace(phase, acks=acks)))
        answer = Send(self.nodes[phase.client], phase.response)
        return Step(replace(server, phase=None), (answer,))


def single_copy(clients: int = 2, servers: int = 1) -> Model:
    """``single-copy-register check CLIENTS``."""
    system = SingleCopySystem(servers=servers, clients=clients)
    return register_model("Stateright's single copy", system)


def replicated(clients: int = 2, servers: int = 2) -> Model:
    """``linearizable-register check CLIENTS``, which has 3 servers; its test has 2."""
    system = ReplicatedSystem(servers=servers, clients=clients)
    return register_model("Stateright's replicated register", system)
