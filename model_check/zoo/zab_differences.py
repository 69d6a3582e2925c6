# ruff: noqa: ARG002, D102 - a rule left out need not look at what it is given; the class says which
"""Zab that sends differences, without one of its rules.

Z06 to Z08 are numbers of the project's list of published bugs, of ZooKeeper. Those that begin with
ZD are the other rules, each left out.
"""

from collections.abc import Mapping
from functools import partial

from paxiom.impl.zab import History, Zxid
from paxiom.impl.zab.differences import Difference, DifferencesZab, How, Learner
from paxiom.model_check.model import Delivery, Faults, Network
from paxiom.model_check.models.zab_differences import zab_differences
from paxiom.model_check.zoo.bug import Bug, left_out


class KeepsAHole(DifferencesZab):
    """Z06: what a follower is sent as a difference it does not keep for others."""

    def kept_of(self, difference: Difference) -> History:
        return ()


class BelievesAnUnwrittenSnapshot(DifferencesZab):
    """Z07: a follower that loses its leader keeps a SNAP that is in its memory alone."""

    def discards(self, taken: Difference) -> bool:
        return taken.how is not How.SNAP


class BelievesAnUnwrittenTail(DifferencesZab):
    """Z08: a follower that loses its leader keeps what came after a TRUNC in its memory alone."""

    def discards(self, taken: Difference) -> bool:
        return taken.how is not How.TRUNC


class CutsOffWhatIsProposed(DifferencesZab):
    """ZD01: of a follower that comes again the leader cuts off all that is not committed."""

    def is_proposed(self, outstanding: History, theirs: Zxid) -> bool:
        return False


class TakesAnyDifference(DifferencesZab):
    """ZD02: a follower takes a difference from what it had once."""

    def fits(self, learner: Learner, difference: Difference) -> bool:
        return True


class WritesWhatCameLast(DifferencesZab):
    """ZD03: a follower writes to its log what comes after a SNAP, and not the SNAP."""

    def writes_snapshot(self, how: How) -> bool:
        return False


_bug = partial(left_out, zab_differences)
UNREPORTED = "no report known: the rule left out"
DURABILITY = "durability"
ONE_EPOCH = {"leaders": 1, "epochs": 1, "elections": 2}
TWO_EPOCHS = {"leaders": 2, "epochs": 2, "elections": 2}
TWO_WAIT = Network(delivery=Delivery.FIFO, capacity=2)

BUGS = (
    _bug(
        *("Z06", KeepsAHole, "ZOOKEEPER-4925", DURABILITY, 39),
        {**TWO_EPOCHS, "asks": 2, "network": TWO_WAIT, "faults": Faults(crashes=1)},
        {"faults": Faults()},
        slow=True,
    ),
    _bug(
        *("Z07", BelievesAnUnwrittenSnapshot, "ZOOKEEPER-3642", DURABILITY, 23),
        {"leaders": 1, "epochs": 2, "elections": 2},
        {"elections": 1},
    ),
    _bug(
        *("Z08", BelievesAnUnwrittenTail, "ZOOKEEPER-5094", DURABILITY, 34),
        {**TWO_EPOCHS, "network": TWO_WAIT, "faults": Faults(crashes=1)},
        {"faults": Faults()},
        slow=True,
    ),
    _bug(
        *("ZD01", CutsOffWhatIsProposed),
        "ours, reading ZooKeeper's syncFollower; no report known, nor tried on ZooKeeper",
        *(DURABILITY, 27),
        {**ONE_EPOCH, "nodes": 4},
        {"nodes": 3},
    ),
    _bug(
        *("ZD02", TakesAnyDifference, UNREPORTED, DURABILITY, 26),
        {**ONE_EPOCH, "asks": 2},
        {"asks": 1},
    ),
    _bug(
        *("ZD03", WritesWhatCameLast, UNREPORTED, "commit is committed", 29),
        TWO_EPOCHS,
        {"leaders": 1},
    ),
)

OMITTED: Mapping[str, str] = {}
CONTROLS: tuple[Bug, ...] = ()
