"""Raft as raft.tla has it: one step of ours for each action of the specification.

Source: github.com/ongardie/raft.tla at 6ecbdbc, raft.tla. Its bag of messages is bounded as a
whole, and a server may react to a message that stays in the bag; our networks know neither and
are not bent to. So the whole system is one node, and its actions are timers.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, permutations

from paxiom.impl.names import NodeId, Value, values
from paxiom.impl.protocol import Protocol, Step
from paxiom.model_check.model import Bound, Model
from paxiom.spec import raft
from paxiom.spec.property import Subject, always, reachable
from support.raft_tla_bounds import Bounds
from support.raft_tla_server import (
    Action,
    AdvanceCommitIndex,
    AppendEntries,
    AppendEntriesRequest,
    BecomeLeader,
    Change,
    ClientRequest,
    Election,
    Log,
    Message,
    Receive,
    RequestVote,
    RequestVoteResponse,
    Restart,
    Role,
    Server,
    ServerId,
    Timeout,
    booted,
    change,
)

Bag = frozenset[tuple[Message, int]]  # messages, with the number of copies of each


@dataclass(frozen=True, slots=True)
class DuplicateMessage:
    """The network duplicates a message."""

    message: Message


@dataclass(frozen=True, slots=True)
class DropMessage:
    """The network drops a message."""

    message: Message


@dataclass(frozen=True, slots=True)
class System:
    """All variables of the specification."""

    servers: frozenset[Server]
    bag: Bag = frozenset()
    elections: frozenset[Election] = frozenset()
    logs: frozenset[Log] = frozenset()  # the variable allLogs


@dataclass(frozen=True, slots=True)
class RaftTla(Protocol[System, Message]):
    """The specification, its faults and history variables switched on or off."""

    bounds: Bounds
    servers: tuple[ServerId, ...]
    values: tuple[Value, ...]
    nodes: tuple[NodeId, ...] = (NodeId("raft.tla"),)

    def start(self, node: NodeId) -> Step[System]:
        """Init."""
        return Step(System(frozenset(booted(name, self.servers) for name in self.servers)))

    def receive(self, state: System, source: NodeId, message: Message) -> None:
        """Nothing is ever sent through our network."""

    def timers(self, state: System) -> Iterable[Hashable]:
        """The actions that are enabled."""
        servers = {server.name: server for server in state.servers}
        for name in self.servers:
            yield from _enabled(self, servers[name])
        for message, _ in state.bag:
            if _changed(servers[message.to], Receive(message), history=self.bounds.history):
                yield Receive(message)
            if self.bounds.duplicate:
                yield DuplicateMessage(message)
            if self.bounds.drop:
                yield DropMessage(message)

    def fire(self, state: System, timer: Hashable) -> Step[System]:
        """Next, of one action."""
        match timer:
            case DuplicateMessage(message):
                after = replace(state, bag=more(state.bag, message))
            case DropMessage(message):
                after = replace(state, bag=less(state.bag, message))
            case _:
                assert isinstance(timer, Action)
                after = self._acted(state, timer)
        if self.bounds.history:
            logs = frozenset(server.log for server in state.servers)
            after = replace(after, logs=after.logs | logs)
        return Step(after)

    def _acted(self, state: System, action: Action) -> System:
        name = action.message.to if isinstance(action, Receive) else action.server
        (server,) = (each for each in state.servers if each.name == name)
        done = _changed(server, action, history=self.bounds.history)
        assert done is not None
        bag = more(state.bag, done.sent) if done.sent else state.bag
        return System(
            state.servers - {server} | {done.server},
            less(bag, done.consumed) if done.consumed else bag,
            state.elections | {done.election} if done.election else state.elections,
            state.logs,
        )


@cache
def _enabled(protocol: RaftTla, server: Server) -> tuple[Action, ...]:
    name, history = server.name, protocol.bounds.history
    actions: tuple[Action, ...] = (
        *([Restart(name)] if protocol.bounds.restart else []),
        Timeout(name),
        BecomeLeader(name),
        AdvanceCommitIndex(name),
        *(ClientRequest(name, value) for value in protocol.values),
        *(RequestVote(name, other) for other in protocol.servers),
        *(AppendEntries(name, other) for other in protocol.servers),
    )
    return tuple(each for each in actions if _changed(server, each, history=history))


@cache
def _changed(server: Server, action: Action, *, history: bool) -> Change | None:
    done = change(server, action)
    if done is None or history:
        return done
    sent = done.sent
    if isinstance(sent, (RequestVoteResponse, AppendEntriesRequest)):
        sent = replace(sent, log=())
    return Change(replace(done.server, voter_logs=frozenset()), sent, done.consumed)


def more(bag: Bag, message: Message) -> Bag:
    """Add a copy (WithMessage)."""
    copies = dict(bag)
    copies[message] = copies.get(message, 0) + 1
    return frozenset(copies.items())


def less(bag: Bag, message: Message) -> Bag:
    """Take a copy away (WithoutMessage)."""
    copies = dict(bag)
    left = copies.pop(message) - 1
    return frozenset({**copies, message: left}.items() if left else copies.items())


# --- properties --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """What properties see of a server."""

    name: ServerId
    leads: bool
    term: int
    log: Log
    committed: Log


Shows = tuple[frozenset[Shown]]  # of the one node: every server


@always(Subject.NODES)
def election_safety(shows: Shows) -> bool:
    """No two servers lead in one term."""
    terms = [each.term for each in shows[0] if each.leads]
    return len(terms) == len(set(terms))


@always(Subject.NODES)
def log_matching(shows: Shows) -> bool:
    """Two logs that have the same term at an index are the same up to that index."""
    return all(raft.log_matching(*pair) for pair in combinations(shows[0], 2))


@always(Subject.NODES)
def leader_completeness(shows: Shows) -> bool:
    """A leader has what servers of its term and of earlier ones know to be committed."""
    return all(
        leader.log[: len(other.committed)] == other.committed
        for leader, other in permutations(shows[0], 2)
        if leader.leads and other.term <= leader.term
    )


@always(Subject.NODES)
def state_machine_safety(shows: Shows) -> bool:
    """What two servers know to be committed is the same as far as both know it."""
    return all(
        one.committed == other.committed[: len(one.committed)]
        for one, other in permutations(shows[0], 2)
        if len(one.committed) <= len(other.committed)
    )


@reachable(Subject.NODES)
def some_server_leads(shows: Shows) -> bool:
    """Some server leads."""
    return any(each.leads for each in shows[0])


@reachable(Subject.NODES)
def all_servers_commit(shows: Shows) -> bool:
    """All servers know an entry to be committed."""
    return all(each.committed for each in shows[0])


def show(system: System) -> frozenset[Shown]:
    """Show every server."""
    return frozenset(
        Shown(each.name, each.role is Role.LEADER, each.term, each.log, each.log[: each.commit])
        for each in system.servers
    )


# --- the model ---------------------------------------------------------------------------------


def raft_tla(bounds: Bounds) -> Model:
    """Model what TLC counts within ``bounds``; servers are interchangeable, values are not."""
    names = tuple(ServerId(f"s{number}") for number in range(1, bounds.servers + 1))
    return Model(
        name="raft.tla",
        protocol=RaftTla(bounds, names, values(bounds.values)),
        properties=(
            election_safety,
            log_matching,
            leader_completeness,
            state_machine_safety,
            some_server_leads,
            all_servers_commit,
        ),
        observe=show,
        bounds=tuple(_constraint(bounds)),
        symmetry=(names,),
    )


def _constraint(bounds: Bounds) -> Iterator[Bound]:
    yield Bound(
        f"terms <= {bounds.max_term}",
        lambda system: all(each.term <= bounds.max_term for each in system.servers),
    )
    yield Bound(
        f"log <= {bounds.max_log}",
        lambda system: all(len(each.log) <= bounds.max_log for each in system.servers),
    )
    if (copies := bounds.max_copies) is not None:
        yield Bound(
            f"copies of a message <= {copies}",
            lambda system: all(count <= copies for _, count in system.bag),
        )
    if (most := bounds.max_in_flight) is not None:
        yield Bound(
            f"messages in flight <= {most}",
            lambda system: sum(count for _, count in system.bag) <= most,
        )
