"""``paxiom prove``: what it proves, refutes and refuses, and with which exit code."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from paxiom.model_check import proving
from paxiom.proofs.prove import Options, Proof, prove_all
from paxiom.spec.logic.system import System
from paxiom.spec.relational import SPECS
from support.command import Run, refused

LOCK = '''
from paxiom.spec.logic.formulas import *
from paxiom.spec.logic.system import *

class Member(Sort):
    """A member."""

class Good(Spec):
    """One holder at a time."""

    holds: Relation[Member]

    @action
    def take(self, m: Member) -> Action:
        return when(forall(Member, lambda other: ~self.holds(other))).then(self.holds.add(m))

    @safety
    def exclusion(self, m: Member, other: Member) -> Formula:
        return implies(self.holds(m) & self.holds(other), m == other)

    @reachable("take")
    def taken(self, m: Member) -> Formula:
        return self.holds(m)

class Careless(Good):
    @action
    def take(self, m: Member) -> Action:
        return when().then(self.holds.add(m))

class Contradictory(Careless):
    @axiom
    def nobody_is_itself(self, m: Member) -> Formula:
        return m != m

class Idle(Good):
    @action
    def take(self, m: Member) -> Action:
        return when(forall(Member, lambda other: ~self.holds(other)), m == m).then(
            self.holds.add(m)
        )

class Chained(Good):
    @safety
    def exclusion(self, m: Member, other: Member) -> Formula:
        return self.holds(m) and self.holds(other)

class Foreign(Good):
    @safety
    def exclusion(self, m: Member) -> Formula:
        return Relation("elsewhere", (Member,))(m)

class Empty(Spec):
    holds: Relation[Member]

seven = 7
'''

AND_LINE = LOCK[: LOCK.index("self.holds(m) and")].count("\n") + 1


@pytest.fixture
def lock(tmp_path: Path) -> str:
    """Write the specs of this module to a file."""
    (tmp_path / "lock.py").write_text(LOCK)
    return "lock.py"


def told(out: str) -> str:
    """Return what was printed as one line."""
    return " ".join(out.split())


def test_what_is_proved_exits_with_0(paxiom: Run) -> None:
    ran = paxiom("prove", "consensus", "replicated-log")

    assert ran.code == 0
    assert ran.err == ""
    heads, *rows = ran.out.splitlines()[:3]
    assert heads.split()[:4] == ["spec", "obligations", "proved", "time"]
    assert [row.split()[:3] for row in rows] == [
        ["consensus", "2", "2"],
        ["replicated-log", "2", "2"],
    ]
    assert "Assumed: the axioms; the induction over steps" in told(ran.out)


def test_a_missing_guard_is_shown_by_a_step_that_breaks_safety(paxiom: Run, lock: str) -> None:
    ran = paxiom("prove", f"{lock}:Careless")
    shown = told(ran.out)

    assert ran.code == 1
    assert "REFUTED" in shown
    assert "refuted take: exclusion" in shown
    assert "Possibly unreachable" in shown
    assert "elements member0, member1" in shown
    assert "changes + holds(member" in shown
    assert "falls exclusion: ∀ m: Member, other: Member." in shown


def test_inconsistent_axioms_prove_nothing(paxiom: Run, lock: str) -> None:
    ran = paxiom("prove", f"{lock}:Contradictory", "--json")
    (spec,) = json.loads(ran.out)["specs"]

    assert ran.code == 1
    assert spec["proved"] == spec["obligations"]
    assert spec["verdict"] == "vacuous"
    assert {each["answer"] for each in spec["checks"]} == {"unsat"}
    assert "impossible: axioms and first state" in told(
        paxiom("prove", f"{lock}:Contradictory").out
    )


def test_a_guard_that_no_proof_needs_is_a_wrong_audit(paxiom: Run, lock: str) -> None:
    assert paxiom("prove", f"{lock}:Good", "--audit").code == 0

    ran = paxiom("prove", f"{lock}:Idle", "--audit")

    assert ran.code == 1
    assert "wrong guard take[1]: m = m" in told(ran.out)


def test_json_says_all_of_a_spec(paxiom: Run, lock: str) -> None:
    good, careless = json.loads(paxiom("prove", f"{lock}:Good", f"{lock}:Careless", "--json").out)[
        "specs"
    ]

    assert good["verdict"] == "proved"
    assert good["audit"] is None
    assert [each["name"] for each in good["proofs"]] == ["initially: exclusion", "take: exclusion"]
    assert [each["outcome"] for each in good["proofs"]] == ["proved", "proved"]
    assert [each["name"] for each in good["checks"]][-1] == "reachable: taken"
    found = careless["proofs"][1]["counterexample"]
    assert found["possibly_unreachable"]
    assert found["action"] == "take"
    assert found["falls"] == "exclusion"
    assert len(found["before"]["holds"]) == 1
    assert len(found["changes"]) == 1


def test_further_seeds_and_cvc5_are_counted(paxiom: Run, lock: str) -> None:
    pytest.importorskip("cvc5")
    ran = paxiom("prove", f"{lock}:Good", "--second", "--seeds", "2", "--json")
    (spec,) = json.loads(ran.out)["specs"]

    assert ran.code == 0
    assert [each["second"] for each in spec["proofs"]] == ["unsat", "unsat"]
    assert [each["seeds"] for each in spec["proofs"]] == [2, 2]


def test_each_obligation_is_written_as_smt_lib(paxiom: Run, lock: str, tmp_path: Path) -> None:
    ran = paxiom("prove", f"{lock}:Good", "--smtlib", "out")
    written = sorted((tmp_path / "out").rglob("*.smt2"))

    assert ran.code == 0
    assert [each.name for each in written] == [
        "001-initially-exclusion.smt2",
        "002-take-exclusion.smt2",
    ]
    assert all(each.read_text().rstrip().endswith("(check-sat)") for each in written)


def test_a_spec_is_shown_as_mathematics(paxiom: Run, lock: str) -> None:
    ran = paxiom("prove", f"{lock}:Good", "--show")

    assert ran.code == 0
    assert "  when  ∀ other: Member. ¬holds(other)" in ran.out.splitlines()
    assert "obligations" not in ran.out


def test_an_interrupted_proof_tells_what_is_known(
    paxiom: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_only(system: System, how: Options) -> Iterator[Proof]:
        yield next(prove_all(system, how))
        raise KeyboardInterrupt

    monkeypatch.setattr(proving, "prove_all", one_only)
    ran = paxiom("prove", "consensus", "paxos")

    assert ran.code == 130
    assert "1 of 2 obligations tried before Ctrl-C" in told(ran.out)
    assert "paxos" not in ran.out


# --- refusals ----------------------------------------------------------------------------------


def test_an_unknown_name_is_refused_with_what_there_is(paxiom: Run) -> None:
    message = refused(paxiom("prove", "raxos"))

    assert "there is no spec 'raxos'" in message
    for name in SPECS:
        assert name in message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Chained", f"line {AND_LINE}: LogicError: a formula has no truth"),
        ("Foreign", "Foreign speaks of elsewhere, which it does not declare"),
        ("Empty", "has nothing to prove: mark a method with @safety"),
        ("seven", "is a value of type int, not a subclass of Spec"),
        ("Missing", "has no 'Missing'; it has Good, Careless"),
    ],
)
def test_a_wrong_spec_is_refused(paxiom: Run, lock: str, name: str, message: str) -> None:
    assert message in refused(paxiom("prove", f"{lock}:{name}"))


def test_a_file_that_is_not_there_is_refused(paxiom: Run) -> None:
    assert "there is no file nowhere.py" in refused(paxiom("prove", "nowhere.py:Spec"))


def test_a_missing_cvc5_is_told(paxiom: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cvc5", None)

    assert "pip install 'paxiom[cvc5]'" in refused(paxiom("prove", "consensus", "--second"))


def test_a_place_that_cannot_be_written_is_refused(paxiom: Run, lock: str) -> None:
    message = refused(paxiom("prove", f"{lock}:Good", "--smtlib", lock))

    assert f"cannot write obligations to {lock}" in message
