"""What Viewstamped Replication and Zab have in common that refine ViewChange: its facts."""

from collections.abc import Hashable, Mapping

from paxiom.impl.names import NodeId
from paxiom.impl.quorum import QuorumSystem
from paxiom.model_check.refinement import Fact, Facts, Refinement
from paxiom.model_check.refinements.quorums import members, quorums
from paxiom.spec.relational.view_change import Index, Node, Quorum, Value, View, ViewChange


def beginning(nodes: tuple[NodeId, ...]) -> Facts:
    """All are normal in the first view, whose log is empty."""
    return begun(0, {}) | {Fact("normal", (node, 0)) for node in nodes}


def begun(view: int, log: Mapping[int, Hashable]) -> Facts:
    """Begin a view with this log."""
    return frozenset(
        (
            Fact("started", (view,)),
            *(Fact("entry", (view, at, entry)) for at, entry in log.items()),
            *(Fact(name, (view, at)) for name in ("filled", "inherited") for at in log),
        )
    )


def moved(node: NodeId, view: int) -> Facts:
    """Give up on the views below this one."""
    return frozenset(
        (
            *(Fact("seen", (node, each)) for each in range(view + 1)),
            *(Fact("left", (node, each)) for each in range(view)),
        )
    )


def joined(facts: Facts, node: NodeId, view: int) -> Facts:
    """Take the log that a view began with."""
    inherited = (each.terms for each in facts if each.relation == "inherited")
    log = {Fact("acked", (node, view, at)) for of, at in inherited if of == view}
    return facts | moved(node, view) | log | {Fact("normal", (node, view))}


def appended(node: NodeId, view: int, index: int, entry: Hashable) -> Facts:
    """Have an entry, which is then in the log of the view."""
    added = Fact("entry", (view, index, entry)), Fact("filled", (view, index))
    return frozenset((*added, Fact("acked", (node, view, index))))


def committed(view: int, index: int) -> Facts:
    """Commit all up to an index in a view, what it began with too."""
    return frozenset(Fact("committed", (view, at)) for at in range(1, index + 1))


def refinement(
    nodes: tuple[NodeId, ...],
    quorum: QuorumSystem,
    primaries: tuple[NodeId, ...],
    commands: tuple[Hashable, ...],
    indexes: int,
) -> Refinement:
    """Read facts as states of the spec: view number n is led by the n-th of ``primaries``."""
    found = quorums(nodes, quorum)
    return Refinement(
        ViewChange().system,
        {
            Node: nodes,
            View: tuple(range(len(primaries))),
            Index: tuple(range(1, indexes + 1)),
            Value: commands,
            Quorum: found,
        },
        rigid={"member": members(nodes, found)},
        functions={
            "first": {(): 0},
            "primary": {(view,): nodes.index(node) for view, node in enumerate(primaries)},
        },
        steps=3 + 2 * indexes,  # give up, begin, join; and store and commit all at once
    )
