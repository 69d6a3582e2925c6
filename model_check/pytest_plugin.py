"""The pytest plugin of paxiom: a fixture that checks a model.

In a file of tests::

    def test_raft(model_check):
        model_check(raft(nodes=3))

A violation fails the test with its counterexample, which is saved; so does a search that was cut
short, unless it is allowed to be; what makes a result weaker than it seems is a warning. Options
can be given in the call or by a marker, of a test, a class or a module::

    @pytest.mark.model_check(max_states=1_000_000, max_seconds=60)

pytest imports this module for everybody who has paxiom installed, so nothing else of ours is
imported before a test asks for the fixture.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from paxiom.model_check.pytest_fixture import ModelCheck

SUMMARY = "summary"  # the property of a report that says all in a line
MARKER = (
    "model_check(**options): options of the fixture model_check, such as max_states=, max_seconds= "
    "and allow_incomplete="
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what says where counterexamples and counts are kept."""
    group = parser.getgroup("paxiom", "model checking (paxiom)")
    group.addoption(
        "--paxiom-artifacts",
        metavar="DIR",
        default=".paxiom",
        help="Save counterexamples in this directory (default: %(default)s).",
    )
    group.addoption(
        "--paxiom-baseline",
        metavar="FILE",
        help="Fail a test whose model has other counts than those in this file.",
    )
    group.addoption(
        "--paxiom-bless",
        action="store_true",
        help="Put the counts of models that hold on record in the baseline.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; refuse to bless counts that go nowhere."""
    config.addinivalue_line("markers", MARKER)
    if config.getoption("--paxiom-bless") and not config.getoption("--paxiom-baseline"):
        msg = "--paxiom-bless puts counts on record: where? Give --paxiom-baseline FILE too"
        raise pytest.UsageError(msg)


@pytest.fixture
def model_check(request: pytest.FixtureRequest) -> "ModelCheck":
    """Check a model: call it with one, and with limits. It returns the result."""
    from paxiom.model_check.pytest_fixture import ModelCheck  # noqa: PLC0415 - see above

    config = request.config
    here, baseline = config.invocation_params.dir, config.getoption("--paxiom-baseline")
    options: dict[str, Any] = {}
    for mark in reversed(list(request.node.iter_markers("model_check"))):
        if mark.args:
            pytest.fail(f"{mark.args[0]!r} has no name: {MARKER}", pytrace=False)
        options |= mark.kwargs
    return ModelCheck(
        request.node,
        artifacts=here / config.getoption("--paxiom-artifacts"),
        baseline=here / baseline if baseline else None,
        bless=config.getoption("--paxiom-bless"),
        options=options,
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """With -v, list what was found, a line for each search."""
    lines = list(_lines(terminalreporter)) if terminalreporter.verbosity > 0 else []
    if lines:
        terminalreporter.section("model checking")
        for line in lines:
            terminalreporter.line(line)


def _lines(terminalreporter: pytest.TerminalReporter) -> Iterator[str]:
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport) and report.when == "call":
                for name, value in report.user_properties:
                    if name.startswith("paxiom.") and name.endswith(f".{SUMMARY}"):
                        yield f"{report.nodeid}  {value}"
