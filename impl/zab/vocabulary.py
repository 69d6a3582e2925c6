"""What Zab's nodes say and what they remember; ZAB's names are in capitals."""

from collections.abc import Hashable
from dataclasses import dataclass

from paxiom.impl.names import NodeId


@dataclass(frozen=True, slots=True, order=True)
class Zxid:
    """Names a transaction: the epoch of the primary that made it, and its number in that epoch."""

    epoch: int
    counter: int


@dataclass(frozen=True, slots=True)
class Transaction:
    """What a primary broadcasts."""

    zxid: Zxid
    command: Hashable


History = tuple[Transaction, ...]  # the transaction at index i, counted from 1, is history[i - 1]
NOTHING = Zxid(0, 0)  # the last zxid of an empty history


def last_zxid(history: History) -> Zxid:
    """Name the last transaction."""
    return history[-1].zxid if history else NOTHING


def index_of(history: History, zxid: Zxid) -> int:
    """Tell how many transactions there are up to the one that is named."""
    return next((at for at, each in enumerate(history, 1) if each.zxid == zxid), 0)


# --- messages ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CEpoch:
    """CEPOCH, follower to whom it takes for the leader: the last epoch that I promised."""

    promised: int


@dataclass(frozen=True, slots=True)
class NewEpoch:
    """NEWEPOCH, prospective leader to follower: promise to take part in no lower epoch."""

    epoch: int


@dataclass(frozen=True, slots=True)
class AckEpoch:
    """ACK-E: promised; this is the epoch whose history I have taken, and what it is by now."""

    epoch: int
    current: int
    history: History


@dataclass(frozen=True, slots=True)
class NewLeader:
    """NEWLEADER, prospective leader to follower: the history that the epoch begins with."""

    epoch: int
    history: History


@dataclass(frozen=True, slots=True)
class AckLeader:
    """ACK-LD: that history, which ends like this, is mine now."""

    epoch: int
    last: Zxid


@dataclass(frozen=True, slots=True)
class CommitLeader:
    """COMMIT-LD, leader to follower: of that history all is committed up to here."""

    epoch: int
    zxid: Zxid


@dataclass(frozen=True, slots=True)
class Propose:
    """PROPOSE, leader to follower: this transaction is next."""

    epoch: int
    transaction: Transaction


@dataclass(frozen=True, slots=True)
class Ack:
    """ACK: it is in my history."""

    epoch: int
    zxid: Zxid


@dataclass(frozen=True, slots=True)
class Commit:
    """COMMIT, leader to follower: it is committed, and all before it."""

    epoch: int
    zxid: Zxid


Message = (
    CEpoch | NewEpoch | AckEpoch | NewLeader | AckLeader | CommitLeader | Propose | Ack | Commit
)


@dataclass(frozen=True, slots=True)
class Trust:
    """A timer: the oracle names ``leader``; who is named itself is to lead."""

    leader: NodeId


# --- state ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stable:
    """What survives a crash: the last epoch promised (f.p), the last joined (f.a), its history."""

    promised: int = 0
    current: int = 0
    history: History = ()


@dataclass(frozen=True, slots=True)
class Looking:
    """Has no leader."""


@dataclass(frozen=True, slots=True)
class Follower:
    """Follows ``leader``; has ``joined`` its epoch once it has taken the history."""

    leader: NodeId
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """Is to lead, and has been told of these promises, its own among them."""

    promises: frozenset[tuple[NodeId, int]]


@dataclass(frozen=True, slots=True)
class Report:
    """What ``node`` said of its history when it promised."""

    node: NodeId
    current: int
    history: History


@dataclass(frozen=True, slots=True)
class Prospective:
    """Would lead ``epoch``, and has these reports, its own among them."""

    epoch: int
    reports: frozenset[Report]


@dataclass(frozen=True, slots=True)
class Peer:
    """What a leader knows of a follower that it has sent the history to.

    It surely stores the first ``acked`` transactions; None: it has not taken the history yet.
    """

    node: NodeId
    acked: int | None = None


@dataclass(frozen=True, slots=True)
class Leader:
    """Has chosen the history of ``epoch``, and leads once a quorum, itself included, has it."""

    epoch: int
    peers: frozenset[Peer]

    @property
    def followers(self) -> frozenset[NodeId]:
        """Whom it has sent the history to."""
        return frozenset(peer.node for peer in self.peers)


@dataclass(frozen=True, slots=True)
class Retired:
    """Has lost its disk: it may have promised anything, and takes no part any more."""


Role = Looking | Follower | Named | Prospective | Leader | Retired


@dataclass(frozen=True, slots=True)
class Server:
    """One node: what is on its disk too, and what it forgets in a crash.

    ``delivered`` transactions were handed to the state machine. ``elections`` counts how often the
    oracle has spoken since the node started, as ZooKeeper's logical clock does; nothing hangs on
    it, but that it can be bounded.
    """

    id: NodeId
    stable: Stable = Stable()
    role: Role = Looking()
    delivered: int = 0
    elections: int = 0

    @property
    def history(self) -> History:
        """Its history."""
        return self.stable.history

    @property
    def on_disk(self) -> Stable:
        """What of it is to be on its disk."""
        return self.stable
