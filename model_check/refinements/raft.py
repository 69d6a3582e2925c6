"""Raft refines its spec: what nodes write to disk, promise, lead and apply are facts of the spec.

- ``seen``, ``left``, ``vote``, ``log``: what is on disk; a vote or an acknowledgement that leaves
  before it is on disk tells of the first three.
- ``stood``: a vote for oneself is on disk, which was not; the log is what it was before.
- ``leader``, ``term_log``, ``filled``: a node leads. Or it has an entry on disk that the log of its
  term lacks: nobody else can have made it, so the node leads, even if it fails before it says so.
- ``acked``: an acknowledgement has left, of all that the log of the term has up to there; or a
  leader's own entry is on disk.
- ``commit_index``: somebody applies an entry beyond all commit indexes of its own and lower terms.
  That of its own term is then the lowest, from there on, that would do; if none does, that index.
- ``applied``: a node applies an entry, by the commit index of the highest term, up to its own, that
  covers it.

Requests, for votes and of entries, are no facts: they tell of what is on disk already, or whoever
acts on them does what the spec does not allow. (To record them would also break the symmetry of
nodes, since a leader sends to its peers in some order.)

Terms of the spec are terms; 0 is its ``term_0``. Indexes are indexes, 0 its ``index_0``. Commands
are values, and so is None, a no-op.
"""

from collections.abc import Hashable, Iterator

from paxiom.impl.names import NodeId
from paxiom.impl.names import Value as Command
from paxiom.impl.protocol import Apply, Lead, Persist, Send
from paxiom.impl.raft import Appended, Entry, Raft, Stable, Vote
from paxiom.model_check.model import Emitted, Happening, Monitor
from paxiom.model_check.refinement import Fact, Facts, Refinement
from paxiom.model_check.refinements.quorums import members, quorums
from paxiom.spec.relational.consensus import Value
from paxiom.spec.relational.raft import Raft as RaftSpec
from paxiom.spec.relational.raft_protocol import Index, Node, Quorum, Term

Numbered = dict[int, Entry]  # a log, by index


class RaftFacts(Monitor):
    """Records where the relations of the spec hold."""

    def __init__(self, protocol: Raft) -> None:
        """Count quorums as ``protocol`` does."""
        self.nodes, self.quorum = protocol.nodes, protocol.quorum

    def initial(self) -> Facts:
        """All are in term 0."""
        return frozenset(Fact("seen", (node, 0)) for node in self.nodes)

    def watches(self, happening: Happening) -> bool:
        """What is written to disk, promised, led and applied."""
        match happening:
            case Emitted(effect=Persist(Stable()) | Lead() | Apply()):
                return True
            case Emitted(effect=Send(_, Vote(granted=True) | Appended(success=True))):
                return True
            case _:
                return False

    def record(self, history: Hashable, happening: Happening) -> Facts:
        """Add what has become a fact; a log may also lose what it had."""
        assert isinstance(history, frozenset)
        assert isinstance(happening, Emitted)
        facts, node = history, happening.node
        match happening.effect:
            case Persist(Stable() as stable):
                return self.stored(facts | moved(node, stable.term), node, stable)
            case Lead(term):
                return facts | led(node, term, log_of(facts, node))
            case Apply(index, Entry() as entry, term):
                return self.applied(self.committed(facts, term, index), node, index, entry, term)
            case Send(to, Vote(term)):
                return facts | moved(node, term) | {Fact("vote", (node, term, to))}
            case Send(_, Appended(term, _, index)):
                up_to = (at for at in log_of_term(facts, term) if at <= index)
                acked = {Fact("acked", (node, term, at)) for at in up_to}
                return facts | moved(node, term) | acked
            case _:
                return facts

    def stored(self, facts: Facts, node: NodeId, stable: Stable) -> Facts:
        """Write term, vote and log; what is in no log yet, its node has made as a leader."""
        vote, before = Fact("vote", (node, stable.term, stable.vote)), log_of(facts, node)
        if stable.vote == node and vote not in facts:
            facts |= {stood(node, stable.term, before)}
        if stable.vote is not None:
            facts |= {vote}
        log = dict(enumerate(stable.log, 1))
        for index, entry in log.items():
            if Fact("term_log", (entry.term, index, *told(entry))) not in facts:
                made = {at: each for at, each in log.items() if at <= index}
                facts |= led(node, entry.term, made) | {Fact("acked", (node, entry.term, index))}
        kept = (each for each in facts if each.relation != "log" or each.terms[0] != node)
        return frozenset(kept) | {Fact("log", (node, at, *told(each))) for at, each in log.items()}

    def committed(self, facts: Facts, term: int, index: int) -> Facts:
        """Say that in ``term`` the log is committed up to ``index``, unless that is known."""
        if self.committing(facts, term, index) is not None:
            return facts
        own = [at for at, entry in log_of_term(facts, term).items() if entry.term == term]
        fit = (at for at in own if at >= index and self.is_stored(facts, term, at))
        before = {Fact("commit_index", each) for each in commit_indexes(facts) if each[0] == term}
        return (facts - before) | {Fact("commit_index", (term, min(fit, default=index)))}

    def committing(self, facts: Facts, term: int, index: int) -> int | None:
        """Name the highest term up to ``term`` whose commit index is at least ``index``."""
        found = (at for at, up_to in commit_indexes(facts) if at <= term and up_to >= index)
        return max(found, default=None)

    def is_stored(self, facts: Facts, term: int, index: int) -> bool:
        """Whether a quorum has acknowledged the entry in ``term``."""
        return self.quorum.is_quorum(
            {node for node in self.nodes if Fact("acked", (node, term, index)) in facts}
        )

    def applied(self, facts: Facts, node: NodeId, index: int, entry: Entry, term: int) -> Facts:
        """Note what is applied, and by which commit index."""
        by = self.committing(facts, term, index)
        return facts | {Fact("applied", (node, by, index, *told(entry)))}


def moved(node: NodeId, term: int) -> Facts:
    """Be in a term."""
    return frozenset(
        (
            *(Fact("seen", (node, each)) for each in range(term + 1)),
            *(Fact("left", (node, each)) for each in range(term)),
        )
    )


def stood(node: NodeId, term: int, log: Numbered) -> Fact:
    """Stand for election with this log."""
    last = max(log, default=0)
    return Fact("stood", (node, term, last, log[last].term if last else 0))


def led(node: NodeId, term: int, log: Numbered) -> Facts:
    """Lead a term with this, at least, in its log."""
    return frozenset(
        (
            Fact("leader", (node, term)),
            *(Fact("term_log", (term, at, *told(entry))) for at, entry in log.items()),
            *(Fact("filled", (term, at)) for at in log),
        )
    )


def log_of(facts: Facts, node: NodeId) -> Numbered:
    """Read a node's log."""
    return _log(facts, "log", node)


def log_of_term(facts: Facts, term: int) -> Numbered:
    """Read the log of a term's leader."""
    return _log(facts, "term_log", term)


def _log(facts: Facts, relation: str, of: Hashable) -> Numbered:
    found: Numbered = {}
    for each in facts:
        match each:
            case Fact(name, (whose, int(at), int(term), command)) if name == relation:
                if whose == of:
                    found[at] = Entry(term, command)
            case _:
                pass
    return found


def commit_indexes(facts: Facts) -> Iterator[tuple[int, int]]:
    """Read the commit index of each term that has one."""
    for each in facts:
        match each:
            case Fact("commit_index", (int(term), int(index))):
                yield term, index
            case _:
                pass


def told(entry: Entry) -> tuple[int, Hashable]:
    """Name an entry as the relations do."""
    return entry.term, entry.command


def refinement(protocol: Raft, commands: tuple[Command, ...], terms: int, log: int) -> Refinement:
    """Read facts as states of the spec, with so many terms and indexes besides 0."""
    found = quorums(protocol.nodes, protocol.quorum)
    return Refinement(
        RaftSpec().system,
        {
            Node: protocol.nodes,
            Term: tuple(range(terms + 1)),
            Index: tuple(range(log + 1)),
            Value: (None, *commands),
            Quorum: found,
        },
        rigid={"member": members(protocol.nodes, found)},
        functions={"term_0": {(): 0}, "index_0": {(): 0}},
        steps=4 + log,  # elect, append, store or acknowledge, commit; and apply all at once
    )
