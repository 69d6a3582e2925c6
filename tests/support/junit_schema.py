"""What junit-10.xsd says of a JUnit file, as far as the files of paxiom go.

Source: jenkinsci/xunit-plugin at 031e285, src/main/resources/org/jenkinsci/plugins/xunit/types/
model/xsd/junit-10.xsd. Stricter in one thing: what a schema cannot say, that the counts are right.
"""

import re
from xml.etree import ElementTree as ET

TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")  # SUREFIRE_TIME
ENDED = {"type", "message"}
# element -> its attributes required and optional, the elements in it, whether it may hold text
ELEMENTS: dict[str, tuple[set[str], set[str], set[str], bool]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}, False),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
            "file",
            "log",
            "url",
        },
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
        False,
    ),
    "properties": (set(), set(), {"property"}, False),
    "property": ({"name", "value"}, set(), set(), False),
    "testcase": (
        {"name"},
        {"time", "classname", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},  # and reruns
        False,
    ),
    "skipped": (set(), ENDED, set(), True),
    "error": (set(), ENDED, set(), True),
    "failure": (set(), ENDED, set(), True),
    "system-out": (set(), set(), set(), True),
    "system-err": (set(), set(), set(), True),
}


def read(content: bytes) -> ET.Element:
    """Parse a JUnit file and hold it to the schema."""
    root = ET.fromstring(content)  # noqa: S314 - we wrote it
    assert root.tag == "testsuites"
    for element in root.iter():
        _check(element)
    for suite in root.iter("testsuite"):
        for count, tag in (
            ("tests", "testcase"),
            ("failures", "testcase/failure"),
            ("errors", "testcase/error"),
            ("skipped", "testcase/skipped"),
        ):
            assert int(suite.attrib[count]) == len(suite.findall(tag))
    return root


def properties(content: bytes) -> dict[str, str]:
    """List all properties in a JUnit file, of any dialect."""
    root = ET.fromstring(content)  # noqa: S314 - pytest wrote it
    return {each.attrib["name"]: each.attrib["value"] for each in root.iter("property")}


def _check(element: ET.Element) -> None:
    required, optional, inside, text = ELEMENTS[element.tag]
    assert required <= set(element.attrib) <= required | optional
    assert {each.tag for each in element} <= inside
    assert text or not (element.text or "").strip()
    assert TIME.fullmatch(element.get("time", ""))
