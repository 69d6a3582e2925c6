"""The rules of the built-in protocols: what each says, where it is, which bugs leave it out.

The rules stand first in the class of a protocol, before its handlers, and so in each class that it
extends. What a bug of the zoo changes is a rule too, wherever it stands: another method, or an
argument of the model.
"""

import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import takewhile
from pathlib import Path
from typing import Any

from paxiom.impl.protocol import Protocol
from paxiom.model_check import load, zoo
from paxiom.model_check.reports.places import place_of
from paxiom.model_check.zoo.bug import Bug, UnknownError

SENTENCE = re.compile(r"(?<=\.)\s+")
AnyProtocol = type[Protocol[Any, Any]]


@dataclass(frozen=True)
class Rule:
    """A method of a protocol, or a field of it that a bug sets wrongly."""

    name: str
    protocol: AnyProtocol

    @property
    def method(self) -> Any:  # noqa: ANN401 - any function
        """The rule's code; None for a field."""
        found = getattr(self.protocol, self.name, None)
        return found if inspect.isfunction(found) else None

    @property
    def text(self) -> str:
        """What the rule says, with its citation."""
        if self.method:
            return _unquoted(inspect.getdoc(self.method))
        sentences = SENTENCE.split(inspect.getdoc(self.protocol) or "")
        return _unquoted(" ".join(each for each in sentences if f"``{self.name}``" in each))

    @property
    def place(self) -> str:
        """File and line, the file as seen from the current directory if it is below it."""
        found = place_of(self.method or self.protocol, Path.cwd())
        return f"{found.file}:{found.line}" if found else "source not at hand"

    @property
    def bugs(self) -> tuple[Bug, ...]:
        """The bugs that leave this rule out, the easiest to show first."""
        return tuple(sorted(self._among(zoo.BUGS), key=_ease))

    @property
    def parts(self) -> tuple["Rule", ...]:
        """The rules that this one asks, as far as it asks them itself."""
        asked = self.method.__code__.co_names if self.method else ()
        return tuple(Rule(name, self.protocol) for name in _methods(self.protocol) if name in asked)

    @property
    def without_it(self) -> tuple[Bug, ...]:
        """The bugs that leave this rule out, or else those that leave out a part of it."""
        if self.bugs:
            return self.bugs
        found = {bug.number: bug for part in self.parts for bug in part.bugs}
        return tuple(sorted(found.values(), key=_ease))

    @property
    def controls(self) -> tuple[Bug, ...]:
        """The deviations from this rule that do no harm."""
        return self._among(zoo.CONTROLS)

    def _among(self, bugs: Iterable[Bug]) -> tuple[Bug, ...]:
        return tuple(b for b in bugs if b.original is self.protocol and b.rule == self.name)


def _ease(bug: Bug) -> tuple[bool, int]:
    return bug.slow, bug.length


def _unquoted(doc: str | None) -> str:
    return (doc or "").replace("``", "")


def protocols() -> dict[str, AnyProtocol]:
    """Name the protocol of each built-in model that has a protocol to be replaced."""
    found = {}
    for name, factory in load.built_in().items():
        parameter = inspect.signature(factory).parameters.get("protocol")
        if parameter and isinstance(parameter.default, type):
            found[name] = parameter.default
    return found


def name_of(bug: Bug) -> str:
    """Name the protocol that has ``bug`` when a rule is left out."""
    names = [name for name, protocol in protocols().items() if protocol is bug.original]
    return names[0] if names else bug.original.__name__.lower()


def rule_of(bug: Bug) -> Rule:
    """Find the rule that ``bug`` leaves out."""
    return Rule(bug.rule, bug.original)


def rules(protocol: AnyProtocol) -> tuple[Rule, ...]:
    """List a protocol's rules in the order of its source, then fields that bugs set wrongly."""
    changed = {bug.rule for bug in zoo.BUGS if bug.original is protocol}
    first = list(_before_the_handlers(protocol))
    methods = [name for name in _methods(protocol) if name in first or name in changed]
    fields = sorted(changed - set(methods))
    return tuple(Rule(name, protocol) for name in [*methods, *fields])


def _methods(protocol: AnyProtocol) -> list[str]:
    return list(dict.fromkeys(name for kind in _parts(protocol) for name in _own_methods(kind)))


def _before_the_handlers(protocol: AnyProtocol) -> Iterator[str]:
    for kind in _parts(protocol):
        yield from takewhile(lambda name: not hasattr(Protocol, name), _own_methods(kind))


def _parts(protocol: AnyProtocol) -> list[type]:
    """List the classes that a protocol is made of, those that others build on first."""
    between = [kind for kind in protocol.__mro__ if issubclass(kind, Protocol)]
    return [kind for kind in reversed(between) if kind is not Protocol]


def _own_methods(kind: type) -> Iterator[str]:
    for name, value in vars(kind).items():
        if inspect.isfunction(value) and not name.startswith("_"):
            yield name


def find(name: str) -> tuple[str, Rule]:
    """Find a rule by a name such as ``raft.may_commit``; return the protocol's name with it."""
    known = protocols()
    owner, dot, rule = name.partition(".")
    if dot and owner in known:
        protocol = known[owner]
        if rule in [*_methods(protocol), *(each.name for each in rules(protocol))]:
            return owner, Rule(rule, protocol)
    raise UnknownError(f"there is no rule {name!r}; {_hint(name, known)}")  # noqa: EM102, TRY003


def _hint(name: str, known: dict[str, AnyProtocol]) -> str:
    """Say which rules are meant, perhaps."""
    owner, dot, rule = name.lower().rpartition(".")
    owner, rule = owner.replace("_", "-"), rule.replace("-", "_")
    spelled = f"{owner}{dot}{rule}"
    full = [f"{each}.{rule.name}" for each, protocol in known.items() for rule in rules(protocol)]
    near = [each for each in full if not owner and each.endswith(f".{rule}")]
    near += get_close_matches(spelled, full, n=3, cutoff=0.75)
    if not owner:
        near += get_close_matches(spelled, known, n=1)
        bare = {each.partition(".")[2]: each for each in full}
        near += [bare[each] for each in get_close_matches(spelled, bare, n=3, cutoff=0.75)]
    if near:
        return f"did you mean {', '.join(dict.fromkeys(near))}?"
    if owner in known:
        return f"paxiom why {owner} lists the rules"
    return f"paxiom why PROTOCOL lists those of one: {', '.join(known)}"
