"""The command ``paxiom verify``.

Exit codes: 0 every link of the chain holds, 1 one is broken, 2 the command or the model is wrong,
3 one is not complete, 130 it was interrupted.
"""

import sys
from typing import Annotated

import typer

from paxiom.model_check import load, progress, run
from paxiom.model_check.cli_help import WantsHelp, show_help
from paxiom.model_check.cli_reports import GithubToo, JunitFile, publish, require_writable
from paxiom.model_check.cli_shared import (
    TAKES_OPTIONS_OF_MODELS,
    AsJson,
    Quiet,
    Setting,
    Workers,
    refusing,
    required,
    standard_output,
)
from paxiom.model_check.codec import Json
from paxiom.model_check.command import INTERRUPTED
from paxiom.model_check.layout import width_of, write
from paxiom.model_check.options import seconds
from paxiom.model_check.refinement import NoInstanceError
from paxiom.model_check.reports import verify_report
from paxiom.model_check.reports.suites import suite_of_chain
from paxiom.model_check.traces.trace_file import dumps
from paxiom.model_check.verifying import (
    abstraction_link,
    abstraction_of,
    axioms_link,
    chain_document,
    no_instance_link,
    refinement_link,
    spec_link,
    unasked,
)
from paxiom.proofs.prove import Options
from paxiom.proofs.second import SecondSolverError, require_cvc5

EXIT = {"HOLDS": 0, "BROKEN": 1, "INCOMPLETE": 3, "INTERRUPTED": INTERRUPTED}

OPTION = "refinement"  # of models that refine a spec when asked to


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(context_settings=TAKES_OPTIONS_OF_MODELS)(verify)


def verify(
    context: typer.Context,
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="MODEL", help="A built-in model, or FILE.py:NAME (default name: model)."
        ),
    ] = None,
    *,
    setting: Setting = None,
    second: Annotated[
        bool | None,
        typer.Option(help="Have cvc5 check each proof as well; by default if it is installed."),
    ] = None,
    as_json: AsJson = False,
    junit: JunitFile = None,
    github: GithubToo = False,
    max_states: Annotated[
        str | None, typer.Option(metavar="N", help="Stop the search after so many states (10M).")
    ] = None,
    max_seconds: Annotated[
        float | None,
        typer.Option(
            metavar="S",
            parser=seconds("--max-seconds"),
            help="Stop the search after so many seconds.",
        ),
    ] = None,
    workers: Workers = None,
    quiet: Quiet = False,
    wants_help: WantsHelp = False,
) -> None:
    """Verify a chain: MODEL's code refines a spec, and the spec is safe for any number of nodes.

    Link 1 is a search, within the bounds that the options of MODEL set. Link 2 proves the spec,
    link 3 what it assumes of quorums, link 4 that it is consensus, where that is known: all for any
    number of nodes. MODEL is one that has the option --refinement, or a model of your own made by
    paxiom.model_check.refinement.refined.

    Exit codes: 0 every link holds, 1 one is broken, 2 the command or the model is wrong, 3 one is
    not complete: a search was cut short, a solver did not know, an axiom is yours alone, 130 it
    was interrupted.
    """
    with refusing(context, github=github):
        if wants_help:
            show_help(context, target)
            return
        name = required(target)
        how = run.SearchOptions(
            workers=workers,
            max_states=run.quantity("--max-states", max_states),
            max_seconds=max_seconds,
        )
        how.require_possible()
        if junit:
            require_writable(junit)
        proving = Options(second=_second(wanted=second), workers=workers)
        document = _chain(name, [*context.args], setting or [], how, proving, quiet=quiet)
        _tell(document, as_json=as_json)
        publish([suite_of_chain(document)], junit=junit, github=github)
    raise typer.Exit(EXIT[document["verdict"]])


def _second(*, wanted: bool | None) -> bool:
    """Whether cvc5 is asked."""
    if wanted is False:
        return False
    try:
        require_cvc5()
    except SecondSolverError as error:
        if wanted:
            raise load.LoadError(str(error)) from None
        return False
    return True


def _chain(
    name: str,
    words: list[str],
    settings: list[str],
    how: run.SearchOptions,
    proving: Options,
    *,
    quiet: bool,
) -> dict[str, Json]:
    """Verify one link after the other; a broken one does not keep the others from being told."""
    found = run.find(name)
    try:
        model = run.make(found, [*words, *_asking(found)], settings)
    except NoInstanceError as error:
        scope, system = None, error.system
        links = [no_instance_link(name, system, str(error))]
    else:
        scope = model.refines
        if scope is None:
            raise load.LoadError(_unrelated(name))
        system = scope.system
        if missing := unasked(model, system):
            msg = f"{name} refines {system.name}, and does not ask whether: {missing[0]} is missing"
            raise load.LoadError(msg)
        result = run.search(model, how, quiet=quiet, found=found)
        links = [refinement_link(model, result)]
    with progress.counting(quiet=quiet) as watch:
        if links[-1]["verdict"] != "INTERRUPTED":
            links.append(spec_link(system, proving, watch))
        if links[-1]["verdict"] != "INTERRUPTED":
            links.append(axioms_link(system, scope, watch, second=proving.second))
        if links[-1]["verdict"] != "INTERRUPTED" and (seen := abstraction_of(system)):
            links.append(abstraction_link(system, seen, proving, watch))
    return chain_document(name, system, links)


def _asking(found: load.Target) -> list[str]:
    """Give what makes a model one that refines a spec, if it has an option for that."""
    return [f"--{each.name}" for each in found.options() if each.name == OPTION]


def _unrelated(name: str) -> str:
    built_in = load.built_in().items()
    refining = [each for each, factory in built_in if _asking(load.Target(each, factory))]
    return (
        f"{name} refines no spec; there is {', '.join(refining)}. A model of your own does if it "
        "is made by paxiom.model_check.refinement.refined(model, monitor, refinement)"
    )


def _tell(document: dict[str, Json], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(dumps(document))
    else:
        console = standard_output()
        write(console, verify_report.chain_lines(document, width_of(console)))
    sys.stdout.flush()
