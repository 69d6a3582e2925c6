"""Viewstamped Replication in a bounded environment."""

from paxiom.impl.names import MOST_LABELS, node_ids
from paxiom.impl.quorum import majority
from paxiom.impl.vr import (
    Client,
    Recovering,
    Replica,
    Request,
    Retired,
    ViewstampedReplication,
)
from paxiom.model_check.model import (
    Bound,
    Delivery,
    Faults,
    Model,
    ModelError,
    Network,
    Requests,
    require_counts,
)
from paxiom.model_check.monitors import LogMonitor
from paxiom.model_check.refinement import refined
from paxiom.model_check.refinements.vr import ViewFacts
from paxiom.model_check.refinements.vr import refinement as refinement_of
from paxiom.spec import vr as spec
from paxiom.spec.replication import some_commit


def vr(
    *,
    protocol: type[ViewstampedReplication] = ViewstampedReplication,
    nodes: int = 3,
    views: int = 2,
    clients: int = 1,
    requests: int = 1,
    asks: int = 1,
    network: Network = Network(delivery=Delivery.DUPLICATING),
    faults: Faults = Faults(),
    refinement: bool = False,
) -> Model:
    """Viewstamped Replication among ``nodes``, over the first ``views`` views.

    Each node may be asked ``asks`` times for any of the first ``requests`` requests of each of so
    many ``clients``; who is not the primary takes no notice, and a request sent again is the same.
    ``refinement`` asks, in place of these properties, that every step is one of the spec that is
    proved for any number of nodes, in which no replica recovers.
    """
    require_counts("vr", 1, MOST_LABELS, nodes=nodes, clients=clients, requests=requests)
    require_counts("vr", 1, views=views, asks=asks)
    names = node_ids(nodes)
    asking = tuple(Client(f"c{number}") for number in range(1, clients + 1))
    commands = tuple(
        Request(client, number) for client in asking for number in range(1, requests + 1)
    )
    rotation = protocol(nodes=names, quorum=majority(names))

    def shown(replica: Replica) -> spec.Replica | None:
        """What a node shows to properties; one that has no log counts as down."""
        if isinstance(replica.status, Recovering | Retired):
            return None
        return spec.Replica(
            replica.view,
            replica.log,
            replica.commit,
            min(replica.commit, replica.op),
            replica.normal,
            rotation.leads(replica),
        )

    model = Model(
        name="vr",
        protocol=rotation,
        properties=(*spec.SAFETY, *(spec.WITNESSES if views > 1 else (some_commit,))),
        network=network,
        faults=faults,
        requests=Requests(nodes=names, commands=commands, each=asks),
        monitor=LogMonitor(),
        observe=shown,
        bounds=(Bound(f"views <= {views}", lambda replica: replica.view < views),),
        symmetry=(asking,),
    )
    if not refinement:
        return model
    if faults.crashes:
        msg = "vr: its spec has no recovery, so that refinement is asked without crashes"
        raise ModelError(msg)
    if nodes == 1:
        msg = "vr: a node that is alone tells nobody, and so leaves no facts: give it 2 or more"
        raise ModelError(msg)
    # A step beyond the bound, and one request too many, is looked at before it is cut off.
    log = asks * min(nodes, views) + 1
    return refined(model, ViewFacts(rotation), refinement_of(rotation, commands, views + 1, log))
