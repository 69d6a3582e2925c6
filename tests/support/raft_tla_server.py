"""What one server of raft.tla does: each action as a change of that server and of the bag.

Source: github.com/ongardie/raft.tla at 6ecbdbc, raft.tla; messages and actions are named as there.
"""

from dataclasses import dataclass, replace
from enum import Enum

from paxiom.impl.names import Label, Value
from paxiom.spec.raft import Entry


class ServerId(Label):
    """The name of a server, which is no node: all of them live in one."""

    __slots__ = ()


Log = tuple[Entry, ...]
Indexes = frozenset[tuple[ServerId, int]]  # a function from servers to indexes


class Role(Enum):
    """The variable state."""

    FOLLOWER = "follower"
    CANDIDATE = "candidate"
    LEADER = "leader"


@dataclass(frozen=True, slots=True)
class Server:
    """The variables of one server."""

    name: ServerId
    next: Indexes
    match: Indexes
    term: int = 1
    role: Role = Role.FOLLOWER
    voted_for: ServerId | None = None
    log: Log = ()
    commit: int = 0
    responded: frozenset[ServerId] = frozenset()
    granted: frozenset[ServerId] = frozenset()
    voter_logs: frozenset[tuple[ServerId, Log]] = frozenset()

    @property
    def last_log(self) -> tuple[int, int]:
        """Term and index of the last entry, zeros if there is none."""
        return (self.log[-1].term, len(self.log)) if self.log else (0, 0)

    def is_quorum(self, servers: frozenset[ServerId]) -> bool:
        """Whether ``servers`` are more than half."""
        return 2 * len(servers) > len(self.next)


def booted(name: ServerId, servers: tuple[ServerId, ...]) -> Server:
    """Init, of one server."""
    return Server(name, everywhere(servers, 1), everywhere(servers, 0))


def everywhere(servers: tuple[ServerId, ...], index: int) -> Indexes:
    """Make the function that is ``index`` for each of ``servers``."""
    return frozenset((each, index) for each in servers)


def put(indexes: Indexes, server: ServerId, index: int) -> Indexes:
    """Change one value of a function."""
    return frozenset({**dict(indexes), server: index}.items())


# --- messages ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestVoteRequest:
    """A candidate asks for a vote, of itself too."""

    source: ServerId
    to: ServerId
    term: int
    last_log: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestVoteResponse:
    """A vote, or none."""

    source: ServerId
    to: ServerId
    term: int
    granted: bool
    log: Log


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendEntriesRequest:
    """At most one entry; ``log`` is history."""

    source: ServerId
    to: ServerId
    term: int
    previous_index: int
    previous_term: int
    entries: Log
    commit: int
    log: Log


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendEntriesResponse:
    """The index up to which logs agree; ``match`` is 0 without success."""

    source: ServerId
    to: ServerId
    term: int
    success: bool
    match: int


Message = RequestVoteRequest | RequestVoteResponse | AppendEntriesRequest | AppendEntriesResponse


# --- actions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Restart:
    """Lose everything but term, vote and log."""

    server: ServerId


@dataclass(frozen=True, slots=True)
class Timeout:
    """Start a new election."""

    server: ServerId


@dataclass(frozen=True, slots=True)
class RequestVote:
    """Ask for a vote."""

    server: ServerId
    to: ServerId


@dataclass(frozen=True, slots=True)
class BecomeLeader:
    """Lead, having a quorum of votes."""

    server: ServerId


@dataclass(frozen=True, slots=True)
class ClientRequest:
    """Take up a client's value."""

    server: ServerId
    value: Value


@dataclass(frozen=True, slots=True)
class AdvanceCommitIndex:
    """Commit what a quorum has; enabled at a leader even if nothing changes."""

    server: ServerId


@dataclass(frozen=True, slots=True)
class AppendEntries:
    """Send the next entry, or none."""

    server: ServerId
    to: ServerId


@dataclass(frozen=True, slots=True)
class Receive:
    """React to a message in the bag, which may stay there."""

    message: Message


Action = (
    Restart
    | Timeout
    | RequestVote
    | BecomeLeader
    | ClientRequest
    | AdvanceCommitIndex
    | AppendEntries
    | Receive
)


@dataclass(frozen=True, slots=True)
class Election:
    """A record of the history variable elections."""

    term: int
    leader: ServerId
    log: Log
    votes: frozenset[ServerId]
    voter_logs: frozenset[tuple[ServerId, Log]]


@dataclass(frozen=True, slots=True)
class Change:
    """What an action does: to its server, to the bag, and to the history of elections."""

    server: Server
    sent: Message | None = None
    consumed: Message | None = None
    election: Election | None = None


def change(server: Server, action: Action) -> Change | None:
    """Carry out ``action`` at ``server``; None if it is not enabled there."""
    leads, names = server.role is Role.LEADER, tuple(name for name, _ in server.next)
    match action:
        case Restart():
            fresh = booted(server.name, names)
            kept = replace(fresh, term=server.term, voted_for=server.voted_for, log=server.log)
            return Change(kept)
        case Timeout() if not leads:
            return Change(_candidate(server))
        case RequestVote(_, to) if server.role is Role.CANDIDATE and to not in server.responded:
            return Change(
                server,
                sent=RequestVoteRequest(
                    source=server.name, to=to, term=server.term, last_log=server.last_log
                ),
            )
        case BecomeLeader() if server.role is Role.CANDIDATE and server.is_quorum(server.granted):
            return _leader(server, names)
        case ClientRequest(_, value) if leads:
            return Change(replace(server, log=(*server.log, Entry(server.term, value))))
        case AdvanceCommitIndex() if leads:
            return Change(replace(server, commit=_commit_index(server)))
        case AppendEntries(_, to) if leads and to != server.name:
            return Change(server, sent=_append_entries(server, to))
        case Receive(message):
            return _receive(server, message)
    return None


def _candidate(server: Server) -> Server:
    nobody: frozenset[ServerId] = frozenset()
    return replace(
        server,
        term=server.term + 1,
        role=Role.CANDIDATE,
        voted_for=None,
        responded=nobody,
        granted=nobody,
        voter_logs=frozenset(),
    )


def _leader(server: Server, names: tuple[ServerId, ...]) -> Change:
    leader = replace(
        server,
        role=Role.LEADER,
        next=everywhere(names, len(server.log) + 1),
        match=everywhere(names, 0),
    )
    election = Election(server.term, server.name, server.log, server.granted, server.voter_logs)
    return Change(leader, election=election)


def _commit_index(leader: Server) -> int:
    """Find the highest index that a quorum agrees on; it counts if its entry is of this term."""
    for index in range(len(leader.log), 0, -1):
        agreeing = {name for name, match in leader.match if match >= index}
        if leader.is_quorum(frozenset({leader.name} | agreeing)):
            return index if leader.log[index - 1].term == leader.term else leader.commit
    return leader.commit


def _append_entries(leader: Server, to: ServerId) -> AppendEntriesRequest:
    previous = dict(leader.next)[to] - 1
    last = min(len(leader.log), previous + 1)
    return AppendEntriesRequest(
        source=leader.name,
        to=to,
        term=leader.term,
        previous_index=previous,
        previous_term=leader.log[previous - 1].term if previous > 0 else 0,
        entries=leader.log[previous:last],
        commit=min(leader.commit, last),
        log=leader.log,
    )


# --- receiving ---------------------------------------------------------------------------------


def _receive(server: Server, message: Message) -> Change | None:
    if message.term > server.term:  # UpdateTerm: the message is to be processed further
        follower = replace(server, term=message.term, role=Role.FOLLOWER, voted_for=None)
        return Change(follower)
    match message:
        case RequestVoteRequest():
            return _vote(server, message)
        case AppendEntriesRequest():
            return _append(server, message)
        case RequestVoteResponse() | AppendEntriesResponse() if message.term < server.term:
            return Change(server, consumed=message)  # DropStaleResponse
        case RequestVoteResponse():
            return Change(_tallied(server, message), consumed=message)
        case AppendEntriesResponse():
            return Change(_acknowledged(server, message), consumed=message)


def _vote(server: Server, request: RequestVoteRequest) -> Change:
    granted = (
        request.term == server.term
        and request.last_log >= server.last_log
        and server.voted_for in (None, request.source)
    )
    vote = RequestVoteResponse(
        source=server.name, to=request.source, term=server.term, granted=granted, log=server.log
    )
    voter = replace(server, voted_for=request.source) if granted else server
    return Change(voter, sent=vote, consumed=request)


def _tallied(server: Server, vote: RequestVoteResponse) -> Server:
    server = replace(server, responded=server.responded | {vote.source})
    if not vote.granted:
        return server
    logs = {vote.source: vote.log, **dict(server.voter_logs)}  # the log of the first vote stays
    return replace(
        server,
        granted=server.granted | {vote.source},
        voter_logs=frozenset(logs.items()),
    )


def _append(server: Server, request: AppendEntriesRequest) -> Change | None:
    previous, log = request.previous_index, server.log
    fits = previous == 0 or (
        previous <= len(log) and log[previous - 1].term == request.previous_term
    )
    if request.term < server.term or (server.role is Role.FOLLOWER and not fits):
        return _answer(server, request, success=False)
    match server.role:
        case Role.LEADER:
            return None
        case Role.CANDIDATE:
            return Change(replace(server, role=Role.FOLLOWER))
    present = log[previous : previous + 1]
    if request.entries and not present:
        return Change(replace(server, log=log + request.entries))
    if request.entries and present[0].term != request.entries[0].term:
        return Change(replace(server, log=log[:-1]))  # conflict: remove one entry
    return _answer(replace(server, commit=request.commit), request, success=True)


def _answer(server: Server, request: AppendEntriesRequest, *, success: bool) -> Change:
    response = AppendEntriesResponse(
        source=server.name,
        to=request.source,
        term=server.term,
        success=success,
        match=request.previous_index + len(request.entries) if success else 0,
    )
    return Change(server, sent=response, consumed=request)


def _acknowledged(server: Server, answer: AppendEntriesResponse) -> Server:
    if answer.success:
        return replace(
            server,
            next=put(server.next, answer.source, answer.match + 1),
            match=put(server.match, answer.source, answer.match),
        )
    lower = max(dict(server.next)[answer.source] - 1, 1)
    return replace(server, next=put(server.next, answer.source, lower))
