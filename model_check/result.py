"""What a search may claim."""

from dataclasses import dataclass, field
from enum import Enum

from paxiom.model_check.traces.trace import Trace
from paxiom.spec.property import Property

RAISED = "no handler raises"  # the property that every model has
INTERRUPTED = "interrupted"  # why a search stopped: Ctrl-C


class Verdict(Enum):
    """HOLDS is said only of a search that visited every reachable state within its bounds."""

    HOLDS = "HOLDS"
    VIOLATED = "VIOLATED"
    INCOMPLETE = "INCOMPLETE"


@dataclass(frozen=True, slots=True)
class Violation:
    """A property that does not hold, and a shortest trace that shows it."""

    name: str
    sentence: str
    trace: Trace

    @classmethod
    def of(cls, prop: Property, trace: Trace) -> "Violation":
        """Say which property the last state or step of ``trace`` violates."""
        return cls(prop.name, prop.sentence, trace)


@dataclass(frozen=True, kw_only=True)
class Result:
    """The outcome of a search. Both explorers return the same kind.

    ``depth`` is the number of steps to the farthest state visited. A search that finds a
    violation completes the level it is in, so that its counts do not depend on luck.
    """

    model: str
    explorer: str
    verdict: Verdict
    states: int
    transitions: int
    depth: int
    violation: Violation | None = None
    stopped: str | None = None  # why an incomplete search stopped
    witnesses: dict[str, bool] = field(default_factory=dict)  # reachable property -> seen
    actions: dict[str, int] = field(default_factory=dict)  # kind of step -> times taken
    cuts: dict[str, int] = field(default_factory=dict)  # bound -> steps cut off
    symmetry: int = 1  # size of the group; states are then orbits
    workers: int = 1
    seconds: float = 0.0
    compile_seconds: float = 0.0  # spent before the search; not in seconds
    memory: int = 0  # bytes for states, visited set and tables
    handler_calls: int = 0
    local_states: int = 0
    components: int = 0
