"""Multi-Paxos refines FlexibleMultiPaxos: what nodes send, write to disk and apply are its facts.

As in :mod:`~paxiom.model_check.refinements.paxos`, slot by slot; slots are its indexes, and a no-op
is one of its values. ``prepared``, ``promised`` and ``left`` are of all slots at once. A leader
tells a decision, or a node applies it: the lowest ballot in which a quorum has voted for it will
do. A step may propose in several slots, or apply several: so many actions in a row.
"""

from collections.abc import Callable, Hashable

from paxiom.impl.ballots import Ballot
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
from paxiom.model_check.model import Emitted, Happening, Monitor
from paxiom.model_check.refinement import Fact, Facts, Refinement
from paxiom.model_check.refinements.paxos import NONE, round_of_choice
from paxiom.model_check.refinements.quorums import members, quorums
from paxiom.spec.relational.consensus import Index, Value
from paxiom.spec.relational.multi_paxos import FlexibleMultiPaxos
from paxiom.spec.relational.paxos import Node, Phase1, Phase2, Round


class MultiPaxosFacts(Monitor):
    """Records where the relations of the spec hold."""

    def __init__(self, protocol: MultiPaxos, number: Callable[[Ballot], int]) -> None:
        """Number ballots as ``number`` does, from 1."""
        self.number, self.phase2 = number, protocol.phase2

    def initial(self) -> Facts:
        """No fact."""
        return frozenset()

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
                return history | {Fact("prepared", (number(ballot),))}
            case Send(_, Promise(ballot)):
                left = {Fact("left", (node, lower)) for lower in range(number(ballot))}
                return history | left | {Fact("promised", (node, number(ballot)))}
            case Send(_, Accept(slot, ballot, command)):
                return history | {Fact("proposal", (slot, number(ballot), command))}
            case Send(_, Accepted(vote)):
                return history | {self._vote(node, vote)}
            case Persist(Stable(acceptor=Acceptor(votes=votes))):
                return history | {self._vote(node, vote) for vote in votes}
            case Send(_, Decided(Vote(slot, _, command))) | Apply(slot, command):
                at = self._round_of(history, slot, command)
                return history | {Fact("decision", (slot, at, command))}
            case _:
                return history

    def _vote(self, node: NodeId, vote: Vote) -> Fact:
        return Fact("vote", (node, vote.slot, self.number(vote.ballot), vote.command))

    def _round_of(self, facts: Facts, slot: int, command: Hashable) -> int:
        voters: dict[int, set[NodeId]] = {}
        for fact in facts:
            match fact:
                case Fact("vote", (NodeId() as node, in_slot, int(at), voted)):
                    if (in_slot, voted) == (slot, command):
                        voters.setdefault(at, set()).add(node)
                case _:
                    pass
        return round_of_choice(voters, self.phase2)


def refinement(
    protocol: MultiPaxos, commands: tuple[Command, ...], ballots: int, slots: int
) -> Refinement:
    """Read facts as states of the spec, with so many rounds besides ``none`` and so many slots."""
    first, second = (quorums(protocol.nodes, each) for each in (protocol.phase1, protocol.phase2))
    places = tuple(range(1, slots + 1))
    return Refinement(
        FlexibleMultiPaxos().system,
        {
            Node: protocol.nodes,
            Value: (*commands, NOOP),
            Index: places,
            Round: tuple(range(ballots + 1)),
            Phase1: first,
            Phase2: second,
        },
        rigid={
            "promises": members(protocol.nodes, first),
            "votes": members(protocol.nodes, second),
        },
        functions={"none": {(): NONE}},
        steps=len(places),
    )
