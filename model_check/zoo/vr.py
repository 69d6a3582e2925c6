# ruff: noqa: ARG002, D102 - a rule left out need not look at what it is given; the class says which
"""Viewstamped Replication without one of its rules.

VR1 to VR5 are numbers of the project's list of published bugs; VR1 and VR2 are what the paper says.
Those from VR6 on are the other rules, each left out, most without a report.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Persist
from paxiom.impl.vr import (
    Log,
    Normal,
    Prepare,
    PrepareOk,
    Recovering,
    RecoveryResponse,
    Replica,
    Request,
    Stable,
    ViewChange,
    ViewstampedReplication,
)
from paxiom.impl.vr.core import Reports
from paxiom.impl.vr.recovery import Answers
from paxiom.model_check.model import Delivery, Faults, Network
from paxiom.model_check.models.vr import vr
from paxiom.model_check.zoo.bug import left_out


class CutsItsLogBack(ViewstampedReplication):
    """VR1: a replica that hears of a later view removes what it does not know to be committed."""

    def while_waiting(self, replica: Replica, view: int) -> Replica:
        stable, log = replace(replica.stable, view=view), replica.log[: replica.commit]
        return replace(replica, stable=stable, status=Normal(), normal=view, log=log)


class ForgetsItsView(ViewstampedReplication):
    """VR2: a replica forgets in a crash which views it gave up: nothing but nonces is on disk."""

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        return (Persist(Stable(0, after.recoveries)),) if after != before else ()


class RecoversIntoAnEarlierView(ViewstampedReplication):
    """VR2b: a replica recovers into the view of the others, though it had given that up."""

    def view_to_rejoin(self, replica: Replica, view: int) -> int:
        return view


class TakesTheLongestLog(ViewstampedReplication):
    """VR3: a view begins with the longest log, of whatever view it is."""

    def log_to_start(self, reports: Reports) -> Log:
        return max(reports, key=lambda of: (len(of[1].log), of[1].normal, of[0]))[1].log


class TakesAShorterLog(ViewstampedReplication):
    """VR3b: a view begins with a log of the latest normal view, but not with the longest."""

    def log_to_start(self, reports: Reports) -> Log:
        return max(reports, key=lambda of: (of[1].normal, -len(of[1].log), of[0]))[1].log


class RecoversFromAnyPrimary(ViewstampedReplication):
    """VR4: a replica recovers the state of a primary, though not of the latest view."""

    def answer_to_take(self, answers: Answers) -> RecoveryResponse | None:
        states = (each for _, each in answers if each.state)
        return min(states, key=lambda each: each.view, default=None)


class CountsOldAnswers(ViewstampedReplication):
    """VR4b: a replica that recovers looks at no nonce: it counts answers to earlier recoveries."""

    def is_answer(self, replica: Replica, response: RecoveryResponse) -> bool:
        return True


class ReusesItsNonce(ViewstampedReplication):
    """VR4c: a replica recovers with the same nonce each time."""

    def next_nonce(self, stable: Stable) -> int:
        return 1


class BelievesOneAnswer(ViewstampedReplication):
    """VR4d: a replica that recovers believes the first primary that answers."""

    def may_rejoin(self, answers: Answers) -> bool:
        return True


class TakesARequestTwice(ViewstampedReplication):
    """VR6: a primary takes up a request that is in its log."""

    def is_new(self, replica: Replica, request: Request) -> bool:
        return True


class PreparesWithGaps(ViewstampedReplication):
    """VR7: a backup prepares a request without those before it."""

    def comes_next(self, replica: Replica, prepare: Prepare) -> bool:
        return prepare.op > replica.op


class CommitsAlone(ViewstampedReplication):
    """VR8: a primary commits what no backup has prepared."""

    def is_committed(self, replica: Replica, status: Normal, op: int) -> bool:
        return True


class TakesCommitsBack(ViewstampedReplication):
    """VR9: a backup believes a late message that says less is committed."""

    def commit_of_backup(self, replica: Replica, commit: int) -> int:
        return commit


class BeginsWithOneLog(ViewstampedReplication):
    """VR10: a view begins with the first log that is handed in."""

    def may_start(self, reports: Reports) -> bool:
        return True


class GivesStateOfAnyView(ViewstampedReplication):
    """VR11: a replica gives its state as that of its view, though the view has not begun."""

    def may_give_state(self, replica: Replica, view: int) -> bool:
        return True


class KeepsWhatMayBeReordered(ViewstampedReplication):
    """VR12: state transfer into a later view fetches only what the log is too short for."""

    def known_of(self, replica: Replica, view: int) -> int:
        return replica.op


class StartsOver(ViewstampedReplication):
    """VR13: a replica that has crashed goes on in its view, with an empty log."""

    def recovered(self, node: NodeId, stable: Stable) -> Replica:
        return Replica(node, stable, Normal(), stable.view)


class AnswersFromNoView(ViewstampedReplication):
    """VR14: a replica whose view has not begun answers one that recovers."""

    def may_answer(self, replica: Replica) -> bool:
        return True


class RecoversWithoutDisk(ViewstampedReplication):
    """VR15: a replica that has lost its disk recovers as if it were for the first time."""

    def without_disk(self, node: NodeId) -> Replica:
        return Replica(node, Stable(0, 1), Recovering())


class PreparesWhatItGaveUp(ViewstampedReplication):
    """VR16: a backup prepares requests of a view that it has given up."""

    def may_prepare(self, replica: Replica, prepare: Prepare) -> bool:
        return True


class ReportsAtOnce(ViewstampedReplication):
    """A replica hands in its log without waiting for f others to give up the view."""

    def may_report(self, status: ViewChange, own: NodeId) -> bool:
        return True


class CountsOldPreparations(ViewstampedReplication):
    """A primary counts what was prepared in an earlier view that it led."""

    def counts(self, replica: Replica, ok: PrepareOk) -> bool:
        return True


TWICE = Network(delivery=Delivery.DUPLICATING)
IN_ORDER = Network(delivery=Delivery.FIFO, capacity=2)
CRASH, TWO_CRASHES, NO_FAULT = Faults(crashes=1), Faults(crashes=2), Faults()
LOST_DISK, TWO_LOST_DISKS = Faults(amnesias=1), Faults(amnesias=2)
# Six different messages to a node are as many as the run of VR2 needs.
SIX = {"views": 2, "network": Network(delivery=Delivery.DUPLICATING, capacity=6)}
TWO_COMMANDS = {"clients": 2, "asks": 2}
LACKING, DURABLE = "leader completeness", "durability"
UNREPORTED = "no report known: the rule left out"
VANLIGHTLY = "VRR 5.2; Vanlightly, VR Revisited, part 3 (2022), and vsr-tlaplus"
LIKE_IT = "VRR 4.2, step 3; kimberlite.dev tells of one like it"
DISC17 = "VRR 4.3; Michael, Ports, Sharma, Szekeres, DISC 2017"
ONE_AFTER_THE_OTHER = (
    "A replica gives up the view, crashes and recovers into it; another then gives up, with its "
    "log, crashes, and recovers with the help of the first. What both said before still counts."
)
_bug = partial(left_out, vr)
BUGS = (
    _bug(
        *("VR1", CutsItsLogBack, VANLIGHTLY, LACKING, 13),
        {"views": 3},
        {"views": 2},
        note=(
            "A request is committed, which one of its two holders does not know; it hears of the "
            "view that the others began, and cuts its log back; its log is then of the latest view."
        ),
    ),
    _bug(
        *("VR2", ForgetsItsView, DISC17, LACKING, 17),
        {**SIX, "faults": TWO_CRASHES},
        {"faults": CRASH},
        note=ONE_AFTER_THE_OTHER,
        slow=True,
    ),
    _bug(
        *("VR2b", RecoversIntoAnEarlierView, "as VR2", LACKING, 17),
        {**SIX, "faults": TWO_CRASHES},
        {"faults": CRASH},
        note=ONE_AFTER_THE_OTHER,
        slow=True,
    ),
    _bug(
        *("VR3", TakesTheLongestLog, LIKE_IT, LACKING, 14),
        {"views": 3, **TWO_COMMANDS, "nodes": 3},
        {"nodes": 2},
        note="A primary that nobody hears has two requests; the next view commits one other.",
        slow=True,
    ),
    _bug(
        *("VR3b", TakesAShorterLog, UNREPORTED, LACKING, 7),
        {"views": 2, "nodes": 3},
        {"nodes": 2},
    ),
    _bug(
        *("VR4", RecoversFromAnyPrimary, "VRR 4.3, step 3", DURABLE, 13),
        {"views": 2, "faults": CRASH},
        {"views": 1},
    ),
    _bug(
        *("VR4b", CountsOldAnswers, "VRR 4.3, step 3", DURABLE, 13),
        {"views": 1, "faults": TWO_CRASHES},
        {"faults": CRASH},
        note="Its log was empty when it recovered first; the answers come again.",
    ),
    _bug(
        *("VR4c", ReusesItsNonce, "VRR 4.3, step 1", DURABLE, 13),
        {"views": 1, "faults": TWO_CRASHES},
        {"faults": CRASH},
    ),
    _bug(
        *("VR4d", BelievesOneAnswer, "VRR 4.3, step 3", DURABLE, 11),
        {"views": 2, "faults": CRASH},
        {"views": 1},
    ),
    _bug(
        *("VR6", TakesARequestTwice, UNREPORTED, "executed once", 5),
        {"views": 1, "asks": 2},
        {"asks": 1},
    ),
    _bug(
        *("VR7", PreparesWithGaps, UNREPORTED, "one log in a view", 3),
        {"views": 1, "requests": 2, "asks": 2},
        {"asks": 1},
    ),
    _bug(
        *("VR8", CommitsAlone, UNREPORTED, DURABLE, 1),
        {"views": 1, "nodes": 3},
        {"nodes": 1},
    ),
    _bug(
        *("VR9", TakesCommitsBack, UNREPORTED, "monotone commit", 6),
        {"views": 1, "network": TWICE},
        {"network": IN_ORDER},
    ),
    _bug(
        *("VR10", BeginsWithOneLog, UNREPORTED, LACKING, 5),
        {"views": 2, "nodes": 3},
        {"nodes": 2},
    ),
    _bug(
        *("VR11", GivesStateOfAnyView, UNREPORTED, "leader append only", 11),
        {"views": 2, **TWO_COMMANDS},
        {"clients": 1},
    ),
    _bug(
        *("VR12", KeepsWhatMayBeReordered, UNREPORTED, "one log in a view", 9),
        {"views": 2, "clients": 2},
        {"clients": 1},
    ),
    _bug(
        *("VR13", StartsOver, "VRR 4.3, where it is told", DURABLE, 4),
        {"views": 1, "faults": CRASH},
        {"faults": NO_FAULT},
    ),
    _bug(
        *("VR14", AnswersFromNoView, UNREPORTED, DURABLE, 9),
        {"views": 2, "faults": CRASH},
        {"views": 1},
    ),
    _bug(
        *("VR15", RecoversWithoutDisk, UNREPORTED, DURABLE, 14),
        {"views": 1, "faults": TWO_LOST_DISKS},
        {"faults": LOST_DISK},
        note="Its second recovery has the nonce of the first.",
    ),
    _bug(
        *("VR16", PreparesWhatItGaveUp, "VRR 8.1, where it is told", LACKING, 7),
        {"views": 2},
        {"views": 1},
    ),
)

OMITTED: Mapping[str, str] = {
    "VR5": "Costs liveness alone: where all have crashed, nobody has a log to recover from.",
}

CONTROLS = (
    _bug(
        *("VRC1", ReportsAtOnce, "ours", "", 0),
        {"views": 2},
        {},
        note="As VRR 8.2 says: where the view is on disk, one round of messages will do.",
    ),
    _bug(
        *("VRC2", CountsOldPreparations, "ours", "", 0, {"views": 4, "nodes": 2}, {}),
        note=(
            "Of three nodes, two that have had a request in one view are a quorum: it is not lost. "
            "With five it may be, and the first primary leads again in the sixth view."
        ),
    ),
)
