"""A counterexample at the smallest bounds that show it: fewer nodes, terms, crashes, messages.

The options of a model are its axes. Along each, every smaller value is tried, the smallest first,
until one shows the property falling: the run at hand may do so as it is, or else every state within
those bounds is visited. This goes on until no axis gives way any more. What is then said of the
values below is what was seen there: that the property holds, or that the search was not finished.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from paxiom.model_check.environment import Lose
from paxiom.model_check.load import LoadError
from paxiom.model_check.model import Model, ModelError
from paxiom.model_check.options import Option
from paxiom.model_check.result import Result, Verdict, Violation
from paxiom.model_check.traces.shorten import rerun
from paxiom.model_check.traces.trace import Trace
from paxiom.model_check.world import crowd

# The options that are bounds, in the order in which they are made smaller: what costs most first.
AXES = (
    *("nodes", "ballots", "terms", "views", "rounds", "log", "values", "asks"),
    *("proposers", "learners", "crashes", "stops", "amnesias", "lossy", "drops", "capacity"),
)
MOST_VALUES = 20  # that are tried on an axis

Values = dict[Option, object]


class ShrinkError(Exception):
    """There is nothing to begin with; the message says why."""


class Seen(Enum):
    """What is known of a property within some bounds."""

    FALLS = "falls"
    HOLDS = "holds"
    UNKNOWN = "not known"
    IMPOSSIBLE = "not possible"  # the model cannot be made


@dataclass(frozen=True, slots=True)
class Tried:
    """A value of an axis, what was seen there, and more on it."""

    value: object
    seen: Seen
    note: str = ""


@dataclass(frozen=True)
class Family:
    """Models that differ in their options; ``values`` are those of the one at hand."""

    values: Values
    make: Callable[[Values], Model]
    fixed: frozenset[str] = frozenset()  # parameters that are not bounds: what is wrong with a bug


@dataclass
class Shrinking:
    """The search for smaller bounds; ``search`` visits the states of a model, as far as it may."""

    family: Family
    search: Callable[[Model], Result]
    violation: Violation
    axes: tuple[str, ...] = AXES
    tried: dict[str, list[Tried]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin where the run was found."""
        self.values = dict(self.family.values)
        self.is_shortest = False  # until a search says so

    def run(self) -> None:
        """Make the axes smaller until none gives way: first as far as the run itself allows.

        Raises ShrinkError if the property does not fall within the bounds to begin with.
        """
        first = self._try(self.values, None, searching=True)
        if first.seen is not Seen.FALLS:
            msg = (
                f"{self.violation.name} within the bounds of this model: {first.seen.value} "
                f"({first.note}); begin with larger ones"
            )
            raise ShrinkError(msg)
        for searching in (False, True):
            while self._round(searching=searching):
                pass
        found = self.search(self._model(self.values))
        if found.violation and found.violation.name == self.violation.name:
            self.violation, self.is_shortest = found.violation, True

    @property
    def is_smallest(self) -> bool:
        """Whether no smaller value of any one axis shows it."""
        settled = (Seen.HOLDS, Seen.IMPOSSIBLE)
        return all(each.seen in settled for tried in self.tried.values() for each in tried)

    def model(self) -> Model:
        """Make the model at the smallest bounds found, with all its properties."""
        return self.family.make(self.values)

    def _round(self, *, searching: bool) -> bool:
        """Try every axis once; say whether any gave way."""
        lowered = [self._lower(axis, searching=searching) for axis in self._options()]
        return any(lowered)

    def _options(self) -> list[Option]:
        known = {option.name: option for option in self.values}
        return [
            known[name]
            for name in self.axes
            if name in known and known[name].parameter not in self.family.fixed
        ]

    def _lower(self, axis: Option, *, searching: bool) -> bool:
        """Give an axis the smallest value that shows it; say whether that is a new one."""
        tried: list[Tried] = []
        for value in smaller(axis, self.values[axis], self.violation.trace):
            found = self._try({**self.values, axis: value}, value, searching=searching)
            tried.append(found)
            if found.seen is Seen.FALLS:
                self.values = {**self.values, axis: value}
                self.tried[axis.name] = tried[:-1]
                return True
        self.tried[axis.name] = tried
        return False

    def _try(self, values: Values, value: object, *, searching: bool) -> Tried:
        """See whether the property falls within some bounds."""
        try:
            model = self._model(values)
        except (LoadError, ModelError, ValueError) as error:
            return Tried(value, Seen.IMPOSSIBLE, str(error))
        steps = [step for step in self.violation.trace.steps if step.node in model.nodes]
        again = rerun(model, steps, self.violation.name)
        if again is not None:
            self.violation = again
            return Tried(value, Seen.FALLS)
        if not searching:
            return Tried(value, Seen.UNKNOWN)
        result = self.search(model)
        if result.verdict is Verdict.HOLDS:
            return Tried(value, Seen.HOLDS, f"{result.states:,} visited")
        if result.violation and result.violation.name == self.violation.name:
            self.violation = result.violation
            return Tried(value, Seen.FALLS)
        return Tried(value, Seen.UNKNOWN, result.stopped or "a handler raises")

    def _model(self, values: Values) -> Model:
        """Make the model with no other property than the one that fell."""
        model = self.family.make(values)
        kept = tuple(prop for prop in model.properties if prop.name == self.violation.name)
        return replace(model, properties=kept)


def require_axes(family: Family, names: Sequence[str]) -> None:
    """Refuse axes that the models do not have."""
    known = [option.name for option in family.values if option.parameter not in family.fixed]
    for name in names:
        if name not in known:
            has = ", ".join(known) or "no options"
            msg = f"there is no axis {name!r}; the model has {has}"
            raise ShrinkError(msg)


def smaller(axis: Option, value: object, trace: Trace) -> Iterator[object]:
    """List the values of an axis below ``value``, the smallest first.

    Where there is no limit, they are those below what ``trace`` needs, and that itself.
    """
    match value:
        case bool():
            yield from [False] if value else []
        case int():
            yield from range(min(value, MOST_VALUES))
        case None if axis.name == "capacity":
            yield from range(1, _fullest(trace) + 1)
        case None if axis.name == "drops":
            losses = sum(isinstance(step.event, Lose) for step in trace.steps)
            yield from range(losses + 1)
        case _:
            pass


def _fullest(trace: Trace) -> int:
    """How many messages are on their way to one node, at most."""
    worlds = [trace.initial, *(step.world for step in trace.steps if step.world)]
    return max(crowd(world.flight) for world in worlds)
