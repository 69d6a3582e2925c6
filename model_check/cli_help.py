"""The options of models, as the help of commands tells them."""

import re
from collections.abc import Iterator
from inspect import getdoc
from typing import Annotated

import typer
from rich.text import Text

from paxiom.model_check import load, load_spec
from paxiom.model_check.cli_shared import standard_output
from paxiom.model_check.codec import plain
from paxiom.model_check.layout import hang, width_of, write

NAMED = re.compile(r"``(.+?)``")  # a parameter, in the prose of a docstring

WantsHelp = Annotated[
    bool, typer.Option("--help", "-h", help="Show this message and, of a MODEL, its options.")
]


def show_help(context: typer.Context, target: str | None) -> None:
    """Show the help of a command and the options of a model."""
    typer.echo(context.get_help())
    if target:
        console = standard_output()
        write(console, model_lines(load_spec.target(target), width_of(console)))


def model_lines(target: load.Target, width: int) -> Iterator[Text]:
    """Describe a model: what it is, and its options."""
    yield Text(plain(target.name), "bold")
    options = target.options()
    spelled = {option.field or option.parameter: str(option) for option in options}
    prose = NAMED.sub(lambda name: spelled.get(name[1], name[1]), getdoc(target.source) or "")
    for paragraph in prose.split("\n\n") if prose else ():
        yield from hang("  ", plain(" ".join(paragraph.split())), width)
        yield Text()
    if not options:
        yield Text("  It has no options.")
    for option in options:
        yield Text(f"    {plain(option.usage())}")
