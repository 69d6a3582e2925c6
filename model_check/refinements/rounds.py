"""What Paxos and Multi-Paxos have in common as rounds of a spec: phase 1, and what was chosen when.

- ``prepared``: a message of phase 1a has left.
- ``promised``, ``left``: a promise has left; its sender has left all lower rounds. A promise that
  is on disk, and was cut off by a crash before it left, is known to nobody: no fact. That its
  node keeps it is more than the spec asks.

Rounds of the spec are ballots, numbered from 1 in their order; 0 is its round ``none``. Its
quorums are all sets of nodes that are quorums to the model.
"""

from collections.abc import Callable, Hashable, Mapping

from paxiom.impl.ballots import Ballot
from paxiom.impl.multi_paxos import MultiPaxos
from paxiom.impl.names import NodeId
from paxiom.impl.paxos import Paxos
from paxiom.model_check.model import Monitor
from paxiom.model_check.refinement import Fact, Facts, Refinement
from paxiom.model_check.refinements.quorums import members, quorums
from paxiom.spec.logic.formulas import Sort
from paxiom.spec.logic.system import System
from paxiom.spec.relational.paxos import Node, Phase1, Phase2, Round

NONE = 0  # the round that stands for no round


class RoundFacts(Monitor):
    """Records where the relations of the spec hold, beginning with none."""

    def __init__(self, protocol: Paxos | MultiPaxos, number: Callable[[Ballot], int]) -> None:
        """Number ballots as ``number`` does, from 1."""
        self.number, self.phase2 = number, protocol.phase2

    def initial(self) -> Facts:
        """No fact."""
        return frozenset()

    def prepared(self, ballot: Ballot) -> Facts:
        """Somebody has asked for promises."""
        return frozenset({Fact("prepared", (self.number(ballot),))})

    def promised(self, node: NodeId, ballot: Ballot) -> Facts:
        """A node has promised."""
        at = self.number(ballot)
        left = {Fact("left", (node, lower)) for lower in range(at)}
        return frozenset({Fact("promised", (node, at)), *left})

    def chosen_in(self, facts: Facts, value: Hashable, *place: Hashable) -> int:
        """Name the lowest round in which a quorum has voted so; if none has, the last with a vote.

        ``place`` is what a vote says between its node and its round: where, if there is a log.
        """
        voters: dict[int, set[NodeId]] = {}
        for fact in facts:
            match fact:
                case Fact("vote", (NodeId() as node, *where, int(at), voted)):
                    if (*where, voted) == (*place, value):
                        voters.setdefault(at, set()).add(node)
                case _:
                    pass
        chosen = [at for at, nodes in voters.items() if self.phase2.is_quorum(nodes)]
        return min(chosen, default=max(voters, default=NONE))


def in_rounds(
    system: System,
    protocol: Paxos | MultiPaxos,
    ballots: int,
    sorts: Mapping[type[Sort], tuple[Hashable, ...]],
    steps: int = 1,
) -> Refinement:
    """Read facts as states of a spec with so many rounds besides ``none``, and other ``sorts``."""
    first, second = (quorums(protocol.nodes, each) for each in (protocol.phase1, protocol.phase2))
    return Refinement(
        system,
        {
            Node: protocol.nodes,
            **sorts,
            Round: tuple(range(ballots + 1)),
            Phase1: first,
            Phase2: second,
        },
        rigid={
            "promises": members(protocol.nodes, first),
            "votes": members(protocol.nodes, second),
        },
        functions={"none": {(): NONE}},
        steps=steps,
    )
