"""Paxos refines FlexiblePaxos: what nodes send, write to disk and decide are facts of the spec.

- ``prepared``, ``proposal``: a message of phase 1a, 2a has left.
- ``promised``, ``left``: a promise has left; its sender has left all lower rounds. A promise that
  is on disk, and was cut off by a crash before it left, is known to nobody: no fact. That its
  node keeps it is more than the spec asks.
- ``vote``: a vote is on disk, for it may be reported from then on, or it has left.
- ``decision``: a learner decides a value. It does not say in which ballot; the lowest in which a
  quorum has voted for it will do, and if there is none, the highest in which anybody has.

Rounds of the spec are ballots, numbered from 1 in their order; 0 is its round ``none``. Its
quorums are all sets of nodes that are quorums to the model. A promise of the implementation
reports the last vote only, where the spec reads all votes of the quorum: that these come to the
same is what the guards of ``propose`` say.
"""

from collections.abc import Callable, Hashable, Mapping

from paxiom.impl.ballots import Ballot
from paxiom.impl.names import NodeId
from paxiom.impl.names import Value as Command
from paxiom.impl.paxos import Accept, Accepted, Acceptor, Paxos, Prepare, Promise, Stable
from paxiom.impl.paxos import Vote as Cast
from paxiom.impl.protocol import Decide, Persist, Send
from paxiom.impl.quorum import QuorumSystem
from paxiom.model_check.model import Emitted, Happening, Monitor
from paxiom.model_check.refinement import Fact, Facts, Refinement
from paxiom.model_check.refinements.quorums import members, quorums
from paxiom.spec.relational.consensus import Value
from paxiom.spec.relational.paxos import FlexiblePaxos, Node, Phase1, Phase2, Round

NONE = 0  # the round that stands for no round


class PaxosFacts(Monitor):
    """Records where the relations of the spec hold."""

    def __init__(self, protocol: Paxos, number: Callable[[Ballot], int]) -> None:
        """Number ballots as ``number`` does, from 1."""
        self.number, self.phase2 = number, protocol.phase2

    def initial(self) -> Facts:
        """No fact."""
        return frozenset()

    def watches(self, happening: Happening) -> bool:
        """All messages, votes on disk, decisions."""
        match happening:
            case Emitted(effect=Send() | Decide()):
                return True
            case Emitted(effect=Persist(Stable(acceptor=Acceptor(accepted=Cast())))):
                return True
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
            case Send(_, Accept(ballot, value)):
                return history | {Fact("proposal", (number(ballot), value))}
            case Send(_, Accepted(Cast(ballot, value))) | Persist(
                Stable(acceptor=Acceptor(accepted=Cast(ballot, value)))
            ):
                return history | {Fact("vote", (node, number(ballot), value))}
            case Decide(value):
                return history | {Fact("decision", (self._round_of(history, value), value))}
            case _:
                return history

    def _round_of(self, facts: Facts, value: Hashable) -> int:
        """Name the round in which ``value`` was chosen, or may seem to have been."""
        voters: dict[int, set[NodeId]] = {}
        for fact in facts:
            match fact:
                case Fact("vote", (NodeId() as node, int(at), voted)) if voted == value:
                    voters.setdefault(at, set()).add(node)
        return round_of_choice(voters, self.phase2)


def round_of_choice(voters: Mapping[int, set[NodeId]], phase2: QuorumSystem) -> int:
    """Give the lowest round in which a quorum has voted; if none has, the highest with a vote."""
    chosen = [at for at, nodes in voters.items() if phase2.is_quorum(nodes)]
    return min(chosen, default=max(voters, default=NONE))


def refinement(protocol: Paxos, commands: tuple[Command, ...], ballots: int) -> Refinement:
    """Read facts as states of the spec, with so many rounds besides ``none``."""
    first, second = (quorums(protocol.nodes, each) for each in (protocol.phase1, protocol.phase2))
    return Refinement(
        FlexiblePaxos().system,
        {
            Node: protocol.nodes,
            Value: commands,
            Round: tuple(range(ballots + 1)),
            Phase1: first,
            Phase2: second,
        },
        rigid={
            "promises": members(protocol.nodes, first),
            "votes": members(protocol.nodes, second),
        },
        functions={"none": {(): NONE}},
    )
