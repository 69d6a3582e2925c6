"""What a bug of the zoo is: a protocol without one of its rules, and the bounds that show it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from paxiom.impl.protocol import Protocol
from paxiom.model_check.model import Model
from paxiom.model_check.reports.places import overridden
from paxiom.model_check.zoo.random_runs import EXAMPLES, UNSEEN


class UnknownError(LookupError):
    """There is no such bug or rule; the message says what there is."""


@dataclass(frozen=True, kw_only=True)
class Bug:
    """A published bug as a mutant: a subclass of the protocol that overrides exactly one rule.

    ``shown`` and ``hidden`` are arguments for ``model``: the smallest bounds known to show the
    bug, and bounds just below them, exhausted, that do not. ``breaks`` names the property that
    the explorer reports at ``shown``, after a shortest run of ``length`` steps.

    Where the bug is a configuration, the subclass overrides nothing, and ``wrong`` is the one
    argument for ``model`` that is the bug.
    """

    number: str
    protocol: type[Protocol[Any, Any]]
    source: str
    model: Callable[..., Model]
    shown: Mapping[str, Any]
    hidden: Mapping[str, Any]
    breaks: str
    length: int
    wrong: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    slow: bool = field(default=False)  # more than half a minute at ``shown`` on one core

    @property
    def examples(self) -> int | None:
        """Within how many runs the stateful tests find it, if they do."""
        return EXAMPLES.get(self.number)

    @property
    def unseen(self) -> str:
        """Why the stateful tests do not find it."""
        return UNSEEN.get(self.number, "")

    @property
    def title(self) -> str:
        """What goes wrong, in a line: the first of the mutant's docstring, without its number."""
        doc = self.protocol.__doc__ or ""
        return doc.strip().split("\n")[0].removeprefix(f"{self.number}: ")

    @property
    def original(self) -> type[Protocol[Any, Any]]:
        """The protocol with the rule in place."""
        return self.protocol.__mro__[1]

    @property
    def rule(self) -> str:
        """Name of the one method that the mutant overrides, or of the argument that is wrong."""
        (name,) = [*overridden(self.protocol), *self.wrong]
        return name

    def broken(self) -> Model:
        """The mutant at the smallest bounds that show the bug."""
        model = self.model(protocol=self.protocol, **self.wrong, **self.shown)
        return replace(model, made_by={"bug": self.number})

    def too_small(self) -> Model:
        """The mutant at bounds that hide the bug."""
        return self.model(protocol=self.protocol, **self.wrong, **self.hidden)

    def correct(self) -> Model:
        """The protocol with its rule, where the mutant falls."""
        return self.model(protocol=self.original, **self.shown)


def left_out(
    model: Callable[..., Model],
    number: str,
    protocol: type[Protocol[Any, Any]],
    source: str,
    breaks: str,
    length: int,
    shown: Mapping[str, Any],
    hidden: Mapping[str, Any],
    *,
    wrong: Mapping[str, Any] | None = None,
    note: str = "",
    slow: bool = False,
) -> Bug:
    """Make a bug that is ``hidden`` by other values of what it says, all else as ``shown``."""
    return Bug(
        number=number,
        protocol=protocol,
        source=source,
        model=model,
        shown=shown,
        hidden={**shown, **hidden},
        breaks=breaks,
        length=length,
        wrong=wrong or {},
        note=note,
        slow=slow,
    )
