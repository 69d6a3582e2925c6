"""Zab whose leaders send differences, in a bounded environment."""

from dataclasses import replace

from paxiom.impl.zab import Server
from paxiom.impl.zab.differences import DifferencesZab
from paxiom.model_check.model import Delivery, Faults, Model, Network, extended
from paxiom.model_check.models.zab import replica, zab
from paxiom.spec import zab as spec


def stored(server: Server) -> spec.Replica | None:
    """What a node shows to properties: its log, not what is in its memory alone."""
    return replica(replace(server, stable=server.on_disk))


def zab_differences(
    *,
    protocol: type[DifferencesZab] = DifferencesZab,
    nodes: int = 3,
    leaders: int = 2,
    epochs: int = 2,
    elections: int = 2,
    asks: int = 1,
    value_count: int = 1,
    network: Network = Network(delivery=Delivery.FIFO),
    faults: Faults = Faults(),
) -> Model:
    """Zab whose leaders send a follower what it lacks (DIFF, TRUNC, SNAP), not whole histories.

    All else is as in zab.
    """
    plain = zab(
        nodes=nodes,
        leaders=leaders,
        epochs=epochs,
        elections=elections,
        asks=asks,
        value_count=value_count,
        network=network,
        faults=faults,
    )
    return replace(extended(plain, protocol), name="zab-differences", observe=stored)
