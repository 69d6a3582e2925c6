"""Options of a model on the command line, read off the signature of the function that makes it.

A keyword parameter that is a number, a truth value, text or an enum is an option of its name. A
parameter that is a record of such fields (Network, Faults) gives an option for each field.
"""

import inspect
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from difflib import get_close_matches
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

# Where the best name of a field or parameter is not the best name of an option, or is taken.
SPELLINGS = {"delivery": "network", "value_count": "values", "view": "views"}
TRUE = ("true", "yes", "on", "1")
FALSE = ("false", "no", "off", "0")
KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
REQUIRED = inspect.Parameter.empty


def near(name: str, known: Iterable[str]) -> str:
    """Suggest the one of ``known`` that may have been meant by ``name``, if any is close."""
    close = get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


class OptionError(Exception):
    """An option was given that there is not, or a value that it cannot take."""


class UnknownOptionError(OptionError):
    """A model has no such option."""

    def __init__(self, owner: str, name: str, known: Sequence[str]) -> None:
        """Say who lacks which option, and which there are."""
        super().__init__(owner, name)
        self.owner, self.name, self.known = owner, name, known

    def __str__(self) -> str:
        """Tell it, with the one that may have been meant."""
        return self.told(())

    def told(self, others: Iterable[str]) -> str:
        """Tell it where there are ``others``, which are not of the model."""
        hint = near(f"--{self.name}", [f"--{each}" for each in (*self.known, *others)])
        has = ", ".join(f"--{each}" for each in self.known) or "none of its own"
        return f"{self.owner} has no option --{self.name}{hint}; it has {has}"


@dataclass(frozen=True, slots=True)
class Option:
    """One option: of a parameter, or of a ``field`` of a parameter that is a ``record``."""

    name: str
    parameter: str
    kind: type
    nullable: bool
    default: object
    field: str | None = None
    record: Any = None

    def __str__(self) -> str:
        """Show it as it is typed."""
        return f"--{self.name}"

    def usage(self) -> str:
        """Show it with what it takes, and with its default."""
        if self.kind is bool:
            return f"{self} / --no-{self.name}" if self.default is True else str(self)
        takes = self.kind.__name__.upper()
        if issubclass(self.kind, Enum):
            takes = "|".join(str(member.value) for member in self.kind)
        if self.default is REQUIRED:
            return f"{self} {takes} (required)"
        default = self.default.value if isinstance(self.default, Enum) else self.default
        return f"{self} {takes}" + ("" if default is None else f" = {default}")

    def convert(self, text: str) -> object:
        """Read a value of this option."""
        if self.nullable and text.lower() == "none":
            return None
        if issubclass(self.kind, Enum):
            for member in self.kind:
                if text.lower() in (str(member.value).lower(), member.name.lower()):
                    return member
            known = ", ".join(str(member.value) for member in self.kind)
            msg = f"{self} is one of {known}, not {text!r}"
            raise OptionError(msg)
        if self.kind is bool and text.lower() in TRUE + FALSE:
            return text.lower() in TRUE
        try:
            for kind in (int, float, str):
                if self.kind is kind:
                    return kind(text)
        except ValueError:
            pass
        msg = f"{self} takes {KINDS[self.kind]}, not {text!r}"
        raise OptionError(msg)


# --- from a signature --------------------------------------------------------------------------


def options_of(factory: Callable[..., Any]) -> tuple[Option, ...]:
    """List the options that ``factory`` gives."""
    try:
        hints = typing.get_type_hints(factory)
    except (NameError, TypeError, AttributeError):  # annotations that cannot be evaluated
        hints = {}
    found: list[Option] = []
    for parameter in inspect.signature(factory).parameters.values():
        if parameter.kind not in (parameter.KEYWORD_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            continue
        name, default = parameter.name, parameter.default
        kind, nullable = _kind(hints.get(name), default)
        if kind is not None and is_dataclass(kind) and default is not REQUIRED:
            found += _of_fields(name, default)
        elif kind is not None and not is_dataclass(kind):
            found.append(Option(spelling(name), name, kind, nullable, default))
        elif default is REQUIRED:
            msg = f"its parameter {name!r} has no default, and no type that an option can have"
            raise OptionError(msg)
    return tuple(found)


def _of_fields(parameter: str, record: Any) -> list[Option]:  # noqa: ANN401 - any dataclass
    hints = typing.get_type_hints(type(record))
    found = []
    for field in fields(record):
        default = getattr(record, field.name)
        kind, nullable = _kind(hints[field.name], default)
        if kind is not None and not is_dataclass(kind):
            name = spelling(field.name)
            found.append(Option(name, parameter, kind, nullable, default, field.name, record))
    return found


def spelling(name: str) -> str:
    """Name the option of a parameter or field."""
    return SPELLINGS.get(name, name).replace("_", "-")


def _kind(hint: object, default: object) -> tuple[type | None, bool]:
    """Find the type an option of this annotation takes, if any, and whether None is one too."""
    if hint is None:
        given = default is not REQUIRED and default is not None
        hint = type(default) if given else str
    nullable = False
    if get_origin(hint) in (Union, UnionType):
        parts = [part for part in get_args(hint) if part is not NoneType]
        nullable = len(parts) < len(get_args(hint))
        hint = parts[0] if len(parts) == 1 else None
    if not isinstance(hint, type) or get_origin(hint):
        return None, nullable
    usable = hint in KINDS or issubclass(hint, Enum) or is_dataclass(hint)
    return (hint if usable else None), nullable


# --- from the command line ---------------------------------------------------------------------


def read(
    owner: str, options: Sequence[Option], words: Sequence[str], settings: Sequence[str]
) -> dict[Option, object]:
    """Read the words after the model, and NAME=VALUE settings."""
    given = dict([*_from_words(owner, options, words), *_from_settings(owner, options, settings)])
    for option in options:
        if option.default is REQUIRED and option not in given:
            msg = f"{owner} needs {option.usage()}"
            raise OptionError(msg)
    return given


def arguments(given: Mapping[Option, object]) -> dict[str, object]:
    """Turn options into arguments for the function that makes the model."""
    found: dict[str, object] = {}
    for option, value in given.items():
        if option.field is None:
            found[option.parameter] = value
    for record in {option.parameter for option in given if option.field is not None}:
        parts = {o.field: value for o, value in given.items() if o.field and o.parameter == record}
        whole = next(option.record for option in given if option.parameter == record)
        found[record] = replace(whole, **parts)
    return found


def spelled(given: Mapping[Option, object]) -> dict[str, Any]:
    """Write options as JSON, by their names on the command line."""
    return {
        option.name: value.value if isinstance(value, Enum) else value
        for option, value in given.items()
    }


def words_of(options: Mapping[str, object]) -> list[str]:
    """Write options that were spelled so as they are typed."""
    return [
        f"--{name}={str(value).lower() if value is None or isinstance(value, bool) else value}"
        for name, value in options.items()
    ]


def _from_words(
    owner: str, options: Sequence[Option], words: Sequence[str]
) -> Iterator[tuple[Option, object]]:
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if not word.startswith("--"):
            msg = f"unexpected argument {word!r}: options of {owner} begin with two dashes"
            raise OptionError(msg)
        name, equals, text = word[2:].partition("=")
        option, implied = _named(owner, options, name)
        value: object = implied
        if equals and value is not False:
            value = option.convert(text)
        elif equals or (value is None and (not waiting or waiting[0].startswith("--"))):
            wrong = "takes no value" if equals else "is given no value"
            msg = f"{option} {wrong}; it is used as: {option.usage()}"
            raise OptionError(msg)
        elif value is None:
            value = option.convert(waiting.pop(0))
        yield option, value


def _from_settings(
    owner: str, options: Sequence[Option], settings: Sequence[str]
) -> Iterator[tuple[Option, object]]:
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            msg = f"--set takes NAME=VALUE, not {setting!r}"
            raise OptionError(msg)
        option, _ = _named(owner, options, name.strip())
        yield option, option.convert(text.strip())


def _named(owner: str, options: Sequence[Option], name: str) -> tuple[Option, bool | None]:
    """Find an option, and the value that its bare name gives it if it is a truth value."""
    spelled = name.replace("_", "-")
    for option in options:
        if spelled == option.name:
            return option, True if option.kind is bool else None
        if option.kind is bool and spelled == f"no-{option.name}":
            return option, False
    raise UnknownOptionError(owner, name, [option.name for option in options])


# --- of commands -------------------------------------------------------------------------------


def whole(option: str, least: int, most: int) -> Callable[[str], int]:
    """Read whole numbers within limits."""

    def number(text: str) -> int:
        try:
            if least <= int(text) <= most:
                return int(text)
        except ValueError:
            pass
        msg = f"{option} takes a whole number from {least:,} to {most:,}, not {str(text)!r}"
        raise OptionError(msg)

    return number


def one_of(name: str, kind: type[Enum]) -> Callable[[str], Enum]:
    """Read a member of ``kind``; Typer has its default read, too, which is one."""
    option = Option(name, name, kind, nullable=False, default=None)

    def member(text: str | Enum) -> Enum:
        found = text if isinstance(text, kind) else option.convert(str(text))
        assert isinstance(found, kind)
        return found

    return member


def seconds(option: str) -> Callable[[str], float]:
    """Read a time."""

    def number(text: str) -> float:
        try:
            if float(text) >= 0:
                return float(text)
        except ValueError:
            pass
        msg = f"{option} takes a number of seconds, such as 60 or 0.5, not {text!r}"
        raise OptionError(msg)

    return number
