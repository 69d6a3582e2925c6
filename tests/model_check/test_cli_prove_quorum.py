"""``paxiom prove quorum``: theorems proved and tight, mistakes refuted, and what is not so told."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from paxiom.model_check import quorum_proving
from paxiom.proofs.quorum import MISTAKES, THEOREMS
from paxiom.proofs.quorum.counting import N, Named, Statement
from paxiom.proofs.second import by_cvc5
from paxiom.proofs.solving import Answer
from support.command import Run

A, B = Named("A"), Named("B")
SLACK = Statement(
    "supermajorities meet",
    "True, and more than is needed.",
    ((3 * A.size > 2 * N, 3 * B.size > 2 * N),),
    ((A & B).size >= 1,),
    "this test",
)


def put(
    monkeypatch: pytest.MonkeyPatch, theorems: list[Statement], mistakes: list[Statement]
) -> None:
    """Put these for the statements that there are."""
    named = ("THEOREMS", theorems), ("MISTAKES", mistakes)
    for name, statements in named:
        made: Mapping[str, Statement] = {each.name: each for each in statements}
        monkeypatch.setattr(quorum_proving, name, made)


def test_all_theorems_hold_and_are_tight(paxiom: Run) -> None:
    ran = paxiom("prove", "quorum")
    heads, numbers = ran.out.splitlines()[:2]

    assert ran.code == 0
    assert ran.err == ""
    assert heads.split() == [
        *("quorums", "theorems", "proved", "tight"),
        *("bridges", "cvc5", "mistakes", "time"),
    ]
    assert numbers.split()[3:] == [
        *("25", "25", "25", "17", "of", "17"),
        *("-", "7", "of", "7", "refuted"),
        *numbers.split()[-2:],
    ]
    for name in THEOREMS:
        assert f"PROVED  {name}\n" in ran.out
    for name in MISTAKES:
        assert f"REFUTED  {name}\n" in ran.out
    assert "induction over the natural numbers" in " ".join(ran.out.split())


def test_json_has_the_counterexample_of_each_looser_rule(paxiom: Run) -> None:
    pytest.importorskip("cvc5")
    ran = paxiom("prove", "quorum", "--second", "--json")
    document = json.loads(ran.out)
    found = {each["name"]: each for each in document["quorums"]["theorems"]}

    assert ran.code == 0
    assert document["specs"] == []
    assert list(found) == list(THEOREMS)
    for name, each in found.items():
        assert (each["outcome"], each["second"], each["verdict"]) == ("proved", "unsat", "proved")
        assert len(each["looser"]) == len(THEOREMS[name].hypotheses)
        assert all(loose["counterexample"].startswith("n=") for loose in each["looser"])
    assert found["majorities meet"]["looser"][0]["counterexample"] == "n=2, A={1}, B={2}"
    assert found["majorities meet"]["bridge"]["second"] == dict.fromkeys(
        ("base", "step", "use"), "unsat"
    )
    assert found["overlap"]["bridge"] is None  # it counts nodes, and names none


@pytest.mark.parametrize(
    ("theorems", "mistakes", "told"),
    [
        (
            [SLACK],
            [],
            "not tight with 3|A| ≥ 2n ∧ 3|B| ≥ 2n for",
        ),
        ([MISTAKES["write quorums meet"]], [], "but n=2, R=2, W=1, A={1}, B={2}"),
        ([], [THEOREMS["majorities meet"]], "PROVED majorities meet"),
    ],
)
def test_what_is_not_as_it_should_be_exits_with_1(
    paxiom: Run,
    monkeypatch: pytest.MonkeyPatch,
    theorems: list[Statement],
    mistakes: list[Statement],
    told: str,
) -> None:
    put(monkeypatch, theorems, mistakes)
    ran = paxiom("prove", "consensus", "quorum")

    assert ran.code == 1
    assert told in " ".join(ran.out.split())


def test_what_a_solver_does_not_know_exits_with_3(
    paxiom: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(monkeypatch, [THEOREMS["majorities meet"]], [])
    monkeypatch.setattr("paxiom.proofs.quorum.solving.answer_of", lambda *_: Answer.UNKNOWN)

    assert paxiom("prove", "quorum").code == 3


def test_an_interrupted_proof_tells_what_is_known(
    paxiom: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(quorum_proving, "prove_theorem", interrupted)
    ran = paxiom("prove", "quorum")

    assert ran.code == 130
    assert "0 of 25 tried" in ran.out


def test_theorems_are_written_as_smt_lib(
    paxiom: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("cvc5")
    put(monkeypatch, [THEOREMS["overlap"], THEOREMS["weighted majorities meet"]], [])
    assert paxiom("prove", "quorum", "--smtlib", "out").code == 0
    written = sorted((tmp_path / "out" / "quorum").glob("*.smt2"))

    assert [each.name for each in written] == [
        "001-overlap.smt2",
        "002-weighted-majorities-meet.smt2",
    ]
    assert {by_cvc5(each.read_text()) for each in written} == {Answer.UNSAT}


def test_theorems_are_shown_as_mathematics(paxiom: Run) -> None:
    ran = paxiom("prove", "quorum", "--show")

    assert ran.code == 0
    assert "  majorities meet: 2|A| > n ∧ 2|B| > n → |A ∩ B| ≥ 1" in ran.out.splitlines()
