"""Renaming: labels exchanged everywhere inside immutable values, found by their types."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum, auto
from functools import cache
from inspect import signature
from types import NoneType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from paxiom.impl.names import Label
from paxiom.model_check.model import ModelError
from paxiom.model_check.rules import require_value

REMEDY = "Remove symmetry= from the model or run with --no-symmetry."

Anything = TypeVar("Anything")
Key = tuple[type, str]  # labels of two classes are different labels, though they may be equal text


def key(label: Label) -> Key:
    """Tell labels apart by class and text."""
    return type(label), str(label)


class Pool:
    """Keeps one object of each value, so that what is known of it can be found by identity.

    To hash a state means to hash all that it holds, and every renaming of a group is asked about
    the same states: hashing them once instead of once for each is most of the time saved.
    """

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: dict[tuple[type, Any], Any] = {}

    def kept(self, value: Anything) -> Anything:
        """Return the object kept that equals ``value``, or keep it."""
        try:
            return cast("Anything", self._kept.setdefault((type(value), value), value))
        except TypeError:
            require_value(lambda: "a value to be renamed", value)
            raise


class Renaming:
    """One way to exchange labels; calling it renames them inside a value.

    A value in which nothing changes is returned as the same object. Every other value is renamed
    once and remembered. Records are built through their constructors, so that one that keeps its
    fields in a normal form still does.
    """

    def __init__(self, model_name: str, images: Mapping[Key, Label], pool: Pool) -> None:
        """Rename labels to their ``images``, others not; a group shares a ``pool``."""
        self.images = dict(images)
        self._pool = pool
        self._model_name = model_name
        self._moved = {old: new for old, new in self.images.items() if old != key(new)}
        self._texts = {text for _, text in self._moved}
        self._known: dict[int, Any] = {}  # by the identity of objects in the pool

    def __call__(self, value: Anything) -> Anything:
        """Rename inside ``value``."""
        return self._renamed(value) if self._moved else value

    def __str__(self) -> str:
        """Say what is done: "renaming n1 to n2 and n2 to n1"."""
        moves = [f"{old} to {new}" for (_, old), new in self._moved.items()]
        *most, last = moves or ["nothing"]
        return f"renaming {', '.join(most)} and {last}" if most else f"renaming {last}"

    def image(self, label: Label) -> Label:
        """Rename ``label`` itself."""
        return self._moved.get(key(label), label)

    def error(self, what: str) -> ModelError:
        """Say that the model is to be refused because of ``what``."""
        return ModelError(f"model {self._model_name!r}: {what}")

    def _renamed(self, value: Any) -> Any:  # noqa: ANN401 - anything a state may hold
        kind: type = type(value)
        match shape(kind):
            case Shape.LABEL:
                return self.image(value)
            case Shape.ATOM:
                return value
            case Shape.TEXT:
                return self._checked_text(value)
            case Shape.PARTS:
                known = self._known.get(id(value))
                if known is None:
                    kept = self._pool.kept(value)
                    known = self._known.get(id(kept))
                    if known is None:
                        known = self._known[id(kept)] = self._parts_renamed(kind, kept)
                return known
            case Shape.UNKNOWN:
                what = (
                    f"symmetry cannot look inside {kind.__qualname__} values; use frozen "
                    f"dataclasses, tuples, frozensets and enums. {REMEDY}\n  {value!r}"
                )
                raise self.error(what)

    def _checked_text(self, value: str) -> str:
        """Refuse a text that equals a label: states that hold one or the other are equal too."""
        if value in self._texts:
            what = (
                f"the text {value!r} cannot be told from the interchangeable label {value}: keep "
                f"labels as they are, not as text, and call other things differently. {REMEDY}"
            )
            raise self.error(what)
        return value

    def _parts_renamed(self, kind: type, value: Any) -> Any:  # noqa: ANN401
        if kind is frozenset:
            members = frozenset(map(self._renamed, value))
            return value if members == value else members
        if issubclass(kind, tuple):
            parts = [self._renamed(each) for each in value]
            if all(new is old for new, old in zip(parts, value, strict=True)):
                return value
            return tuple(parts) if kind is tuple else kind._make(parts)  # type: ignore[attr-defined]
        before = {field.name: getattr(value, field.name) for field in fields(value)}
        after = {name: self._renamed(part) for name, part in before.items()}
        if all(after[name] is before[name] for name in before):
            return value
        if is_ordered(kind):
            what = f"{order_matters(kind)}: {self} changes {value!r}. {REMEDY}"
            raise self.error(what)
        try:
            return _built(kind, after)
        except Exception as error:
            what = f"{self}: {value!r} cannot be renamed: {type(error).__name__}: {error}. {REMEDY}"
            raise self.error(what) from error


# --- classes of values ---------------------------------------------------------------------------


class Shape(Enum):
    """How to look inside a value."""

    LABEL = auto()
    TEXT = auto()
    ATOM = auto()
    PARTS = auto()
    UNKNOWN = auto()


@cache
def shape(kind: type) -> Shape:
    """Tell how to look inside values of class ``kind``."""
    if issubclass(kind, Label):
        return Shape.LABEL
    if issubclass(kind, Enum):
        return Shape.ATOM
    if is_dataclass(kind):
        frozen = kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
        return Shape.PARTS if frozen else Shape.UNKNOWN
    if kind in (tuple, frozenset) or (issubclass(kind, tuple) and hasattr(kind, "_make")):
        return Shape.PARTS
    if issubclass(kind, str):
        return Shape.TEXT
    return Shape.ATOM if issubclass(kind, (int, float, bytes, NoneType)) else Shape.UNKNOWN


@cache
def _constructor(kind: type) -> Callable[..., Any] | None:
    """Return the class itself if it is called with exactly its fields."""
    names = {field.name for field in fields(kind)}
    return kind if set(signature(kind).parameters) == names else None


def _built(kind: type, parts: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Make a record of ``parts``, one for each field."""
    if constructor := _constructor(kind):
        return constructor(**parts)
    record: Any = object.__new__(kind)
    for name, part in parts.items():
        object.__setattr__(record, name, part)
    return record


def is_ordered(kind: type) -> bool:
    """Whether values of ``kind`` define what is less."""
    return any(getattr(kind, name) is not getattr(object, name) for name in ("__lt__", "__gt__"))


def order_matters(kind: type) -> str:
    """Say why an ordered class must not hold interchangeable labels."""
    return f"{kind.__qualname__} values are ordered, and so the labels in them are not alike"


def declared_types(annotations: Iterable[Any]) -> list[Any]:
    """List all types in ``annotations`` and in the fields of their dataclasses, if resolved."""
    found: list[Any] = []
    waiting = [*annotations]
    while waiting:
        each = waiting.pop(0)
        if each in found or each is None:
            continue
        found.append(each)
        waiting += (get_origin(each), *get_args(each))
        if is_dataclass(each):
            waiting += _field_types(each)
    return found


def _field_types(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401
    try:
        return tuple(get_type_hints(kind).values())
    except Exception:  # noqa: BLE001 - a name that does not resolve: the values met will tell
        return ()
