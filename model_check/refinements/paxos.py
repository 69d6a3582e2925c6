"""Paxos refines FlexiblePaxos: what nodes send, write to disk and decide are facts of the spec.

- ``prepared``, ``promised``, ``left``: see :mod:`~paxiom.model_check.refinements.rounds`.
- ``proposal``: a message of phase 2a has left.
- ``vote``: a vote is on disk, for it may be reported from then on, or it has left.
- ``decision``: a learner decides a value. It does not say in which ballot; the lowest in which a
  quorum has voted for it will do, and if there is none, the highest in which anybody has.

A promise of the implementation reports the last vote only, where the spec reads all votes of the
quorum: that these come to the same is what the guards of ``propose`` say.
"""

from collections.abc import Hashable

from paxiom.impl.names import Value as Command
from paxiom.impl.paxos import Accept, Accepted, Acceptor, Paxos, Prepare, Promise, Stable
from paxiom.impl.paxos import Vote as Cast
from paxiom.impl.protocol import Decide, Persist, Send
from paxiom.model_check.model import Emitted, Happening
from paxiom.model_check.refinement import Fact, Facts, Refinement
from paxiom.model_check.refinements.rounds import RoundFacts, in_rounds
from paxiom.spec.relational.consensus import Value
from paxiom.spec.relational.paxos import FlexiblePaxos


class PaxosFacts(RoundFacts):
    """Records where the relations of the spec hold."""

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
                return history | self.prepared(ballot)
            case Send(_, Promise(ballot)):
                return history | self.promised(node, ballot)
            case Send(_, Accept(ballot, value)):
                return history | {Fact("proposal", (number(ballot), value))}
            case Send(_, Accepted(Cast(ballot, value))) | Persist(
                Stable(acceptor=Acceptor(accepted=Cast(ballot, value)))
            ):
                return history | {Fact("vote", (node, number(ballot), value))}
            case Decide(value):
                return history | {Fact("decision", (self.chosen_in(history, value), value))}
            case _:
                return history


def refinement(protocol: Paxos, commands: tuple[Command, ...], ballots: int) -> Refinement:
    """Read facts as states of the spec, with so many rounds besides ``none``."""
    return in_rounds(FlexiblePaxos().system, protocol, ballots, {Value: commands})
