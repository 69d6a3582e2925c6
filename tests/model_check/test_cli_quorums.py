"""The command ``paxiom quorums``, and that its figures are those of runs."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from paxiom.model_check.engine import explore
from paxiom.model_check.model import Delivery, Model, ModelError, Network
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.reports.quorum_table import DOCUMENT
from paxiom.model_check.result import Verdict
from support.command import refused, spawn

# What was ever sent may arrive at any time, or never: fewer states than if each arrives once.
ANY = Network(delivery=Delivery.DUPLICATING)


def test_the_table_is_shown(tmp_path: Path) -> None:
    ran = spawn("quorums", "--nodes", "4", cwd=tmp_path)
    lines = [line.split() for line in ran.out.splitlines()]

    assert ran.code == 0
    assert ["majorities", "0", "0", "1", "1"] in lines
    assert ["half,", "rounded", "up", "0", "x", "1", "x"] in lines
    assert "half, rounded up, 2 nodes: {n1} and {n2}." in ran.out
    assert ["5", "5", "1", "yes", "no", "0", "4"] in lines


def test_four_nodes_bear_one_stop_and_five_bear_two(tmp_path: Path) -> None:
    """The source document has two for both."""
    ran = spawn("quorums", "--json", "--nodes", "5", cwd=tmp_path)
    systems = {each["name"]: each["nodes"] for each in json.loads(ran.out)["systems"]}
    _, _, _, four, five = systems["majorities"]

    assert (four["asking_survives"], four["writing_survives"]) == (1, 1)
    assert (five["asking_survives"], five["writing_survives"]) == (2, 2)


@pytest.mark.parametrize("nodes", ["0", "10", "many"])
def test_a_number_of_nodes_out_of_range_is_refused(nodes: str, tmp_path: Path) -> None:
    assert "--nodes" in refused(spawn("quorums", "--nodes", nodes, cwd=tmp_path))


# --- what the document's sizes come to in Paxos: to ask is phase 1, to write is phase 2 -----------


def deciding(nodes: int, phase1: int, phase2: int, network: Network = Network()) -> Model:
    """Two ballots; acceptors that do not propose may change places."""
    model = paxos(nodes=nodes, ballots=2, phase1=phase1, phase2=phase2, network=network)
    return replace(model, symmetry=(*model.symmetry, model.nodes[2:]))


# Of what the document names, 1 of 5 for phase 1 is not exhausted: 52 million orbits in 19 steps.
@pytest.mark.parametrize(
    ("nodes", "phase1", "phase2", "network"),
    [
        (5, 5, 1, Network()),
        pytest.param(4, 2, 3, ANY, marks=pytest.mark.slow),
        pytest.param(5, 3, 3, ANY, marks=pytest.mark.slow),
    ],
)
def test_sizes_that_meet_are_safe_in_paxos(
    nodes: int, phase1: int, phase2: int, network: Network
) -> None:
    """Whether or not quorums of phase 2 meet each other: (5, 5, 1) has two that do not."""
    assert (nodes, phase1, phase2) in DOCUMENT

    result = explore(deciding(nodes, phase1, phase2, network))

    assert result.verdict is Verdict.HOLDS
    assert result.witnesses["some decision"]


@pytest.mark.parametrize(
    ("nodes", "phase1", "phase2"),
    [
        (4, 3, 1),
        pytest.param(4, 1, 3, marks=pytest.mark.slow),
        pytest.param(5, 4, 1, marks=pytest.mark.slow),
    ],
)
def test_sizes_one_short_are_not(nodes: int, phase1: int, phase2: int) -> None:
    """Two ballots decide: each takes a request, and a message and its answer from each quorum."""
    result = explore(deciding(nodes, phase1, phase2))

    assert result.violation is not None
    assert result.violation.name == "agreement"
    assert len(result.violation.trace) == 2 * (1 + 2 * phase1 + 2 * phase2)


def test_a_row_and_a_column_are_safe_in_paxos() -> None:
    result = explore(paxos(nodes=4, ballots=2, rows=2))

    assert result.verdict is Verdict.HOLDS
    assert result.witnesses["some decision"]


def test_a_row_and_any_node_are_not() -> None:
    """Two ballots decide: a request, two promises and one vote each."""
    result = explore(paxos(nodes=4, ballots=2, rows=2, phase2=1))

    assert result.violation is not None
    assert (result.violation.name, len(result.violation.trace)) == ("agreement", 14)


@pytest.mark.parametrize("rows", [0, 2, 4])
def test_a_grid_must_be_full(rows: int) -> None:
    with pytest.raises(ModelError, match=f"3 nodes cannot stand in {rows} rows"):
        paxos(nodes=3, rows=rows)
