"""What Raft nodes say and what they remember."""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum

from paxiom.impl.names import NodeId


@dataclass(frozen=True, slots=True)
class Entry:
    """A log entry: the term of the leader that made it, and a command; None is a no-op."""

    term: int
    command: Hashable = None


Log = tuple[Entry, ...]  # the entry at index i, counted from 1, is log[i - 1]


# --- messages ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RequestVote:
    """Candidate to all: vote for me in this term; my log ends like this."""

    term: int
    last_index: int
    last_term: int


@dataclass(frozen=True, slots=True)
class Vote:
    """Answer: you have my vote in this term; or not, and this is my term."""

    term: int
    granted: bool


@dataclass(frozen=True, slots=True)
class AppendEntries:
    """Leader to follower: these entries follow the one at ``prev_index``; none: a heartbeat."""

    term: int
    prev_index: int
    prev_term: int
    entries: Log
    commit: int


@dataclass(frozen=True, slots=True)
class Appended:
    """Answer: my log agrees with yours up to ``index``; or, if refused, not at ``index``."""

    term: int
    success: bool
    index: int


Message = RequestVote | Vote | AppendEntries | Appended


class Timer(Enum):
    """Election: heard from no leader for too long. Heartbeat: time to be heard."""

    ELECTION = "election"
    HEARTBEAT = "heartbeat"


# --- state ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stable:
    """What survives a crash (RAFT Figure 2, "persistent state")."""

    term: int = 0
    vote: NodeId | None = None
    log: Log = ()


@dataclass(frozen=True, slots=True)
class Follower:
    """Obeys ``leader``, once it has heard from one in this term."""

    leader: NodeId | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Has these votes in its own term, its own among them."""

    votes: frozenset[NodeId]


@dataclass(frozen=True, slots=True)
class Peer:
    """What a leader knows of another node: what to send next, and what it surely stores."""

    node: NodeId
    next: int
    match: int = 0


@dataclass(frozen=True, slots=True)
class Leader:
    """Leads its term."""

    peers: frozenset[Peer]


@dataclass(frozen=True, slots=True)
class Retired:
    """Has lost its disk: it may have promised anything, and takes no part any more."""


Role = Follower | Candidate | Leader | Retired


@dataclass(frozen=True, slots=True)
class Server:
    """One node: what is on its disk too, and what it forgets in a crash."""

    id: NodeId
    stable: Stable = Stable()
    role: Role = Follower()
    commit: int = 0
    applied: int = 0

    @property
    def term(self) -> int:
        """The latest term this server has seen."""
        return self.stable.term

    @property
    def log(self) -> Log:
        """Its log."""
        return self.stable.log

    @property
    def last_index(self) -> int:
        """Index of the last entry of its log, 0 if there is none."""
        return len(self.stable.log)


def term_at(log: Log, index: int) -> int:
    """Term of the entry at ``index``; 0 before the first entry and after the last."""
    return log[index - 1].term if 1 <= index <= len(log) else 0
