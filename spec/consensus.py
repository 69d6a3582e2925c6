"""Consensus: what it means to agree.

After Cachin, Guerraoui and Rodrigues, "Introduction to Reliable and Secure Distributed
Programming" (2011), chapter 5: uniform consensus, so that what a node decided before it crashed
counts too. The properties read a history of proposals and decisions, which only grows.
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

from paxiom.spec.property import Finding, Subject, always, reachable, step


@dataclass(frozen=True, slots=True)
class Decision:
    """``node`` decided ``value``."""

    node: Hashable
    value: Hashable


@dataclass(frozen=True, slots=True)
class History:
    """All values ever proposed and all decisions ever made."""

    proposed: frozenset[Hashable] = frozenset()
    decisions: frozenset[Decision] = frozenset()

    def propose(self, value: Hashable) -> "History":
        """Record a proposal."""
        return replace(self, proposed=self.proposed | {value})

    def decide(self, node: Hashable, value: Hashable) -> "History":
        """Record a decision."""
        return replace(self, decisions=self.decisions | {Decision(node, value)})


def _decided(decisions: Iterable[Decision]) -> Finding:
    told = sorted(decisions, key=str)
    return Finding("; ".join(f"{each.node} decided {each.value}" for each in told) + ".", (*told,))


def _disagreement(history: History) -> Finding:
    told = _decided(history.decisions)
    one_of_each = {each.value: each for each in sorted(history.decisions, key=str)}
    return Finding(told.sentence, (*one_of_each.values(),))


@always(Subject.HISTORY, explain=_disagreement)
def agreement(history: History) -> bool:
    """No two nodes decide different values."""
    return len({decision.value for decision in history.decisions}) <= 1


def _not_proposed(history: History) -> Finding:
    told = _decided(each for each in history.decisions if each.value not in history.proposed)
    proposed = ", ".join(sorted(map(str, history.proposed))) or "nothing"
    return Finding(f"{told.sentence} Proposed: {proposed}.", told.parts)


@always(Subject.HISTORY, explain=_not_proposed)
def validity(history: History) -> bool:
    """Every value decided was proposed."""
    return all(decision.value in history.proposed for decision in history.decisions)


def _decided_twice(history: History) -> Finding:
    deciders = Counter(decision.node for decision in history.decisions)
    return _decided(each for each in history.decisions if deciders[each.node] > 1)


@always(Subject.HISTORY, explain=_decided_twice)
def integrity(history: History) -> bool:
    """No node decides two different values, not even before and after a crash."""
    deciders = [decision.node for decision in history.decisions]
    return len(deciders) == len(set(deciders))


def _unmade(before: History, after: History) -> Finding:
    told = _decided(before.decisions - after.decisions)
    return Finding(f"No longer on record: {told.sentence}", told.parts)


@step(Subject.HISTORY, explain=_unmade)
def irrevocability(before: History, after: History) -> bool:
    """A decision, once made, is never unmade."""
    return before.decisions <= after.decisions


@reachable(Subject.HISTORY)
def some_decision(history: History) -> bool:
    """Some node decides."""
    return bool(history.decisions)
