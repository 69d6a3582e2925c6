"""The example that the README shows: a protocol of one's own."""

from pathlib import Path
from runpy import run_path

import pytest

from paxiom.model_check.model import Model
from paxiom.model_check.result import Verdict
from support.explorers import Explore, both_explorers

SOURCE = Path(__file__).parents[2] / "examples" / "two_phase_commit.py"


@pytest.fixture(scope="module")
def example() -> dict[str, object]:
    return run_path(str(SOURCE))


@both_explorers
def test_two_phase_commit_holds_and_can_commit(
    example: dict[str, object], explore: Explore
) -> None:
    model = example["model"]
    assert isinstance(model, Model)

    result = explore(model)

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())
    assert result.actions.keys() == {
        "fire timeout",
        "receive aborted",
        "receive committed",
        "receive prepare",
        "receive yes",
    }


@both_explorers
def test_a_voter_that_gives_up_after_a_yes_breaks_atomicity(
    example: dict[str, object], explore: Explore
) -> None:
    """All three are asked and say yes, the coordinator commits; one gives up: 3 + 3 + 1 steps."""
    broken = example["broken"]
    assert isinstance(broken, Model)

    result = explore(broken)

    assert result.verdict is Verdict.VIOLATED
    assert result.violation is not None
    assert result.violation.name == "atomicity"
    assert len(result.violation.trace) == 7


def test_the_example_has_under_sixty_lines() -> None:
    assert len(SOURCE.read_text().splitlines()) < 60
