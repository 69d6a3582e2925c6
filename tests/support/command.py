"""Running the command in tests."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

COMMAND = (sys.executable, "-P", "-c", "from paxiom.model_check.cli import main; main()")

SMALL = ("paxos", "--nodes", "2", "--ballots", "2", "--reference")

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

# Paxos with a bug, and what is no model beside it.
STUBBORN = """
from paxiom.impl.paxos import Paxos
from paxiom.model_check.model import Faults, Network
from paxiom.model_check.models.paxos import paxos

class Stubborn(Paxos):
    def value_to_propose(self, proposer):
        return proposer.value

def model(*, nodes: int = 2, ballots=2, name: str | None = None, faults: Faults = Faults()):
    '''Paxos without P2c.'''
    return paxos(protocol=Stubborn, nodes=nodes, ballots=ballots, faults=faults)

made = model()
needy_default = 3

def needy(*, size: int):
    return paxos(nodes=size)

def wrong():
    return 7
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


def write(path: str, text: str) -> str:
    """Write a file in the directory that the command runs in, and give its path."""
    Path(path).write_text(text)
    return path
