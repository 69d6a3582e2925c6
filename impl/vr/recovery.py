"""Recovery: a replica that has crashed gets its log from the others, as no log is on disk.

VRR 4.3 writes nothing to disk, so that a replica forgets in a crash which views it gave up. That
two rounds of messages change a view is to make sure that one of f + 1 who answer remembers (VRR
8.2). Where replicas crash and recover one after the other, it does not: what each said before its
crash still counts for a view that all of them have forgotten (Michael, Ports, Sharma, Szekeres,
"Recovering Shared Objects Without Stable Storage", DISC 2017). Here the view is on disk before a
replica speaks in it, as it was in the first Viewstamped Replication (VRR 8.2), and a replica does
not recover into an earlier one: if the others know of none so late, it goes on with the change to
it. Nonces are a counter on disk, which VRR 4.3 names as one way. These two numbers are what
survives a crash. A replica that has lost its disk has no new nonce, and takes no part any more.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Send, Step
from paxiom.impl.vr.core import Replication
from paxiom.impl.vr.vocabulary import (
    Message,
    Normal,
    Recovering,
    Recovery,
    RecoveryResponse,
    Replica,
    Retired,
    Stable,
    State,
    Timer,
)

Answers = frozenset[tuple[NodeId, RecoveryResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewstampedReplication(Replication):
    """Viewstamped Replication among ``nodes``, which lead the views in this order, in turn.

    Any two quorums must meet; ``majority(nodes)`` is VRR's f + 1 of 2f + 1.
    """

    # The rules of recovery.

    def recovered(self, node: NodeId, stable: Stable) -> Replica:
        """Whoever has crashed has lost its log, and takes no part until it has it (VRR 4.3)."""
        return Replica(node, stable, Recovering())

    def next_nonce(self, stable: Stable) -> int:
        """Never use a nonce twice (VRR 4.3)."""
        return stable.recoveries + 1

    def may_answer(self, replica: Replica) -> bool:
        """Answer one that recovers only if one's view has begun (VRR 4.3, step 2)."""
        return isinstance(replica.status, Normal)

    def is_answer(self, replica: Replica, response: RecoveryResponse) -> bool:
        """Count only answers to the present recovery (VRR 4.3, step 3)."""
        return response.nonce == replica.stable.recoveries

    def may_rejoin(self, answers: Answers) -> bool:
        """Ask f + 1 replicas: one knows the latest view that this one was in (VRR 4.3, 8.2)."""
        return self.quorum.is_quorum({node for node, _ in answers})

    def answer_to_take(self, answers: Answers) -> RecoveryResponse | None:
        """Take the state of the primary of the latest view heard of (VRR 4.3, step 3)."""
        latest = max(each.view for _, each in answers)
        states = (each for _, each in answers if each.view == latest and each.state)
        return max(states, key=extent, default=None)

    def view_to_rejoin(self, replica: Replica, view: int) -> int:
        """Be in no earlier view than before the crash: what was said there still counts."""
        return max(view, replica.view)

    def without_disk(self, node: NodeId) -> Replica:
        """A replica that has lost its disk might use a nonce, or an early view, again."""
        return Replica(node, status=Retired())

    # Life and death.

    def recover(self, node: NodeId, record: Hashable) -> Step[Replica]:
        """Ask the others for what was lost, with a new nonce (VRR 4.3, step 1)."""
        if not isinstance(record, Stable):
            return Step(self.without_disk(node))
        stable = replace(record, recoveries=self.next_nonce(record))
        replica = self.recovered(node, stable)
        return Step(replica, (*self.persist(record, stable), *self.ask(replica)))

    def timers(self, state: Replica) -> Iterable[Timer]:
        """Ask again when answers are late."""
        recovers = isinstance(state.status, Recovering)
        return (Timer.RECOVER,) if recovers else Replication.timers(self, state)

    def fire(self, state: Replica, timer: Hashable) -> Step[Replica]:
        """Ask again, or what else the timer is for."""
        if timer is Timer.RECOVER:
            return Step(state, self.ask(state))
        return Replication.fire(self, state, timer)

    def react(self, replica: Replica, source: NodeId, message: Message) -> Step[Replica] | None:
        """While it recovers, a replica takes notice of answers alone (VRR 4.3)."""
        match replica.status, message:
            case Recovering(), RecoveryResponse():
                return self.on_recovery_response(replica, source, message)
            case ((Recovering() | Retired()), _):
                return None
            case _, Recovery():
                return self.on_recovery(replica, source, message)
            case _:
                return Replication.react(self, replica, source, message)

    # Recovery.

    def ask(self, replica: Replica) -> tuple[Send, ...]:
        """Ask all others for the state (VRR 4.3, step 1)."""
        return self.tell(replica, Recovery(replica.stable.recoveries))

    def on_recovery(
        self, replica: Replica, source: NodeId, recovery: Recovery
    ) -> Step[Replica] | None:
        """Tell one's view; the primary tells its state, too (VRR 4.3, step 2)."""
        if not self.may_answer(replica):
            return None
        leads = self.primary(replica.view) == replica.id
        state = State(replica.log, replica.commit) if leads else None
        response = RecoveryResponse(replica.view, recovery.nonce, state)
        return Step(replica, (Send(source, response),))

    def on_recovery_response(
        self, replica: Replica, source: NodeId, response: RecoveryResponse
    ) -> Step[Replica] | None:
        """Rejoin with the primary's state, once enough have answered (VRR 4.3, step 3)."""
        status = replica.status
        assert isinstance(status, Recovering), f"{replica.id} does not recover"
        known = {(node, old) for node, old in status.answers if node == source}
        if not self.is_answer(replica, response) or any(
            extent(old) >= extent(response) for _, old in known
        ):
            return None
        answers = status.answers - known | {(source, response)}
        taken = self.answer_to_take(answers) if self.may_rejoin(answers) else None
        if taken is None or taken.state is None:
            return Step(replace(replica, status=Recovering(answers)))
        return self.rejoin(replica, taken.view, taken.state)

    def rejoin(self, replica: Replica, view: int, state: State) -> Step[Replica]:
        """Take part again, in the view that has begun or in the change to a later one."""
        own = self.view_to_rejoin(replica, view)
        if own == view:
            return self.adopt(replica, view, state.log, state.commit)
        replica = replace(replica, log=state.log, normal=view)
        commit = self.commit_of_backup(replica, state.commit)
        return self.give_up(replace(replica, commit=commit), own)


def extent(response: RecoveryResponse) -> tuple[int, int]:
    """How late a view an answer is of, and how long a log it has."""
    return response.view, len(response.state.log) if response.state else -1
