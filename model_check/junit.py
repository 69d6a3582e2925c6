"""Suites as a JUnit file, in the dialect that Jenkins validates and others read.

That is junit-10.xsd of its xunit plugin. A case that is unknown is an error: the search did not get
to an answer, and no dashboard may count it as passed.
"""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from paxiom.model_check.codec import plain
from paxiom.model_check.suites import Case, Outcome, Suite

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
    element = ET.SubElement(root, "testsuite", name=_safe(suite.name), tests=str(len(suite.cases)))
    for name, outcome in COUNTED.items():
        element.set(name, str(len(suite.having(outcome))))
    element.set("time", f"{suite.seconds:.3f}")
    properties = ET.SubElement(element, "properties")
    for name, value in suite.facts.items():
        ET.SubElement(properties, "property", name=_safe(name), value=_safe(value))
    for case in suite.cases:
        _add_case(element, suite, case)
    if suite.warnings:
        lines = [f"warning: {each}" for each in suite.warnings]
        ET.SubElement(element, "system-out").text = _safe("\n".join(lines))


def _add_case(parent: ET.Element, suite: Suite, case: Case) -> None:
    element = ET.SubElement(parent, "testcase", name=_safe(case.name), classname=_safe(suite.name))
    if case.seconds is not None:
        element.set("time", f"{case.seconds:.3f}")
    if tag := TAGS.get(case.outcome):
        said = f"{case.verdict}: {case.sentence}" if case.sentence else case.verdict
        ended = ET.SubElement(element, tag, type=_safe(case.verdict), message=_safe(said))
        ended.text = _safe(case.detail)


def _safe(text: str) -> str:
    """Leave out nothing and escape what XML cannot hold, with whatever else is invisible."""
    return "\n".join(map(plain, text.split("\n")))
