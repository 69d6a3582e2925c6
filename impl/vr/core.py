"""Viewstamped Replication: a primary orders requests; its view is replaced when it is silent.

Source: Barbara Liskov and James Cowling, "Viewstamped Replication Revisited",
MIT-CSAIL-TR-2012-021, 2012 (cited as VRR).

Replicas move through *views*; the primary of each is fixed by its number. The *primary* puts
requests in its log and has them *prepared* by the backups, in order; what a quorum has in its logs
is *committed*, and *executed* in that order. When a primary is silent, replicas give it up and
begin the next view with the best log of a quorum: of the latest view, and of those the longest. A
replica that missed something has the state *transferred*; one that has crashed *recovers* its log.

Why it is safe: a quorum has the log of a view up to what is committed there, and the quorum that
begins a later view meets it; whoever gave up a view prepares nothing in it any more.

Departures. The view is on disk before a replica speaks in it: see :mod:`paxiom.impl.vr.recovery`.
*State transfer* into a later view leaves the log alone until the new state is there: to cut it back
first, as VRR 5.2 has it, loses requests that are committed (Vanlightly, "VR Revisited: State
Transfer", 2022). It also serves those who missed StartView, and whoever has got something says so
with PrepareOk. Where a message carries the log, it carries no op-number. The *client table* is read
off the log; to remember the result of a request is left to the application. The heartbeat does not
repeat what is not prepared yet: state transfer fetches it with the next request.

Left out: cutting the log short (VRR 5.1), or sending it in part in view changes (5.3); witnesses,
batching and reads (6); reconfiguration (7).
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import (
    Apply,
    Effect,
    Lead,
    Persist,
    Protocol,
    Reply,
    Send,
    Step,
    broadcast,
)
from paxiom.impl.quorum import QuorumSystem
from paxiom.impl.vr.vocabulary import (
    Commit,
    DoViewChange,
    GetState,
    Log,
    Message,
    NewState,
    Normal,
    Prepare,
    PrepareOk,
    Recovering,
    Recovery,
    RecoveryResponse,
    Replica,
    Request,
    Retired,
    Stable,
    StartView,
    StartViewChange,
    Timer,
    ViewChange,
    last_number,
)

Reports = frozenset[tuple[NodeId, DoViewChange]]
Answers = frozenset[tuple[NodeId, RecoveryResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replication(Protocol[Replica, Message]):
    """Normal operation, view changes and state transfer; recovery is added to them."""

    nodes: tuple[NodeId, ...]
    quorum: QuorumSystem

    # The rules of normal operation.

    def is_new(self, replica: Replica, request: Request) -> bool:
        """Take up a request once: only if later than the client's last (VRR 4.1, step 2)."""
        return request.number > last_number(replica.log, request.client)

    def may_prepare(self, replica: Replica, prepare: Prepare) -> bool:
        """Prepare in a view that has begun, and was not given up (VRR 4.1; 8.1: crucial)."""
        return self.is_in(replica, prepare.view)

    def comes_next(self, replica: Replica, prepare: Prepare) -> bool:
        """Prepare a request only after all earlier ones (VRR 4.1, step 4)."""
        return prepare.op == replica.op + 1

    def counts(self, replica: Replica, ok: PrepareOk) -> bool:
        """Count only what was prepared in the present view (VRR 4.1)."""
        return ok.view == replica.view

    def is_committed(self, replica: Replica, status: Normal, op: int) -> bool:
        """A request is committed once f backups have prepared it (VRR 4.1, step 5)."""
        return self.quorum.is_quorum(
            {replica.id, *(n for n, up_to in status.prepared if up_to >= op)}
        )

    def commit_of_backup(self, replica: Replica, commit: int) -> int:
        """A late message may tell less than is known to be committed (VRR 4.1, step 7)."""
        return max(replica.commit, commit)

    # The rules of view changes.

    def may_report(self, status: ViewChange, own: NodeId) -> bool:
        """Hand in the log once f others gave up the earlier views, too (VRR 4.2, step 2)."""
        return self.quorum.is_quorum(status.given_up | {own})

    def may_start(self, reports: Reports) -> bool:
        """Begin a view with the logs of f + 1 replicas (VRR 4.2, step 3)."""
        return self.quorum.is_quorum({node for node, _ in reports})

    def log_to_start(self, reports: Reports) -> Log:
        """Take the log of the latest normal view, of those the longest (VRR 4.2, step 3)."""
        return max(reports, key=lambda of: (of[1].normal, len(of[1].log), of[0]))[1].log

    # The rules of state transfer.

    def may_give_state(self, replica: Replica, view: int) -> bool:
        """Give state only of the view asked about, if it has begun here (VRR 5.2)."""
        return isinstance(replica.status, Normal) and replica.view == view

    def known_of(self, replica: Replica, view: int) -> int:
        """What of a view's log one has: in a later view only what is committed (VRR 5.2)."""
        return replica.op if self.is_in(replica, view) else replica.commit

    def while_waiting(self, replica: Replica, view: int) -> Replica:  # noqa: ARG002 - for a mutant
        """Keep the log, and the view that it is of, until the new state is here (not VRR 5.2)."""
        return replica

    # The rules of disks.

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        """Write the view, and the count of recoveries, before speaking of them."""
        return (Persist(after),) if after != before else ()

    # Life and death.

    def start(self, node: NodeId) -> Step[Replica]:
        """Boot in view 0, and say so on disk: no record then means a lost disk."""
        lead = (Lead(0),) if node == self.primary(0) else ()
        return Step(Replica(node), (Persist(Stable()), *lead))

    def timers(self, state: Replica) -> Iterable[Timer]:
        """A backup may lose patience with its primary at any time, and with a view change."""
        match state.status:
            case Normal():
                return (Timer.COMMIT if self.leads(state) else Timer.VIEW_CHANGE,)
            case ViewChange():
                return (Timer.VIEW_CHANGE,)
            case Recovering() | Retired():
                return ()
        assert_never(state.status)

    def fire(self, state: Replica, timer: Hashable) -> Step[Replica]:
        """Say again what may have been lost, or give up on the view."""
        if timer is Timer.COMMIT:
            return Step(state, self.tell(state, Commit(state.view, state.commit)))
        return self.settle(state, self.give_up(state, state.view + 1))

    def request(self, state: Replica, command: Hashable) -> Step[Replica] | None:
        """Primary: number a client's request and have it prepared (VRR 4.1, steps 2 and 3)."""
        assert isinstance(command, Request), f"{command!r} is not a request"
        if not self.leads(state):
            return None
        if not self.is_new(state, command):
            executed = command in state.log[: state.commit]
            return Step(state, (Reply(command),)) if executed else None
        replica = replace(state, log=(*state.log, command))
        prepare = Prepare(replica.view, replica.op, command, replica.commit)
        step = Step(self.commit_what_may_be(replica), self.tell(replica, prepare))
        return self.settle(state, step)

    def leader_hint(self, replica: Replica) -> NodeId | None:
        """Whom a client should ask instead, as far as this replica knows."""
        return self.primary(replica.view)

    def receive(self, state: Replica, source: NodeId, message: Message) -> Step[Replica] | None:
        """React to ``message`` from ``source``."""
        step = self.react(state, source, message)
        return step and self.settle(state, step)

    def react(self, replica: Replica, source: NodeId, message: Message) -> Step[Replica] | None:
        """The one place where a message meets its handler."""
        match message:
            case Prepare():
                return self.on_prepare(replica, message)
            case PrepareOk():
                return self.on_prepare_ok(replica, source, message)
            case Commit():
                return self.on_commit(replica, message)
            case StartViewChange():
                return self.on_start_view_change(replica, source, message)
            case DoViewChange():
                return self.on_do_view_change(replica, source, message)
            case StartView():
                return self.on_start_view(replica, message)
            case GetState():
                return self.on_get_state(replica, source, message)
            case NewState():
                return self.on_new_state(replica, message)
            case Recovery() | RecoveryResponse():
                return None
        assert_never(message)

    def settle(self, before: Replica, step: Step[Replica]) -> Step[Replica]:
        """Put before a step what must be on disk, after it what is executed, and replies."""
        after = step.state
        durable = self.persist(before.stable, after.stable)
        done: list[Effect] = []
        for op in range(before.commit + 1, min(after.commit, after.op) + 1):
            done.append(Apply(op, after.log[op - 1], after.view))
            if self.leads(after):
                done.append(Reply(after.log[op - 1]))
        return Step(after, (*durable, *step.effects, *done))

    # Views.

    def primary(self, view: int) -> NodeId:
        """The primary of a view, by its number (VRR 4)."""
        return self.nodes[view % len(self.nodes)]

    def leads(self, replica: Replica) -> bool:
        """Whether this replica is the primary of its view, which has begun."""
        return isinstance(replica.status, Normal) and self.primary(replica.view) == replica.id

    def is_in(self, replica: Replica, view: int) -> bool:
        """Whether ``view`` is this replica's, and has begun for it."""
        return isinstance(replica.status, Normal) and replica.view == view

    def is_behind(self, replica: Replica, view: int) -> bool:
        """Whether ``view``, which has begun, is yet to begin for this replica."""
        return view > replica.view or (view == replica.view and not self.is_in(replica, view))

    def others(self, replica: Replica) -> tuple[NodeId, ...]:
        """All nodes but this one."""
        return tuple(node for node in self.nodes if node != replica.id)

    def tell(self, replica: Replica, message: Message) -> tuple[Send, ...]:
        """Send a message to all others."""
        return broadcast(self.others(replica), message)

    # Normal operation.

    def on_prepare(self, replica: Replica, prepare: Prepare) -> Step[Replica] | None:
        """Backup: put the request in the log and say so, or ask for what is missing (4.1)."""
        if not self.may_prepare(replica, prepare):
            return self.catch_up(replica, prepare.view)
        if self.comes_next(replica, prepare):
            replica = replace(replica, log=(*replica.log, prepare.request))
        elif prepare.op > replica.op:
            return self.catch_up(replica, prepare.view)
        commit = self.commit_of_backup(replica, prepare.commit)
        ok = Send(self.primary(prepare.view), PrepareOk(prepare.view, prepare.op))
        return Step(replace(replica, commit=commit), (ok,))

    def on_prepare_ok(
        self, replica: Replica, source: NodeId, ok: PrepareOk
    ) -> Step[Replica] | None:
        """Primary: note what a backup has, commit what a quorum has (VRR 4.1, step 5)."""
        status = replica.status
        if not self.leads(replica) or not self.counts(replica, ok):
            return None
        assert isinstance(status, Normal)
        known = {(node, op) for node, op in status.prepared if node == source}
        if any(op >= ok.op for _, op in known):
            return None
        status = Normal(status.prepared - known | {(source, ok.op)})
        return Step(self.commit_what_may_be(replace(replica, status=status)))

    def commit_what_may_be(self, replica: Replica) -> Replica:
        """Advance the primary's commit-number as far as the rule allows."""
        assert isinstance(replica.status, Normal), f"{replica.id} does not lead"
        for op in range(replica.op, replica.commit, -1):
            if self.is_committed(replica, replica.status, op):
                return replace(replica, commit=op)
        return replica

    def on_commit(self, replica: Replica, told: Commit) -> Step[Replica] | None:
        """Backup: execute what is committed, or ask for it if it is missing (VRR 4.1, step 7)."""
        if not self.is_in(replica, told.view) or told.commit > replica.op:
            return self.catch_up(replica, told.view)
        commit = self.commit_of_backup(replica, told.commit)
        return Step(replace(replica, commit=commit)) if commit != replica.commit else None

    # View changes.

    def give_up(self, replica: Replica, view: int) -> Step[Replica]:
        """Leave all views before this one, and say so (VRR 4.2, step 1)."""
        stable = replace(replica.stable, view=view)
        replica = replace(replica, stable=stable, status=ViewChange())
        step = Step(replica, self.tell(replica, StartViewChange(view)))
        alone = self.may_report(ViewChange(), replica.id)
        return following(step, self.report(replica)) if alone else step

    def on_start_view_change(
        self, replica: Replica, source: NodeId, change: StartViewChange
    ) -> Step[Replica] | None:
        """Give up, too; with f others, hand in the log (VRR 4.2, steps 1 and 2)."""
        if change.view > replica.view:
            step = self.give_up(replica, change.view)
            return following(step, self.on_start_view_change(step.state, source, change))
        status = replica.status
        if change.view < replica.view or not isinstance(status, ViewChange):
            return None
        if source in status.given_up:
            return None
        after = replace(status, given_up=status.given_up | {source})
        replica, own = replace(replica, status=after), replica.id
        if self.may_report(after, own) and not self.may_report(status, own):
            return self.report(replica)
        return Step(replica)

    def report(self, replica: Replica) -> Step[Replica]:
        """Hand in the log to whoever leads the view (VRR 4.2, step 2)."""
        own = DoViewChange(replica.view, replica.log, replica.normal, replica.commit)
        leader = self.primary(replica.view)
        if leader == replica.id:
            return self.collect(replica, replica.id, own)
        return Step(replica, (Send(leader, own),))

    def on_do_view_change(
        self, replica: Replica, source: NodeId, change: DoViewChange
    ) -> Step[Replica] | None:
        """Primary to be: give up, too; with f + 1 logs, begin (VRR 4.2, steps 1 and 3)."""
        if change.view > replica.view:
            step = self.give_up(replica, change.view)
            return following(step, self.on_do_view_change(step.state, source, change))
        status = replica.status
        if change.view < replica.view or not isinstance(status, ViewChange):
            return None
        if any(node == source for node, _ in status.reports):
            return None
        return self.collect(replica, source, change)

    def collect(self, replica: Replica, source: NodeId, report: DoViewChange) -> Step[Replica]:
        """Take a log that was handed in; begin the view if that is enough."""
        status = replica.status
        assert isinstance(status, ViewChange), f"{replica.id} does not change its view"
        status = replace(status, reports=status.reports | {(source, report)})
        replica = replace(replica, status=status)
        return self.start_view(replica, status) if self.may_start(status.reports) else Step(replica)

    def start_view(self, replica: Replica, status: ViewChange) -> Step[Replica]:
        """Primary: begin the view, and tell the others (VRR 4.2, step 3)."""
        log, view = self.log_to_start(status.reports), replica.view
        commit = max(replica.commit, *(each.commit for _, each in status.reports))
        replica = replace(replica, status=Normal(), normal=view, log=log, commit=commit)
        told = self.tell(replica, StartView(view, log, commit))
        return Step(self.commit_what_may_be(replica), (Lead(view), *told))

    def on_start_view(self, replica: Replica, start: StartView) -> Step[Replica] | None:
        """Backup: take the log of the view (VRR 4.2, step 5)."""
        if not self.is_behind(replica, start.view):
            return None
        return self.adopt(replica, start.view, start.log, start.commit)

    def adopt(self, replica: Replica, view: int, log: Log, commit: int) -> Step[Replica]:
        """Be normal in a view, with its log; what is not committed is prepared now (4.2)."""
        stable = replace(replica.stable, view=view)
        replica = replace(replica, stable=stable, status=Normal(), normal=view, log=log)
        replica = replace(replica, commit=self.commit_of_backup(replica, commit))
        ok = Send(self.primary(view), PrepareOk(view, replica.op))
        return Step(replica, (ok,) if replica.op > replica.commit else ())

    # State transfer.

    def catch_up(self, replica: Replica, view: int) -> Step[Replica] | None:
        """Ask for what is missing of a view that has begun (VRR 5.2)."""
        if self.is_behind(replica, view):
            replica = self.while_waiting(replica, view)
        elif view < replica.view:
            return None
        ask = GetState(view, self.known_of(replica, view))
        return Step(replica, (Send(self.primary(view), ask),))

    def on_get_state(self, replica: Replica, source: NodeId, get: GetState) -> Step[Replica] | None:
        """Send what comes after (VRR 5.2)."""
        if not self.may_give_state(replica, get.view):
            return None
        new = NewState(replica.view, get.op, replica.log[get.op :], replica.commit)
        return Step(replica, (Send(source, new),))

    def on_new_state(self, replica: Replica, new: NewState) -> Step[Replica] | None:
        """Take what was missing (VRR 5.2)."""
        if new.view < replica.view or new.op > self.known_of(replica, new.view):
            return None
        log = (*replica.log[: new.op], *new.log)
        if self.is_in(replica, new.view) and len(log) <= replica.op:
            return None
        return self.adopt(replica, new.view, log, new.commit)


def following(step: Step[Replica], then: Step[Replica] | None) -> Step[Replica]:
    """Take another step after ``step``, if there is one."""
    return Step(then.state, (*step.effects, *then.effects)) if then else step
