"""Running a search for the command line: which explorer, within which limits, with progress."""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from paxiom.model_check import load, load_spec, progress
from paxiom.model_check.model import Model, ModelError
from paxiom.model_check.reference import explore as explore_by_reference
from paxiom.model_check.result import INTERRUPTED, Result, Verdict
from paxiom.model_check.traces.replay import MisfitError

NUMBER = re.compile(r"(\d[\d_,]*(?:\.\d+)?)\s*(?:([kmgt])(i?))?(b?)", re.IGNORECASE)
MOST_QUANTITY = 10**18
POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


class SearchError(Exception):
    """The search cannot be run as asked."""


def quantity(option: str, text: str | None) -> int | None:
    """Read a number that may have a unit: 1000000, 1_000_000, 10M, 500MB, 1.5GiB."""
    if text is None:
        return None
    match = NUMBER.fullmatch(text.strip())
    if match:
        digits, unit, binary, _ = match.groups(default="")
        base = 1024 if binary else 1000
        factor: int = base ** POWERS[unit.lower()]
        number = float(re.sub("[_,]", "", digits)) * factor
        if number <= MOST_QUANTITY and round(number) > 0:
            return round(number)
    msg = (
        f"{option} takes a number above 0 and up to {MOST_QUANTITY // 1000**4:,}T, "
        f"such as 1000000, 10M or (of memory) 4GB, not {text!r}"
    )
    raise SearchError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """How to search: with which explorer, and when to give up."""

    workers: int | None = None
    reference: bool = False
    symmetry: bool = True
    max_states: int | None = None
    max_seconds: float | None = None
    max_memory: int | None = None
    checkpoint: Path | None = None
    checkpoint_seconds: float = 60.0
    resume: Path | None = None

    def require_possible(self) -> None:
        """Refuse what cannot be done, before anything is done."""
        engine_only = {
            "--workers": self.workers,
            "--max-memory": self.max_memory,
            "--checkpoint": self.checkpoint,
            "--resume": self.resume,
        }
        if self.reference and (given := [name for name, value in engine_only.items() if value]):
            msg = f"the reference explorer does not have {', '.join(given)}; leave out --reference"
            raise SearchError(msg)
        if self.max_seconds is not None and not self.max_seconds > 0:
            msg = f"--max-seconds takes a number above 0, not {self.max_seconds:g}"
            raise SearchError(msg)
        if self.resume and not self.resume.is_dir():
            msg = f"there is no saved search in {self.resume}: it is not a directory"
            raise SearchError(msg)
        if self.checkpoint and self.checkpoint.exists() and not self.checkpoint.is_dir():
            msg = f"a search cannot be saved in {self.checkpoint}: it is not a directory"
            raise SearchError(msg)

    def explore(self, model: Model, watch: progress.Watch) -> Result:
        """Search ``model``."""
        if self.reference:
            return explore_by_reference(
                model, max_states=self.max_states, max_seconds=self.max_seconds
            )
        try:
            from paxiom.model_check import engine  # noqa: PLC0415 - Numba takes a second to import
        except ImportError as error:
            msg = f"the engine cannot be imported ({error}); --reference is slower but does without"
            raise SearchError(msg) from error
        return engine.explore(
            model,
            workers=self.workers,
            symmetry=self.symmetry,
            max_states=self.max_states,
            max_seconds=self.max_seconds,
            max_memory=self.max_memory,
            watch=watch,
            checkpoint=self.checkpoint,
            checkpoint_seconds=self.checkpoint_seconds,
            resume=self.resume,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationOptions(SearchOptions):
    """How to walk at random, and when to give up."""

    walks: int
    depth: int
    seed: int
    rarity: int  # how many times rarer faults, losses and steps that change nothing are

    def explore(self, model: Model, watch: progress.Watch) -> Result:
        """Walk through ``model``."""
        try:
            from paxiom.model_check.engine import simulator  # noqa: PLC0415 - as above
        except ImportError as error:
            msg = f"a simulation needs the engine, and that cannot be imported: {error}"
            raise SearchError(msg) from error
        return simulator.simulate(
            model,
            walks=self.walks,
            depth=self.depth,
            seed=self.seed,
            rarity=self.rarity,
            workers=self.workers,
            max_seconds=self.max_seconds,
            watch=watch,
        )


def run(
    target: str, words: Sequence[str], settings: Sequence[str], how: SearchOptions, *, quiet: bool
) -> tuple[Model, Result]:
    """Find the model and search it; whatever it prints goes to standard error."""
    found = find(target)
    model = make(found, words, settings)
    return model, search(model, how, found=found, quiet=quiet)


def find(target: str) -> load.Target:
    """Find the model."""
    with redirect_stdout(sys.stderr):
        return load_spec.target(target)


def make(found: load.Target, words: Sequence[str], settings: Sequence[str]) -> Model:
    """Make the model."""
    with redirect_stdout(sys.stderr):
        return found.model(words, settings)


@contextmanager
def modelled(target: str, words: Sequence[str], settings: Sequence[str]) -> Iterator[Model]:
    """Find the model for what is done with it; what it prints goes to standard error."""
    with redirect_stdout(sys.stderr):
        found = find(target)
        model = make(found, words, settings)
        with _naming_the_line(found):
            yield model


@contextmanager
def _naming_the_line(found: load.Target) -> Iterator[None]:
    """Name the line of a user's file in whatever goes wrong there."""
    try:
        yield
    except (SearchError, MisfitError):
        raise
    except ModelError as error:
        line = load.line_in(error.__cause__ or error, found.path)
        where = f"{found.path}, line {line}: " if line else ""
        msg = f"{where}{error}"
        raise ModelError(msg) from error
    except Exception as error:
        if load.line_in(error, found.path) is None:
            raise  # a bug of ours
        msg = f"{found.path}, {load.explained(error, found.path)}"
        raise load.LoadError(msg) from error


def search(
    model: Model, how: SearchOptions, *, quiet: bool, found: load.Target | None = None
) -> Result:
    """Search a model, of a user's file or, without ``found``, of paxiom's own."""
    phase = "reference" if how.reference else "starting"
    naming = _naming_the_line(found) if found else nullcontext()
    with progress.shown(phase, quiet=quiet) as watch, redirect_stdout(sys.stderr), naming:
        return _explored(model, how, watch)


def _explored(model: Model, how: SearchOptions, watch: progress.Watch) -> Result:
    try:
        return how.explore(model, watch)
    except KeyboardInterrupt:  # as the reference explorer has it, or at a second Ctrl-C
        return nothing_known(model, how, INTERRUPTED)
    except MemoryError:
        return nothing_known(model, how, "out of memory")


def nothing_known(model: Model, how: SearchOptions, stopped: str) -> Result:
    """Say that a search ended and left nothing behind."""
    return Result(
        model=model.name,
        explorer="reference" if how.reference else "engine",
        verdict=Verdict.INCOMPLETE,
        states=0,
        transitions=0,
        depth=0,
        stopped=stopped,
    )
