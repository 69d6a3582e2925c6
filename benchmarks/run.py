"""How fast the engine is, and how much memory it takes: every figure against a peer in one run.

    make bench                           about five minutes; needs spin and gcc for the peer
    python benchmarks/run.py --large     and 148 million states: five minutes more, 6 GB

All of it is single-decree Paxos with three acceptors. P proposers with one ballot each and V
values give (1 + 176 * V) ** P states, in every explorer.
"""

import argparse
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table
from spin import CHANNELS, FASTEST, MODEL, PLAIN, Build, SpinError, run

from paxiom.model_check import reference
from paxiom.model_check.engine import explore
from paxiom.model_check.engine.search import Search
from paxiom.model_check.engine.store import Store
from paxiom.model_check.model import Model
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.result import Result, Verdict

CONSOLE = Console()
ORDINARY = Build(defines=PLAIN, huge_pages=False)  # gcc -O2 -DSAFETY -DNOREDUCE -DNOFAIR
PACKED = "Spin, bits packed by hand, all that speeds it up"
PEERS = {
    "Spin, channels": (CHANNELS, ORDINARY),
    "Spin, channels, all that speeds it up": (CHANNELS, FASTEST),
    PACKED: (MODEL, FASTEST),
}


def states(proposers: int, value_count: int) -> int:
    """Count the states by the power law."""
    return int((1 + 176 * value_count) ** proposers)


def model(proposers: int, value_count: int) -> Model:
    """Paxos with one ballot for each proposer."""
    return paxos(ballots=proposers, value_count=value_count)


def best(times: int, search: Callable[[], Result]) -> Result:
    """Take the fastest of several runs: the others were disturbed."""
    results = [search() for _ in range(times)]
    assert all(result.verdict is Verdict.HOLDS for result in results)
    return min(results, key=lambda result: result.seconds)


def per_second(result: Result) -> float:
    """Transitions per second."""
    return result.transitions / result.seconds


def table(title: str, *columns: str) -> Table:
    """Make an empty table; all columns but the first hold numbers."""
    made = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        made.add_column(column, justify="right" if number else "left")
    return made


def against_the_reference() -> None:
    """Compare with the oracle, on what it can do in a minute."""
    shown = table("Against the reference explorer", "explorer", "states", "transitions/s", "ratio")
    slow = reference.explore(model(2, 2))
    fast = best(5, lambda: explore(model(2, 2), symmetry=False, workers=1))
    large = best(3, lambda: explore(model(3, 1), symmetry=False, workers=1))
    for name, result in (("reference", slow), ("engine", fast), ("engine", large)):
        ratio = per_second(result) / per_second(slow)
        speed = f"{per_second(result):,.0f}"
        shown.add_row(f"{name}, 1 core", f"{result.states:,}", speed, f"{ratio:,.0f} x")
    CONSOLE.print(shown)


def against_spin(value_count: int, *, peers: dict[str, tuple[Path, Build]], rounds: int) -> None:
    """Compare with Spin's compiled verifiers on the same states, in turns; the best of each."""
    seconds: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, (promela, build) in peers.items():
            peer = run(3, value_count, model=promela, build=build)
            assert peer.states == states(3, value_count)
            seconds.setdefault(name, []).append(peer.seconds)
        for workers in (1, 2):
            ours = explore(model(3, value_count), symmetry=False, workers=workers)
            assert ours.states == states(3, value_count)
            assert ours.transitions == peer.transitions
            seconds.setdefault(f"paxiom, {workers} core(s)", []).append(ours.seconds)
    alone = min(seconds["paxiom, 1 core(s)"])
    title = f"Against Spin: {ours.states:,} states, {ours.transitions:,} transitions"
    shown = table(title, "explorer", "seconds", "transitions/s", "time, paxiom on 1 core = 1")
    for name, taken in seconds.items():
        least = min(taken)
        rate = f"{ours.transitions / least:,.0f}"
        shown.add_row(name, f"{least:.2f}", rate, f"{least / alone:.2f}")
    CONSOLE.print(shown)


def growing(*, large: bool) -> None:
    """Show speed and memory from 10^5 to 10^8 states, both cores."""
    shown = table(
        "Growing, all cores",
        "states",
        "transitions/s",
        "bytes/state",
        "peak resident bytes/state",
        "handler calls",
    )
    sizes = [(2, 2), (3, 1), (3, 2), *([(3, 3)] if large else [])]
    for proposers, value_count in sizes:
        with peak_memory() as peak:
            result = explore(model(proposers, value_count), symmetry=False)
        assert result.states == states(proposers, value_count)
        shown.add_row(
            f"{result.states:,}",
            f"{per_second(result):,.0f}",
            f"{result.memory / result.states:.1f}",
            f"{peak() / result.states:.1f}",
            f"{result.handler_calls:,}",
        )
    CONSOLE.print(shown)


@contextmanager
def peak_memory() -> Iterator[Callable[[], int]]:
    """Watch how much more memory becomes resident."""
    process, done = psutil.Process(), threading.Event()
    before = highest = process.memory_info().rss

    def watch() -> None:
        nonlocal highest
        while not done.wait(0.02):
            highest = max(highest, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield lambda: highest - before
    finally:
        done.set()
        watcher.join()


def profile() -> None:
    """Show where the time goes, on one core."""
    spent: dict[str, float] = {}

    def timed(owner: type, method: str, name: str) -> None:
        inner = getattr(owner, method)

        def outer(*arguments: object) -> object:
            began = time.perf_counter()
            try:
                return inner(*arguments)
            finally:
                spent[name] = spent.get(name, 0.0) + time.perf_counter() - began

        setattr(owner, method, outer)

    timed(Search, "_expand", "expand: rows, operations, packing")
    timed(Search, "_insert", "insert: visited set, properties")
    timed(Search, "_collect", "fill tables: handlers, native composition")
    timed(Store, "make_room", "  of inserting: growing the visited set")
    result = explore(model(3, 1), symmetry=False, workers=1)
    shown = table("Where the time goes: 3 proposers, 1 value, 1 core", "part", "seconds", "share")
    for name, seconds in spent.items():
        shown.add_row(name, f"{seconds:.2f}", f"{seconds / result.seconds:.0%}")
    shown.add_row("in all", f"{result.seconds:.2f}", "")
    CONSOLE.print(shown)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="148 million states too")
    large = parser.parse_args().large
    explore(model(1, 1))  # compile
    against_the_reference()
    try:
        against_spin(1, peers=PEERS, rounds=3)
        against_spin(2, peers={PACKED: PEERS[PACKED]}, rounds=1)
    except SpinError as error:
        CONSOLE.print(f"no comparison with Spin: {error}")
    growing(large=large)
    profile()


if __name__ == "__main__":
    main()
