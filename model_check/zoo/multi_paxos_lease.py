# ruff: noqa: ARG002, D102 - a rule left out need not look at what it is given; the class says which
"""Leases of Multi-Paxos without one of their rules.

P17 is a number of the project's list of published bugs, in two forms. Those that begin with LS are
the other rules, each left out, for which there is no report, and a clock that is not as was said.
"""

from collections.abc import Mapping
from typing import Any

from paxiom.impl.ballots import Ballot
from paxiom.impl.multi_paxos import Accept, MultiPaxos, Server
from paxiom.impl.multi_paxos.lease import Grant, LeasedMultiPaxos, LeasedServer, leased
from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Step
from paxiom.model_check.model import Faults, Network
from paxiom.model_check.models.multi_paxos_lease import multi_paxos_lease
from paxiom.model_check.zoo.bug import Bug


class PromisesOthers(LeasedMultiPaxos):
    """P17: an acceptor promises another leader before its grant is over."""

    def may_promise(self, server: Server, ballot: Ballot) -> bool:
        return MultiPaxos.may_promise(self, server, ballot)


class ForgetsGrants(LeasedMultiPaxos):
    """P17b: a restarted acceptor promises at once, though a lease that it granted may last."""

    def grant_after_restart(self) -> Grant | None:
        return None


class NoMargin(LeasedMultiPaxos):
    """LS01: a leader holds its lease for as long as it is granted, by another clock."""

    def time_to_hold(self) -> int:
        return self.term


class CountsFromTheAnswer(LeasedMultiPaxos):
    """LS02: a leader counts from the moment of the last answer, not from that of asking."""

    def gained(self, server: LeasedServer, slot: int) -> int:
        return self.time_to_hold()


class OneGranter(LeasedMultiPaxos):
    """LS03: a lease binds though a quorum of promises may do without those who granted it."""

    def binds(self, granters: set[NodeId]) -> bool:
        return bool(granters)


class ReadsWithoutLease(LeasedMultiPaxos):
    """LS04: a leader reads though its lease is over."""

    def holds(self, server: LeasedServer) -> bool:
        return True


class ReadsBehind(LeasedMultiPaxos):
    """LS05: a new leader reads before it has applied what its predecessors decided."""

    def has_caught_up(self, server: LeasedServer) -> bool:
        return True


class IgnoresOthersWholly(LeasedMultiPaxos):
    """An acceptor takes no vote for another leader either while its grant lasts, as in PML."""

    def on_accept(self, server: Server, accept: Accept) -> Step[Server] | None:
        grant = leased(server).grant
        free = grant is None or grant.to == accept.ballot.proposer
        return super().on_accept(server, accept) if free else None


class ClocksAreWorse(LeasedMultiPaxos):
    """LS06: clocks are further apart than the margin allows for."""


def _bug(
    number: str,
    protocol: type[LeasedMultiPaxos],
    length: int,
    *,
    source: str = "no report known: the rule left out",
    shown: Mapping[str, Any] = {},
    hidden: Mapping[str, Any] = {"ballots": 1},
    wrong: Mapping[str, Any] = {},
) -> Bug:
    """Make a bug; with one ballot there is nobody else whose writes a leader could miss."""
    return Bug(
        number=number,
        protocol=protocol,
        source=source,
        model=multi_paxos_lease,
        shown=shown,
        hidden={**shown, **hidden},
        breaks="linearizability" if length else "",
        length=length,
        wrong=wrong,
    )


PML = "Chandra et al., Paxos Made Live, section 5.2: what its leases are there to prevent"
BUGS = (
    _bug("P17", PromisesOthers, 16, source=PML),
    _bug("P17b", ForgetsGrants, 18, source=PML, shown={"faults": Faults(crashes=1)}),
    _bug("LS01", NoMargin, 23, source=PML),
    _bug("LS02", CountsFromTheAnswer, 23),
    _bug("LS03", OneGranter, 18, shown={"nodes": 4, "phase1": 2, "phase2": 3}),
    _bug("LS04", ReadsWithoutLease, 23),
    _bug("LS05", ReadsBehind, 23),
    _bug("LS06", ClocksAreWorse, 21, source=PML, wrong={"skew": 2}),
)

OMITTED: Mapping[str, str] = {}

TWO_WAIT = Network(capacity=2)
CONTROLS = (
    _bug("LSC1", IgnoresOthersWholly, 0, source=PML, shown={"network": TWO_WAIT}, hidden={}),
)
