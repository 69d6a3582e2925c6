"""What the fixture ``model_check`` does; see :mod:`paxiom.model_check.pytest_plugin`."""

import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from paxiom.model_check import load, run
from paxiom.model_check.codec import Json, plain
from paxiom.model_check.layout import WIDTH_PIPED, as_text
from paxiom.model_check.model import Model, ModelError
from paxiom.model_check.page import page_of
from paxiom.model_check.pytest_plugin import SUMMARY
from paxiom.model_check.reports.baseline import blessed, compared, entries, recorded
from paxiom.model_check.reports.report import result_document
from paxiom.model_check.reports.suites import Outcome, ReportError, Suite, suite_of
from paxiom.model_check.result import INTERRUPTED, Result, Verdict
from paxiom.model_check.traces import trace_file
from paxiom.model_check.traces.trace_text import trace_lines

REFUSALS = (ModelError, ReportError, load.LoadError, run.SearchError)
NOT_IN_FILE_NAMES = re.compile(r"[^\w.-]+")
NAME_MAX = 100
SAVED_AS = (".json", ".html")


class ModelCheckWarning(UserWarning):
    """A model holds, but that says less than it seems to: something never happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a test or its marker may say of a search; numbers may have units (``"10M"``)."""

    max_states: int | str | None = None
    max_seconds: float | None = None
    max_memory: int | str | None = None
    workers: int | None = None
    symmetry: bool = True
    reference: bool = False
    allow_incomplete: bool = False

    def search(self) -> run.SearchOptions:
        """Say how to search."""
        how = run.SearchOptions(
            workers=self.workers or (None if self.reference else _share()),
            reference=self.reference,
            symmetry=self.symmetry,
            max_states=_number("max_states", self.max_states),
            max_seconds=self.max_seconds,
            max_memory=_number("max_memory", self.max_memory),
        )
        how.require_possible()
        return how


def _number(name: str, value: int | str | None) -> int | None:
    return run.quantity(name, None if value is None else str(value))


def _share() -> int | None:
    """Divide the cores among the workers of xdist: each has tests of its own."""
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return max(1, (os.cpu_count() or 1) // count) if count > 1 else None


@dataclass
class ModelCheck:
    """The fixture of one test, which may check several models one after the other."""

    item: pytest.Item
    artifacts: Path
    baseline: Path | None
    bless: bool
    options: Mapping[str, Any]  # of the markers
    searches: int = field(default=0, init=False)

    def __call__(self, model: Model, **options: Any) -> Result:  # noqa: ANN401 - see Limits
        """Search every state of ``model``, and fail the test unless it holds.

        ``options`` are those of :class:`Limits`.
        """
        __tracebackhide__ = True
        self.searches += 1
        try:
            limits = self._limits({**self.options, **options})
            result = self._searched(model, limits)
            document = result_document(model, result)
            self._record(suite_of(self.name, document))
            failure = self._failure(document, limits)
        except REFUSALS as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        if failure:
            pytest.fail(failure, pytrace=False)
        for warning in document["warnings"]:
            warnings.warn(f"{model.name}: {warning}", ModelCheckWarning, stacklevel=2)
        return result

    @property
    def name(self) -> str:
        """What this search is called in the baseline."""
        again = f" ({self.searches})" if self.searches > 1 else ""
        return f"{self.item.nodeid}{again}"

    def _limits(self, options: Mapping[str, Any]) -> Limits:
        known = [each.name for each in fields(Limits)]
        if unknown := [name for name in options if name not in known]:
            msg = f"model_check has no option {unknown[0]}; it has {', '.join(known)}"
            raise ReportError(msg)
        return Limits(**options)

    def _searched(self, model: Model, limits: Limits) -> Result:
        if not isinstance(model, Model):
            msg = f"model_check takes a Model, not {load.kind_of(model)}"
            raise ReportError(msg)
        if self.baseline and self.bless:
            entries(self.baseline)  # refuses a damaged one
        elif self.baseline:
            recorded(self.baseline, self.name)
        mine = load.Target(self.name, model, self.item.path)
        result = run.search(model, limits.search(), quiet=True, found=mine)
        if result.stopped == INTERRUPTED:
            raise KeyboardInterrupt
        return result

    def _record(self, suite: Suite) -> None:
        """Put what was found into the report of the test, and so into pytest's JUnit file."""
        again = f"{self.searches}." if self.searches > 1 else ""
        told = f"{suite.verdict}  {suite.facts['model']}: {suite.summary}"
        for name, value in {SUMMARY: told, **suite.facts}.items():
            self.item.user_properties.append((f"paxiom.{again}{name}", plain(value)))

    def _failure(self, document: dict[str, Json], limits: Limits) -> str:
        """Say why the test fails, if it does; keep the counterexample of this run, and no other."""
        place = self.artifacts / self._file_name()
        if trace := document["trace"]:
            return f"{as_text(trace_lines(trace, WIDTH_PIPED))}\n\n{_save(trace, place)}"
        for each in SAVED_AS:
            place.with_name(place.name + each).unlink(missing_ok=True)
        if document["verdict"] != Verdict.HOLDS.value:
            return "" if limits.allow_incomplete else _incomplete(document)
        return self._moved(document)

    def _moved(self, document: dict[str, Json]) -> str:
        if self.baseline is None:
            return ""
        case = (blessed if self.bless else compared)(self.baseline, self.name, document)
        if case.outcome is Outcome.PASSED:
            return ""
        return f"{self.name} does not count what {_from_here(self.baseline)} has:\n{case.detail}"

    def _file_name(self) -> str:
        """Name a file after the search, however the test is called."""
        readable = NOT_IN_FILE_NAMES.sub("-", self.name).strip("-.")[:NAME_MAX]
        return f"{readable}-{sha256(self.name.encode()).hexdigest()[:8]}"


def _incomplete(document: dict[str, Json]) -> str:
    return (
        f"INCOMPLETE  {plain(document['model']['name'])}: {plain(document['stopped'])}; nothing is "
        "claimed of the states not visited.\nRaise the limit, make the bounds smaller, or, if a "
        "search of a part is what is wanted: allow_incomplete=True"
    )


def _save(trace: dict[str, Json], place: Path) -> str:
    """Save a counterexample and say where; if that cannot be, it must be shown all the same."""
    document, page = (place.with_name(place.name + each) for each in SAVED_AS)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        trace_file.save(trace, document)
        page.write_text(page_of(trace), encoding="utf-8")
    except OSError as error:
        return f"Not saved: cannot write {error.filename}: {error.strerror}"
    return f"Saved: paxiom trace show {_from_here(document)}\nTo look at: {_from_here(page)}"


def _from_here(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
