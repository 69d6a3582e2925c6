"""What a property is: a name, a sentence, a kind, a subject and a predicate.

Properties never see an implementation's state. They are stated over *observations*: what each
node shows to the outside, and the *history*, a ghost record of what has ever happened.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import combinations
from typing import Any


class Kind(Enum):
    """When a predicate is asked, and what its answer means."""

    ALWAYS = "always"  # of every reachable state; False is a violation
    STEP = "step"  # of every step, before and after; False is a violation
    REACHABLE = "reachable"  # of every reachable state; True once is the witness wanted


class Subject(Enum):
    """What a predicate is asked about.

    The narrower the subject, the fewer questions there are: a predicate of every two nodes is
    asked once for each two observations, whatever the other nodes show meanwhile. Predicates of
    one or two nodes are asked of nodes that are up; in predicates of all nodes, and of steps, a
    node that is down shows None.
    """

    HISTORY = "history"  # predicate(history), or predicate(before, after) for a step
    NODE = "node"  # predicate(observation) of each, or predicate(before, after) for a step
    PAIR = "pair"  # predicate(one, other) of every two nodes, both ways round
    NODE_AND_HISTORY = "node and history"  # predicate(observation, history) of each node
    NODES = "nodes"  # predicate(observations of all nodes, in their order)
    ALL = "all"  # predicate(observations, history)

    @property
    def reads_history(self) -> bool:
        """Whether predicates see the history."""
        return self in (Subject.HISTORY, Subject.NODE_AND_HISTORY, Subject.ALL)

    def groups(self, count: int) -> list[tuple[int, ...]]:
        """List the sets of nodes, by position among ``count``, that a state is asked about."""
        match self:
            case Subject.HISTORY:
                return [()]
            case Subject.NODE | Subject.NODE_AND_HISTORY:
                return [(position,) for position in range(count)]
            case Subject.PAIR:
                return list(combinations(range(count), 2))
            case _:
                return [tuple(range(count))]

    def questions(
        self, seen: tuple[Hashable, ...], history: Hashable
    ) -> Iterator[tuple[Hashable, ...]]:
        """Arguments to ask a predicate with, of one group that shows ``seen``."""
        match self:
            case Subject.HISTORY:
                yield (history,)
            case Subject.NODES:
                yield (seen,)
            case Subject.ALL:
                yield (seen, history)
            case _ if None in seen:
                return
            case Subject.NODE:
                yield seen
            case Subject.NODE_AND_HISTORY:
                yield (*seen, history)
            case Subject.PAIR:
                yield seen
                yield seen[::-1]


@dataclass(frozen=True, slots=True)
class Finding:
    """What makes a predicate false of what it was asked: a sentence that names the witnesses.

    ``parts`` are those parts of the history that clash, as they stand in it, so that the steps
    that put them there can be found.
    """

    sentence: str
    parts: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Property:
    """A named predicate over observations; ``sentence`` is how a person would say it.

    ``explain`` says why it is false. It is asked as the predicate is, but with the names of the
    nodes first, unless the subject is the history alone.
    """

    name: str
    sentence: str
    kind: Kind
    subject: Subject
    predicate: Callable[..., bool]
    explain: Callable[..., Finding] | None = None

    def __call__(self, *observed: Any) -> bool:  # noqa: ANN401 - whatever the subject gives
        """Evaluate the predicate."""
        answer = self.predicate(*observed)
        if answer is None:
            msg = "None is neither true nor false; is there a return?"
            raise TypeError(msg)
        return answer


Explain = Callable[..., Finding] | None


def _decorator(
    kind: Kind, subject: Subject, explain: Explain = None
) -> Callable[[Callable[..., bool]], Property]:
    if not isinstance(subject, Subject):
        msg = f"say of what it is asked: @{kind.value}(Subject.NODES), for example"
        raise TypeError(msg)

    def decorate(predicate: Callable[..., bool]) -> Property:
        sentence = (predicate.__doc__ or "").strip().split("\n\n")[0]
        if not sentence:
            msg = f"property {predicate.__name__} needs a docstring: the sentence it stands for"
            raise ValueError(msg)
        name = predicate.__name__.replace("_", " ")
        return Property(name, " ".join(sentence.split()), kind, subject, predicate, explain)

    return decorate


def always(
    subject: Subject, *, explain: Explain = None
) -> Callable[[Callable[..., bool]], Property]:
    """Declare a predicate that must hold in every reachable state."""
    return _decorator(Kind.ALWAYS, subject, explain)


def step(subject: Subject, *, explain: Explain = None) -> Callable[[Callable[..., bool]], Property]:
    """Declare a predicate of two states that must hold of every step."""
    if subject not in (Subject.NODE, Subject.HISTORY):
        msg = "step: state it over Subject.NODE (the node that moved) or Subject.HISTORY"
        raise ValueError(msg)
    return _decorator(Kind.STEP, subject, explain)


def reachable(subject: Subject) -> Callable[[Callable[..., bool]], Property]:
    """Declare a predicate that some reachable state must satisfy: the guard against vacuity."""
    return _decorator(Kind.REACHABLE, subject)
