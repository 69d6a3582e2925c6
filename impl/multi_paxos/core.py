"""Multi-Paxos: a log, each slot of which is decided by Paxos, under a leader that prepares once.

Sources: Leslie Lamport, "Paxos Made Simple", ACM SIGACT News 32(4), 2001, section 3 (cited as PMS);
Robbert van Renesse and Deniz Altinbuken, "Paxos Made Moderately Complex", ACM Computing Surveys
47(3), 2015 (PMMC), which has all that PMS leaves open.

Every node plays all roles. A node that would lead picks a ballot and runs phase 1 once, for all
slots: acceptors promise to ignore lower ballots, and report their last vote in each slot. With a
quorum of promises it is the *leader* of its ballot: it proposes again whatever may have been
decided, fills the gaps between with *no-ops*, and from then on runs phase 2 alone, for one slot
after the other, several at a time. A command with votes from a quorum in one ballot is *decided*;
slots are decided in any order, and *applied* to the state machine in that of their numbers.

Why it is safe: in each slot it is Paxos (see :mod:`paxiom.impl.paxos`). One promise answers for
the promises of all slots, and a slot in which a quorum reports no vote is free for any command, a
no-op too. Two leaders at a time do no harm, for their ballots differ.

Departures. PMMC's scout and commanders are the states ``Candidate`` and ``Leader``, not processes,
and its replicas are this node: commands go to the leader directly, which gives each one slot. An
acceptor reports only votes from the first slot on that the leader-to-be does not know to be
decided (PMMC §4.1), and keeps the last vote of each slot (PMMC §4.1). A leader that is outdone is
not told (PMMC: preempted), but follows as soon as its own acceptor hears of a higher ballot.

Left out: who stands and when, beyond that any of ``leaders`` may at any time; catching up with
what a node has missed under a leader that did not propose it; forgetting slots that all have
applied; changes of the nodes; reads (see :mod:`paxiom.impl.multi_paxos.lease`).
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from paxiom.impl.ballots import Ballot, ballot_above
from paxiom.impl.multi_paxos.vocabulary import (
    NOOP,
    Accept,
    Accepted,
    Acceptor,
    Candidate,
    Decided,
    Follower,
    Leader,
    Message,
    Prepare,
    Promise,
    Retired,
    Server,
    Stable,
    Timer,
    Vote,
    Votes,
)
from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Apply, Effect, Lead, Persist, Protocol, Send, Step, broadcast
from paxiom.impl.quorum import QuorumSystem


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiPaxos(Protocol[Server, Message]):
    """Multi-Paxos among ``nodes``, of which ``leaders`` may lead; if empty, all.

    Every quorum of ``phase1`` must meet every quorum of ``phase2``; ``majority(nodes)`` for both is
    the classical choice. Up to ``window`` slots may be undecided at a time. ``learners`` are told
    of every vote, besides the leader; if empty, the leader tells all nodes what is decided.
    """

    nodes: tuple[NodeId, ...]
    phase1: QuorumSystem
    phase2: QuorumSystem
    leaders: tuple[NodeId, ...] = ()
    learners: tuple[NodeId, ...] = ()
    window: int = 2

    # The rules of phase 1.

    def next_ballot(self, server: Server) -> Ballot:
        """Pick a ballot of one's own above all used or promised so far (PMS §2.2, §2.5)."""
        return ballot_above(server.id, (server.stable.used, server.acceptor.promised))

    def first_to_prepare(self, server: Server) -> int:
        """Ask about all slots from the first on that is not known to be decided (PMS §3)."""
        return server.first_undecided

    def may_promise(self, server: Server, ballot: Ballot) -> bool:
        """Promise only a ballot above every one promised before, in any slot (PMS §2.2, 1b)."""
        promised = server.acceptor.promised
        return promised is None or ballot > promised

    def votes_to_report(self, acceptor: Acceptor, first: int) -> Votes:
        """Report the last vote in every slot that was asked about (PMS §3; PMMC §4.1)."""
        return frozenset(vote for vote in acceptor.votes if vote.slot >= first)

    def answers(self, candidate: Candidate, promise: Promise) -> bool:
        """Count only promises made to the current ballot (PMS §2.2, phase 2a)."""
        return promise.ballot == candidate.ballot

    def votes_in(self, candidate: Candidate, slot: int) -> Votes:
        """Take each vote reported for the slot that it was cast in (PMS §3)."""
        return frozenset(v for _, votes in candidate.promises for v in votes if v.slot == slot)

    def command_to_propose(self, votes: Votes) -> Hashable:
        """Take the command of the highest vote, or a no-op where there is none (PMS §3, P2c)."""
        return max(votes, key=lambda vote: vote.ballot).command if votes else NOOP

    def slots_to_settle(self, server: Server, candidate: Candidate) -> set[int]:
        """Propose in all slots that are open up to the last that is in use, in gaps too (PMS §3).

        In use is what was voted in, and what is decided: of a later slot a decision may have come
        in since, of which the votes were not reported.
        """
        voted = {vote.slot for _, votes in candidate.promises for vote in votes}
        decided = {vote.slot for vote in server.decided}
        return set(range(candidate.first, max({0, *voted, *decided}) + 1)) - decided

    # The rules of phase 2.

    def next_free(self, leader: Leader) -> int:
        """Give each slot one command in a ballot (PMMC §3: one commander for a slot)."""
        return leader.next + 1

    def may_propose(self, server: Server, slot: int) -> bool:
        """Run no more than the window ahead of what is decided (PMS §3; PMMC: WINDOW)."""
        return slot < server.first_undecided + self.window

    def may_vote(self, acceptor: Acceptor, ballot: Ballot) -> bool:
        """Vote unless a higher ballot was promised (PMS §2.2, phase 2b, P1a)."""
        return acceptor.promised is None or ballot >= acceptor.promised

    def promise_of_vote(
        self,
        acceptor: Acceptor,  # noqa: ARG002 - a mutant keeps what was promised
        ballot: Ballot,
    ) -> Ballot | None:
        """A vote is a promise too, in all slots: see :meth:`paxiom.impl.paxos.Paxos`."""
        return ballot

    def votes_after(self, acceptor: Acceptor, vote: Vote) -> Votes:
        """Keep the last vote in each slot, and forget none (PMMC §4.1)."""
        return frozenset(old for old in acceptor.votes if old.slot != vote.slot) | {vote}

    def is_chosen(self, heard: frozenset[tuple[NodeId, Vote]], vote: Vote) -> bool:
        """A command is decided once a quorum has voted for it in one slot and ballot (PMS §2.2)."""
        return self.phase2.is_quorum({node for node, cast in heard if cast == vote})

    def may_apply(self, server: Server, slot: int) -> bool:
        """Apply a slot after the one before it, whenever it was decided (PMS §3; PMMC §2)."""
        return slot == server.applied + 1

    # The rules of roles and disks.

    def steps_down(self, server: Server, ballot: Ballot) -> bool:
        """Whoever hears of a higher ballot leads no more (PMMC §3: preempted)."""
        return isinstance(server.role, Candidate | Leader) and ballot > server.role.ballot

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        """Write promise, votes and own highest ballot before speaking of them (PMS §2.5)."""
        return (Persist(after),) if after != before else ()

    def without_disk(self, node: NodeId) -> Server:
        """A node that has forgotten its promises and votes must not take part: see Paxos."""
        return Server(node, role=Retired())

    # Life and death.

    def start(self, node: NodeId) -> Step[Server]:
        """Boot with nothing promised, and say so on disk: no record then means a lost disk."""
        return Step(Server(node), (Persist(Stable()),))

    def recover(self, node: NodeId, record: Hashable) -> Step[Server]:
        """Restart with what is on disk; what is decided will be learnt again."""
        if isinstance(record, Stable):
            return Step(Server(node, record))
        return Step(self.without_disk(node))

    def timers(self, state: Server) -> Iterable[Hashable]:
        """Any node that may lead may lose patience with whoever does, at any time."""
        match state.role:
            case Leader():
                return (Timer.REPEAT,)
            case Follower() | Candidate():
                may_lead = not self.leaders or state.id in self.leaders
                return (Timer.STAND,) if may_lead else ()
            case Retired():
                return ()
        assert_never(state.role)

    def fire(self, state: Server, timer: Hashable) -> Step[Server]:
        """Start phase 1, or send again what may have been lost."""
        if timer is Timer.REPEAT:
            return Step(state, self.repeats(state))
        return self.settle(state, self.prepare(state))

    def request(self, state: Server, command: Hashable) -> Step[Server] | None:
        """Leader: propose a client's command for the next slot; others take no notice."""
        leader = state.role
        if not isinstance(leader, Leader) or not self.may_propose(state, leader.next):
            return None
        accept = Accept(leader.next, leader.ballot, command)
        following = self.next_free(leader)
        leader = replace(leader, next=following, open=leader.open | {accept})
        return Step(replace(state, role=leader), broadcast(self.nodes, accept))

    def leader_hint(self, server: Server) -> NodeId | None:
        """Whom a client should ask instead, as far as this server knows."""
        promised = server.acceptor.promised
        return promised.proposer if promised else None

    def receive(self, state: Server, source: NodeId, message: Message) -> Step[Server] | None:
        """React to ``message`` from ``source``."""
        if isinstance(state.role, Retired):
            return None
        step = self.react(state, source, message)
        return step and self.settle(state, step)

    def react(self, server: Server, source: NodeId, message: Message) -> Step[Server] | None:
        """The one place where a message meets its handler."""
        match message:
            case Prepare():
                return self.on_prepare(server, source, message)
            case Promise():
                return self.on_promise(server, source, message)
            case Accept():
                return self.on_accept(server, message)
            case Accepted(vote):
                return self.on_accepted(server, source, vote)
            case Decided(vote):
                return self.learn(server, vote)
        assert_never(message)

    def settle(self, before: Server, step: Step[Server]) -> Step[Server]:
        """Put before a step what must be on disk, and after it what can be applied."""
        after, apply = self.apply(step.state)
        durable = self.persist(before.stable, after.stable)
        return Step(after, (*durable, *step.effects, *apply))

    def apply(self, server: Server) -> tuple[Server, tuple[Effect, ...]]:
        """Hand to the state machine what is decided and next in order."""
        effects: list[Effect] = []
        for vote in sorted(server.decided, key=lambda vote: vote.slot):
            if vote.slot > server.applied and self.may_apply(server, vote.slot):
                server = replace(server, applied=vote.slot)
                effects.append(Apply(vote.slot, vote.command, vote.ballot.round))
        return server, tuple(effects)

    # Phase 1: to become leader.

    def prepare(self, server: Server) -> Step[Server]:
        """Phase 1a: pick a ballot, and ask every acceptor for its promise, for all slots."""
        ballot, first = self.next_ballot(server), self.first_to_prepare(server)
        stable = replace(server.stable, used=ballot)
        server = replace(server, stable=stable, role=Candidate(ballot, first))
        return Step(server, broadcast(self.nodes, Prepare(ballot, first)))

    def on_prepare(self, server: Server, source: NodeId, prepare: Prepare) -> Step[Server] | None:
        """Phase 1b: promise, and report the last votes cast."""
        if not self.may_promise(server, prepare.ballot):
            return None
        votes = self.votes_to_report(server.acceptor, prepare.first)
        server = self.obeying(server, replace(server.acceptor, promised=prepare.ballot))
        return Step(server, broadcast([source], Promise(prepare.ballot, votes)))

    def on_promise(self, server: Server, source: NodeId, promise: Promise) -> Step[Server] | None:
        """With a quorum of promises, lead."""
        candidate = server.role
        if not isinstance(candidate, Candidate) or not self.answers(candidate, promise):
            return None
        candidate = replace(candidate, promises=candidate.promises | {(source, promise.votes)})
        if not self.phase1.is_quorum({node for node, _ in candidate.promises}):
            return Step(replace(server, role=candidate))
        return self.lead(server, candidate)

    def lead(self, server: Server, candidate: Candidate) -> Step[Server]:
        """Phase 2a for what may have been decided, and for the gaps between (PMS §3)."""
        accepts = tuple(
            Accept(slot, candidate.ballot, self.command_to_propose(self.votes_in(candidate, slot)))
            for slot in sorted(self.slots_to_settle(server, candidate))
        )
        used = {vote.slot for vote in server.decided} | {accept.slot for accept in accepts}
        last = max(used, default=0)
        leader = Leader(candidate.ballot, last + 1, frozenset(accepts))
        sends = [send for accept in accepts for send in broadcast(self.nodes, accept)]
        return Step(replace(server, role=leader), (Lead(candidate.ballot.round), *sends))

    # Phase 2: to decide.

    def repeats(self, server: Server) -> tuple[Send, ...]:
        """Send the proposals again that are not decided, and the decisions of this ballot."""
        leader = server.role
        assert isinstance(leader, Leader), f"{server.id} does not lead"
        own = [vote for vote in server.decided if vote.ballot == leader.ballot]
        announced = [] if self.learners else [Decided(v) for v in sorted(own, key=_slot)]
        again = [*sorted(leader.open, key=_slot), *announced]
        return tuple(send for message in again for send in broadcast(self.nodes, message))

    def on_accept(self, server: Server, accept: Accept) -> Step[Server] | None:
        """Phase 2b: vote, and tell the leader and the learners."""
        acceptor = server.acceptor
        if not self.may_vote(acceptor, accept.ballot):
            return None
        vote = Vote(accept.slot, accept.ballot, accept.command)
        promised = self.promise_of_vote(acceptor, accept.ballot)
        server = self.obeying(server, Acceptor(promised, self.votes_after(acceptor, vote)))
        told = dict.fromkeys((accept.ballot.proposer, *self.learners))
        return Step(server, broadcast(told, Accepted(vote)))

    def obeying(self, server: Server, acceptor: Acceptor) -> Server:
        """Give ``server`` what its acceptor remembers now, and follow whom it has promised to."""
        promised = acceptor.promised
        role = Follower() if promised and self.steps_down(server, promised) else server.role
        return replace(server, stable=replace(server.stable, acceptor=acceptor), role=role)

    def on_accepted(self, server: Server, source: NodeId, vote: Vote) -> Step[Server] | None:
        """Keep the last vote of each acceptor in a slot; learn what is decided (PMS §2.3)."""
        if any(known.slot == vote.slot for known in server.decided):
            return None
        old = {(n, cast) for n, cast in server.heard if n == source and cast.slot == vote.slot}
        if any(cast.ballot >= vote.ballot for _, cast in old):
            return None
        server = replace(server, heard=server.heard - old | {(source, vote)})
        return self.learn(server, vote) if self.is_chosen(server.heard, vote) else Step(server)

    def learn(self, server: Server, vote: Vote) -> Step[Server] | None:
        """Note what is decided; a leader that proposed it tells the others."""
        if any(known.slot == vote.slot for known in server.decided):
            return None
        heard = frozenset((n, cast) for n, cast in server.heard if cast.slot != vote.slot)
        server = replace(server, heard=heard, decided=server.decided | {vote})
        leader = server.role
        if not isinstance(leader, Leader):
            return Step(server)
        still_open = frozenset(accept for accept in leader.open if accept.slot != vote.slot)
        server = replace(server, role=replace(leader, open=still_open))
        tells = leader.ballot == vote.ballot and not self.learners
        others = [node for node in self.nodes if node != server.id] if tells else []
        return Step(server, broadcast(others, Decided(vote)))


def _slot(of: Accept | Decided | Vote) -> int:
    return of.vote.slot if isinstance(of, Decided) else of.slot
