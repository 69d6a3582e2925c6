"""The command ``paxiom simulate``: what it prints, with which exit code, and always the same."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from paxiom.model_check.traces import trace_file
from support.command import ENDLESS, Run, spawn

FILE = """
from paxiom.impl.paxos import Paxos
from paxiom.model_check.model import Faults
from paxiom.model_check.models.paxos import paxos


class Stubborn(Paxos):
    def value_to_propose(self, proposer):
        return proposer.value


broken = paxos(protocol=Stubborn, ballots=2, faults=Faults(crashes=1))
sound = paxos(ballots=3, faults=Faults(crashes=1))


def options(*, nodes: int = 2):
    return paxos(nodes=nodes, ballots=1)
"""


def outcome(folder: Path, hash_seed: str, *arguments: str) -> dict[str, Any]:
    """Run the command in a Python of its own; keep what must not vary."""
    words = ("simulate", *arguments, "--json")
    ran = spawn(*words, cwd=folder, PYTHONHASHSEED=hash_seed)
    document: dict[str, Any] = json.loads(ran.out)
    assert ran.code == {"VIOLATED": 1, "INCOMPLETE": 3}[document["verdict"]], ran.err
    varying = {"seconds", "compile_seconds", "workers"}
    return {name: value for name, value in document.items() if name not in varying}


@pytest.mark.parametrize(("name", "verdict"), [("broken", "VIOLATED"), ("sound", "INCOMPLETE")])
def test_hash_seeds_make_no_difference(tmp_path: Path, name: str, verdict: str) -> None:
    """The whole JSON document, on one worker or two."""
    (tmp_path / "models.py").write_text(FILE)
    runs = [
        outcome(tmp_path, seed, f"models.py:{name}", "--walks", "2000", "--workers", workers)
        for seed, workers in (("0", "1"), ("4242", "2"))
    ]

    assert runs[0] == runs[1]
    assert runs[0]["verdict"] == verdict
    assert runs[0]["simulation"]["walks"] <= 2000


@pytest.fixture
def simulate(paxiom: Run, tmp_path: Path) -> Run:
    """Run ``paxiom simulate`` in this process, where models.py and endless.py are."""
    (tmp_path / "models.py").write_text(FILE)
    (tmp_path / "endless.py").write_text(ENDLESS)
    return partial(paxiom, "simulate")


def test_a_violation_exits_with_1_and_shows_and_saves_its_trace(
    simulate: Run, tmp_path: Path
) -> None:
    code, out, _ = simulate("models.py:broken", "--seed", "3", "--trace", "trace.json")

    assert code == 1
    assert out.startswith("VIOLATED")
    assert "agreement" in out
    saved = trace_file.load(tmp_path / "trace.json", sys.stdin.buffer)
    assert saved["property"]["name"] == "agreement"
    assert f"after {len(saved['steps'])} steps" in out


def test_nothing_found_exits_with_3_and_claims_nothing(simulate: Run) -> None:
    code, out, _ = simulate("models.py:options", "--nodes", "3", "--walks", "500", "--depth", "40")

    assert code == 3
    assert out.startswith("INCOMPLETE")
    assert "500 random walks of up to 40 steps; nothing is claimed" in " ".join(out.split())
    assert "holds so far" in out
    assert "HOLDS" not in out
    assert "uniform among all possible steps, faults, losses and what" in out
    assert "distinct" in out


def test_json_says_what_was_covered(simulate: Run) -> None:
    code, out, _ = simulate("models.py:options", "--walks", "1k", "--rarity", "1", "--json")
    document = json.loads(out)

    assert code == 3
    assert document["verdict"] == "INCOMPLETE"
    assert document["explorer"] == "simulation"
    assert document["simulation"] == {
        "walks": 1000,
        "limit": 100,
        "stuck": 1000,
        "seed": 0,
        "rarity": 1,
        "exact": True,
    }


def test_an_interrupted_simulation_exits_with_130_and_says_what_is_known(simulate: Run) -> None:
    code, out, _ = simulate("endless.py", "--depth", "100000")

    assert code == 130
    assert "INCOMPLETE" in out
    assert "interrupted" in out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((), "which model?"),
        (("nothing",), "there is no built-in model 'nothing'"),
        (("paxos", "--walks", "0"), "--walks takes a number above 0"),
        (("paxos", "--walks", "many"), "--walks takes a number above 0"),
        (("paxos", "--depth", "0"), "--depth"),
        (("paxos", "--seed", "-1"), "--seed"),
        (("paxos", "--rarity", "0"), "--rarity"),
        (("paxos", "--max-seconds", "0"), "--max-seconds takes a number above 0"),
        (("paxos", "--nodez", "3"), "no option --nodez (did you mean --nodes?)"),
        (("models.py:options", "--trace", "no/such/place"), "cannot write to no/such/place"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_refused(
    simulate: Run, words: tuple[str, ...], complaint: str
) -> None:
    """With exit code 2, and nothing on standard output."""
    code, out, err = simulate(*words)

    assert code == 2
    assert out == ""
    assert complaint in " ".join(err.split())
    assert "Traceback" not in err


def test_help_names_the_options_of_the_model_too(simulate: Run) -> None:
    code, out, _ = simulate("paxos", "--help")

    assert code == 0
    assert "--walks" in out
    assert "--ballots INT" in out


def test_progress_is_told_on_a_plain_stream(tmp_path: Path) -> None:
    """Walks, steps and a rate, on standard error alone, once it takes long enough."""
    (tmp_path / "slow.py").write_text(SLOW)
    ran = spawn("simulate", "slow.py", "--walks", "1G", "--max-seconds", "1", cwd=tmp_path)

    assert ran.code == 3
    assert "walks" in ran.err
    assert "steps/s" in ran.err


SLOW = """
from paxiom.model_check import progress
from paxiom.model_check.models.paxos import paxos

progress.PLAIN_SECONDS = 0.3
model = paxos(nodes=3, ballots=3)
"""
