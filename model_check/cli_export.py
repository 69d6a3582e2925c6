"""What is written in the formats of other tools: ``paxiom trace convert`` and ``paxiom graph``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from paxiom.model_check.cli_help import WantsHelp, show_help
from paxiom.model_check.cli_shared import (
    TAKES_OPTIONS_OF_MODELS,
    SavedTrace,
    Setting,
    Target,
    file_of,
    refusing,
    required,
)
from paxiom.model_check.export import formats
from paxiom.model_check.export.errors import ExportError
from paxiom.model_check.run import modelled, quantity

Out = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="OUT", help="Write there, not to the screen.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(context_settings=TAKES_OPTIONS_OF_MODELS)(graph)


def convert(
    file: SavedTrace,
    *,
    to: Annotated[
        str | None, typer.Option(metavar="FORMAT", help=f"One of {', '.join(formats.FORMATS)}.")
    ] = None,
    out: Out = None,
) -> None:
    """Write the trace in FILE in another format, by default that which OUT ends as.

    FILE is a trace, a result or a trace in ITF, of paxiom, Apalache or Quint.
    """
    with refusing():
        endings = {name: each.endings for name, each in formats.FORMATS.items()}
        form = formats.FORMATS[formats.named(to, out, endings)]
        write(form.write(formats.read(file_of(file), sys.stdin.buffer)), out, is_text=form.is_text)


def write(content: bytes, out: Path | None, *, is_text: bool = True) -> None:
    """Write to a file, or to standard output."""
    if out is None:
        if not is_text and sys.stdout.isatty():
            msg = "that is no text for a terminal; name a file with -o"
            raise ExportError(msg)
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        out.write_bytes(content)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        msg = f"cannot write {out}: {reason}"
        raise ExportError(msg) from None


def graph(
    context: typer.Context,
    target: Target = None,
    *,
    to: Annotated[str | None, typer.Option(metavar="FORMAT", help="dot or graphml.")] = None,
    out: Out = None,
    max_states: Annotated[
        str, typer.Option(metavar="N", help="Refuse a graph with more states.")
    ] = "2000",
    setting: Setting = None,
    wants_help: WantsHelp = False,
) -> None:
    """Draw all states of MODEL and the steps between them, for graphviz or a viewer of graphs.

    MODEL and its options are those of paxiom check. Every state is drawn, without regard to
    symmetry, within the model's bounds.

    Exit codes: 0 it is drawn, 2 the command or the model is wrong, or has too many states.
    """
    with refusing(context):
        if wants_help:
            show_help(context, target)
            return
        from paxiom.model_check.export import state_graph  # noqa: PLC0415 - networkx takes a while

        form = formats.named(to, out, {name: (f".{name}",) for name in state_graph.FORMATS})
        most = quantity("--max-states", max_states) or state_graph.MOST_STATES
        with modelled(required(target), context.args, setting or ()) as model:
            drawn = state_graph.state_graph(model, most)
        write(state_graph.FORMATS[form](drawn), out)
