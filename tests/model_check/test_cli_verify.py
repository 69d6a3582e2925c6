"""``paxiom verify``: the chain holds for Paxos, and each link can be broken by itself."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from paxiom.model_check import proving, run
from paxiom.model_check.model import Model
from paxiom.model_check.result import INTERRUPTED
from paxiom.proofs.prove import Options, Outcome, Proof, prove_all
from paxiom.spec.logic.system import System
from paxiom.spec.relational.paxos import FlexiblePaxos
from support.command import Ran, Run, refused
from support.junit_schema import read

SMALL = ("--nodes", "2", "--ballots", "1", "--no-second")

# Models of a user's: without a rule of Paxos, and of a spec without one of its guards.
OWN = '''
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.refinement import Refinement, refined
from paxiom.model_check.refinements.paxos import PaxosFacts, refinement as read
from paxiom.model_check.zoo.paxos import IgnoresPromisedVotes, VotesWithoutLooking
from paxiom.spec.logic.formulas import Formula, exists
from paxiom.spec.logic.system import Action, action, axiom, when
from paxiom.spec.relational.consensus import Value
from paxiom.spec.relational.paxos import FlexiblePaxos, Node, Phase1, Phase2, Round

def P01(refinement: bool = False):
    return paxos(protocol=IgnoresPromisedVotes, refinement=refinement)

def P03(refinement: bool = False):
    return paxos(protocol=VotesWithoutLooking, refinement=refinement)

class EagerPaxos(FlexiblePaxos):
    @action
    def cast(self, n: Node, r: Round, v: Value) -> Action:
        return when(r != self.none, self.proposal(r, v)).then(self.vote.add(n, r, v))

def of(spec):
    model = paxos(nodes=2, ballots=1)
    plain = read(model.protocol, ("a", "b"), 1)
    scope = plain.scope
    mine = Refinement(
        spec.system, plain.elements, rigid=scope.rigid, functions=scope.functions
    )
    return refined(model, PaxosFacts(model.protocol, lambda ballot: ballot.round), mine)

eager = of(EagerPaxos())

@axiom
def quorums_are_many(self, p: Phase1, q: Phase2) -> Formula:
    """Not what the axiom of this name says elsewhere."""
    return exists(Node, lambda n: self.promises(n, p) & self.votes(n, q)) & (p == p)

class Renamed(FlexiblePaxos):
    """A spec that no theorem is named for."""

renamed = of(Renamed())
Impostor = type("FlexiblePaxos", (FlexiblePaxos,), {"quorums_meet": quorums_are_many})
impostor = of(Impostor())
'''


@pytest.fixture
def own(tmp_path: Path) -> str:
    """Write these models to a file."""
    (tmp_path / "own.py").write_text(OWN)
    return "own.py"


def told(ran: Ran) -> str:
    """Return what was printed as one line."""
    return " ".join(ran.out.split())


def verdicts(ran: Ran) -> list[str]:
    """Return the verdict of each link."""
    return [link["verdict"] for link in json.loads(ran.out)["links"]]


def test_the_chain_of_paxos_holds(paxiom: Run) -> None:
    ran = paxiom("verify", "paxos", *SMALL, "--quiet")
    out = told(ran)

    assert ran.code == 0
    assert ran.err == ""
    assert ran.out.startswith("HOLDS  paxos: every link of the chain holds\n")
    for title in (
        "1 the code refines the spec HOLDS",
        "2 the spec is safe HOLDS",
        "3 what the spec assumes is true HOLDS",
        "4 the spec refines Consensus HOLDS",
    ):
        assert title in out
    assert "every reachable state within these bounds protocol Paxos on n1 and n2" in out
    assert "any number of each of Node, Phase1, Phase2, Round, Value" in out
    assert "42 of 42 obligations by Z3; cvc5 was not asked" in out
    assert "axiom quorums meet:" in out
    assert "by flexible quorums meet:" in out
    assert "2 nodes, 1 Phase1 of 2 or more and 1 Phase2 of 2 or more: the theorem is about" in out
    assert "assumed the induction over steps, which is made outside the solver" in out
    assert "assumed that the monitor records what the relations of the spec mean" in out


def test_the_document_has_all_of_it(paxiom: Run) -> None:
    pytest.importorskip("cvc5")
    ran = paxiom("verify", "paxos", *SMALL[:-1], "--json")  # cvc5 is asked: it is installed
    document = json.loads(ran.out)
    refinement, spec, axioms, abstraction = document["links"]

    assert ran.code == 0
    assert (document["format"], document["version"]) == ("paxiom chain", 1)
    assert (document["spec"], document["verdict"]) == ("FlexiblePaxos", "HOLDS")
    assert refinement["result"]["verdict"] == "HOLDS"
    assert refinement["result"]["states"] > 10
    asked = {each["name"] for each in refinement["result"]["properties"]}
    assert {"refines FlexiblePaxos", *FlexiblePaxos().system.inductive} <= asked
    assert {each["second"] for each in spec["proof"]["proofs"]} == {"unsat"}
    meet = next(each for each in axioms["axioms"] if each["name"] == "quorums meet")
    assert meet["theorem"]["second"] == "unsat"
    assert set(meet["theorem"]["bridge"]["steps"].values()) == {"unsat"}
    assert meet["here"]["applies"]
    assert abstraction["seen"] == ["chosen(v) := \N{THERE EXISTS} r: Round. decision(r, v)"]
    assert [each["outcome"] for each in abstraction["proofs"]] == ["proved"] * 6
    assert all(link["assumed"] for link in document["links"])


@pytest.mark.parametrize(
    ("name", "guard"),
    [
        ("P03", "cast(n=n2, r=1, v=a): the guard \N{NOT SIGN}left(n2, 1) does not hold."),
        pytest.param("P01", "propose(r=2, ", marks=pytest.mark.slow),
    ],
)
def test_a_broken_protocol_breaks_link_1(paxiom: Run, own: str, name: str, guard: str) -> None:
    ran = paxiom("verify", f"{own}:{name}", "--no-second")
    out = told(ran)

    assert ran.code == 1
    assert ran.out.startswith(f"BROKEN  {own}:{name}: the chain is broken\n")
    assert "1 the code refines the spec BROKEN" in out
    assert f"or changes nothing in it. {guard}" in out
    assert "2 the spec is safe HOLDS" in out
    assert "request" in out  # the steps of the trace
    assert "receives Prepare(" in out


def test_the_chain_of_multi_paxos_ends_in_a_replicated_log(paxiom: Run) -> None:
    ran = paxiom("verify", "multi_paxos", "--nodes", "2", "--ballots", "1", "--no-second")
    out = told(ran)

    assert ran.code == 0
    assert "1 the code refines the spec HOLDS" in out
    assert "Every step of MultiPaxos is an action of the spec FlexibleMultiPaxos" in out
    assert "4 the spec refines ReplicatedLog HOLDS" in out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "protocol"),
    [
        (["vr"], "ViewstampedReplication"),
        (["zab", "--leaders", "1", "--elections", "1", "--crashes", "1"], "Zab"),
    ],
    ids=["vr", "zab"],
)
def test_the_chain_of_a_view_change_holds(paxiom: Run, model: list[str], protocol: str) -> None:
    ran = paxiom("verify", *model, "--no-second")
    out = told(ran)

    assert ran.code == 0
    assert f"Every step of {protocol} is an action of the spec ViewChange" in out
    assert "3 what the spec assumes is true HOLDS" in out
    assert "4 the spec refines ReplicatedLog HOLDS" in out


@pytest.mark.slow  # its spec has six times the obligations
def test_the_chain_of_raft_holds(paxiom: Run) -> None:
    ran = paxiom("verify", "raft", "--terms", "2", "--log", "1")
    out = told(ran)

    assert ran.code == 0
    for title in (
        "1 the code refines the spec HOLDS",
        "2 the spec is safe HOLDS",
        "3 what the spec assumes is true HOLDS",
        "4 the spec refines ReplicatedLog HOLDS",
    ):
        assert title in out
    assert "by majorities meet:" in out
    assert "3 nodes, 4 Quorum of 2 or more and 4 Quorum of 2 or more: the theorem is about" in out
    for name in ("election safety", "log matching", "leader completeness", "state machine safety"):
        assert f"{name}: \N{FOR ALL}" in out


@pytest.mark.slow
def test_a_broken_raft_breaks_link_1(paxiom: Run, tmp_path: Path) -> None:
    """R05: a voter does not look at the candidate's log."""
    (tmp_path / "broken.py").write_text(
        "from paxiom.model_check.models.raft import raft\n"
        "from paxiom.model_check.zoo.raft_elections import VotesForAnyLog\n"
        "def model(refinement: bool = False):\n"
        "    return raft(protocol=VotesForAnyLog, terms=2, log=1, refinement=refinement)\n"
    )
    ran = paxiom("verify", "broken.py", "--no-second")

    assert ran.code == 1
    assert "1 the code refines the spec BROKEN" in told(ran)
    assert ": the guard" in told(ran)
    assert "grant(" in told(ran)
    assert "2 the spec is safe HOLDS" in told(ran)


def test_a_broken_spec_breaks_link_2(paxiom: Run, own: str) -> None:
    """The code refines it all the same: it does less than the spec allows."""
    ran = paxiom("verify", f"{own}:eager", "--no-second")
    out = told(ran)

    assert ran.code == 1
    assert "1 the code refines the spec HOLDS" in out
    assert "2 the spec is safe BROKEN" in out
    assert "refuted cast: proposal is safe" in out
    assert "changes + vote(node" in out


def test_quorums_that_do_not_meet_break_link_1(paxiom: Run) -> None:
    """The model is no instance of the spec; what the theorems say is true all the same."""
    ran = paxiom("verify", "paxos", "--phase1", "1", "--no-second", "--json")
    broken = json.loads(ran.out)["links"][0]["broken"]

    assert ran.code == 1
    assert verdicts(ran) == ["BROKEN", "HOLDS", "HOLDS", "HOLDS"]
    assert "the axiom 'quorums meet' is false, because" in broken
    assert "promises(n, {n1}) \N{LOGICAL AND} votes(n, {n2, n3})" in broken


def test_an_axiom_without_a_theorem_leaves_the_chain_open(paxiom: Run, own: str) -> None:
    """Its name and that of its spec are not enough."""
    ran = paxiom("verify", f"{own}:impostor", "--no-second")

    assert ran.code == 3
    assert ran.out.startswith(f"INCOMPLETE  {own}:impostor: ")
    assert "no theorem is known for it" in told(ran)
    assert "refines Consensus" not in ran.out


def test_that_quorums_meet_is_known_whatever_it_is_called(paxiom: Run, own: str) -> None:
    """Read off what the axiom says, for a spec that is not listed."""
    ran = paxiom("verify", f"{own}:renamed", "--no-second")

    assert ran.code == 0
    assert "by flexible quorums meet:" in told(ran)


def test_a_search_cut_short_leaves_the_chain_open(paxiom: Run) -> None:
    ran = paxiom("verify", "paxos", "--max-states", "100", "--no-second")

    assert ran.code == 3
    assert "1 the code refines the spec INCOMPLETE" in told(ran)
    assert "scope the states visited within these bounds" in told(ran)
    assert "every reachable state" not in told(ran)
    assert "stopped reached 100 states" in told(ran)


def test_a_solver_that_does_not_know_leaves_the_chain_open(
    paxiom: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ignorant(system: System, how: Options) -> Iterator[Proof]:
        for each in prove_all(system, how):
            yield replace(each, outcome=Outcome.UNKNOWN)

    monkeypatch.setattr(proving, "prove_all", ignorant)
    ran = paxiom("verify", "paxos", *SMALL, "--json")

    assert ran.code == 3
    assert verdicts(ran) == ["HOLDS", "INCOMPLETE", "HOLDS", "HOLDS"]


def test_after_an_interrupt_nothing_more_is_done(
    paxiom: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(model: Model, how: run.SearchOptions, **_: object) -> object:
        return run.nothing_known(model, how, INTERRUPTED)

    monkeypatch.setattr(run, "search", stopped)
    ran = paxiom("verify", "paxos", *SMALL, "--json")

    assert ran.code == 130
    assert verdicts(ran) == ["INTERRUPTED"]


def test_an_interrupt_among_the_proofs_is_told(
    paxiom: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_only(system: System, how: Options) -> Iterator[Proof]:
        yield next(prove_all(system, how))
        raise KeyboardInterrupt

    monkeypatch.setattr(proving, "prove_all", one_only)
    ran = paxiom("verify", "paxos", *SMALL)

    assert ran.code == 130
    assert "2 the spec is safe INTERRUPTED" in told(ran)
    assert "1 of 42 obligations tried before Ctrl-C" in told(ran)


# --- refusals ----------------------------------------------------------------------------------


def test_what_refines_no_spec_is_refused(paxiom: Run, tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text(
        "from paxiom.model_check.models.paxos import paxos\nmodel = paxos(nodes=2, ballots=1)\n"
    )
    message = refused(paxiom("verify", "plain.py:model"))

    assert "plain.py:model refines no spec; there is " in message
    assert "paxiom.model_check.refinement.refined" in message


def test_a_model_that_does_not_ask_whether_it_refines_its_spec_is_refused(
    paxiom: Run, tmp_path: Path
) -> None:
    (tmp_path / "silent.py").write_text(
        "from dataclasses import replace\n"
        "from paxiom.model_check.models.paxos import paxos\n"
        "asked = paxos(nodes=2, ballots=1, refinement=True)\n"
        "model = replace(asked, properties=asked.properties[1:])\n"
    )

    assert "refines FlexiblePaxos is missing" in refused(paxiom("verify", "silent.py"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "which model?"),
        (("raxos",), "there is no built-in model 'raxos'"),
        (("paxos", "--nods", "3"), "did you mean --nodes?"),
        (("paxos", "--max-seconds", "0"), "--max-seconds takes a number above 0"),
        (("spec:paxos",), "refines no spec; there is "),
    ],
)
def test_a_wrong_command_is_refused(paxiom: Run, words: tuple[str, ...], message: str) -> None:
    assert message in refused(paxiom("verify", *words))


def test_a_missing_cvc5_is_told_if_it_was_asked_for(
    paxiom: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cvc5", None)

    assert "pip install 'paxiom[cvc5]'" in refused(paxiom("verify", "paxos", "--second"))


def test_help_tells_the_options_of_a_model(paxiom: Run) -> None:
    ran = paxiom("verify", "paxos", "--help")

    assert ran.code == 0
    assert "--ballots INT = 2" in ran.out
    assert "3 one is not complete" in " ".join(ran.out.split())


def test_ci_systems_are_told_of_a_case_for_each_link(paxiom: Run, own: str) -> None:
    words = ("--no-second", "--quiet", "--junit", "report.xml", "--github")
    ran = paxiom("verify", f"{own}:eager", *words)
    (suite,) = read(Path("report.xml").read_bytes())
    failed = [case.find("failure") is not None for case in suite.iter("testcase")]

    assert ran.code == 1
    assert failed == [False, True, False]
    assert ran.err.startswith("::error title=own.py%3Aeager%3A the spec is safe%3A BROKEN::")
