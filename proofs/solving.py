"""Questions to Z3, limited by its own count of work instead of a clock, so that answers repeat.

Each question is asked in a context of its own: no answer depends on what was asked before or
beside it, and threads may ask at the same time.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import z3

from paxiom.proofs.lowering import Lowering
from paxiom.spec.logic.formulas import Formula, Terms
from paxiom.spec.logic.system import System

Task = TypeVar("Task")
Found = TypeVar("Found")


class Answer(StrEnum):
    """Whether formulas can be true together."""

    SAT = "sat"
    UNSAT = "unsat"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Limits:
    """How much work Z3 may do for one question, and the seed of its choices.

    A unit is Z3's ``rlimit``; a million of them took about a second when this was written.
    """

    resources: int = 20_000_000
    seed: int = 0


@dataclass(frozen=True)
class Checked:
    """An answer, and what it took."""

    answer: Answer
    seconds: float
    resources: int
    reason: str = ""  # for not knowing


LIMITS = Limits()
_asking: set[Any] = set()  # contexts at work, for Ctrl-C


def new_solver(lowering: Lowering, limits: Limits) -> Any:  # noqa: ANN401 - z3 is not typed
    """Make a solver that is deterministic and leaves Ctrl-C to us."""
    solver = z3.Solver(ctx=lowering.context)
    solver.set("rlimit", limits.resources)
    solver.set("random_seed", limits.seed)
    solver.set("ctrl_c", False)  # noqa: FBT003 - name and value
    return solver


def ask(solver: Any, *assumptions: Any) -> Checked:  # noqa: ANN401
    """Ask whether all that the solver holds can be true."""
    began, context = time.perf_counter(), solver.ctx
    _asking.add(context)
    try:
        answer = Answer(str(solver.check(*assumptions)))
    finally:
        _asking.discard(context)
    counts = {key: value for key, value in solver.statistics() if key == "rlimit count"}
    reason = solver.reason_unknown() if answer is Answer.UNKNOWN else ""
    seconds = time.perf_counter() - began
    return Checked(answer, seconds, int(counts.get("rlimit count", 0)), reason)


def satisfiable(
    system: System, formulas: Iterable[Formula], parameters: Terms = (), limits: Limits = LIMITS
) -> Checked:
    """Ask whether formulas about any number of elements can all be true."""
    lowering = Lowering(system)
    known = lowering.constants(parameters)
    solver = new_solver(lowering, limits)
    for formula in formulas:
        solver.add(lowering.lower(formula, known))
    return ask(solver)


def cores() -> int:
    """Count the cores that we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_parallel(
    work: Callable[[Task], Found], tasks: Iterable[Task], workers: int | None = None
) -> Iterator[Found]:
    """Yield what ``work`` makes of each task, in the order of the tasks."""
    with ThreadPoolExecutor(workers or cores()) as pool:
        futures = [pool.submit(work, task) for task in tasks]
        try:
            for future in futures:
                yield future.result()
        except BaseException:
            _stop(futures)
            raise


def _stop(futures: list[Future[Any]]) -> None:
    """Cancel what waits and interrupt what runs, which may begin another question meanwhile."""
    for future in futures:
        future.cancel()
    while not all(future.done() for future in futures):
        for context in tuple(_asking):
            context.interrupt()
        time.sleep(0.01)
