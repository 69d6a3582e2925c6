"""Multi-Paxos with witnesses, in a bounded environment."""

from dataclasses import replace

from paxiom.impl.multi_paxos.witness import WitnessedMultiPaxos
from paxiom.model_check.model import Delivery, Faults, Model, Network, extended, require_counts
from paxiom.model_check.models.multi_paxos import multi_paxos


def multi_paxos_witness(
    *,
    protocol: type[WitnessedMultiPaxos] = WitnessedMultiPaxos,
    nodes: int = 3,
    witnesses: int = 1,
    leaders: int | None = None,
    ballots: int = 2,
    slots: int = 1,
    value_count: int = 1,
    asks: int = 1,
    phase1: int | None = None,
    phase2: int | None = None,
    network: Network = Network(delivery=Delivery.DUPLICATING),
    faults: Faults = Faults(),
) -> Model:
    """Multi-Paxos in which the last ``witnesses`` nodes vote but store no data, and never lead.

    All else is as in multi-paxos.
    """
    require_counts("multi-paxos-witness", 0, nodes - 1, witnesses=witnesses)
    data = nodes - witnesses
    require_counts("multi-paxos-witness, without its witnesses", 0, data, leaders=leaders)
    plain = multi_paxos(
        nodes=nodes,
        leaders=leaders or min(ballots, data),
        ballots=ballots,
        slots=slots,
        value_count=value_count,
        asks=asks,
        phase1=phase1,
        phase2=phase2,
        network=network,
        faults=faults,
    )
    witnessed = extended(plain, protocol, witnesses=plain.nodes[data:])
    return replace(witnessed, name="multi-paxos-witness")
