"""A saved run, taken again: ``paxiom trace replay``, ``to-test``, ``shrink``."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from paxiom.model_check import run
from paxiom.model_check.cli_export import Out
from paxiom.model_check.cli_export import write as write_out
from paxiom.model_check.cli_shared import (
    EXIT,
    TAKES_FILE_AND_OPTIONS_OF_MODELS,
    HowShown,
    MaxSeconds,
    Quiet,
    SavedTrace,
    Setting,
    Target,
    file_of,
    refusing,
    say,
    standard_output,
    view_of,
)
from paxiom.model_check.codec import Json, plain
from paxiom.model_check.export.pytest_file import to_pytest
from paxiom.model_check.layout import count, width_of, write
from paxiom.model_check.model import Model
from paxiom.model_check.result import INTERRUPTED, Result, Verdict, Violation
from paxiom.model_check.schedule import unbounded
from paxiom.model_check.traces import trace_file, trace_text
from paxiom.model_check.traces.departure import departure_lines
from paxiom.model_check.traces.origin import family_of, model_of
from paxiom.model_check.traces.replay import MisfitError, departure, retake
from paxiom.model_check.traces.shorten import shortened
from paxiom.model_check.traces.shrink import AXES, Shrinking, require_axes
from paxiom.model_check.traces.shrink_report import shrink_lines
from paxiom.model_check.traces.trace_text import Detail


def add_to(traces: typer.Typer) -> None:
    """Add the commands to those of ``paxiom trace``."""
    traces.command(context_settings=TAKES_FILE_AND_OPTIONS_OF_MODELS)(replay)
    traces.command(context_settings=TAKES_FILE_AND_OPTIONS_OF_MODELS)(to_test)
    traces.command(context_settings=TAKES_FILE_AND_OPTIONS_OF_MODELS)(shrink)


def replay(
    context: typer.Context,
    file: SavedTrace,
    target: Target = None,
    *,
    setting: Setting = None,
    shown: HowShown = Detail.LANES,
) -> None:
    """Take the steps in FILE again, and say whether the same property still falls.

    The model is the one that FILE says, or MODEL with its options, as for paxiom check; its bounds
    are set aside. Where the run departs from what FILE has recorded, that is shown first. Exit
    codes: 0 all steps were taken and the property stood, 1 it falls, 2 a step is not possible any
    more.
    """
    with refusing(context):
        document = trace_file.load(file_of(file), sys.stdin.buffer)
        with model_of(document, target, context.args, setting or ()) as model:
            free = unbounded(model, len(document["steps"]))
            replayed = retake(free, document)
            other = departure(free, replayed, document)
        console = standard_output()
        width = width_of(console)
        lines = []
        if other:
            lines = [*departure_lines(other, document, width), Text()]
        if replayed.misfit:
            say("\n".join(line.plain for line in lines))
            raise MisfitError(replayed.misfit)
        write(console, lines)
        if replayed.violation is None:
            steps = count(len(document["steps"]), "step")
            stood = document["property"]["name"] if document["property"] else "everything"
            typer.echo(plain(f"{stood} stood: {steps} of {model.name}"))
            return
        again = trace_file.trace_document(free, replayed.violation) | {"shortest": False}
        write(console, trace_text.trace_lines(again, width, view_of(shown)))
        sys.stdout.flush()
    raise typer.Exit(EXIT[Verdict.VIOLATED])


def to_test(
    context: typer.Context,
    file: SavedTrace,
    target: Target = None,
    *,
    out: Out = None,
    setting: Setting = None,
) -> None:
    """Write a pytest that takes the steps in FILE and fails until the bug is fixed.

    The model is the one that FILE says, or MODEL with its options, as for paxiom check. A file of
    yours is named in the test as seen from OUT.
    """
    with refusing(context):
        document = trace_file.load(file_of(file), sys.stdin.buffer)
        if document["property"] is None:
            msg = "this run violates nothing, so there is nothing to test for"
            raise MisfitError(msg)
        with model_of(document, target, context.args, setting or ()) as model:
            free = unbounded(model, len(document["steps"]))
            falls = retake(free, document, going_on=True).violation is not None
        folder = out.parent if out else Path()
        write_out(to_pytest(document, model.made_by or {}, folder).encode(), out)
        if not falls:
            name = document["property"]["name"]
            say(f"{name} stands in this run as the model is now: the test passes already")


def shrink(
    context: typer.Context,
    file: SavedTrace,
    target: Target = None,
    *,
    out: Out = None,
    max_states: Annotated[
        str, typer.Option(metavar="N", help="Give up a search after so many states.")
    ] = "1M",
    max_seconds: MaxSeconds = None,
    axis: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Make this option smaller, and no others unless named."),
    ] = None,
    setting: Setting = None,
    shown: HowShown = Detail.LANES,
    quiet: Quiet = False,
) -> None:
    """Look for the smallest bounds that show the counterexample in FILE, and its shortest run.

    The model is the one that FILE says, or MODEL with its options, as for paxiom check. Its bounds
    are made smaller one after the other: nodes, ballots or terms, log, values, requests, faults,
    losses, messages in flight. OUT is where the run goes, as JSON.
    """
    with refusing(context):
        document = trace_file.load(file_of(file), sys.stdin.buffer)
        how = run.SearchOptions(
            max_states=run.quantity("--max-states", max_states), max_seconds=max_seconds
        )
        how.require_possible()
        words = (document, target, context.args, setting or ())
        with model_of(*words) as model:
            family = family_of(*words)
            require_axes(family, axis or ())
            first = _without_idle_steps(model, document)
            done = Shrinking(family, _searching(how, quiet=quiet), first, tuple(axis or AXES))
            done.run()
        shorter = trace_file.trace_document(done.model(), done.violation)
        shorter |= {} if done.is_shortest else {"shortest": False}
        console = standard_output()
        write(console, shrink_lines(done, len(document["steps"]), width_of(console)))
        if out:
            write_out(trace_file.dumps(shorter).encode(), out)
        else:
            typer.echo()
            write(console, trace_text.trace_lines(shorter, width_of(console), view_of(shown)))
        sys.stdout.flush()


def _without_idle_steps(model: Model, document: dict[str, Json]) -> Violation:
    """Take a run again, and leave out the steps that it does not need."""
    free = unbounded(model, len(document["steps"]))
    violation = retake(free, document).violation
    if violation is None:
        msg = "the run in this trace violates nothing now: there is nothing to shrink"
        raise MisfitError(msg)
    return shortened(free, violation)


def _searching(how: run.SearchOptions, *, quiet: bool) -> Callable[[Model], Result]:
    def search(model: Model) -> Result:
        result = run.search(model, how, quiet=quiet)
        if result.stopped == INTERRUPTED:
            raise KeyboardInterrupt  # of this search, and of all that would follow
        return result

    return search
