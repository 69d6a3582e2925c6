"""The command ``paxiom``.

Exit codes: 0 everything holds, 1 a property is violated, 2 the command or the model is wrong,
3 the search was not finished, 130 it was interrupted, 70 paxiom itself is at fault.
"""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import getdoc
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from paxiom.model_check import load, report, run, trace_file, trace_text
from paxiom.model_check.codec import plain
from paxiom.model_check.layout import hang, width_of, write
from paxiom.model_check.model import Model, ModelError
from paxiom.model_check.options import OptionError
from paxiom.model_check.result import Result, Verdict

EXIT = {Verdict.HOLDS: 0, Verdict.VIOLATED: 1, Verdict.INCOMPLETE: 3}
USAGE, FAULT, INTERRUPTED, BROKEN_PIPE = 2, 70, 130, 141
REFUSALS = (
    ModelError,
    load.LoadError,
    OptionError,
    run.SearchError,
    trace_file.TraceFileError,
)

app = typer.Typer(
    name="paxiom",
    help="Model-check consensus protocols written as plain Python.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
traces = typer.Typer(help="Look at counterexamples.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(traces, name="trace")


def main() -> None:
    """Run the command and exit."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # names may be in any script
    try:
        app(prog_name="paxiom")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception:  # noqa: BLE001 - exit code 1 would say that a property is violated
        traceback.print_exc()
        sys.stderr.write("paxiom: this is a bug of paxiom, please report it\n")
        sys.exit(FAULT)


@app.callback(invoke_without_command=True)
def paxiom(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Model-check consensus protocols written as plain Python."""
    with refusing():
        if version:
            typer.echo(f"paxiom {trace_file.own_version()}")
        elif context.invoked_subcommand is None:
            typer.echo(context.get_help())


# --- check -------------------------------------------------------------------------------------


@app.command(
    context_settings={
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "help_option_names": [],
    }
)
def check(
    context: typer.Context,
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="MODEL", help="A built-in model, or FILE.py:NAME (default name: model)."
        ),
    ] = None,
    *,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="An option of the model, as --NAME VALUE is."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    trace: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a counterexample to this file, as JSON."),
    ] = None,
    max_states: Annotated[
        str | None, typer.Option(metavar="N", help="Stop after so many states (10M).")
    ] = None,
    max_seconds: Annotated[
        float | None, typer.Option(metavar="S", help="Stop after so many seconds.")
    ] = None,
    max_memory: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Stop at so much memory (500MB, 4GB).")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Threads; by default one per core.")
    ] = None,
    reference: Annotated[
        bool,
        typer.Option("--reference", help="Use the slow, obvious explorer instead of the engine."),
    ] = False,
    no_symmetry: Annotated[
        bool, typer.Option("--no-symmetry", help="Visit every state, not one of each orbit.")
    ] = False,
    checkpoint: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Save the search there every minute or so.")
    ] = None,
    checkpoint_seconds: Annotated[
        float, typer.Option(metavar="S", min=0, help="Save it so often.")
    ] = 60.0,
    resume: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Go on with the search saved there, saving it on."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    wants_help: Annotated[
        bool, typer.Option("--help", "-h", help="Show this message and, of a MODEL, its options.")
    ] = False,
) -> None:
    """Visit every state that MODEL can reach, and say whether its properties hold.

    A MODEL has options of its own, such as --nodes 3: see paxiom models, or paxiom check MODEL -h.
    """
    with refusing():
        if wants_help:
            _help(context, target)
            return
        if target is None:
            msg = f"which model? Name one of {', '.join(load.built_in())}, or a file of your own"
            raise load.LoadError(msg)
        how = run.SearchOptions(
            workers=workers,
            reference=reference,
            symmetry=not no_symmetry,
            max_states=run.quantity("--max-states", max_states),
            max_seconds=max_seconds,
            max_memory=run.quantity("--max-memory", max_memory),
            checkpoint=checkpoint,
            checkpoint_seconds=checkpoint_seconds,
            resume=resume,
        )
        how.require_possible()
        if trace:
            _require_writable(trace)
        model, result = run.run(target, context.args, setting or (), how, quiet=quiet)
        _tell(model, result, as_json=as_json, trace=trace)
        place = checkpoint or resume
        if place and result.verdict is Verdict.INCOMPLETE:
            _say(f"the search is saved: the same command with --resume {place} goes on with it")
    interrupted = result.verdict is Verdict.INCOMPLETE and result.stopped == run.INTERRUPTED
    raise typer.Exit(INTERRUPTED if interrupted else EXIT[result.verdict])


def _help(context: typer.Context, target: str | None) -> None:
    """Show the help of ``check`` and the options of a model."""
    typer.echo(context.get_help())
    if target:
        console = _console()
        write(console, _model_lines(load.find(target), width_of(console)))


def _tell(model: Model, result: Result, *, as_json: bool, trace: Path | None) -> None:
    """Print the result, then write the trace: a full disk must not cost the reader both."""
    document = report.result_document(model, result)
    if as_json:
        sys.stdout.write(trace_file.dumps(document))
    else:
        console = _console()
        write(console, report.result_lines(document, width_of(console)))
    sys.stdout.flush()
    if trace is None:
        return
    if document["trace"] is None:
        _say(f"no counterexample, so {trace} was not written")
        return
    try:
        trace_file.save(document["trace"], trace)
    except OSError as error:
        _say(f"error: cannot write {trace}: {error.strerror}")


def _require_writable(path: Path) -> None:
    """Refuse a place for a trace before the search, not after it."""
    target = path if path.exists() else path.parent
    if path.is_dir() or not target.exists() or not os.access(target, os.W_OK):
        msg = f"cannot write a trace to {path}"
        raise trace_file.TraceFileError(msg)


# --- the other commands ------------------------------------------------------------------------


@app.command()
def models() -> None:
    """List the built-in models and their options."""
    with refusing():
        console = _console()
        for number, (name, factory) in enumerate(load.built_in().items()):
            if number:
                console.print()
            write(console, _model_lines(load.Target(name, factory), width_of(console)))


def _model_lines(target: load.Target, width: int) -> Iterator[Text]:
    """Describe a model: what it is, and its options."""
    yield Text(plain(target.name), "bold")
    prose = (getdoc(target.source) or "").replace("``", "")
    for paragraph in prose.split("\n\n") if prose else ():
        yield from hang("  ", plain(" ".join(paragraph.split())), width)
        yield Text()
    options = target.options()
    if not options:
        yield Text("  It has no options.")
    for option in options:
        yield Text(f"    {plain(option.usage())}")


@traces.command("show")
def show(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A trace or a result; - for standard input.")
    ],
) -> None:
    """Print the counterexample in FILE, which check --trace or check --json has written."""
    with refusing():
        path = None if str(file) == "-" else file
        document = trace_file.load(path, sys.stdin.buffer)
        console = _console()
        write(console, trace_text.trace_lines(document, width_of(console)))
        sys.stdout.flush()


# --- manners -----------------------------------------------------------------------------------


class _Console(Console):
    """Where results go."""

    def on_broken_pipe(self) -> None:
        """Leave it to us: Rich would exit with 1, which says that a property is violated."""
        raise BrokenPipeError


def _console() -> Console:
    return _Console(highlight=False, markup=False, emoji=False)


def _say(message: str) -> None:
    """Tell the user something on standard error, line by line, and no terminal anything."""
    sys.stderr.write("".join(f"{plain(line)}\n" for line in message.splitlines()))


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what is wrong with the command or the model into a message and an exit code."""
    try:
        yield
    except REFUSALS as error:
        _say(f"error: {error}")
        raise typer.Exit(USAGE) from None
    except KeyboardInterrupt:
        _say("interrupted")
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        raise typer.Exit(BROKEN_PIPE) from None
