"""What all commands share: exit codes, options, where results go, and how errors are told."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from paxiom.model_check import load, run
from paxiom.model_check.codec import plain
from paxiom.model_check.command import INTERRUPTED
from paxiom.model_check.export.errors import ExportError
from paxiom.model_check.model import ModelError
from paxiom.model_check.options import OptionError, UnknownOptionError, one_of, seconds, whole
from paxiom.model_check.reports.github import refusal
from paxiom.model_check.reports.suites import ReportError
from paxiom.model_check.result import INTERRUPTED as BY_CTRL_C
from paxiom.model_check.result import Result, Verdict
from paxiom.model_check.traces import trace_file
from paxiom.model_check.traces.lanes import ASCII, UNICODE
from paxiom.model_check.traces.replay import MisfitError
from paxiom.model_check.traces.shrink import ShrinkError
from paxiom.model_check.traces.trace_text import Detail, View
from paxiom.model_check.zoo.bug import UnknownError

EXIT = {Verdict.HOLDS: 0, Verdict.VIOLATED: 1, Verdict.INCOMPLETE: 3}
MOST_WORKERS, MOST_SEEDS = 1_000, 1_000  # the engine has work for 64
USAGE, FAULT, BROKEN_PIPE = 2, 70, 141
REFUSALS = (
    ExportError,
    ModelError,
    load.LoadError,
    MisfitError,
    OptionError,
    ReportError,
    run.SearchError,
    ShrinkError,
    trace_file.TraceFileError,
    UnknownError,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
MaxSeconds = Annotated[
    float | None,
    typer.Option(metavar="S", parser=seconds("--max-seconds"), help="Stop after so many seconds."),
]
Workers = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        parser=whole("--workers", 1, MOST_WORKERS),
        help="Threads; by default one per core.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
TAKES_OPTIONS_OF_MODELS = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": [],
}
# Of a command whose FILE comes first: its help is not that of a model, and does not wait for FILE.
TAKES_FILE_AND_OPTIONS_OF_MODELS = {
    **TAKES_OPTIONS_OF_MODELS,
    "help_option_names": ["-h", "--help"],
}
Target = Annotated[
    str | None,
    typer.Argument(
        metavar="MODEL",
        help="A built-in model, FILE.py:NAME (default name: model), or spec:SPEC.",
    ),
]
Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="An option of the model, as --NAME VALUE is."),
]

HowShown = Annotated[
    Detail,
    typer.Option(
        "--view",
        metavar="|".join(each.value for each in Detail),
        parser=one_of("view", Detail),
        help="Of a counterexample: lanes with the steps that matter, all steps, or all details.",
    ),
]
SavedTrace = Annotated[
    Path, typer.Argument(metavar="FILE", help="A trace or a result; - for standard input.")
]


def show_commands(context: typer.Context) -> None:
    """Show the help of a command that is nothing without one of its own commands."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def file_of(path: Path) -> Path | None:
    """Tell a file from standard input."""
    return None if str(path) == "-" else path


def required(target: str | None) -> str:
    """Refuse a command without its model."""
    if target is None:
        msg = f"which model? Name one of {', '.join(load.built_in())}, or a file of your own"
        raise load.LoadError(msg)
    return target


def exit_code(result: Result) -> int:
    """Say with which code a search ends."""
    interrupted = result.verdict is Verdict.INCOMPLETE and result.stopped == BY_CTRL_C
    return INTERRUPTED if interrupted else EXIT[result.verdict]


class _Console(Console):
    """Where results go."""

    def on_broken_pipe(self) -> None:
        """Leave it to us: Rich would exit with 1, which says that a property is violated."""
        raise BrokenPipeError


def standard_output() -> Console:
    """Write to standard output, and take text as it is."""
    return _Console(highlight=False, markup=False, emoji=False)


def view_of(shown: Detail) -> View:
    """Say how to show a trace on standard output, with no character that it does not have."""
    unicode = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    return View(shown, glyphs=UNICODE if unicode else ASCII)


def say(message: str) -> None:
    """Tell the user something on standard error, line by line, and no terminal anything."""
    sys.stderr.write("".join(f"{plain(line)}\n" for line in message.splitlines()))


@contextmanager
def refusing(context: typer.Context | None = None, *, github: bool = False) -> Iterator[None]:
    """Turn what is wrong with the command or the model into a message and an exit code.

    An option that the model lacks may be meant for one of the command, which ``context`` has.
    """
    try:
        yield
    except REFUSALS as error:
        message = str(error)
        if isinstance(error, UnknownOptionError) and context:
            own = [word.removeprefix("--") for each in context.command.params for word in each.opts]
            message = error.told(own)
        say(f"error: {message}")
        if github:
            sys.stderr.write(f"{refusal(message)}\n")
        raise typer.Exit(USAGE) from None
    except KeyboardInterrupt:
        say("interrupted")
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        raise typer.Exit(BROKEN_PIPE) from None
