"""The command ``paxiom quorums``."""

import sys
from typing import Annotated

import typer

from paxiom.model_check.cli_shared import AsJson, refusing, standard_output
from paxiom.model_check.layout import width_of, write
from paxiom.model_check.options import whole
from paxiom.model_check.reports.quorum_table import MOST, quorums_document, quorums_lines
from paxiom.model_check.traces.trace_file import dumps


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(quorums)


def quorums(
    *,
    nodes: Annotated[
        int, typer.Option(metavar="N", parser=whole("--nodes", 1, MOST), help="Up to N nodes.")
    ] = MOST,
    as_json: AsJson = False,
) -> None:
    """Show which quorum systems meet, and how many nodes each can lose.

    Every set of nodes is tried. Whether a protocol is safe with such quorums is for paxiom check
    to say: its models of the Paxos family take --phase1, --phase2 and --rows.
    """
    with refusing():
        document = quorums_document(nodes)
        if as_json:
            sys.stdout.write(dumps(document))
        else:
            console = standard_output()
            write(console, quorums_lines(document, width_of(console)))
        sys.stdout.flush()
