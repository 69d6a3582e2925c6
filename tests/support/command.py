"""Running the command in tests."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

COMMAND = (sys.executable, "-P", "-c", "from paxiom.model_check.cli import main; main()")

# A model without end, which interrupts the process that searches it.
ENDLESS = """
import os, signal
from paxiom.impl.names import node_ids
from paxiom.impl.protocol import Protocol, Step
from paxiom.model_check.model import Model

class Endless(Protocol):
    nodes = node_ids(1)

    def start(self, node):
        return Step(0)

    def receive(self, state, source, message):
        return None

    def timers(self, state):
        return ("tick",)

    def fire(self, state, timer):
        if state == 500:
            os.kill(os.getpid(), signal.SIGINT)
        return Step(state + 1)

model = Model(name="endless", protocol=Endless(), properties=())
"""


class Ran(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def spawn(*words: str, cwd: Path, **variables: str) -> Ran:
    """Run the command in a process of its own."""
    ran = subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, *words],
        cwd=cwd,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def refused(ran: Ran) -> str:
    """Return the message of a command that was refused, politely."""
    assert ran.code == 2
    assert ran.out == ""
    assert "Traceback" not in ran.err
    return " ".join(ran.err.split())
