"""Where in the source something stands, for those who are to look at it."""

import inspect
from pathlib import Path
from typing import Any, NamedTuple


class Place(NamedTuple):
    """A line of a file; one below the directory that was asked about is relative to it."""

    file: Path
    line: int


def place_of(source: Any, root: Path) -> Place | None:  # noqa: ANN401 - a class or function
    """Find a class or function; None if its source is not at hand."""
    try:
        file = Path(inspect.getsourcefile(source) or "").resolve(strict=True)
        line = inspect.getsourcelines(source)[1]
    except (OSError, TypeError):
        return None
    root = root.resolve()
    return Place(file.relative_to(root) if file.is_relative_to(root) else file, line)


def overridden(kind: type) -> list[str]:
    """Name the methods that a class has from the class it extends, and says anew."""
    original = kind.__mro__[1]
    return [
        name
        for name, value in vars(kind).items()
        if callable(value) and hasattr(original, name) and not name.startswith("__")
    ]


def place_of_rules(protocol: type, root: Path) -> Place | None:
    """Find a protocol, or the one rule that it says anew."""
    names = overridden(protocol)
    rule = vars(protocol)[names[0]] if len(names) == 1 else protocol
    return place_of(rule, root) or place_of(protocol, root)
