"""Random testing of any model with Hypothesis: long runs, large clusters, many faults.

In a file of tests::

    class TestMyProtocol(machine(my_model).TestCase):
        pass

Steps, faults and properties are those of the explorers (:mod:`paxiom.model_check.world`); only
the choice among them is Hypothesis's, so that it can shrink a failing run and steer towards rare
states. Runs that pass prove nothing: each is one path among many.

Every move is drawn by one rule. Hypothesis would choose among rules evenly, and forbid about half
of them in each run; a run in which nothing is delivered tests little. So a run first draws how
often each kind of trouble is to come, from never to often, and then one move after another from
a table with those weights. Smaller numbers mean less: deliver rather than crash, the first node,
the latest message.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar
from unittest import TestCase

from hypothesis import HealthCheck, Phase, event, reject, settings, target
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from paxiom.model_check.environment import Local
from paxiom.model_check.layout import WIDTH_PIPED, as_text
from paxiom.model_check.model import Model
from paxiom.model_check.result import Violation
from paxiom.model_check.schedule import Memory, Move, Schedule, possible_moves, unbounded
from paxiom.model_check.traces import trace_file, trace_text
from paxiom.model_check.traces.replay import MisfitError, replay
from paxiom.model_check.traces.shorten import shortened

# What the nodes show and the history -> numbers to be made large.
Progress = Callable[[tuple[Any, ...], Any], Mapping[str, float]]
# What the node that moved showed before and shows after -> whether this step was the milestone.
Milestone = Callable[[Any, Any], bool]

TICKETS = 100
CHANGES = 2  # tickets that change the weather
# Of so many tickets, how many choose a move; the rest deliver. A run multiplies each by one of
# INTENSITIES, so that some runs know no crash and some have hardly anything else.
WEIGHTS = {
    Move.TIMER: 3,
    Move.REQUEST: 4,
    Move.RECOVER: 4,
    Move.HEAL: 3,
    Move.DUPLICATE: 4,
    Move.DROP: 4,
    Move.CRASH: 2,
    Move.STOP: 1,
    Move.AMNESIA: 1,
    Move.DELAY: 3,
    Move.PARTITION: 2,
}
STEADY = (Move.DELIVER, Move.REQUEST, Move.RECOVER, Move.HEAL)  # in every run
INTENSITIES = (0, 1, 3)
QUIET = (Move.TIMER, Move.REQUEST, Move.RECOVER)  # what happens when no message can arrive
CALM = 4  # one weather in so many knows no trouble
PICK_MAX = 119  # divisible by 1 to 6 when 0 is counted; few enough to shrink fast
SPREAD = 547  # so that picks stand for many weathers


class Violated(AssertionError):  # noqa: N818 - as a result calls it
    """A run that violates a property, or in which a handler raises; shown step by step."""

    def __init__(self, model: Model, violation: Violation) -> None:
        """Keep what was run and what was found."""
        super().__init__(model, violation)
        self.model = model
        self.violation = violation
        self.path: Path | None = None  # where it is saved
        self.runs: int | None = None  # how many it took to find it

    def document(self) -> dict[str, Any]:
        """Write the run down, as paxiom trace show reads it."""
        return trace_file.trace_document(self.model, self.violation) | {"shortest": False}

    def save(self, path: Path) -> None:
        """Write the run to a file, in a directory that may not exist yet."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        trace_file.save(self.document(), path)

    def __str__(self) -> str:
        """Show it as the explorers' counterexamples are shown."""
        text = as_text(trace_text.trace_lines(self.document(), WIDTH_PIPED))
        saved = f"\n\nSaved: paxiom trace show {self.path}" if self.path else ""
        return f"\n{text}{saved}"


@dataclass
class Tally:
    """What the runs of one machine came to."""

    runs: int = 0
    runs_to_violation: int | None = None
    steps: int = 0
    moves: Counter[Move] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)  # kind of step -> times taken
    reached: Counter[str] = field(default_factory=Counter)  # property or milestone -> runs

    def share(self, name: str) -> float:
        """Tell which share of the runs reached the property or milestone of this name."""
        return self.reached[name] / self.runs if self.runs else 0.0


def no_progress(observations: tuple[Any, ...], history: Any) -> Mapping[str, float]:  # noqa: ANN401, ARG001
    """Nothing to be made large."""
    return {}


@dataclass
class Plan:
    """What the runs of one machine have in common."""

    model: Model
    steps: int
    weights: Mapping[Move, int]
    progress: Progress
    milestones: Mapping[str, Milestone]
    directory: Path | None
    tally: Tally = field(default_factory=Tally)
    memories: dict[tuple[int, Local], Memory] = field(default_factory=dict)
    draws_max: int | None = None  # of the shortest run that failed; a longer one is of no use then


class ProtocolMachine(RuleBasedStateMachine):
    """One run; :func:`machine` makes the class for a model and gives it its draws."""

    plan: ClassVar[Plan]

    def __init__(self) -> None:
        """Boot the nodes."""
        super().__init__()
        self.schedule = Schedule(self.plan.model, self.plan.memories)
        self.table: tuple[Move, ...] = (Move.DELIVER,) * TICKETS
        self.moves: Counter[Move] = Counter()
        self.reached: set[str] = set()
        self.best: dict[str, float] = {}
        self.draws = 0
        self.judged = -1  # steps judged so far; -1: not even the initial state

    def set_weather(self, number: int) -> None:
        """Say how often each kind of trouble comes from now on; one number in four is calm."""
        digits, calm = divmod(number, CALM)
        moves: list[Move] = []
        for move, weight in self.plan.weights.items():
            intensity = 1
            if move not in STEADY:
                digits, digit = divmod(digits, len(INTENSITIES))
                intensity = INTENSITIES[digit] if calm else 0
            moves += [move] * (weight * intensity)
        delivered = max(TICKETS - len(moves), TICKETS // 4)
        self.table = (Move.DELIVER,) * delivered + tuple(moves)

    def go_on(self, ticket: int, place: int, pick: int) -> None:
        """Make the move that ``ticket`` stands for, or what there is instead."""
        if self.plan.draws_max is not None and self.draws >= self.plan.draws_max:
            reject()
        self.draws += 1
        if ticket >= TICKETS - CHANGES:
            self.set_weather(pick * SPREAD)
            return
        drawn = self.table[ticket * len(self.table) // TICKETS]
        turn = pick % len(QUIET)
        for move in (drawn, Move.DELIVER, *QUIET[turn:], *QUIET[:turn]):
            if self.schedule.make(move, place, pick):
                self.moves[move] += 1
                return

    @invariant(check_during_init=True)
    def properties_hold(self) -> None:
        """Judge the step just taken and the state it leads to."""
        if self.judged == len(self.schedule.steps):
            return
        self.judged = len(self.schedule.steps)
        if violation := self.schedule.violation():
            self.plan.tally.runs_to_violation = (
                self.plan.tally.runs_to_violation or self.plan.tally.runs + 1
            )
            raise Violated(self.plan.model, violation)
        self.reached |= self.schedule.reached()
        if moved := self.schedule.last_moved:
            named = self.plan.milestones.items()
            self.reached |= {name for name, passed in named if passed(*moved)}
        found = self.plan.progress(self.schedule.observations, self.schedule.world.history)
        for label, value in found.items():
            self.best[label] = max(value, self.best.get(label, value))

    def teardown(self) -> None:
        """Tell Hypothesis how far this run came."""
        self.plan.tally.runs += 1
        self.plan.tally.steps += len(self.schedule.steps)
        self.plan.tally.moves.update(self.moves)
        self.plan.tally.actions.update(step.outcome.action for step in self.schedule.steps)
        self.plan.tally.reached.update(self.reached)
        for name in sorted(self.reached):
            event(f"reached: {name}")
        for move in self.moves:
            event(f"move: {move.value}")
        for label, value in sorted(self.best.items()):
            target(float(value), label=label)


def machine(
    model: Model,
    *,
    steps: int = 100,
    bounded: bool = False,
    progress: Progress | None = None,
    milestones: Mapping[str, Milestone] | None = None,
    weights: Mapping[Move, int] | None = None,
    directory: Path | str | None = ".paxiom",
) -> type[ProtocolMachine]:
    """Make the state machine of ``model``, for runs of at most ``steps`` moves.

    Its ``TestCase`` is what pytest and unittest run. A failing run is saved in ``directory`` and
    taken again before any other, until it and then a whole test pass.
    Unless ``bounded``, the model's bounds are set aside, since they are made for exhaustive
    search: see :func:`paxiom.model_check.schedule.unbounded`. ``progress`` maps what the nodes
    show and the history to numbers that Hypothesis tries to make large. ``milestones`` names
    steps of interest, which are counted as ``reachable`` properties are. ``weights`` replaces
    those of :data:`WEIGHTS` for the moves that it names.
    """
    tested = model if bounded else unbounded(model, steps)
    possible = possible_moves(tested)
    plan = Plan(
        model=tested,
        steps=steps,
        weights={m: n for m, n in {**WEIGHTS, **(weights or {})}.items() if m in possible},
        progress=progress or no_progress,
        milestones=milestones or {},
        directory=None if directory is None else Path(directory),
    )

    class Machine(ProtocolMachine):
        """The machine of one model."""

        @initialize(weather=st.integers(0, PICK_MAX))
        def begin(self, weather: int) -> None:
            """Draw what the run begins with."""
            self.set_weather(weather * SPREAD)

        @rule(
            ticket=st.integers(0, TICKETS - 1),
            place=st.integers(0, len(model.nodes) - 1),
            pick=st.integers(0, PICK_MAX),
        )
        def step(self, ticket: int, place: int, pick: int) -> None:
            """Draw the next move."""
            self.go_on(ticket, place, pick)

    Machine.plan = plan
    Machine.TestCase = _test_case(Machine)  # type: ignore[assignment]  # a descriptor, by default
    return Machine


def _test_case(made: type[ProtocolMachine]) -> type[TestCase]:
    """Make the test case of a machine: one that saves the run it fails with."""

    class StatefulTestCase(TestCase):
        settings = settings(
            deadline=None,  # a call of a handler may import something
            stateful_step_count=made.plan.steps,
            suppress_health_check=list(HealthCheck),
            phases=[each for each in settings().phases if each is not Phase.explain],
            report_multiple_bugs=False,
        )

        def runTest(self) -> None:  # noqa: N802 - unittest's name
            """Take the run that failed last time again, if there is one; run the machine."""
            saved = _saved(made.plan)
            if saved:
                _take_again(made.plan, saved)
            _run(made, self.settings)
            if saved and trace_file.is_of(made.plan.model, saved):
                _file_of(made.plan).unlink(missing_ok=True)

        runTest.is_hypothesis_test = True  # type: ignore[attr-defined]  # for its pytest plugin

    return StatefulTestCase


def _file_of(plan: Plan) -> Path:
    """Where a failing run is saved: a file named after the model."""
    name = re.sub(r"[^\w.-]+", "-", plan.model.name).strip("-.") or "model"
    return (plan.directory or Path()) / f"{name}.json"


def _saved(plan: Plan) -> dict[str, Any] | None:
    """Read the run that was saved, if any; a file that is no trace was not saved by us."""
    if plan.directory is None or not _file_of(plan).exists():
        return None
    try:
        return trace_file.load(_file_of(plan), BytesIO())
    except trace_file.TraceFileError:
        return None


def _take_again(plan: Plan, saved: Mapping[str, Any]) -> None:
    """Fail at once if a saved run still does; it may not even be a run of the model any more."""
    try:
        violation = replay(plan.model, saved)
    except MisfitError:
        return
    if violation:
        found = Violated(plan.model, violation)
        found.path = _file_of(plan)
        raise found


def _run(made: type[ProtocolMachine], how: settings) -> None:
    made.plan.draws_max, made.plan.tally = None, Tally()
    try:
        run_state_machine_as_test(made, settings=how)
    except Violated as found:
        found.runs = made.plan.tally.runs_to_violation
        found.violation = shortened(found.model, found.violation)
        if made.plan.directory is not None:
            found.save(_file_of(made.plan))
        raise


def run(
    model: Model,
    *,
    runs: int = 100,
    seed: int | None = None,
    targeted: bool = True,
    shrink: bool = True,
    **options: Any,  # noqa: ANN401 - those of machine
) -> Tally:
    """Test ``model`` in so many runs and count what they reached; raise Violated if one fails.

    ``options`` are those of :func:`machine`. The same ``seed`` gives the same runs, where the
    same modules are imported: Hypothesis also draws constants that it finds in code outside
    site-packages. Unless ``targeted``, it does not work on runs that came far already, so that
    shares are those of runs drawn alike. Unless ``shrink``, a failing run is only shortened,
    which is quicker.
    """
    made = machine(model, **{"directory": None, **options})
    if seed is not None:
        seeded(seed)(made)
    usual: settings = made.TestCase.settings
    unwanted = {Phase.target: not targeted, Phase.shrink: not shrink}
    phases = [each for each in usual.phases if not unwanted.get(each)]
    _run(made, settings(usual, max_examples=runs, database=None, phases=phases))
    return made.plan.tally
