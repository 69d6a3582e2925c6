"""The runs that the tests keep of the zoo are those on record."""

import pytest

from paxiom.model_check import zoo
from paxiom.model_check.zoo.bug import Bug
from support.zoo_runs import schedules, zoo_run


def test_there_is_a_run_of_every_bug() -> None:
    assert list(schedules()) == [bug.number for bug in zoo.BUGS]


@pytest.mark.parametrize("bug", zoo.BUGS, ids=lambda bug: bug.number)
def test_a_run_breaks_what_its_bug_breaks_in_as_many_steps(bug: Bug) -> None:
    document = zoo_run(bug.number)

    assert document["property"]["name"] == bug.breaks
    assert len(document["steps"]) == bug.length
