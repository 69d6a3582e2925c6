"""Paxos in Spin: build the verifier of a Promela model, run it, and read what it reports.

The peer that our engine is measured against. Spin (Holzmann, "The Spin Model Checker", 2003)
turns a Promela model into a C program, pan, that visits every state of that model and no other.

    python benchmarks/spin.py --proposers 3 --values 1

prints one line for each way of building pan. ``FASTEST`` is the one to compare with: of all that
were tried it is the fastest, though those near it differ by no more than a busy machine does.

paxos.pml is written for speed. ``--model paxos_channels`` is the same state space as one usually
writes Promela: a process per node, messages in channels.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MODEL = Path(__file__).with_name("paxos.pml")
CHANNELS = Path(__file__).with_name("paxos_channels.pml")
MODELS = {model.stem: model for model in (MODEL, CHANNELS)}
MIB = 1024 * 1024
DEPTH = 1000  # room on the search stack; the longest path is 11 steps per proposer


class SpinError(RuntimeError):
    """Spin or gcc is missing, or did not do what it was asked for; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """How pan is compiled and run: all of Spin's settings that bear on speed."""

    optimize: str = "-O2"
    defines: tuple[str, ...] = ("SAFETY", "NOREDUCE", "NOFAIR", "NOCOMP", "NOVSZ", "NO_RESIZE")
    huge_pages: bool = True  # NumPy asks the kernel for them by itself; glibc has to be told


FASTEST = Build()
PLAIN = ("SAFETY", "NOREDUCE", "NOFAIR")
BUILDS = {
    "fastest": FASTEST,
    "with -O3": Build(optimize="-O3"),
    "without huge pages": Build(huge_pages=False),
    "plain": Build(defines=PLAIN, huge_pages=False),
    "plain -DBFS": Build(defines=(*PLAIN, "BFS"), huge_pages=False),
    "plain -DCOLLAPSE": Build(defines=(*PLAIN, "COLLAPSE"), huge_pages=False),
}


@dataclass(frozen=True, slots=True)
class SpinResult:
    """What pan found, and what it took; the time is that of pan alone, not of compiling it."""

    states: int
    transitions: int  # counted as we do: Spin adds one for entering the initial state
    depth: int
    seconds: float  # elapsed, starting and ending the process included
    cpu_seconds: float  # what it computed; less than elapsed if others wanted the processor
    memory: int  # bytes that pan asked for
    vector: int  # bytes of one state vector


def run(
    proposers: int,
    values: int,
    *,
    model: Path = MODEL,
    nodes: int = 3,
    build: Build = FASTEST,
    repeats: int = 1,
    hash_bits: int | None = None,
    memory: int = 12 << 30,
) -> SpinResult:
    """Explore Paxos exhaustively on one core; the fastest of ``repeats`` runs.

    ``hash_bits`` is the logarithm of the size of the hash table, by default such that it is
    between a quarter and half full for three nodes. ``memory`` is the limit in bytes.
    """
    if nodes not in (2, 3) or proposers not in range(1, nodes + 1) or values not in (1, 2):
        msg = f"{model.name} has no {nodes} nodes with {proposers} proposers and {values} values"
        raise ValueError(msg)
    sizes = {"NODES": nodes, "PROPOSERS": proposers, "VALUES": values}
    expected = (1 + 176 * values) ** proposers
    bits = hash_bits or max(expected.bit_length() + 1, 10)
    with tempfile.TemporaryDirectory(prefix="paxiom-spin-") as folder:
        pan = _compile(Path(folder), model, sizes, build, memory)
        options = (f"-m{DEPTH}", f"-w{bits}")
        return min(
            (_verify(pan, options, build) for _ in range(repeats)),
            key=lambda result: result.seconds,
        )


def version() -> str:
    """Name the versions of Spin and gcc."""
    spin = _call((_find("spin"), "-V"), Path.cwd()).strip()
    gcc = _call((_find("gcc"), "--version"), Path.cwd()).splitlines()[0]
    return f"{spin}; {gcc}"


def _find(program: str) -> str:
    """Where ``program`` is installed."""
    found = shutil.which(program)
    if found is None:
        msg = f"{program} is not installed; on Debian: apt-get install spin gcc"
        raise SpinError(msg)
    return found


def _compile(folder: Path, model: Path, sizes: dict[str, int], build: Build, memory: int) -> Path:
    """Generate pan from ``model`` and compile it."""
    spin, gcc = _find("spin"), _find("gcc")
    shutil.copy(model, folder)
    settings = [f"-D{name}={value}" for name, value in sizes.items()]
    _call((spin, *settings, "-a", model.name), folder)
    source = folder / "pan.c"
    # Counts are printed to eight digits; with three proposers and two values they have nine.
    exact = source.read_text(encoding="latin-1").replace("%9.8g", "%9.17g")
    source.write_text(exact, encoding="latin-1")
    defines = [f"-D{each}" for each in (*build.defines, f"MEMLIM={memory // MIB}")]
    _call((gcc, build.optimize, "-w", *defines, "-o", "pan", "pan.c"), folder)
    return folder / "pan"


def _call(command: tuple[str, ...], folder: Path) -> str:
    """Run a tool that must succeed, and return what it prints."""
    done = subprocess.run(  # noqa: S603 - our own command line
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        msg = f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"
        raise SpinError(msg)
    return done.stdout


def _verify(pan: Path, options: tuple[str, ...], build: Build) -> SpinResult:
    """Run pan once."""
    environment = dict(os.environ)
    if build.huge_pages:
        environment["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1"
    log = pan.with_name("log")
    with log.open("w", encoding="latin-1") as output:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - the program built above
            (str(pan), *options),
            cwd=pan.parent,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return _read(log.read_text(encoding="latin-1"), seconds, cpu_seconds)


def _read(report: str, seconds: float, cpu_seconds: float) -> SpinResult:
    """Take the figures from pan's report, unless the search was not exhaustive and exact."""
    exact = "Full statespace search" in report and "Partial Order Reduction" not in report
    cut_short = ("Search not completed", "depth too small", "MEMLIM bound", "out of memory")
    no_errors = re.search(r"errors: 0\b", report)
    if not (exact and no_errors) or any(sign in report for sign in cut_short):
        msg = f"not an exhaustive search without errors:\n{report}"
        raise SpinError(msg)

    def figure(pattern: str) -> float:
        found = re.search(pattern, report)
        if found is None:
            msg = f"no {pattern!r} in the report:\n{report}"
            raise SpinError(msg)
        return float(found[1])

    return SpinResult(
        states=int(figure(r"(\S+) states, stored")),
        transitions=int(figure(r"(\S+) transitions \(= ")) - 1,
        depth=int(figure(r"depth reached (\d+)")),
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        memory=round(figure(r"(\S+)\t(?:total actual memory|memory) usage") * MIB),
        vector=int(figure(r"State-vector (\d+) byte")),
    )


def _table(sizes: argparse.Namespace, builds: Iterable[str]) -> None:
    """Print a line for each build."""
    print(f"{version()}; {sizes.model}: {sizes.nodes} nodes, ", end="")
    print(f"{sizes.proposers} proposers, {sizes.values} values")
    print(f"{'':20}{'states':>12}{'transitions':>13}{'s':>8}{'cpu s':>8}", end="")
    print(f"{'M trans/s':>11}{'M states/s':>12}{'MiB':>7}")
    for name in builds:
        found = run(
            sizes.proposers,
            sizes.values,
            model=MODELS[sizes.model],
            nodes=sizes.nodes,
            build=BUILDS[name],
            repeats=sizes.repeats,
        )
        print(f"{name:20}{found.states:12,}{found.transitions:13,}", end="")
        print(f"{found.seconds:8.2f}{found.cpu_seconds:8.2f}", end="")
        print(f"{found.transitions / found.seconds / 1e6:11.2f}", end="")
        print(f"{found.states / found.seconds / 1e6:12.2f}{found.memory / MIB:7.0f}", flush=True)


def main() -> int:
    """Read the command line; print the table."""
    parser = argparse.ArgumentParser(description="Single-decree Paxos in Spin.")
    parser.add_argument("--model", choices=MODELS, default=MODEL.stem)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--proposers", type=int, default=3)
    parser.add_argument("--values", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3, help="runs of each; the fastest counts")
    parser.add_argument("--build", choices=BUILDS, action="append", help="by default all")
    sizes = parser.parse_args()
    try:
        _table(sizes, sizes.build or BUILDS)
    except (SpinError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
