"""Where the model of a saved run comes from, and how it is made again.

A trace document says under ``model.made_by`` of which built-in model it is, with which options, or
of which bug of the zoo. A user's file is named there, too, but never run unless the user names it
again: a trace may come from anywhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from paxiom.model_check import load, run, zoo
from paxiom.model_check.codec import Json
from paxiom.model_check.load_spec import PREFIX
from paxiom.model_check.model import Model
from paxiom.model_check.options import (
    Option,
    arguments,
    options_of,
    read,
    spelled,
    words_of,
)
from paxiom.model_check.traces.shrink import Family, Values
from paxiom.model_check.zoo.bug import Bug
from paxiom.spec.relational import SPECS


def bug_of(document: Mapping[str, Json]) -> Bug | None:
    """Find the bug of the zoo that a run was made of."""
    match document["model"].get("made_by"):
        case {"bug": str(number)}:
            return zoo.bug(number)
        case _:
            return None


def target_of(document: Mapping[str, Json], named: str | None) -> str:
    """Say which model to take: the one that the user has ``named``, or else the run's own."""
    if named is not None:
        return named
    match document["model"].get("made_by"):
        case {"target": str(target)} if _is_ours(target):
            return target
        case {"target": str(target)}:
            msg = (
                f"which model? The trace says {target!r}, but paxiom runs no file that only a "
                "trace names: name it yourself, after the trace"
            )
        case _:
            msg = (
                "which model? The trace does not say; name it after the trace, one of "
                f"{', '.join(load.built_in())}, or a file of your own"
            )
    raise load.LoadError(msg)


def _is_ours(target: str) -> bool:
    return target in load.built_in() or (
        target.startswith(PREFIX) and target.removeprefix(PREFIX) in SPECS
    )


@contextmanager
def model_of(
    document: Mapping[str, Json],
    named: str | None,
    words: Sequence[str] = (),
    settings: Sequence[str] = (),
) -> Iterator[Model]:
    """Make the model of a run: as the user has ``named`` it, or else as it was.

    Options count on top of those that the run was made with if it is of the same model.
    """
    bug = bug_of(document) if named is None else None
    if bug is None:
        target = target_of(document, named)
        with run.modelled(target, [*_options(document, target), *words], settings) as model:
            yield model
    elif words or settings:
        msg = f"bug {bug.number} of the zoo has no options; name a model after the trace"
        raise load.LoadError(msg)
    else:
        yield bug.broken()


def family_of(
    document: Mapping[str, Json],
    named: str | None,
    words: Sequence[str] = (),
    settings: Sequence[str] = (),
) -> Family:
    """Find the models that differ from that of a run in the values of their options."""
    bug = bug_of(document) if named is None else None
    if bug is None:
        target = target_of(document, named)
        found = run.find(target)
        words = [*_options(document, target), *words]
        given = read(found.name, found.options(), words, settings)
        values = {option: given.get(option, option.default) for option in found.options()}
        return Family(values, lambda values: run.make(found, words_of(spelled(values)), ()))
    values = dict(_values(bug))

    def make(values: Values) -> Model:
        return bug.model(protocol=bug.protocol, **{**arguments(values), **bug.wrong})

    return Family(values, make, frozenset(bug.wrong))


def _values(bug: Bug) -> Iterator[tuple[Option, object]]:
    """The options of a bug's model, where it is shown."""
    given = {**bug.shown, **bug.wrong}
    for option in options_of(bug.model):
        value = given.get(option.parameter, option.record if option.field else option.default)
        yield option, getattr(value, option.field) if option.field else value


def _options(document: Mapping[str, Json], target: str) -> list[str]:
    """Options of a run, if it is of the same model."""
    match document["model"].get("made_by"):
        case {"target": str(made), "options": dict(options)} if load.label(target) == made:
            return words_of(options)
        case _:
            return []
