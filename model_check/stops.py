"""How many nodes may stop, by exploring, for those that are left still to have a value decided.

Of every state that a search reaches within bounds, with up to f nodes stopped at whatever moment,
it is asked whether a run goes on from there to a decision. One is tried: what is in flight is held
up, or lost, and the nodes that run stand, lose patience and are asked in turn. If it decides, a
decision can be reached; no bound is put on it. Where it does not, all that can come after that
state is visited, within bounds, to see that nothing is decided.

What is in flight may be held up where channels keep no order. Where they do, as in Zab, it must be
lost: they may be closed and opened anew, so the model lets any message be lost.
"""

from collections import deque
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from rich.text import Text

from paxiom.impl.protocol import Effect
from paxiom.model_check import run
from paxiom.model_check.codec import Json
from paxiom.model_check.delays import Rounds
from paxiom.model_check.entries import Entry, Nodes, Timers
from paxiom.model_check.layout import count, hang
from paxiom.model_check.model import Faults, Model, NoMonitor
from paxiom.model_check.reports.proof_report import table
from paxiom.model_check.result import Result, Verdict
from paxiom.model_check.world import World, successors
from paxiom.spec.property import Property, Subject, always

STATES_MAX = 20_000
TURNS = 2  # of each node: the first may only tell it what it has missed


@dataclass(frozen=True, slots=True)
class Stuck:
    """A state from which no run was found to decide, and what comes after it.

    ``steps`` lead to it. ``states`` can follow, within bounds, and ``decided`` says whether
    anything is in any of them; None if they were not all visited.
    """

    steps: int
    states: int
    decided: bool | None


@dataclass(frozen=True, slots=True)
class Explored:
    """What a search of a model with nodes that stop has found."""

    model: Model
    result: Result
    stuck: Stuck | None

    @property
    def bears(self) -> bool | None:
        """Whether a decision can follow whichever stop, and when: None if that is not known."""
        if self.stuck is None:
            return True if self.result.verdict is Verdict.HOLDS else None
        return False if self.stuck.decided is False else None

    def document(self) -> dict[str, Json]:
        """Write it down."""
        return {
            "nodes": len(self.model.nodes),
            "stops": self.model.faults.stops,
            "bounds": [bound.name for bound in self.model.bounds],
            "bears": self.bears,
            "verdict": self.result.verdict.value,
            "stopped": self.result.stopped,
            "states": self.result.states,
            "symmetry": self.result.symmetry,
            "stuck": asdict(self.stuck) if self.stuck else None,
        }


def around(nodes: int, stops: int) -> tuple[tuple[int, int, bool], ...]:
    """Give nodes, stops, and whether they bear them if so many nodes are the fewest.

    They bear these, not one more; and one node fewer does not bear them.
    """
    return (nodes, stops, True), (nodes, stops + 1, False), (nodes - 1, stops, False)


def explored(
    entry: Entry, nodes: int, stops: int, rounds: int, how: run.SearchOptions, *, quiet: bool = True
) -> Explored:
    """Ask of every state that so many nodes reach, some stopped, whether a decision can follow.

    ``rounds`` bounds the search: so many ballots, terms, views.
    """
    assert entry.model is not None, "a protocol without a model is not explored"
    whole = entry.model(nodes, rounds, Faults(stops=stops))
    asked = can_decide(entry, whole.nodes)
    model = replace(whole, observe=_all_of_it, monitor=NoMonitor(), properties=(asked,))
    result = run.search(model, how, quiet=quiet)
    if result.violation is None:
        return Explored(model, result, None)
    trace = result.violation.trace
    last = trace.steps[-1].world if trace.steps else trace.initial
    assert last is not None, "it is a state that violates, not a step"
    return Explored(model, result, Stuck(len(trace), *after(model, last, entry.done)))


def _all_of_it(state: Hashable) -> Hashable:
    return state


def can_decide(entry: Entry, nodes: Nodes) -> Property:
    """Ask of the states of all nodes whether those that run can have a value decided."""
    protocol = entry.make(nodes)

    @always(Subject.NODES)
    def a_decision_can_follow(seen: tuple[Any, ...]) -> bool:
        """The nodes that run can have a value decided."""
        up = {node: state for node, state in zip(nodes, seen, strict=True) if state is not None}
        return any(map(entry.settled, up.values())) or _decides(entry, Rounds(protocol, up))

    return a_decision_can_follow


def _decides(entry: Entry, run_on: Rounds) -> bool:
    """Ask all nodes; and again whenever one was to lead, or one timer of one fired."""
    up = tuple(run_on.states)

    def asked() -> bool:
        return any(run_on.request(node, entry.ask(1), entry.done).delays is not None for node in up)

    def tried(timers: Timers) -> bool:
        may = {n: t for n, t in timers.items() if t in run_on.protocol.timers(run_on.states[n])}
        return run_on.fire(may, None, entry.done).delays is not None or asked()

    return asked() or any(
        (entry.leading is not None and tried(entry.leading(node, up)))
        or any(tried({node: timer}) for timer in run_on.protocol.timers(run_on.states[node]))
        for _ in range(TURNS)
        for node in up
    )


def after(
    model: Model, start: World, done: type[Effect], limit: int = STATES_MAX
) -> tuple[int, bool | None]:
    """Count the states that follow, within bounds, and say whether anything is decided in one."""
    known, frontier = {start}, deque([start])
    while frontier:
        for step in successors(model, frontier.popleft()):
            if any(isinstance(effect, done) for effect in step.outcome.done):
                return len(known), True
            if step.world is not None and step.world not in known:
                if len(known) >= limit:
                    return len(known), None
                known.add(step.world)
                frontier.append(step.world)
    return len(known), False


def exit_code(document: Mapping[str, Json]) -> int:
    """Give 0 where all is as expected, 3 where that is not known, 1 where it is not so."""
    wrong = [
        found["bears"]
        for each in document["protocols"]
        for found in each["explored"]
        if found["bears"] is not found["expected"]
    ]
    return 0 if not wrong else 3 if set(wrong) == {None} else 1


# --- text --------------------------------------------------------------------------------------


def explored_lines(document: Mapping[str, Json], width: int) -> Iterator[Text]:
    """Show what was explored of all protocols, one search a line; red, if it is no proof."""
    rows, good = [], []
    for each in document["protocols"]:
        for found in each["explored"]:
            rows.append((each["name"], str(found["nodes"]), str(found["stops"]), _told(found)))
            good.append(found["bears"] is found["expected"])
    yield from table(("explored", "nodes", "stops", "found"), rows, good)
    yield Text()
    bounds = "; ".join(
        f"{each['name']} {', '.join(each['explored'][0]['bounds'])}"
        for each in document["protocols"]
        if each["explored"]
    )
    told = (
        "Every state within these bounds was visited, up to so many nodes stopping at whatever "
        "moment, and a decision can follow in each, beyond the bounds if need be; or one was "
        f"reached from which none can, within them: {bounds}. Crashes and losses are not among "
        "what may happen; but Zab's channels may be closed, and what is in them lost. Flexible "
        "quorums are not explored."
    )
    yield from hang("", told, width)


def _told(found: Mapping[str, Json]) -> str:
    visited = count(found["states"], "orbit" if found["symmetry"] > 1 else "state")
    stuck = found["stuck"]
    if found["bears"]:
        return f"from each of {visited} a decision can follow"
    if found["bears"] is False:
        rest = f"of the {count(stuck['states'], 'state')} from there none decides"
        return f"after {count(stuck['steps'], 'step')} none can: {rest}"
    if stuck:
        return f"after {count(stuck['steps'], 'step')} no way to a decision was found, nor excluded"
    return f"not known: {found['stopped']} ({visited})"
