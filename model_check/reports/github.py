"""Suites as GitHub Actions shows them: annotations, and a summary in Markdown.

Annotations are workflow commands, a line each: ``::error file=F,line=N,title=T::MESSAGE``. The
runner reads them on standard error as well as on standard output. How they are escaped is defined
by actions/toolkit, packages/core/src/command.ts; of each kind a step may have ten, each cut at
4,096 characters (actions/runner, ExecutionContext.cs); a summary may have 1 MiB.
"""

import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from paxiom.model_check.codec import plain, plain_lines
from paxiom.model_check.reports.suites import Case, Outcome, Suite

MESSAGE_MAX = 4096
SUMMARY_MAX = 2**20
IN_MESSAGES = {"%": "%25", "\n": "%0A"}  # no other control character is left
IN_PROPERTIES = IN_MESSAGES | {":": "%3A", ",": "%2C"}
MARKDOWN = str.maketrans({mark: f"\\{mark}" for mark in string.punctuation})


def annotations(suites: Iterable[Suite]) -> Iterator[str]:
    """Say what failed, what is not known, what to beware of; and of what is well, the counts."""
    for suite in suites:
        failed, unknown = suite.having(Outcome.FAILED), suite.having(Outcome.UNKNOWN)
        for case in failed:
            yield _command("error", suite, f"{case.name}: {case.verdict}", _message(case))
        if unknown:
            names = ", ".join(case.name for case in unknown)
            yield _command("error", suite, suite.verdict, f"{suite.summary}\nNot known: {names}")
        for warning in suite.warnings:
            yield _command("warning", suite, suite.verdict, warning)
        if not failed and not unknown:
            yield _command("notice", suite, suite.verdict, suite.summary)


def _message(case: Case) -> str:
    """Tell a counterexample, or its end: there it says what breaks the property."""
    told = case.detail or case.sentence
    if len(told) <= MESSAGE_MAX:
        return told
    _, _, end = told[-(MESSAGE_MAX - len("...\n")) :].partition("\n")
    return f"...\n{end}"


def _command(kind: str, suite: Suite, title: str, message: str) -> str:
    parts = {"title": f"{suite.name}: {title}"}
    if suite.place and not suite.place.file.is_absolute():
        parts = {"file": str(suite.place.file), "line": str(suite.place.line)} | parts
    return _line(kind, parts, message)


def refusal(message: str) -> str:
    """Say why nothing was run at all."""
    return _line("error", {"title": "paxiom: nothing was checked"}, message)


def _line(kind: str, properties: Mapping[str, str], message: str) -> str:
    told = ",".join(f"{name}={_escaped(each, IN_PROPERTIES)}" for name, each in properties.items())
    return f"::{kind} {told}::{_escaped(message, IN_MESSAGES)}"


def _escaped(text: str, marks: dict[str, str]) -> str:
    return "".join(marks.get(each, each) for each in plain_lines(text))


# --- the summary -------------------------------------------------------------------------------


def summary(suites: Sequence[Suite], room: int = SUMMARY_MAX) -> str:
    """Write a summary in Markdown; counterexamples only if they fit, and nothing if not even that.

    A summary that is too long would cost the step all of them.
    """
    for with_details in (True, False):
        text = "".join(
            line + "\n" for suite in suites for line in _suite(suite, with_details=with_details)
        )
        if len(text.encode()) <= room:
            return text
    return ""


def _suite(suite: Suite, *, with_details: bool) -> Iterator[str]:
    yield f"### {_markdown(suite.name)}: {_markdown(suite.verdict)}"
    yield f"\n{_markdown(suite.summary)}\n"
    for warning in suite.warnings:
        yield f"- warning: {_markdown(warning)}"
    yield "\n| | | |\n| --- | --- | --- |"
    for case in suite.cases:
        cells = map(_markdown, (case.name, case.verdict, case.sentence))
        yield f"| {' | '.join(cells)} |"
    yield ""
    for case in suite.cases:
        if case.detail and with_details:
            yield _folded(case.name, case.detail)
    facts = [f"{name}: {value}" for name, value in suite.facts.items()]
    yield _folded("What was checked", "\n".join(facts))


def _folded(title: str, text: str) -> str:
    """Hide text behind a title: it is HTML, where no escape of Markdown counts."""
    return f"<details><summary>{escape(plain(title))}</summary>\n\n{_fenced(text)}\n</details>\n"


def _markdown(text: str) -> str:
    """Write text of which nothing is markup: any ASCII punctuation may be escaped."""
    return plain(" ".join(text.split())).translate(MARKDOWN)


def _fenced(text: str) -> str:
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{plain_lines(text)}\n{fence}"
