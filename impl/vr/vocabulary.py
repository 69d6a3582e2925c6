"""What replicas of Viewstamped Replication say and what they remember."""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum

from paxiom.impl.names import Label, NodeId


class Client(Label):
    """The name of a client."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Request:
    """Client to primary: carry ``operation`` out; the ``number``-th request of this client."""

    client: Client
    number: int
    operation: Hashable = None


Log = tuple[Request, ...]  # the op-number of a replica is the length of its log


# --- messages ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prepare:
    """Primary to backups: this request is number ``op``; so much is committed."""

    view: int
    op: int
    request: Request
    commit: int


@dataclass(frozen=True, slots=True)
class PrepareOk:
    """Backup to primary: my log has this request, and all before it."""

    view: int
    op: int


@dataclass(frozen=True, slots=True)
class Commit:
    """Primary to backups, when there is nothing to prepare: so much is committed."""

    view: int
    commit: int


@dataclass(frozen=True, slots=True)
class StartViewChange:
    """To all: I have given up on the views before this one."""

    view: int


@dataclass(frozen=True, slots=True)
class DoViewChange:
    """To the primary of ``view``: my log, of the view ``normal``, and what I know is committed."""

    view: int
    log: Log
    normal: int
    commit: int


@dataclass(frozen=True, slots=True)
class StartView:
    """Primary to backups: the view begins with this log."""

    view: int
    log: Log
    commit: int


@dataclass(frozen=True, slots=True)
class GetState:
    """To the primary: tell what the log of ``view`` has after ``op``."""

    view: int
    op: int


@dataclass(frozen=True, slots=True)
class NewState:
    """Answer to GetState: ``log`` follows after ``op``."""

    view: int
    op: int
    log: Log
    commit: int


@dataclass(frozen=True, slots=True)
class Recovery:
    """To all: I have crashed, and ask for the ``nonce``-th time."""

    nonce: int


@dataclass(frozen=True, slots=True)
class State:
    """What a primary tells one that recovers."""

    log: Log
    commit: int


@dataclass(frozen=True, slots=True)
class RecoveryResponse:
    """Answer to Recovery: my view, and if I am its primary, its state."""

    view: int
    nonce: int
    state: State | None = None


Message = (
    Prepare
    | PrepareOk
    | Commit
    | StartViewChange
    | DoViewChange
    | StartView
    | GetState
    | NewState
    | Recovery
    | RecoveryResponse
)


class Timer(Enum):
    """View change: no primary was heard of for too long. Commit, recover: say it again."""

    VIEW_CHANGE = "view change"
    COMMIT = "commit"
    RECOVER = "recover"


# --- state ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stable:
    """What survives a crash: the view, and how often this replica has recovered; no log."""

    view: int = 0
    recoveries: int = 0


@dataclass(frozen=True, slots=True)
class Normal:
    """In its view, which has begun; a primary knows up to where the others have its log."""

    prepared: frozenset[tuple[NodeId, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class ViewChange:
    """Waits for its view to begin: who gave up on earlier ones, and their logs if it leads."""

    given_up: frozenset[NodeId] = frozenset()
    reports: frozenset[tuple[NodeId, DoViewChange]] = frozenset()


@dataclass(frozen=True, slots=True)
class Recovering:
    """Has lost its log in a crash, and has these answers."""

    answers: frozenset[tuple[NodeId, RecoveryResponse]] = frozenset()


@dataclass(frozen=True, slots=True)
class Retired:
    """Has lost its disk: it cannot tell a new nonce from an old one, and takes no part."""


Status = Normal | ViewChange | Recovering | Retired


@dataclass(frozen=True, slots=True)
class Replica:
    """One node: ``normal`` is the last view in which it took the log of the view."""

    id: NodeId
    stable: Stable = Stable()
    status: Status = Normal()
    normal: int = 0
    log: Log = ()
    commit: int = 0

    @property
    def view(self) -> int:
        """Its view-number."""
        return self.stable.view

    @property
    def op(self) -> int:
        """Its op-number: that of the last request in its log."""
        return len(self.log)


def last_number(log: Log, client: Client) -> int:
    """The client table: the number of the client's latest request, 0 before the first."""
    return max((each.number for each in log if each.client == client), default=0)
