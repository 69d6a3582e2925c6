"""How what is wrong with a command line is told: in one line, with what is near and where to look.

Typer has words of its own for what it refuses; they are made to look like ours.
"""

from typing import Any

import typer
from typer.core import TyperGroup

from paxiom.model_check.options import OptionError, near


class Commands(TyperGroup):
    """Commands that are told when there is no such one."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - Typer's own classes
        """Find a command; OptionError says which there are."""
        found = super().get_command(ctx, cmd_name)
        if found is None and not cmd_name.startswith("-"):
            hint, known = near(cmd_name, self.commands), ", ".join(self.commands)
            msg = f"{ctx.command_path} has no command {cmd_name!r}{hint}; it has {known}"
            raise OptionError(msg)
        return found


def complaint(error: typer.TyperException) -> str:
    """Tell what Typer refuses."""
    context = getattr(error, "ctx", None)
    owner = context.command_path if context else "paxiom COMMAND"
    option = getattr(error, "option_name", "")
    if hasattr(error, "possibilities"):
        hint = near(option, error.possibilities or ())
        return f"{owner} has no option {option}{hint}; {owner} -h lists them"
    text = error.format_message().rstrip(".")
    return f"{text[:1].lower()}{text[1:]}; {owner} -h shows how it is used"
