"""The command ``paxiom explore``: a model step by step, in the browser."""

import webbrowser
from typing import Annotated

import typer

from paxiom.model_check import run
from paxiom.model_check.cli_help import WantsHelp, show_help
from paxiom.model_check.cli_shared import (
    TAKES_OPTIONS_OF_MODELS,
    Setting,
    Target,
    refusing,
    required,
    say,
)
from paxiom.model_check.explorer.server import HOST, Server
from paxiom.model_check.explorer.session import Session
from paxiom.model_check.options import whole

Port = Annotated[
    int,
    typer.Option(
        metavar="N",
        parser=whole("--port", 0, 65535),
        help="Listen there; by default anywhere free.",
    ),
]
Opens = Annotated[bool, typer.Option("--open", help="Open it in the browser, too.")]


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(context_settings=TAKES_OPTIONS_OF_MODELS)(explore)


def explore(
    context: typer.Context,
    target: Target = None,
    *,
    port: Port = 0,
    opens: Opens = False,
    setting: Setting = None,
    wants_help: WantsHelp = False,
) -> None:
    """Show MODEL step by step in the browser: what can happen, and what comes of it.

    Prints an address that only this machine can reach, with a token that lets in whoever knows it.
    Ctrl-C ends it. MODEL and its options are those of paxiom check.

    Exit codes: 2 the command or the model is wrong, 130 it was interrupted.
    """
    with refusing(context):
        if wants_help:
            show_help(context, target)
            return
        with run.modelled(required(target), context.args, setting or ()) as model:
            session = Session(model)
        with _listening(session, port) as server:
            say("Ctrl-C ends it")
            typer.echo(server.address)
            if opens:
                webbrowser.open(server.address)
            server.serve_forever()


def _listening(session: Session, port: int) -> Server:
    try:
        return Server(session, port)
    except OSError as error:
        msg = f"cannot listen on {HOST}, port {port}: {error.strerror}; --port 0 takes a free one"
        raise run.SearchError(msg) from None
