"""Exploring a model: from a model to a result."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psutil

from paxiom.model_check.engine.checkpoint import Checkpoint
from paxiom.model_check.engine.compiling import compiled_before
from paxiom.model_check.engine.search import Finding, Limits, Progress, Search, Watch, new_search
from paxiom.model_check.engine.tracing import trace_of
from paxiom.model_check.engine.warming import warm_up
from paxiom.model_check.model import Model
from paxiom.model_check.result import RAISED, Result, Verdict, Violation
from paxiom.model_check.symmetry import Symmetry

MOST_MEMORY = 0.9  # of the machine's, unless told otherwise: better to stop than to be killed


def explore(
    model: Model,
    *,
    workers: int | None = None,
    symmetry: bool = True,
    max_states: int | None = None,
    max_seconds: float | None = None,
    max_memory: int | None = None,
    watch: Callable[[Progress], None] | None = None,
    checkpoint: Path | None = None,
    checkpoint_seconds: float = 60.0,
    resume: Path | None = None,
) -> Result:
    """Visit every state of ``model`` and say what was found.

    ``workers`` is the number of threads (default: all cores); it changes nothing but the time.
    The limits end the search early, as INCOMPLETE: distinct states, seconds, bytes of resident
    memory (by default nine tenths of the machine's). So does Ctrl-C (``stopped`` is then
    "interrupted"). ``watch`` is told of progress a few times a second. A resumed search goes on
    saving where it was saved, unless ``checkpoint`` names another directory.

    Raises ModelError if the model or its protocol breaks a rule of the checker.
    """
    began = time.monotonic()
    if watch and not compiled_before():
        watch(Progress("compiling"))
    warm_up()
    compiled = time.monotonic() - began
    group = Symmetry.of(model) if symmetry else None
    search = new_search(model, group if group and group.order > 1 else None, workers)
    memory = max_memory or int(psutil.virtual_memory().total * MOST_MEMORY)
    limits = Limits(states=max_states, seconds=max_seconds, memory=memory)
    old = Checkpoint(resume, checkpoint_seconds) if resume else None
    saved = old
    if checkpoint and checkpoint != resume:
        saved = Checkpoint(checkpoint, checkpoint_seconds)
        saved.claim()
    watcher = Watch(search, limits, watch, lambda: _save(search, saved, due_only=True))
    try:
        with interruptible(watcher):
            if old:
                old.read(search)
            else:
                search.begin()
            _run(search, watcher)
            if search.stopped:
                _save(search, saved, due_only=False)
        return _result(search, watcher, compiled)
    finally:
        search.close()


def _save(search: Search, saved: Checkpoint | None, *, due_only: bool) -> None:
    if saved and (saved.due() or not due_only):
        saved.write(search)


def _run(search: Search, watcher: Watch) -> None:
    """Go level by level until there is nothing left, a violation, or a reason to stop."""
    while not search.stopped:
        if search.level_is_done() and (search.findings or not search.next_level()):
            return
        search.finish_level(watcher)
        if search.frontier and not (search.findings or search.stopped):
            search.stopped = watcher()


class Interruptible(Protocol):
    """What ends soon after it is told that it is interrupted."""

    interrupted: bool


@contextmanager
def interruptible(watcher: Interruptible) -> Iterator[None]:
    """Let Ctrl-C end the search between two rounds; a second one ends it at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: object) -> None:  # noqa: ARG001 - a signal handler's form
        watcher.interrupted = True
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _result(search: Search, watcher: Watch, compiled: float) -> Result:
    model, store, tables = search.model, search.store, search.tables
    finding = min(search.findings, key=lambda each: each.rank, default=None)
    if finding and watcher.tell:
        watcher.tell(watcher.progress("tracing"))
    violation = _violation(search, finding) if finding else None
    verdict = Verdict.HOLDS
    if search.stopped:
        verdict = Verdict.INCOMPLETE
    if violation:
        verdict = Verdict.VIOLATED
    actions = search.actions.sum(axis=0)
    cuts = search.cuts.sum(axis=0)
    return Result(
        model=model.name,
        explorer="engine",
        verdict=verdict,
        states=store.count,
        transitions=search.transitions,
        depth=search.deepest,
        violation=violation,
        stopped=search.stopped if not violation else None,
        witnesses=dict(search.judge.witnesses),
        actions={
            name: int(actions[number])
            for number, name in enumerate(tables.actions)
            if actions[number]
        },
        cuts={
            name: int(cuts[number]) for number, name in enumerate(model.bound_names) if cuts[number]
        },
        symmetry=tables.symmetry.order if tables.symmetry else 1,
        workers=search.workers,
        seconds=watcher.seconds,
        compile_seconds=compiled,
        memory=store.memory + tables.memory,
        handler_calls=tables.handler_calls,
        local_states=len(tables.locals),
        components=sum(tables.component_counts),
    )


def _violation(search: Search, finding: Finding) -> Violation:
    trace = trace_of(search, finding)
    if finding.rank < 0:
        error = str(trace.steps[-1].outcome.error)
        return Violation(name=RAISED, sentence=error, trace=trace)
    prop = search.model.properties[finding.rank]
    return Violation.of(prop, trace)
