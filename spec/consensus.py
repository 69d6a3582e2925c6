"""Consensus: what it means to agree.

After Cachin, Guerraoui and Rodrigues, "Introduction to Reliable and Secure Distributed
Programming" (2011), chapter 5: uniform consensus, so that what a node decided before it crashed
counts too. The properties read a history of proposals and decisions, which only grows.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace

from paxiom.spec.property import Subject, always, reachable, step


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


@always(Subject.HISTORY)
def agreement(history: History) -> bool:
    """No two nodes decide different values."""
    return len({decision.value for decision in history.decisions}) <= 1


@always(Subject.HISTORY)
def validity(history: History) -> bool:
    """Every value decided was proposed."""
    return all(decision.value in history.proposed for decision in history.decisions)


@always(Subject.HISTORY)
def integrity(history: History) -> bool:
    """No node decides two different values, not even before and after a crash."""
    deciders = [decision.node for decision in history.decisions]
    return len(deciders) == len(set(deciders))


@step(Subject.HISTORY)
def irrevocability(before: History, after: History) -> bool:
    """A decision, once made, is never unmade."""
    return before.decisions <= after.decisions


@reachable(Subject.HISTORY)
def some_decision(history: History) -> bool:
    """Some node decides."""
    return bool(history.decisions)
