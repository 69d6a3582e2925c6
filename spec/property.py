"""What a property is: a name, a sentence, a kind, a subject and a predicate.

Properties never see an implementation's state. They are stated over *observations*: what each
node shows to the outside, and the *history*, a ghost record of what has ever happened.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Kind(Enum):
    """When a predicate is asked, and what its answer means."""

    ALWAYS = "always"  # of every reachable state; False is a violation
    STEP = "step"  # of every step, before and after; False is a violation
    REACHABLE = "reachable"  # of every reachable state; True once is the witness wanted


class Subject(Enum):
    """What a predicate is asked about."""

    HISTORY = "history"  # predicate(history), or predicate(before, after) for a step
    NODES = "nodes"  # predicate(observations of all nodes, in their order)
    NODE = "node"  # steps only: predicate(before, after) of the one node that moved
    ALL = "all"  # predicate(observations, history)


@dataclass(frozen=True, slots=True)
class Property:
    """A named predicate over observations; ``sentence`` is how a person would say it."""

    name: str
    sentence: str
    kind: Kind
    subject: Subject
    predicate: Callable[..., bool]

    def __call__(self, *observed: Any) -> bool:  # noqa: ANN401 - whatever the subject gives
        """Evaluate the predicate."""
        return self.predicate(*observed)


def _decorator(kind: Kind, subject: Subject) -> Callable[[Callable[..., bool]], Property]:
    def decorate(predicate: Callable[..., bool]) -> Property:
        sentence = (predicate.__doc__ or "").strip().split("\n\n")[0]
        if not sentence:
            msg = f"property {predicate.__name__} needs a docstring: the sentence it stands for"
            raise ValueError(msg)
        name = predicate.__name__.replace("_", " ")
        return Property(name, " ".join(sentence.split()), kind, subject, predicate)

    return decorate


def always(subject: Subject) -> Callable[[Callable[..., bool]], Property]:
    """Declare a predicate that must hold in every reachable state."""
    if subject is Subject.NODE:
        msg = "always: state it over Subject.NODES (the observations of all nodes)"
        raise ValueError(msg)
    return _decorator(Kind.ALWAYS, subject)


def step(subject: Subject) -> Callable[[Callable[..., bool]], Property]:
    """Declare a predicate of two states that must hold of every step."""
    if subject not in (Subject.NODE, Subject.HISTORY):
        msg = "step: state it over Subject.NODE (the node that moved) or Subject.HISTORY"
        raise ValueError(msg)
    return _decorator(Kind.STEP, subject)


def reachable(subject: Subject) -> Callable[[Callable[..., bool]], Property]:
    """Declare a predicate that some reachable state must satisfy: the guard against vacuity."""
    if subject is Subject.NODE:
        msg = "reachable: state it over Subject.NODES (the observations of all nodes)"
        raise ValueError(msg)
    return _decorator(Kind.REACHABLE, subject)
