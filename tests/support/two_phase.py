"""Two-phase commit with Lamport's granularity: one step of ours for each action of his.

Source: module TwoPhase of Jim Gray and Leslie Lamport, "Consensus on Transaction Commit", ACM
TODS 31(1), 2006, appendix A.2; in tlaplus/Examples as specifications/transaction_commit.

His set of messages is a network that duplicates; his one message to all resource managers is one
to each of them, sent in one step. What the transaction manager and the resource managers do of
their own accord are timers. Nothing is persisted and nothing crashes.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from math import comb

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Protocol, Send, Step, broadcast
from paxiom.model_check.model import Delivery, Model, Network
from paxiom.spec.property import Subject, always, reachable


class Phase(Enum):
    """Where a resource manager stands; it is all there is to its state."""

    WORKING = "working"
    PREPARED = "prepared"
    COMMITTED = "committed"
    ABORTED = "aborted"


class Message(Enum):
    """Prepared goes to the transaction manager; the decision to every resource manager."""

    PREPARED = "prepared"
    COMMIT = "commit"
    ABORT = "abort"


class Action(Enum):
    """What happens without a message: TMCommit and TMAbort; RMPrepare and RMChooseToAbort."""

    COMMIT = "commit"
    ABORT = "abort"
    PREPARE = "prepare"
    CHOOSE_TO_ABORT = "choose to abort"


@dataclass(frozen=True, slots=True)
class Manager:
    """The transaction manager; ``decision`` is None while it is in its initial state."""

    prepared: frozenset[NodeId] = frozenset()
    decision: Message | None = None


State = Manager | Phase
MANAGER = NodeId("tm")


@dataclass(frozen=True, slots=True)
class TwoPhase(Protocol[State, Message]):
    """One transaction manager and the resource managers."""

    resource_managers: tuple[NodeId, ...]

    @property
    def nodes(self) -> tuple[NodeId, ...]:  # type: ignore[override]
        """The transaction manager first."""
        return (MANAGER, *self.resource_managers)

    def start(self, node: NodeId) -> Step[State]:
        """TPInit."""
        return Step(Manager() if node == MANAGER else Phase.WORKING)

    def timers(self, state: State) -> Iterable[Action]:
        """The actions enabled at a node that need no message."""
        match state:
            case Phase.WORKING:
                return (Action.PREPARE, Action.CHOOSE_TO_ABORT)
            case Manager(prepared, None):
                everyone = prepared == frozenset(self.resource_managers)
                return (Action.COMMIT, Action.ABORT) if everyone else (Action.ABORT,)
        return ()

    def fire(self, state: State, timer: Hashable) -> Step[State]:
        """TMCommit, TMAbort, RMPrepare, RMChooseToAbort."""
        if timer is Action.PREPARE:
            return Step(Phase.PREPARED, (Send(MANAGER, Message.PREPARED),))
        if timer is Action.CHOOSE_TO_ABORT:
            return Step(Phase.ABORTED)
        assert isinstance(state, Manager)
        decision = Message.COMMIT if timer is Action.COMMIT else Message.ABORT
        decided = replace(state, decision=decision)
        return Step(decided, broadcast(self.resource_managers, decision))

    def receive(self, state: State, source: NodeId, message: Message) -> Step[State] | None:
        """TMRcvPrepared while undecided; RMRcvCommitMsg and RMRcvAbortMsg always."""
        if isinstance(state, Manager):
            if state.decision is not None:
                return None
            return Step(replace(state, prepared=state.prepared | {source}))
        return Step(Phase.COMMITTED if message is Message.COMMIT else Phase.ABORTED)


@always(Subject.NODES)
def consistent(phases: tuple[Phase | None, ...]) -> bool:
    """No resource manager commits while another aborts (TCConsistent)."""
    return not {Phase.COMMITTED, Phase.ABORTED} <= set(phases)


@reachable(Subject.NODES)
def all_commit(phases: tuple[Phase | None, ...]) -> bool:
    """All resource managers commit."""
    return set(phases[1:]) == {Phase.COMMITTED}


@reachable(Subject.NODES)
def all_abort(phases: tuple[Phase | None, ...]) -> bool:
    """All resource managers abort."""
    return set(phases[1:]) == {Phase.ABORTED}


def show_phase(state: State) -> Phase | None:
    """Show the phase of a resource manager; of the transaction manager, nothing."""
    return state if isinstance(state, Phase) else None


def two_phase(resource_managers: int) -> Model:
    """Two-phase commit among so many interchangeable resource managers."""
    names = tuple(NodeId(f"rm{number}") for number in range(1, resource_managers + 1))
    return Model(
        name="two-phase commit",
        protocol=TwoPhase(names),
        properties=(consistent, all_commit, all_abort),
        network=Network(delivery=Delivery.DUPLICATING),
        observe=show_phase,
        symmetry=(names,),
    )


# --- what the counts must be, by hand ----------------------------------------------------------
#
# While the transaction manager is undecided, each resource manager is independently in one of 4
# situations: working; aborted by choice; prepared; prepared and known to be. Of the first there
# are two ways on, of the last two one (Prepared may be received again). After a commit all were
# known to be prepared, and each is in one of 2: prepared or committed. After an abort each is in
# one of 6: working, aborted by choice or on message, prepared, known to be, and each of the last
# two aborted; each receives the abort message again and again, and the first has two more ways.


def states_by_hand(n: int) -> int:
    """Distinct states with ``n`` resource managers."""
    return int(4**n + 2**n + 6**n)


def transitions_by_hand(n: int) -> int:
    """Steps from all these states: of each resource manager, then of the transaction manager."""
    undecided = 4 * n * 4 ** (n - 1) + 4**n + 1
    return int(undecided + n * 2**n + 8 * n * 6 ** (n - 1))


def orbits_by_hand(n: int) -> int:
    """Distinct states up to the names of resource managers: multisets of situations."""
    return comb(n + 3, 3) + comb(n + 1, 1) + comb(n + 5, 5)
