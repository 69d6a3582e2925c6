"""The command ``paxiom``.

Exit codes: 0 everything holds, 1 a property is violated or a count is not that of the baseline,
2 the command or the model is wrong, 3 the search was not finished, 130 it was interrupted, 70
paxiom itself is at fault.
"""

import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from paxiom.model_check import (
    cli_compare,
    cli_explore,
    cli_export,
    cli_prove,
    cli_quorums,
    cli_trace,
    cli_verify,
    cli_zoo,
    load,
    run,
)
from paxiom.model_check.cli_errors import Commands, complaint
from paxiom.model_check.cli_help import WantsHelp, model_lines, show_help
from paxiom.model_check.cli_reports import (
    BaselineFile,
    Bless,
    GithubToo,
    HtmlFile,
    JunitFile,
    Reports,
    TooLate,
    TraceFile,
    asked,
)
from paxiom.model_check.cli_shared import (
    FAULT,
    TAKES_OPTIONS_OF_MODELS,
    USAGE,
    AsJson,
    HowShown,
    MaxSeconds,
    Quiet,
    Setting,
    Target,
    Workers,
    refusing,
    required,
    say,
    show_commands,
    standard_output,
)
from paxiom.model_check.command import INTERRUPTED
from paxiom.model_check.layout import width_of, write
from paxiom.model_check.model import MOST
from paxiom.model_check.options import OptionError, seconds, whole
from paxiom.model_check.result import Verdict
from paxiom.model_check.traces import trace_file
from paxiom.model_check.traces.trace_text import Detail

app = typer.Typer(
    name="paxiom",
    help="Model-check consensus protocols written as plain Python.",
    cls=Commands,
    epilog="Exit codes, where the help of a command has no others: 0 it went well, all holds, "
    "1 something is violated, 2 the command or the model is wrong, 3 it was not finished, 130 it "
    "was interrupted, 70 paxiom is at fault.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command and exit."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # names may be in any script
    try:
        sys.exit(app(prog_name="paxiom", standalone_mode=False))
    except typer.TyperException as error:
        say(f"error: {complaint(error)}")
        sys.exit(USAGE)
    except OptionError as error:  # of an option that all models have
        say(f"error: {error}")
        sys.exit(USAGE)
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
        else:
            show_commands(context)


# --- check -------------------------------------------------------------------------------------


@app.command(context_settings=TAKES_OPTIONS_OF_MODELS)
def check(
    context: typer.Context,
    target: Target = None,
    *,
    setting: Setting = None,
    as_json: AsJson = False,
    trace: TraceFile = None,
    html: HtmlFile = None,
    shown: HowShown = Detail.LANES,
    too_late: TooLate = False,
    junit: JunitFile = None,
    github: GithubToo = False,
    baseline: BaselineFile = None,
    bless: Bless = False,
    max_states: Annotated[
        str | None, typer.Option(metavar="N", help="Stop after so many states (10M).")
    ] = None,
    max_seconds: MaxSeconds = None,
    max_memory: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Stop at so much memory (500MB, 4GB).")
    ] = None,
    workers: Workers = None,
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
        float,
        typer.Option(metavar="S", parser=seconds("--checkpoint-seconds"), help="Save it so often."),
    ] = 60.0,
    resume: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Go on with the search saved there, saving it on."),
    ] = None,
    quiet: Quiet = False,
    wants_help: WantsHelp = False,
) -> None:
    """Visit every state that MODEL can reach, and say whether its properties hold.

    A MODEL has options of its own, such as --nodes 3: see paxiom models, or paxiom check MODEL -h.

    Exit codes: 0 all properties hold, 1 one is violated, or a count is not that of the baseline,
    2 the command or the model is wrong, 3 the search was cut short, 130 it was interrupted.
    """
    with refusing(context, github=github):
        if wants_help:
            show_help(context, target)
            return
        name = required(target)
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
        reports = Reports(
            name=asked(name, context.args, setting or ()),
            as_json=as_json,
            trace=trace,
            html=html,
            junit=junit,
            github=github,
            baseline=baseline,
            bless=bless,
            shown=shown,
            too_late=too_late,
        )
        reports.require_possible()
        model, result = run.run(name, context.args, setting or (), how, quiet=quiet)
        code = reports.tell(model, result)
        place = checkpoint or resume
        if place and result.verdict is Verdict.INCOMPLETE:
            say(f"the search is saved: the same command with --resume {place} goes on with it")
    raise typer.Exit(code)


@app.command(context_settings=TAKES_OPTIONS_OF_MODELS)
def simulate(
    context: typer.Context,
    target: Target = None,
    *,
    walks: Annotated[
        str, typer.Option(metavar="N", help="Walk so many times (10000, 10M).")
    ] = "10000",
    depth: Annotated[
        int,
        typer.Option(metavar="D", parser=whole("--depth", 1, MOST), help="Steps of one walk."),
    ] = 100,
    seed: Annotated[
        int,
        typer.Option(
            metavar="S", parser=whole("--seed", 0, 2**64 - 1), help="Another seed, other walks."
        ),
    ] = 0,
    rarity: Annotated[
        int,
        typer.Option(
            metavar="N",
            parser=whole("--rarity", 1, 1000),
            help="How many times rarer faults, losses and idle steps are.",
        ),
    ] = 20,
    setting: Setting = None,
    as_json: AsJson = False,
    trace: TraceFile = None,
    html: HtmlFile = None,
    shown: HowShown = Detail.LANES,
    max_seconds: MaxSeconds = None,
    workers: Workers = None,
    quiet: Quiet = False,
    wants_help: WantsHelp = False,
) -> None:
    """Walk through MODEL at random, and say what was met: for what is too large to check.

    It ends with VIOLATED or INCOMPLETE. Each step is drawn among all that are possible, all
    alike, except that faults, losses and steps that change nothing are rarer. The same seed gives
    the same walks.

    Exit codes: 1 a property is violated, 2 the command or the model is wrong, 3 none was seen to
    be, which proves nothing, 130 it was interrupted.
    """
    with refusing(context):
        if wants_help:
            show_help(context, target)
            return
        name = required(target)
        how = run.SimulationOptions(
            walks=run.quantity("--walks", walks) or 1,
            depth=depth,
            seed=seed,
            rarity=rarity,
            workers=workers,
            max_seconds=max_seconds,
        )
        how.require_possible()
        reports = Reports(name=name, as_json=as_json, trace=trace, html=html, shown=shown)
        reports.require_possible()
        model, result = run.run(name, context.args, setting or (), how, quiet=quiet)
        code = reports.tell(model, result)
    raise typer.Exit(code)


# --- the other commands ------------------------------------------------------------------------


@app.command()
def models() -> None:
    """List the built-in models and their options."""
    with refusing():
        console = standard_output()
        for number, (name, factory) in enumerate(load.built_in().items()):
            if number:
                console.print()
            write(console, model_lines(load.Target(name, factory), width_of(console)))


cli_trace.add_to(app)
cli_export.add_to(app)
cli_zoo.add_to(app)
cli_explore.add_to(app)
cli_prove.add_to(app)
cli_verify.add_to(app)
cli_quorums.add_to(app)
cli_compare.add_to(app)
