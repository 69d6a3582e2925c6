"""Servers of Raft in whatever state, and what comes of a message to one."""

from paxiom.impl.names import NodeId, Value, node_ids
from paxiom.impl.protocol import Effect, Send, Step
from paxiom.impl.quorum import majority
from paxiom.impl.raft import (
    AppendEntries,
    Entry,
    Follower,
    Leader,
    Message,
    Peer,
    Raft,
    Role,
    Server,
    Stable,
)

N1, N2, N3 = NODES = node_ids(3)
X, Y = Value("x"), Value("y")
RAFT = Raft(nodes=NODES, quorum=majority(NODES))
FOLLOWER = Follower()
E1, E2, E3 = Entry(1, X), Entry(2, Y), Entry(3, X)


def server(
    term: int = 1,
    log: tuple[Entry, ...] = (),
    *,
    vote: NodeId | None = None,
    role: Role = FOLLOWER,
    commit: int = 0,
) -> Server:
    return Server(N1, Stable(term, vote, log), role, commit, commit)


def leader(term: int, log: tuple[Entry, ...], *peers: Peer, commit: int = 0) -> Server:
    return server(term, log, vote=N1, role=Leader(frozenset(peers)), commit=commit)


def receive(state: Server, message: Message, source: NodeId = N2) -> Step[Server]:
    step = RAFT.receive(state, source, message)
    assert step is not None
    return step


def sent(step: Step[Server]) -> dict[NodeId, object]:
    return {each.to: each.message for each in step.effects if isinstance(each, Send)}


def kinds(step: Step[Server]) -> list[type[Effect]]:
    return [type(each) for each in step.effects]


def append(term: int, prev: tuple[int, int], *entries: Entry, commit: int = 0) -> AppendEntries:
    return AppendEntries(term, *prev, entries, commit)
