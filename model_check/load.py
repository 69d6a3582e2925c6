"""Finding the model that the command line names: built in, or in a file of the user's.

A built-in model is a module of paxiom.model_check.models with a function of its own name, such as
``paxos.paxos``; ``multi_paxos.multi_paxos`` is called ``multi-paxos``. The options of the model are
the parameters of that function. A user's model is ``path/to/file.py:name``, a Model or a function
that returns one.
"""

import importlib
import inspect
import pkgutil
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

from paxiom.impl.protocol import Protocol
from paxiom.model_check import models
from paxiom.model_check.model import Model, ModelError
from paxiom.model_check.options import (
    Option,
    OptionError,
    arguments,
    near,
    options_of,
    read,
    spelled,
)

DEFAULT_NAME = "model"
TARGET = re.compile(r"(?P<path>.+?)(?::(?P<name>[^\W\d]\w*))?", re.DOTALL)


class LoadError(Exception):
    """There is no such model, or it cannot be had; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """A model, or what makes one; ``path`` is the user's file it comes from."""

    name: str
    source: Model | Callable[..., Model]
    path: Path | None = None

    def options(self) -> tuple[Option, ...]:
        """List the options of this model."""
        if isinstance(self.source, Model):
            return ()
        try:
            return options_of(self.source)
        except OptionError as error:
            msg = f"{self.name} cannot be called: {error}"
            raise LoadError(msg) from None

    def model(self, words: Sequence[str], settings: Sequence[str]) -> Model:
        """Make the model with the options given."""
        try:
            given = read(self.name, self.options(), words, settings)
            made = self.source
            if not isinstance(made, Model):
                made = made(**arguments(given))
        except (LoadError, ModelError, OptionError):
            raise
        except (Exception, SystemExit) as error:
            if self.path is None and not isinstance(error, ValueError):
                raise  # a bug of ours
            msg = f"{self.name} cannot be made: {explained(error, self.path)}"
            raise LoadError(msg) from None
        if not isinstance(made, Model):
            msg = f"{self.name} returned {kind_of(made)}, not a Model"
            raise LoadError(msg)
        return replace(made, made_by={"target": self.name, "options": spelled(given)})


def built_in() -> dict[str, Callable[..., Model]]:
    """Find every built-in model."""
    names = sorted(module.name for module in pkgutil.iter_modules(models.__path__))
    found = {name.replace("_", "-"): _factory(name) for name in names}
    return {name: factory for name, factory in found.items() if factory}


def _factory(name: str) -> Callable[..., Model] | None:
    module = importlib.import_module(f"{models.__name__}.{name}")
    factory = getattr(module, name, None)
    return factory if callable(factory) else None


def find(target: str) -> Target:
    """Find the model that ``target`` names."""
    if target.startswith("-"):
        msg = f"name the model first, then its options: paxiom check MODEL {target} ..."
        raise LoadError(msg)
    path, name = parts_of(target)
    if path:
        return _in_file(path, name)
    factory = built_in().get(target.replace("_", "-"))
    if factory is None:
        require_name(target)
        known = ", ".join(built_in())
        msg = (
            f"there is no built-in model {target!r}{near(target, built_in())}; there is {known}. "
            f"For a model of your own give its file: my_protocol.py:{DEFAULT_NAME}"
        )
        raise LoadError(msg)
    return Target(target, factory)


def require_name(target: str) -> None:
    """Refuse a file with something after its colon that is no name."""
    file, colon, name = target.rpartition(":")
    if colon and file.endswith(".py"):
        what = f"{name!r} is no name in Python" if name else f"{target!r} ends with its colon"
        msg = f"{what}; write {file}:NAME, or {file} alone"
        raise LoadError(msg)


def label(target: str) -> str:
    """Name a target as a model says that it was made by it."""
    path, name = parts_of(target)
    return f"{path}:{name}" if path else target


def parts_of(target: str) -> tuple[Path | None, str]:
    """Split the name of a user's model into path and name; of a built-in one there is no path."""
    match = TARGET.fullmatch(target)
    path, name = (match["path"], match["name"]) if match else (target, None)
    if name or path.endswith(".py") or "/" in path or "\\" in path:
        return Path(path), name or DEFAULT_NAME
    return None, target


# --- a user's file -----------------------------------------------------------------------------


def _in_file(path: Path, name: str) -> Target:
    module = run_file(path)
    own_label = f"{path}:{name}"
    if not hasattr(module, name):
        own = [
            each
            for each, value in vars(module).items()
            if isinstance(value, Model)
            or (inspect.isfunction(value) and value.__module__ == module.__name__)
        ]
        known = f"it has {', '.join(own)}" if own else "it defines no Model and no function"
        msg = f"{path} has no {name!r}; {known}"
        raise LoadError(msg)
    source = getattr(module, name)
    if isinstance(source, Model) or (callable(source) and not isinstance(source, type | Protocol)):
        return Target(own_label, source, path)
    msg = f"{own_label} is {kind_of(source)}, not a Model or a function that returns one"
    raise LoadError(msg)


def kind_of(value: object) -> str:
    """Say what kind of thing was found instead of a model."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, Protocol):
        return f"the protocol {type(value).__name__}"
    return "None" if value is None else f"a value of type {type(value).__name__}"


def run_file(path: Path) -> ModuleType:
    """Import a file under a name that can hide no other module."""
    _require_readable(path)
    loader = SourceFileLoader(f"paxiom_user_{path.stem}", str(path.resolve()))
    spec = spec_from_loader(loader.name, loader)
    if spec is None:  # cannot be, for a loader of one's own
        msg = f"cannot import {path}"
        raise LoadError(msg)
    module = module_from_spec(spec)
    sys.modules[loader.name] = module  # dataclasses look their module up
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.append(folder)  # last: a neighbour must not hide what paxiom itself imports
    try:
        loader.exec_module(module)
    except ModelError as error:
        msg = f"{path}, line {line_in(error, path)}: {error}"
        raise ModelError(msg) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the file does
        msg = f"cannot import {path}: {explained(error, path)}"
        raise LoadError(msg) from None
    return module


def _require_readable(path: Path) -> None:
    try:
        if path.is_dir():
            msg = f"{path} is a directory; name a Python file"
            raise LoadError(msg)
        with path.open("rb"):
            pass
    except FileNotFoundError:
        msg = f"there is no file {path}"
        raise LoadError(msg) from None
    except (OSError, ValueError) as error:
        msg = f"cannot read {path}: {error}"
        raise LoadError(msg) from None


def explained(error: BaseException, path: Path | None) -> str:
    """Say what went wrong and in which line of the user's file, without a traceback."""
    if isinstance(error, SyntaxError) and error.lineno:
        text = (error.text or "").rstrip("\n")
        stripped = text.lstrip()
        caret = " " * max((error.offset or 1) - 1 - (len(text) - len(stripped)), 0) + "^"
        place = "" if path and _same(error.filename, path) else f"{error.filename}, "
        shown = f"\n  {stripped}\n  {caret}" if stripped else ""
        return f"{place}line {error.lineno}: {error.msg}{shown}"
    line = line_in(error, path)
    where = f"line {line}: " if line else ""
    what = "it exits" if isinstance(error, SystemExit) else type(error).__name__
    text = str(error)
    return f"{where}{what}: {text}" if text else f"{where}{what}"


def line_in(error: BaseException, path: Path | None) -> int | None:
    """Find the innermost line of ``path`` that ``error`` came through, if any."""
    if path is None:
        return None
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if _same(frame.filename, path)]
    return lines[-1] if lines else None


def _same(filename: Any, path: Path) -> bool:  # noqa: ANN401 - None, in errors made by hand
    return bool(filename) and Path(filename).resolve() == path.resolve()
