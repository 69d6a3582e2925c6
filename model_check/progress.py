"""Progress of a search on standard error: a live line on a terminal, else a plain one at times."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from paxiom.model_check.layout import count, duration, rate, size

PLAIN_SECONDS = 10.0  # between two lines when standard error is no terminal
RATE_SECONDS = 3.0  # the rate shown is that of so long

PHASES = {
    "starting": "starting the engine",
    "reference": "visiting states with the reference explorer, which counts them at the end",
    "compiling": "compiling the search kernel: once for this installation, half a minute or so",
    "tracing": "replaying the trace through the handlers",
}


class Snapshot(Protocol):
    """What a search tells of itself: paxiom.model_check.engine.Progress, without importing it."""

    @property
    def phase(self) -> str:
        """``compiling``, ``exploring`` or ``tracing``."""

    @property
    def states(self) -> int:
        """Distinct states so far."""

    @property
    def depth(self) -> int:
        """The level being explored."""

    @property
    def frontier(self) -> int:
        """States of that level."""

    @property
    def memory(self) -> int:
        """Bytes."""


@runtime_checkable
class WalkSnapshot(Protocol):
    """What a simulation tells of itself: paxiom.model_check.engine.simulator.Walked."""

    @property
    def phase(self) -> str:
        """``compiling`` or ``walking``."""

    @property
    def walks(self) -> int:
        """Walks that have come to an end."""

    @property
    def steps(self) -> int:
        """Steps of all walks so far."""

    @property
    def depth(self) -> int:
        """Steps of the longest walk."""

    @property
    def memory(self) -> int:
        """Bytes."""


Told = Snapshot | WalkSnapshot
Watch = Callable[[Told], None]
Counting = Callable[[str, str], Callable[[int], None]]  # of whom, and what; then how many


class Telling:
    """Turns snapshots into a line of text."""

    def __init__(self, phase: str, clock: Callable[[], float]) -> None:
        """Begin in ``phase``; the search may not say anything before it is well under way."""
        self.phase = phase
        self.clock = clock
        self.began = clock()
        self.last: Told | None = None
        self.recent: deque[tuple[float, int]] = deque()

    def see(self, snapshot: Told) -> None:
        """Take in what the search says."""
        now = self.clock()
        self.last, self.phase = snapshot, snapshot.phase
        so_far = snapshot.steps if isinstance(snapshot, WalkSnapshot) else snapshot.states
        self.recent.append((now, so_far))
        while len(self.recent) > 1 and self.recent[0][0] < now - RATE_SECONDS:
            self.recent.popleft()

    def line(self) -> str:
        """Say where the search is."""
        elapsed = duration(self.clock() - self.began)
        if self.last is None or self.phase in PHASES:
            return f"{PHASES.get(self.phase, self.phase)}  {elapsed}"
        last = self.last
        if isinstance(last, WalkSnapshot):
            done = [count(last.walks, "walk"), count(last.steps, "step"), self._rate("steps")]
            parts = [elapsed, *done, f"longest {last.depth}", size(last.memory)]
        else:
            done = [count(last.states, "state"), self._rate("states"), f"depth {last.depth}"]
            parts = [elapsed, *done, f"frontier {last.frontier:,}", size(last.memory)]
        return "  ".join(part for part in parts if part)

    def _rate(self, noun: str) -> str:
        (start, before), (end, after) = self.recent[0], self.recent[-1]
        return rate((after - before) / (end - start), noun) if end > start else ""


@contextmanager
def shown(
    phase: str, *, quiet: bool, clock: Callable[[], float] = time.monotonic
) -> Iterator[Watch]:
    """Show progress while the block runs; it passes each snapshot to the function given."""
    console = Console(stderr=True, highlight=False)
    telling = Telling(phase, clock)
    if quiet:
        yield telling.see
    elif console.is_terminal:
        with _live(console, telling) as watch:
            yield watch
    else:
        yield _plain(console, telling)


@contextmanager
def _live(console: Console, telling: Telling) -> Iterator[Watch]:
    spinner = Spinner("dots")

    def picture() -> Spinner:
        spinner.text = Text(telling.line(), no_wrap=True, overflow="ellipsis")
        return spinner

    with Live(
        get_renderable=picture,
        console=console,
        transient=True,
        refresh_per_second=8,
        redirect_stdout=False,
    ):
        yield telling.see


def _plain(console: Console, telling: Telling) -> Watch:
    """Print a line when the kernel is compiled, which may be long, and then every ten seconds."""
    printed = telling.began
    announced = False

    def watch(snapshot: Told) -> None:
        nonlocal printed, announced
        telling.see(snapshot)
        now = telling.clock()
        compiling = snapshot.phase == "compiling" and not announced
        if compiling or now - printed >= PLAIN_SECONDS:
            printed, announced = now, announced or compiling
            console.print(Text(telling.line()), soft_wrap=True)

    return watch


@contextmanager
def counting(*, quiet: bool) -> Iterator[Counting]:
    """Show on a terminal how many of something are done while the block runs."""
    terminal = Console(stderr=True)
    with terminal.status("", spinner="line") as status:
        if quiet or not terminal.is_terminal:
            status.stop()

        def watch(name: str, what: str) -> Callable[[int], None]:
            return lambda number: status.update(f"{name}: {number} {what}")

        yield watch
