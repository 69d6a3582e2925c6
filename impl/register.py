"""A register that many may write and read, kept by quorums: no consensus, and no leader.

Sources: Hagit Attiya, Amotz Bar-Noy and Danny Dolev, "Sharing Memory Robustly in Message-Passing
Systems", JACM 42(1), 1995 (ABD: one writer); Nancy Lynch and Alexander Shvartsman, "Robust
Emulation of Shared Memory Using Dynamic Quorum-Acknowledged Broadcasts", FTCS 1997 (LS: many).

Every node is a replica and a client. A call takes two phases. First it *asks* until a quorum has
told the newest *stamp* that each stores, and with it the value. Then it *stores*: a writer its own
value under a stamp above all it was told of, a reader what it is about to return; when a quorum
has stored it, the call returns. A replica keeps the value with the highest stamp.

Why it is linearizable: whoever asks a quorum of ``asked`` meets every quorum of ``stored`` in which
an earlier call has ended, so stamps never go back from one call to the next. That quorums of
``stored`` meet each other is not needed, as long as writers ask too.

Departures: none but names. Left out: recovery; a node that has stopped does not come back.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import assert_never

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Persist, Protocol, Reply, Step, broadcast
from paxiom.impl.quorum import QuorumSystem
from paxiom.impl.requests import Read, Write


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """How new a value is; no two writers share a stamp (LS: tags)."""

    number: int
    writer: NodeId


@dataclass(frozen=True, slots=True)
class Stamped:
    """A value under its stamp; at first no value, under none."""

    stamp: Stamp | None = None
    value: Hashable = None


def newer(one: Stamped, other: Stamped) -> bool:
    """Whether ``one`` has the higher stamp."""
    return one.stamp is not None and (other.stamp is None or one.stamp > other.stamp)


def newest(told: frozenset[tuple[NodeId, Stamped]]) -> Stamped:
    """Pick what has the highest stamp."""
    found = Stamped()
    for _, stamped in told:
        found = stamped if newer(stamped, found) else found
    return found


# --- messages ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ask:
    """Client to replicas: what do you store? ``call`` numbers the client's calls."""

    call: int


@dataclass(frozen=True, slots=True)
class Told:
    """Answer: this."""

    call: int
    stored: Stamped


@dataclass(frozen=True, slots=True)
class Store:
    """Client to replicas: store this, unless what you store is newer."""

    call: int
    stamped: Stamped


@dataclass(frozen=True, slots=True)
class Done:
    """Answer: stored, or something newer was."""

    call: int


Message = Ask | Told | Store | Done


# --- state ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asking:
    """The first phase of a call, with what was told so far."""

    command: Write | Read
    told: frozenset[tuple[NodeId, Stamped]] = frozenset()


@dataclass(frozen=True, slots=True)
class Storing:
    """The second phase: who has stored what ``result`` waits for."""

    stamped: Stamped
    result: Hashable
    done: frozenset[NodeId] = frozenset()


@dataclass(frozen=True, slots=True)
class Server:
    """One node: what it stores, and its open call, if any; ``calls`` counts those it has made."""

    id: NodeId
    stored: Stamped = Stamped()
    calls: int = 0
    call: Asking | Storing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuorumRegister(Protocol[Server, Message]):
    """A register among ``nodes``, of which ``writers`` may write; if empty, all.

    Every quorum of ``asked`` must meet every quorum of ``stored``.
    """

    nodes: tuple[NodeId, ...]
    asked: QuorumSystem
    stored: QuorumSystem
    writers: tuple[NodeId, ...] = ()

    # The rules.

    def knows_enough(self, call: Asking) -> bool:
        """Ask a quorum that meets all in which a call may have ended, to write too (LS)."""
        return self.asked.is_quorum({node for node, _ in call.told})

    def stamp_to_write(self, server: Server, told: frozenset[tuple[NodeId, Stamped]]) -> Stamp:
        """Take a stamp of one's own above all that were told (LS)."""
        highest = newest(told).stamp
        return Stamp(highest.number + 1 if highest else 1, server.id)

    def must_write_back(self, told: frozenset[tuple[NodeId, Stamped]]) -> bool:  # noqa: ARG002 - a mutant
        """A reader stores what it returns, so that no later call returns an older value (ABD)."""
        return True

    def keeps(self, stored: Stamped, stamped: Stamped) -> Stamped:
        """Never go back to a lower stamp (ABD)."""
        return stamped if newer(stamped, stored) else stored

    # Life.

    def start(self, node: NodeId) -> Step[Server]:
        """Boot with nothing stored."""
        return Step(Server(node))

    # Client.

    def request(self, state: Server, command: Hashable) -> Step[Server] | None:
        """Begin a call, if none is open: ask all."""
        if state.call is not None or not isinstance(command, Write | Read):
            return None
        if isinstance(command, Write) and self.writers and state.id not in self.writers:
            return None
        server = replace(state, calls=state.calls + 1, call=Asking(command))
        return Step(server, broadcast(self.nodes, Ask(server.calls)))

    def on_told(self, server: Server, source: NodeId, told: Told) -> Step[Server] | None:
        """With what a quorum has told, store the value to write, or to return."""
        if told.call != server.calls or not isinstance(server.call, Asking):
            return None
        call = replace(server.call, told=server.call.told | {(source, told.stored)})
        if not self.knows_enough(call):
            return Step(replace(server, call=call))
        if isinstance(call.command, Write):
            stamped = Stamped(self.stamp_to_write(server, call.told), call.command.value)
            return self.store(server, Storing(stamped, result=None))
        found = newest(call.told)
        if not self.must_write_back(call.told):
            return Step(replace(server, call=None), (Reply(found.value),))
        return self.store(server, Storing(found, result=found.value))

    def store(self, server: Server, call: Storing) -> Step[Server]:
        """Begin the second phase."""
        message = Store(server.calls, call.stamped)
        return Step(replace(server, call=call), broadcast(self.nodes, message))

    def on_done(self, server: Server, source: NodeId, done: Done) -> Step[Server] | None:
        """Return once a quorum has stored it."""
        if done.call != server.calls or not isinstance(server.call, Storing):
            return None
        call = replace(server.call, done=server.call.done | {source})
        if not self.stored.is_quorum(call.done):
            return Step(replace(server, call=call))
        return Step(replace(server, call=None), (Reply(call.result),))

    # Replica.

    def on_store(self, server: Server, source: NodeId, store: Store) -> Step[Server]:
        """Store it durably before saying so."""
        kept = self.keeps(server.stored, store.stamped)
        answer = broadcast([source], Done(store.call))
        return Step(replace(server, stored=kept), (Persist(kept), *answer))

    def receive(self, state: Server, source: NodeId, message: Message) -> Step[Server] | None:
        """React to ``message`` from ``source``."""
        match message:
            case Ask(call):
                return Step(state, broadcast([source], Told(call, state.stored)))
            case Told():
                return self.on_told(state, source, message)
            case Store():
                return self.on_store(state, source, message)
            case Done():
                return self.on_done(state, source, message)
        assert_never(message)
