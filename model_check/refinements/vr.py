"""Viewstamped Replication refines ViewChange: what replicas write, say and take are its facts.

- ``seen``, ``left``: a later view is on disk.
- ``started``, ``inherited``: StartView is sent, with the log that the view begins with.
- ``normal``: the primary sends StartView, and others take it, or the state of a view.
- ``entry``, ``filled``: Prepare is sent.
- ``acked``: all that a replica has of the log of its view: the primary sends Prepare, others
  PrepareOk, or take the state.
- ``committed``: a replica executes a request that is not known to be committed in its view or an
  earlier one.

The spec forgets nothing, and so this is asked only where no replica crashes and recovers.
"""

from collections.abc import Hashable

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Apply, Persist, Send
from paxiom.impl.vr import (
    NewState,
    Prepare,
    PrepareOk,
    Request,
    Stable,
    StartView,
    ViewstampedReplication,
)
from paxiom.model_check.model import Emitted, Happening, Monitor, Received
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


class ViewFacts(Monitor):
    """Records where the relations of the spec hold."""

    def __init__(self, protocol: ViewstampedReplication) -> None:
        """Name the nodes as ``protocol`` does."""
        self.nodes = protocol.nodes

    def initial(self) -> Facts:
        """All are normal in the first view."""
        return beginning(self.nodes)

    def watches(self, happening: Happening) -> bool:
        """Views on disk, what is prepared and executed, what is taken from others."""
        match happening:
            case Received(message=StartView() | NewState()) | Emitted(effect=Apply()):
                return True
            case Emitted(effect=Persist(Stable(view=view))):
                return view > 0
            case Emitted(effect=Send(_, Prepare() | PrepareOk() | StartView())):
                return True
            case _:
                return False

    def record(self, history: Hashable, happening: Happening) -> Facts:
        """Add what has become a fact."""
        assert isinstance(history, frozenset)
        facts, node = history, happening.node
        match happening:
            case Received(message=StartView(view)):
                return joined(facts, node, view)
            case Received(message=NewState(view, op, log)):
                return joined(facts, node, view) | acknowledged(node, view, op + len(log))
            case Emitted(effect=Persist(Stable(view))):
                return facts | moved(node, view)
            case Emitted(effect=Send(_, StartView(view, log))):
                return joined(facts | begun(view, dict(enumerate(log, 1))), node, view)
            case Emitted(effect=Send(_, Prepare(view, op, request))):
                return facts | appended(node, view, op, request)
            case Emitted(effect=Send(_, PrepareOk(view, op))):
                return facts | acknowledged(node, view, op)
            case Emitted(effect=Apply(index, _, view)):
                known = is_committed(facts, view, index)
                return facts if known else facts | committed(view, index)
            case _:
                return facts


def acknowledged(node: NodeId, view: int, up_to: int) -> Facts:
    """Have all of the log of a view up to an index."""
    return frozenset(Fact("acked", (node, view, at)) for at in range(1, up_to + 1))


def is_committed(facts: Facts, view: int, index: int) -> bool:
    """Whether the entry is known to be committed, in this view or an earlier one."""
    return any(Fact("committed", (each, index)) in facts for each in range(view + 1))


def refinement(
    protocol: ViewstampedReplication, commands: tuple[Request, ...], views: int, log: int
) -> Refinement:
    """Read facts as states of the spec, with so many views, and logs no longer than ``log``."""
    primaries = tuple(map(protocol.primary, range(views)))
    return view_change.refinement(protocol.nodes, protocol.quorum, primaries, commands, log)
