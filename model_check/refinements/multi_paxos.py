"""Multi-Paxos refines FlexibleMultiPaxos: what nodes send, write to disk and apply are its facts.

As in :mod:`~paxiom.model_check.refinements.paxos`, slot by slot; slots are its indexes, and a no-op
is one of its values. ``prepared``, ``promised`` and ``left`` are of all slots at once. A leader
tells a decision, or a node applies it: the lowest ballot in which a quorum has voted for it will
do. A step may propose in several slots, or apply several: so many actions in a row.
"""

from collections.abc import Hashable

from paxiom.impl.multi_paxos import (
    NOOP,
    Accept,
    Accepted,
    Acceptor,
    Decided,
    MultiPaxos,
    Prepare,
    Promise,
    Stable,
    Vote,
)
from paxiom.impl.names import NodeId
from paxiom.impl.names import Value as Command
from paxiom.impl.protocol import Apply, Persist, Send
from paxiom.model_check.model import Emitted, Happening
from paxiom.model_check.refinement import Fact, Facts, Refinement
from paxiom.model_check.refinements.rounds import RoundFacts, in_rounds
from paxiom.spec.relational.consensus import Index, Value
from paxiom.spec.relational.multi_paxos import FlexibleMultiPaxos


class MultiPaxosFacts(RoundFacts):
    """Records where the relations of the spec hold."""

    def watches(self, happening: Happening) -> bool:
        """All messages, votes on disk, what is applied."""
        match happening:
            case Emitted(effect=Send() | Apply()):
                return True
            case Emitted(effect=Persist(Stable(acceptor=Acceptor(votes=votes)))):
                return bool(votes)
            case _:
                return False

    def record(self, history: Hashable, happening: Happening) -> Facts:
        """Add what has become a fact."""
        assert isinstance(history, frozenset)
        assert isinstance(happening, Emitted)
        node, number = happening.node, self.number
        match happening.effect:
            case Send(_, Prepare(ballot)):
                return history | self.prepared(ballot)
            case Send(_, Promise(ballot)):
                return history | self.promised(node, ballot)
            case Send(_, Accept(slot, ballot, command)):
                return history | {Fact("proposal", (slot, number(ballot), command))}
            case Send(_, Accepted(vote)):
                return history | {self._vote(node, vote)}
            case Persist(Stable(acceptor=Acceptor(votes=votes))):
                return history | {self._vote(node, vote) for vote in votes}
            case Send(_, Decided(Vote(slot, _, command))) | Apply(slot, command):
                at = self.chosen_in(history, command, slot)
                return history | {Fact("decision", (slot, at, command))}
            case _:
                return history

    def _vote(self, node: NodeId, vote: Vote) -> Fact:
        return Fact("vote", (node, vote.slot, self.number(vote.ballot), vote.command))


def refinement(
    protocol: MultiPaxos, commands: tuple[Command, ...], ballots: int, slots: int
) -> Refinement:
    """Read facts as states of the spec, with so many rounds besides ``none`` and so many slots."""
    places = tuple(range(1, slots + 1))
    sorts = {Value: (*commands, NOOP), Index: places}
    return in_rounds(FlexibleMultiPaxos().system, protocol, ballots, sorts, steps=len(places))
