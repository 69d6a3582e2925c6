"""Counts that no memory holds: each is refused, with its limits, before anything is made of it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from paxiom.impl.names import MOST_LABELS, NodeId, Value, node_ids, values
from paxiom.model_check import load
from paxiom.model_check.load_spec import PREFIX, target
from paxiom.model_check.options import Option
from paxiom.spec.relational import SPECS
from support.command import Run, refused

HUGE = "99999999999999999999"
SMALL = ("paxos", "--nodes", "2", "--ballots", "2")
OF_QUORUMS = ("--phase1", "--phase2", "--ask", "--store")  # refused by the quorum that they make
OF_GRIDS = ("--rows",)


def models() -> Iterator[tuple[str, tuple[Option, ...]]]:
    """Name every model that is built in, and every spec that sizes make a model."""
    for name, factory in load.built_in().items():
        yield name, load.Target(name, factory).options()
    for name in SPECS:
        yield PREFIX + name, target(PREFIX + name).options()


COUNTS = [
    (name, str(option)) for name, options in models() for option in options if option.kind is int
]


@pytest.mark.parametrize(("name", "option"), COUNTS)
def test_a_count_beyond_all_memory_is_refused(paxiom: Run, name: str, option: str) -> None:
    lossy = ("--lossy",) if option == "--drops" else ()
    message = refused(paxiom("check", name, *lossy, option, HUGE))

    assert HUGE in message
    if option in OF_QUORUMS and not name.startswith(PREFIX):
        assert "choose 1 to 3" in message
    elif option in OF_GRIDS:
        assert "rows of the same length" in message
    else:
        named = option.removeprefix("--").removesuffix("s")
        assert re.search(f"{named}s? must be [01] to [0-9]", message)


@pytest.mark.parametrize("option", ["--ballots", "--asks", "--crashes", "--capacity"])
def test_a_count_that_is_large_but_possible_is_searched(paxiom: Run, option: str) -> None:
    ran = paxiom("check", "paxos", option, "1000000", "--reference", "--max-states", "50")

    assert ran.code == 3
    assert ran.out.startswith("INCOMPLETE  paxos: ")


@pytest.mark.parametrize("names", [node_ids, values])
def test_there_are_so_many_names_and_no_more(
    names: Callable[[int], tuple[NodeId | Value, ...]],
) -> None:
    assert len(set(names(MOST_LABELS))) == MOST_LABELS
    with pytest.raises(ValueError, match="1001 names; there are up to 1,000 of a kind"):
        names(MOST_LABELS + 1)


def test_a_model_of_ones_own_is_refused_by_its_line(paxiom: Run) -> None:
    Path("mine.py").write_text(
        "from paxiom.impl.names import node_ids\n\n\n"
        "def model(*, servers: int = 3):\n"
        "    nodes = node_ids(servers)\n"
    )

    assert f"line 5: ValueError: {HUGE} names" in refused(
        paxiom("check", "mine.py", "--servers", HUGE)
    )


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("check", *SMALL, "--workers", HUGE), "--workers"),
        (("check", *SMALL, "--max-states", HUGE), "--max-states takes a number above 0 and up to"),
        (("check", *SMALL, "--max-states", "9" * 400), "--max-states takes a number above 0"),
        (("check", *SMALL, "--max-memory", f"{HUGE}GB"), "--max-memory takes a number above 0"),
        (("simulate", *SMALL, "--walks", HUGE), "--walks takes a number above 0 and up to"),
        (("simulate", *SMALL, "--depth", HUGE), "--depth"),
        (("simulate", *SMALL, "--rarity", HUGE), "--rarity"),
        (("simulate", *SMALL, "--seed", HUGE), "--seed"),
        (("verify", *SMALL, "--workers", HUGE), "--workers"),
        (("verify", "paxos", "--nodes", HUGE), "nodes must be 1 to 1,000"),
        (("graph", "paxos", "--nodes", HUGE, "--to", "dot"), "nodes must be 1 to 1,000"),
        (("graph", *SMALL, "--to", "dot", "--max-states", HUGE), "--max-states takes a number"),
        (("explore", "paxos", "--nodes", HUGE), "nodes must be 1 to 1,000"),
        (("explore", *SMALL, "--port", HUGE), "--port"),
        (("prove", "paxos", "--seeds", HUGE), "--seeds"),
        (("prove", "paxos", "--workers", HUGE), "--workers"),
        (("quorums", "--nodes", HUGE), "--nodes"),
        (("compare", "--explore", HUGE), "--explore"),
        (("compare", "--explore", "1", "--rounds", HUGE), "--rounds"),
        (("bugs", "P03", "--workers", HUGE), "--workers"),
        (("why", "paxos.may_vote", "--workers", HUGE), "--workers"),
    ],
)
def test_no_command_takes_more_than_it_can(
    paxiom: Run, words: tuple[str, ...], reason: str
) -> None:
    assert reason in refused(paxiom(*words))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("spec:paxos", "--node", "20"), "more than 5,000 sets of 11 of 20; choose a smaller node"),
        (("paxos", "--nodes", "13", "--refinement"), "nodes must be 1 to 12, not 13"),
        (("raft", "--nodes", "99"), "more than 10^15 ways"),
        (("paxos", "--nodes", "15"), "15 nodes; the engine takes up to 14, and only paxiom check"),
    ],
)
def test_sets_and_permutations_are_counted_before_they_are_made(
    paxiom: Run, words: tuple[str, ...], reason: str
) -> None:
    assert reason in refused(paxiom("check", *words))
