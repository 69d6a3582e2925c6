"""Single-decree Paxos: nodes that may crash and messages that may be lost agree on one value.

Source: Leslie Lamport, "Paxos Made Simple", ACM SIGACT News 32(4), 2001 (cited as PMS).

Every node plays all three roles. A *proposer* asked for a value picks a ballot that no other
proposer can pick and runs two phases. Phase 1: it asks the acceptors to promise to ignore lower
ballots (prepare, 1a); each answers with the last vote it cast (promise, 1b). Phase 2: with a
quorum of promises it asks for votes on the value of the highest vote reported, or on its own if
none was (accept, 2a); an *acceptor* that has promised no higher ballot votes (accepted, 2b). A
*learner* decides a value once a quorum has voted for it in one ballot.

Why it is safe:
- P2b: if a value is chosen, every proposal with a higher ballot has that value.
- P2c: a proposal in ballot b has the value of the highest vote below b in some quorum, or no
  node in that quorum has voted or will vote below b.

Departures. A ballot is ordered by round, then by proposer in the order of ``nodes``' names, and a
proposer takes the lowest ballot of its own above all it knows of. An acceptor that votes raises
its promise to the ballot of the vote, which PMS leaves open and which is needed: see
:meth:`Paxos.promise_of_vote`. A learner keeps only the last vote of each acceptor: it may miss a
choice that it could have pieced together from older votes, never invent one.

Left out: leader election (any proposer may retry at any time), rejections (a stale request is
ignored), spreading a decision among learners.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import assert_never

from paxiom.impl.ballots import Ballot, ballot_above
from paxiom.impl.names import NodeId, Value
from paxiom.impl.protocol import Decide, Effect, Persist, Protocol, Step, broadcast
from paxiom.impl.quorum import QuorumSystem


@dataclass(frozen=True, slots=True)
class Vote:
    """An acceptance: ``value`` at ``ballot``."""

    ballot: Ballot
    value: Value


# --- messages ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prepare:
    """1a, proposer to acceptors: promise to ignore ballots below this one."""

    ballot: Ballot


@dataclass(frozen=True, slots=True)
class Promise:
    """1b, acceptor to proposer: promised, and this is the last vote I cast, if any."""

    ballot: Ballot
    accepted: Vote | None


@dataclass(frozen=True, slots=True)
class Accept:
    """2a, proposer to acceptors: vote for this value in this ballot."""

    ballot: Ballot
    value: Value


@dataclass(frozen=True, slots=True)
class Accepted:
    """2b, acceptor to learners: I voted for this value in this ballot."""

    vote: Vote


Message = Prepare | Promise | Accept | Accepted


class Timer(Enum):
    """The one timer: a proposer is tired of waiting."""

    RETRY = "retry"


# --- state ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Acceptor:
    """What an acceptor must never forget (PMS §2.5: stable storage)."""

    promised: Ballot | None = None
    accepted: Vote | None = None


@dataclass(frozen=True, slots=True)
class Stable:
    """What survives a crash: the acceptor, and the highest ballot the proposer has used."""

    acceptor: Acceptor = Acceptor()
    used: Ballot | None = None


@dataclass(frozen=True, slots=True)
class Proposer:
    """An attempt to get ``value`` chosen in ``ballot``; forgotten in a crash."""

    ballot: Ballot
    value: Value
    promises: frozenset[tuple[NodeId, Vote | None]] = frozenset()
    asked_for_votes: bool = False


@dataclass(frozen=True, slots=True)
class Server:
    """One node. ``acceptor`` is None once the disk was lost: it must not vote or propose again."""

    id: NodeId
    acceptor: Acceptor | None = Acceptor()
    used: Ballot | None = None
    proposer: Proposer | None = None
    votes: frozenset[tuple[NodeId, Vote]] = frozenset()
    decided: Value | None = None


# --- the protocol -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Paxos(Protocol[Server, Message]):
    """Single-decree Paxos among ``nodes``.

    Every quorum of ``phase1`` must meet every quorum of ``phase2``; ``majority(nodes)`` for both
    is the classical choice. ``learners`` are told of every vote; if empty, the proposer of a
    ballot is told of the votes in it, as the distinguished learner of PMS §2.3.
    """

    nodes: tuple[NodeId, ...]
    phase1: QuorumSystem
    phase2: QuorumSystem
    learners: tuple[NodeId, ...] = ()

    # The rules. Each is all that stands between the protocol and some counterexample.

    def next_ballot(self, server: Server) -> Ballot:
        """Pick a ballot of one's own above all used or promised so far (PMS §2.2, §2.5)."""
        promised = server.acceptor.promised if server.acceptor else None
        return ballot_above(server.id, (server.used, promised))

    def may_promise(self, acceptor: Acceptor, ballot: Ballot) -> bool:
        """Promise only a ballot above every one promised before (PMS §2.2, phase 1b)."""
        return acceptor.promised is None or ballot > acceptor.promised

    def may_vote(self, acceptor: Acceptor, ballot: Ballot) -> bool:
        """Vote unless a higher ballot was promised (PMS §2.2, phase 2b, P1a)."""
        return acceptor.promised is None or ballot >= acceptor.promised

    def promise_of_vote(
        self,
        acceptor: Acceptor,  # noqa: ARG002 - a mutant keeps what was promised
        ballot: Ballot,
    ) -> Ballot | None:
        """A vote is a promise too: its voter ignores lower ballots from now on.

        PMS does not say so. An acceptor outside the prepare quorum that votes without promising
        could vote in a lower ballot afterwards and forget the higher vote.
        """
        return ballot

    def answers(self, proposer: Proposer, promise: Promise) -> bool:
        """Count only promises made to the current ballot (PMS §2.2, phase 2a)."""
        return promise.ballot == proposer.ballot

    def value_to_propose(self, proposer: Proposer) -> Value:
        """Take the value of the highest vote promised, or one's own if there is none (P2c)."""
        votes = [vote for _, vote in proposer.promises if vote is not None]
        return max(votes, key=lambda vote: vote.ballot).value if votes else proposer.value

    def is_chosen(self, votes: frozenset[tuple[NodeId, Vote]], vote: Vote) -> bool:
        """A value is chosen once a quorum has voted for it in one ballot (PMS §2.2)."""
        return self.phase2.is_quorum({node for node, cast in votes if cast == vote})

    def stable(self, server: Server) -> Stable:
        """Remember promise, vote and own highest ballot before speaking of them (PMS §2.5)."""
        return Stable(server.acceptor or Acceptor(), server.used)

    def acceptor_without_disk(self) -> Acceptor | None:
        """A node whose disk is lost must not act as an acceptor: it may have promised anything.

        Chandra, Griesemer and Redstone, "Paxos Made Live" (2007), §5.1, let it rejoin later;
        Michael et al., "Recovering Shared Objects Without Stable Storage" (DISC 2017), show why
        their condition is not enough.
        """
        return None

    # Life and death.

    def start(self, node: NodeId) -> Step[Server]:
        """Boot with nothing promised, and say so on disk: no record then means a lost disk."""
        server = Server(node)
        return Step(server, (Persist(self.stable(server)),))

    def recover(self, node: NodeId, record: Hashable) -> Step[Server]:
        """Restart with what is on disk; the running attempt and the votes heard are gone."""
        match record:
            case Stable(acceptor, used):
                return Step(Server(node, acceptor=acceptor, used=used))
            case _:
                return Step(Server(node, acceptor=self.acceptor_without_disk()))

    # Proposer.

    def request(self, state: Server, command: Hashable) -> Step[Server] | None:
        """Try to get the client's value chosen, unless this node is trying already.

        A node whose disk is lost must not propose either: it may have used any ballot.
        """
        if not isinstance(command, Value) or state.proposer or state.decided:
            return None
        if state.acceptor is None:
            return None
        return self.prepare(state, command)

    def timers(self, state: Server) -> Iterable[Timer]:
        """A proposer may lose patience at any time before it knows the outcome."""
        return (Timer.RETRY,) if state.proposer and not state.decided else ()

    def fire(self, state: Server, timer: Hashable) -> Step[Server]:
        """Start again in a higher ballot."""
        assert state.proposer is not None, f"{timer} fired without a proposal"
        return self.prepare(state, state.proposer.value)

    def prepare(self, server: Server, value: Value) -> Step[Server]:
        """Phase 1a: pick a ballot, remember it, ask every acceptor for its promise."""
        ballot = self.next_ballot(server)
        server = replace(server, used=ballot, proposer=Proposer(ballot, value))
        return self.durably(server, *broadcast(self.nodes, Prepare(ballot)))

    def on_promise(self, server: Server, source: NodeId, promise: Promise) -> Step[Server] | None:
        """Phase 2a: with a quorum of promises, ask every acceptor for its vote."""
        proposer = server.proposer
        if proposer is None or proposer.asked_for_votes or not self.answers(proposer, promise):
            return None
        proposer = replace(proposer, promises=proposer.promises | {(source, promise.accepted)})
        if not self.phase1.is_quorum({node for node, _ in proposer.promises}):
            return Step(replace(server, proposer=proposer))
        accept = Accept(proposer.ballot, self.value_to_propose(proposer))
        waiting = replace(proposer, promises=frozenset(), asked_for_votes=True)
        return Step(replace(server, proposer=waiting), broadcast(self.nodes, accept))

    # Acceptor.

    def on_prepare(self, server: Server, source: NodeId, prepare: Prepare) -> Step[Server] | None:
        """Phase 1b: promise, and report the last vote cast."""
        acceptor = server.acceptor
        if acceptor is None or not self.may_promise(acceptor, prepare.ballot):
            return None
        promised = replace(acceptor, promised=prepare.ballot)
        promise = Promise(prepare.ballot, acceptor.accepted)
        return self.durably(replace(server, acceptor=promised), *broadcast([source], promise))

    def on_accept(self, server: Server, accept: Accept) -> Step[Server] | None:
        """Phase 2b: vote, and tell the learners."""
        acceptor = server.acceptor
        if acceptor is None or not self.may_vote(acceptor, accept.ballot):
            return None
        vote = Vote(accept.ballot, accept.value)
        voted = Acceptor(self.promise_of_vote(acceptor, accept.ballot), vote)
        learners = self.learners or (accept.ballot.proposer,)
        return self.durably(replace(server, acceptor=voted), *broadcast(learners, Accepted(vote)))

    # Learner.

    def on_accepted(self, server: Server, source: NodeId, vote: Vote) -> Step[Server] | None:
        """Keep the last vote of each acceptor; decide what is chosen (PMS §2.3)."""
        known = dict(server.votes).get(source)
        if server.decided is not None or (known is not None and known.ballot >= vote.ballot):
            return None
        votes = server.votes - {(source, known)} | {(source, vote)}
        if not self.is_chosen(votes, vote):
            return Step(replace(server, votes=votes))
        decided = replace(server, votes=frozenset(), decided=vote.value)
        return Step(decided, (Decide(vote.value),))

    # The one place where a message meets its handler.

    def receive(self, state: Server, source: NodeId, message: Message) -> Step[Server] | None:
        """React to ``message`` from ``source``."""
        match message:
            case Prepare():
                return self.on_prepare(state, source, message)
            case Promise():
                return self.on_promise(state, source, message)
            case Accept():
                return self.on_accept(state, message)
            case Accepted(vote):
                return self.on_accepted(state, source, vote)
        assert_never(message)

    def durably(self, server: Server, *effects: Effect) -> Step[Server]:
        """Write to disk what must survive, then act."""
        return Step(server, (Persist(self.stable(server)), *effects))
