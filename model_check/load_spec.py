"""Finding the specs that the command line names: in the registry, or in a file of the user's."""

import inspect
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from paxiom.model_check import load
from paxiom.model_check.instance import instance, numbers_of
from paxiom.model_check.model import Model
from paxiom.model_check.options import Option, near, spelling
from paxiom.model_check.spec_model import spec_model
from paxiom.spec.logic.system import Spec, System
from paxiom.spec.relational import SPECS

PREFIX = "spec:"  # of a spec where a model is expected: paxiom check spec:paxos


def find(target: str, besides: tuple[str, ...] = ()) -> System:
    """Make the spec that ``target`` names; LoadError says what is wrong, and what there is.

    ``besides`` are names that the command knows and that are no specs.
    """
    match = load.TARGET.fullmatch(target)
    path, name = (match["path"], match["name"]) if match else (target, None)
    if name or path.endswith(".py") or "/" in path or "\\" in path:
        return _system(target, _in_file(Path(path), name), Path(path))
    if target not in SPECS:
        load.require_name(target)
        known = (*SPECS, *besides)
        msg = (
            f"there is no spec {target!r}{near(target, known)}; there is {', '.join(known)}. "
            "For a spec of your own give its file: my_spec.py:MySpec"
        )
        raise load.LoadError(msg)
    return _system(target, SPECS[target], None)


@dataclass(frozen=True, slots=True)
class SpecTarget(load.Target):
    """A spec that is made a model; its options are sizes."""

    sizes: tuple[Option, ...] = ()

    def options(self) -> tuple[Option, ...]:
        """List the sizes."""
        return self.sizes


def target(text: str) -> load.Target:
    """Find what ``text`` names: a model, or a spec after ``PREFIX``."""
    if not text.startswith(PREFIX):
        return load.find(text)
    system = find(text.removeprefix(PREFIX))

    def source(**sizes: int) -> Model:
        return spec_model(instance(system, **sizes), text)

    source.__doc__ = system.doc
    sizes = (
        Option(spelling(n), n, int, each is None, each) for n, each in numbers_of(system).items()
    )
    return SpecTarget(text, source, sizes=tuple(sizes))


def _in_file(path: Path, name: str | None) -> type[Spec]:
    module = load.run_file(path)
    own = _own(module)
    if name is None and len(own) == 1:
        return own[0]
    known = ", ".join(each.__name__ for each in own)
    if name is None or not hasattr(module, name):
        what = f"which spec? {path}" if name is None else f"{path} has no {name!r}; it"
        msg = f"{what} has {known}" if own else f"{what} defines no Spec"
        raise load.LoadError(msg)
    found = getattr(module, name)
    if not (isinstance(found, type) and issubclass(found, Spec)):
        msg = f"{path}:{name} is {load.kind_of(found)}, not a subclass of Spec"
        raise load.LoadError(msg)
    return found


def _own(module: ModuleType) -> list[type[Spec]]:
    classes = [value for value in vars(module).values() if inspect.isclass(value)]
    return [
        each for each in classes if issubclass(each, Spec) and each.__module__ == module.__name__
    ]


def _system(target: str, made: type[Spec], path: Path | None) -> System:
    try:
        system = made().system
    except (Exception, SystemExit) as error:
        if path is None:
            raise  # a bug of ours
        msg = f"{target} is not well formed: {load.explained(error, path)}"
        raise load.LoadError(msg) from None
    if not system.inductive:
        msg = f"{target} has nothing to prove: mark a method with @safety"
        raise load.LoadError(msg)
    return system
