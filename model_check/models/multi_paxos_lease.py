"""Multi-Paxos whose leaders read under leases, in a bounded environment with clocks."""

from dataclasses import replace

from paxiom.impl.multi_paxos.lease import LeasedMultiPaxos
from paxiom.impl.names import values
from paxiom.impl.requests import Read, Write
from paxiom.model_check.model import (
    Delivery,
    Faults,
    Model,
    Network,
    Requests,
    extended,
    require_counts,
)
from paxiom.model_check.models.multi_paxos import multi_paxos
from paxiom.model_check.monitors import CallMonitor
from paxiom.spec import linearizability
from paxiom.spec import multi_paxos as spec


def multi_paxos_lease(
    *,
    protocol: type[LeasedMultiPaxos] = LeasedMultiPaxos,
    term: int = 3,
    margin: int = 2,
    skew: int = 1,
    nodes: int = 3,
    leaders: int | None = None,
    ballots: int = 2,
    slots: int = 1,
    value_count: int = 1,
    asks: int = 1,
    phase1: int | None = None,
    phase2: int | None = None,
    network: Network = Network(delivery=Delivery.DUPLICATING),
    faults: Faults = Faults(),
    refinement: bool = False,
) -> Model:
    """Multi-Paxos with leases of ``term`` ticks, which leaders hold for ``margin`` ticks less.

    Clocks are never more than ``skew`` ticks apart. Leaders are asked ``asks`` times each, to write
    one of so many values or to read. All else is as in multi-paxos, of whose spec every step is to
    be one with ``refinement``, in place of what reads must show.
    """
    require_counts("multi-paxos-lease", 1, term=term, skew=skew)
    require_counts("multi-paxos-lease", 0, term - 1, margin=margin)
    plain = multi_paxos(
        nodes=nodes,
        leaders=leaders,
        ballots=ballots,
        slots=slots,
        value_count=value_count,
        asks=asks,
        phase1=phase1,
        phase2=phase2,
        network=network,
        faults=faults,
        refinement=refinement,
    )
    assert plain.requests
    leased = replace(
        extended(plain, protocol, term=term, margin=margin),
        name="multi-paxos-lease",
        requests=Requests(
            nodes=plain.requests.nodes,
            commands=(*map(Write, values(value_count)), Read()),
            each=asks,
        ),
        skew=skew,
    )
    if refinement:
        return leased
    return replace(
        leased,
        properties=(
            linearizability.linearizable(linearizability.Register()),
            spec.agreement_in_a_slot,
            spec.applied_without_gaps,
            spec.leader_leaves_no_gap,
            linearizability.some_value_is_read,
            linearizability.some_value_of_another_is_read,
        ),
        monitor=CallMonitor(),
    )
