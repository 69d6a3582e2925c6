"""Zab refines ViewChange: what nodes write to disk and deliver are its facts.

A view is an epoch and one of those who may lead it: at most one of these begins. View 0 is epoch 0,
in which all are from the beginning; values are transactions.

- ``seen``, ``left``: an epoch is promised. It is not said whose view of the epoch is seen, before
  one of them begins: until then it is the first of them.
- ``started``, ``inherited``: the first that joins an epoch writes that it has; it leads it, and
  the view begins with its history. Whoever has promised the epoch has then seen that view.
- ``normal``: whoever joins an epoch writes that it has.
- ``entry``, ``filled``, ``acked``: what whoever has joined writes of its history. Only the leader
  adds to it, but what others have there must be the same, so it is a fact of the view, too.
- ``committed``: a transaction is delivered, and so are all before it, in the epoch of the node.

The spec forgets nothing, and nor does a disk: what it no longer has is a fact no longer, which no
action of the spec allows.
"""

from collections.abc import Hashable, Mapping

from paxiom.impl.names import NodeId
from paxiom.impl.names import Value as Command
from paxiom.impl.protocol import Apply, Persist
from paxiom.impl.zab import Stable, Transaction, Zab, Zxid
from paxiom.model_check.model import Emitted, Happening, Monitor
from paxiom.model_check.refinement import Fact, Facts, Refinement
from paxiom.model_check.refinements import view_change
from paxiom.model_check.refinements.view_change import (
    appended,
    beginning,
    begun,
    committed,
    joined,
    moved,
)


class EpochFacts(Monitor):
    """Records where the relations of the spec hold."""

    def __init__(self, protocol: Zab) -> None:
        """Number views as the leaders of ``protocol`` are, epoch by epoch."""
        self.nodes, self.leaders = protocol.nodes, protocol.leaders or protocol.nodes

    def initial(self) -> Facts:
        """All have joined epoch 0, whose history is empty."""
        return beginning(self.nodes)

    def watches(self, happening: Happening) -> bool:
        """What is written to disk and delivered."""
        match happening:
            case Emitted(effect=Persist(Stable()) | Apply()):
                return True
            case _:
                return False

    def record(self, history: Hashable, happening: Happening) -> Facts:
        """Add what has become a fact."""
        assert isinstance(history, frozenset)
        assert isinstance(happening, Emitted)
        facts = history
        match happening.effect:
            case Persist(Stable() as stable):
                return self.stored(facts, happening.node, stable)
            case Apply(index, transaction, epoch):
                view = self.view(facts, epoch)
                entry = Fact("entry", (view, index, transaction))
                return facts | committed(view, index) | {entry}
            case _:
                return facts

    def first_view(self, epoch: int) -> int:
        """Number the view of an epoch under the first of those who may lead it."""
        return (epoch - 1) * len(self.leaders) + 1 if epoch else 0

    def begun_view(self, facts: Facts, epoch: int) -> int | None:
        """Find the view of an epoch that has begun."""
        views = range(self.first_view(epoch), self.first_view(epoch + 1))
        return next((view for view in views if Fact("started", (view,)) in facts), None)

    def view(self, facts: Facts, epoch: int) -> int:
        """Find the view of an epoch that has begun, or its first."""
        found = self.begun_view(facts, epoch)
        return self.first_view(epoch) if found is None else found

    def stored(self, facts: Facts, node: NodeId, stable: Stable) -> Facts:
        """Have this on disk, and nothing that it has not."""
        facts |= moved(node, self.view(facts, stable.promised))
        entries = dict(enumerate(stable.history, 1))
        if stable.current and self.begun_view(facts, stable.current) is None:
            facts |= self.begins(facts, node, stable.current, entries)
        view = self.view(facts, stable.current)
        if Fact("normal", (node, view)) not in facts:
            facts = joined(facts, node, view)
        facts = facts.union(*(appended(node, view, at, each) for at, each in entries.items()))
        seen = self.view(facts, stable.promised)
        return frozenset(each for each in facts if not lost(each, node, seen, view, len(entries)))

    def begins(self, facts: Facts, node: NodeId, epoch: int, log: Mapping[int, Hashable]) -> Facts:
        """Begin an epoch under ``node``: whoever has promised it sees its view."""
        first = self.first_view(epoch)
        view = first + self.leaders.index(node)
        promised = (each for each in self.nodes if Fact("seen", (each, first)) in facts)
        return begun(view, log).union(*(moved(each, view) for each in promised))


def lost(fact: Fact, node: NodeId, seen: int, view: int, index: int) -> bool:
    """Whether a fact is told by no disk that knows of these views, and of so many entries."""
    match fact:
        case Fact("seen", (of, int(at))):
            return of == node and at > seen
        case Fact("left", (of, int(at))):
            return of == node and at >= seen
        case Fact("normal", (of, int(at))):
            return of == node and at > view
        case Fact("acked", (of, int(at), int(place))):
            return of == node and (at, place) > (view, index)
        case _:
            return False


def refinement(protocol: Zab, commands: tuple[Command, ...], epochs: int, asks: int) -> Refinement:
    """Read facts as states of the spec, with so many epochs; each leader is asked so often.

    And once more: such a request is looked at before it turns out that it is one too many.
    """
    leaders = protocol.leaders or protocol.nodes
    indexes = asks * len(leaders) + 1
    transactions = tuple(
        Transaction(Zxid(epoch, counter), command)
        for epoch in range(1, epochs + 1)
        for counter in range(1, indexes + 1)
        for command in commands
    )
    primaries = (leaders[0], *(leaders * epochs))
    return view_change.refinement(protocol.nodes, protocol.quorum, primaries, transactions, indexes)
