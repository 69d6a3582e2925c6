"""Suites as a JUnit file, in the dialect that Jenkins validates and others read.

That is junit-10.xsd of its xunit plugin. A case that is unknown is an error: the search did not get
to an answer, and no dashboard may count it as passed. What XML cannot hold is escaped, with all
else that is invisible.
"""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from paxiom.model_check.codec import plain_lines
from paxiom.model_check.reports.suites import Case, Outcome, Suite

TAGS = {Outcome.FAILED: "failure", Outcome.UNKNOWN: "error", Outcome.SKIPPED: "skipped"}
COUNTED = {"failures": Outcome.FAILED, "errors": Outcome.UNKNOWN, "skipped": Outcome.SKIPPED}


def junit(suites: Sequence[Suite]) -> bytes:
    """Write suites down."""
    root = ET.Element("testsuites", name="paxiom")
    for suite in suites:
        _add_suite(root, suite)
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(each.get(name, 0)) for each in root)))
    root.set("time", f"{sum(each.seconds for each in suites):.3f}")
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _add_suite(root: ET.Element, suite: Suite) -> None:
    element = ET.SubElement(
        root, "testsuite", name=plain_lines(suite.name), tests=str(len(suite.cases))
    )
    for name, outcome in COUNTED.items():
        element.set(name, str(len(suite.having(outcome))))
    element.set("time", f"{suite.seconds:.3f}")
    properties = ET.SubElement(element, "properties")
    for name, value in suite.facts.items():
        ET.SubElement(properties, "property", name=plain_lines(name), value=plain_lines(value))
    for case in suite.cases:
        _add_case(element, suite, case)
    if suite.warnings:
        lines = [f"warning: {each}" for each in suite.warnings]
        ET.SubElement(element, "system-out").text = plain_lines("\n".join(lines))


def _add_case(parent: ET.Element, suite: Suite, case: Case) -> None:
    element = ET.SubElement(
        parent, "testcase", name=plain_lines(case.name), classname=plain_lines(suite.name)
    )
    if case.seconds is not None:
        element.set("time", f"{case.seconds:.3f}")
    if tag := TAGS.get(case.outcome):
        said = f"{case.verdict}: {case.sentence}" if case.sentence else case.verdict
        ended = ET.SubElement(
            element, tag, type=plain_lines(case.verdict), message=plain_lines(said)
        )
        ended.text = plain_lines(case.detail)
