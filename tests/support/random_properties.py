"""What random protocols are observed by: monitors, what nodes show, and properties of both.

See :mod:`support.random_protocols`. Nothing here tells one node or value from another.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol

from hypothesis import strategies as st

from paxiom.impl.names import NodeId, Value
from paxiom.impl.protocol import Decide
from paxiom.model_check.model import Emitted, Happening, Monitor, Requested
from paxiom.spec.property import Kind, Property, Subject

PHASES = 3


class Visible(Protocol):
    """What of a node's state can be shown."""

    @property
    def phase(self) -> int:
        """A small number."""
        ...

    @property
    def kept(self) -> Value | None:
        """A value, if it has one."""
        ...


@dataclass(frozen=True, slots=True)
class Tally:
    """History: how many of the happenings watched there were, up to three, and all decisions."""

    count: int = 0
    last: str = ""
    decisions: frozenset[tuple[NodeId, Value | None]] = frozenset()


@dataclass(frozen=True, slots=True)
class TallyMonitor(Monitor):
    """Watches happenings of some kinds."""

    kinds: frozenset[str]

    def initial(self) -> Tally:
        """Nothing yet."""
        return Tally()

    def watches(self, happening: Happening) -> bool:
        """Whether it is of one of the kinds."""
        return self._kind(happening) in self.kinds

    def record(self, history: Hashable, happening: Happening) -> Tally:
        """Count it; remember a decision."""
        assert isinstance(history, Tally)
        decisions = history.decisions
        if isinstance(happening, Emitted) and isinstance(happening.effect, Decide):
            value = happening.effect.value
            assert value is None or isinstance(value, Value)
            decisions |= {(happening.node, value)}
        return Tally(min(history.count + 1, 3), self._kind(happening), decisions)

    def _kind(self, happening: Happening) -> str:
        if isinstance(happening, Emitted):
            return type(happening.effect).__name__
        return "Requested" if isinstance(happening, Requested) else "Received"


def show_phase(state: Visible) -> int:
    """Show the phase."""
    return state.phase


def show_phase_and_value(state: Visible) -> tuple[int, Value | None]:
    """Show the phase, and the value kept."""
    return state.phase, state.kept


OBSERVERS = (show_phase, show_phase_and_value)
Shown = int | tuple[int, Value | None] | None


def phase_of(shown: Shown) -> int:
    """The phase that a node shows, or -1 while it is down."""
    return -1 if shown is None else shown if isinstance(shown, int) else shown[0]


def of_nodes(limit: int, phase: int) -> dict[str, Callable[..., bool]]:
    """Make predicates of what all nodes show."""
    return {
        f"fewer than {limit} nodes in phase {phase}": lambda nodes: (
            sum(phase_of(node) == phase for node in nodes) < limit
        ),
        f"the phases add up to less than {limit + phase}": lambda nodes: (
            sum(map(phase_of, nodes)) < limit + phase
        ),
        f"fewer than {limit} nodes show different things": lambda nodes: len(set(nodes)) < limit,
    }


def of_history(limit: int) -> dict[str, Callable[..., bool]]:
    """Make predicates of the history."""
    return {
        f"fewer than {limit} happenings": lambda tally: tally.count < limit,
        f"fewer than {limit} decisions": lambda tally: len(tally.decisions) < limit,
        f"fewer than {limit} values decided": lambda tally: (
            len({value for _, value in tally.decisions}) < limit
        ),
    }


def of_all(limit: int, phase: int) -> dict[str, Callable[..., bool]]:
    """Make predicates of both."""
    return {
        f"fewer than {limit} happenings and nodes in phase {phase}": lambda nodes, tally: (
            tally.count + sum(phase_of(node) == phase for node in nodes) < limit
        )
    }


def of_node_steps(phase: int) -> dict[str, Callable[..., bool]]:
    """Make predicates of one node's step."""
    return {
        f"no step back to phase {phase}": lambda before, after: (
            not phase_of(before) > phase_of(after) == phase
        ),
        f"no step out of phase {phase} while running": lambda before, after: (
            phase_of(before) != phase or phase_of(after) in (-1, phase)
        ),
    }


def of_history_steps(limit: int) -> dict[str, Callable[..., bool]]:
    """Make predicates of the history's step."""
    return {
        f"no jump to {limit} happenings": lambda before, after: (
            before.count + 1 >= after.count or after.count != limit
        ),
        f"no decision number {limit}": lambda before, after: (
            len(after.decisions) != limit or before.decisions == after.decisions
        ),
    }


@st.composite
def properties(draw: st.DrawFn, *, shown: bool, history: bool) -> tuple[Property, ...]:
    """Draw a few properties over what there is; some will not hold."""
    limit, phase = draw(st.sampled_from((3, 2, 4, 3, 1))), draw(st.integers(0, PHASES - 1))
    found = [(Subject.NODES, each) for each in of_nodes(limit, phase).items() if shown]
    found += [(Subject.HISTORY, each) for each in of_history(limit).items() if history]
    found += [(Subject.ALL, each) for each in of_all(limit, phase).items() if shown and history]
    steps = [(Subject.NODE, each) for each in of_node_steps(phase).items() if shown]
    steps += [(Subject.HISTORY, each) for each in of_history_steps(limit).items() if history]
    drawn: list[Property] = []
    for kind, choices in ((Kind.ALWAYS, found), (Kind.STEP, steps), (Kind.REACHABLE, found)):
        if choices and draw(st.booleans()):  # type: ignore[arg-type]
            subject, (sentence, predicate) = draw(st.sampled_from(choices))
            name = f"{kind.value}: {sentence}"
            drawn.append(Property(name, sentence, kind, subject, predicate))
    return tuple(drawn)
