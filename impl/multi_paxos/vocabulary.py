"""What Multi-Paxos nodes say and what they remember."""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum

from paxiom.impl.ballots import Ballot
from paxiom.impl.names import NodeId

NOOP = None  # the command that changes nothing


@dataclass(frozen=True, slots=True)
class Vote:
    """An acceptance: ``command`` for ``slot`` at ``ballot``."""

    slot: int
    ballot: Ballot
    command: Hashable


Votes = frozenset[Vote]


# --- messages ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prepare:
    """1a, to acceptors: promise to ignore lower ballots, in all slots; tell of ``first`` and on."""

    ballot: Ballot
    first: int


@dataclass(frozen=True, slots=True)
class Promise:
    """1b, acceptor to leader-to-be: promised, and these are my last votes in those slots."""

    ballot: Ballot
    votes: Votes


@dataclass(frozen=True, slots=True)
class Accept:
    """2a, leader to acceptors: vote for this command, in this slot and ballot."""

    slot: int
    ballot: Ballot
    command: Hashable


@dataclass(frozen=True, slots=True)
class Accepted:
    """2b, acceptor to leader and learners: I cast this vote."""

    vote: Vote


@dataclass(frozen=True, slots=True)
class Decided:
    """Leader to all: a quorum has cast this vote."""

    vote: Vote


Message = Prepare | Promise | Accept | Accepted | Decided


class Timer(Enum):
    """Stand: no leader was heard of for too long. Repeat: a leader sends again what is open."""

    STAND = "stand"
    REPEAT = "repeat"


# --- state ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Acceptor:
    """What an acceptor must never forget: one promise for all slots, the last vote in each."""

    promised: Ballot | None = None
    votes: Votes = frozenset()


@dataclass(frozen=True, slots=True)
class Stable:
    """What survives a crash: the acceptor, and the highest ballot that this node has used."""

    acceptor: Acceptor = Acceptor()
    used: Ballot | None = None


@dataclass(frozen=True, slots=True)
class Follower:
    """Does not lead."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Would lead in ``ballot``; has these promises, that tell of ``first`` and later slots."""

    ballot: Ballot
    first: int
    promises: frozenset[tuple[NodeId, Votes]] = frozenset()


@dataclass(frozen=True, slots=True)
class Leader:
    """Leads in ``ballot``: has proposed what is ``open``, and next proposes for slot ``next``."""

    ballot: Ballot
    next: int
    open: frozenset[Accept] = frozenset()


@dataclass(frozen=True, slots=True)
class Retired:
    """Has lost its disk: it may have promised anything, and takes no part any more."""


Role = Follower | Candidate | Leader | Retired


@dataclass(frozen=True, slots=True)
class Server:
    """One node: ``heard`` are the last votes of others in slots that are not decided here yet."""

    id: NodeId
    stable: Stable = Stable()
    role: Role = Follower()
    heard: frozenset[tuple[NodeId, Vote]] = frozenset()
    decided: Votes = frozenset()
    applied: int = 0

    @property
    def acceptor(self) -> Acceptor:
        """Its acceptor."""
        return self.stable.acceptor

    @property
    def first_undecided(self) -> int:
        """The first slot of which this node does not know what was decided."""
        known = {vote.slot for vote in self.decided}
        return next(slot for slot in range(1, len(known) + 2) if slot not in known)
