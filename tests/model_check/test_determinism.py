"""The same command gives the same result, whatever Python's hash seed and however many workers."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BROKEN = """
from paxiom.impl.paxos import Paxos
from paxiom.model_check.model import Faults, Network
from paxiom.model_check.models.paxos import paxos


class Forgetful(Paxos):
    def value_to_propose(self, proposer):
        return proposer.value


model = paxos(protocol=Forgetful, nodes=2, ballots=2, network=Network(lossy=True, drops=1))
faulty = paxos(nodes=2, ballots=2, faults=Faults(crashes=1))
"""
VARYING = {"seconds", "compile_seconds", "memory", "workers", "rate"}


def outcome(folder: Path, seed: str, *arguments: str) -> dict[str, Any]:
    """Run the command in a Python of its own; keep what must not vary."""
    command = "from paxiom.model_check.cli import main; main()"
    process = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-P", "-c", command, "check", *arguments, "--json"],
        cwd=folder,
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode in (0, 1), process.stderr
    document: dict[str, Any] = json.loads(process.stdout)
    return {name: value for name, value in document.items() if name not in VARYING}


@pytest.mark.parametrize("name", ["model", "faulty"])
def test_hash_seeds_and_workers_make_no_difference(tmp_path: Path, name: str) -> None:
    """Counts, actions, verdict and every step of the trace."""
    (tmp_path / "broken.py").write_text(BROKEN)
    runs = [
        outcome(tmp_path, seed, f"broken.py:{name}", "--workers", workers)
        for seed, workers in (("0", "1"), ("1", "2"), ("4242", "2"))
    ]

    assert runs[0] == runs[1] == runs[2]


def test_the_reference_explorer_is_deterministic_too(tmp_path: Path) -> None:
    """Its trace is the first found, in an order that does not depend on hashes."""
    (tmp_path / "broken.py").write_text(BROKEN)
    runs = [outcome(tmp_path, seed, "broken.py:model", "--reference") for seed in ("0", "4242")]

    assert runs[0] == runs[1]
