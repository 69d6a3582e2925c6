"""What a search for a bug has found, and what is told of it in text and on a page."""

from dataclasses import dataclass
from functools import cached_property

from paxiom.model_check.codec import Json
from paxiom.model_check.reports.report import result_document
from paxiom.model_check.result import Result, Violation
from paxiom.model_check.traces.beside import Beside, with_the_rule
from paxiom.model_check.traces.no_return import NoReturn, no_return
from paxiom.model_check.zoo.bug import Bug


@dataclass(frozen=True)
class Finding:
    """A bug and the result of a search for it; each thing is worked out once, when asked for."""

    bug: Bug
    result: Result

    @property
    def violation(self) -> Violation:
        """What was found; only to be asked for if anything was."""
        assert self.result.violation is not None, f"nothing was found of {self.bug.number}"
        return self.result.violation

    @cached_property
    def document(self) -> dict[str, Json]:
        """The result as a document, with the run as its trace."""
        return result_document(self.bug.broken(), self.result)

    @cached_property
    def second(self) -> Beside:
        """The same schedule with the rule in place."""
        return with_the_rule(self.bug, self.violation.trace)

    @cached_property
    def late(self) -> NoReturn:
        """After which step it was too late."""
        return no_return(self.bug.broken(), self.violation)
