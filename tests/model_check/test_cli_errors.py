"""What is wrong with a command line is told in one line, whoever finds it."""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from paxiom.model_check import cli, command
from paxiom.model_check.engine.warming import letting_interrupts_out
from support.command import Run, refused

WITH_THEIR_OWN = ("check", "simulate", "graph", "bugs", "explore", "prove", "verify")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("chek", "paxiom has no command 'chek' (did you mean check?); it has check, simulate, "),
        ("zzz", "paxiom has no command 'zzz'; it has check, simulate, "),
        ("trace replai x", "paxiom trace has no command 'replai' (did you mean replay?); it has "),
        ("--versoin", "paxiom has no option --versoin (did you mean --version?); paxiom -h lists"),
        ("prove --secnd", "paxiom prove has no option --secnd (did you mean --second?); paxiom "),
        ("prove -z", "paxiom prove has no option -z; paxiom prove -h lists them"),
        ("why", "missing argument 'RULE'; paxiom why -h shows how it is used"),
        ("bugs P03 P04", "got unexpected extra argument(s) (P04); paxiom bugs -h shows how"),
        ("check paxos --workers", "option '--workers' requires an argument; "),
        ("check paxos --workers 0", "--workers takes a whole number from 1 to 1,000, not '0'"),
        ("check paxos --workers two", "--workers takes a whole number from 1 to 1,000, not 'two'"),
        ("check paxos --view up", "--view is one of lanes, all, details, not 'up'"),
        ("check paxos --max-seconds x", "--max-seconds takes a number of seconds, such as 60 or "),
        ("check paxos --max-seconds nan", "--max-seconds takes a number of seconds, such as 60 "),
        ("check paxos --checkpoint-seconds -1", "--checkpoint-seconds takes a number of seconds"),
        (
            "check paxos --max-state 3",
            "paxos has no option --max-state (did you mean --max-stat",
        ),
        ("simulate paxos --depht 3", "paxos has no option --depht (did you mean --depth?); it "),
        ("check paxso", "there is no built-in model 'paxso' (did you mean paxos?); there is multi"),
        ("check spec:paxs", "there is no spec 'paxs' (did you mean paxos?); there is consensus, "),
        ("prove quroum", "there is no spec 'quroum' (did you mean quorum?); there is consensus, "),
        ("check mine.py:", "'mine.py:' ends with its colon; write mine.py:NAME, or mine.py alone"),
        ("check mine.py:my-model", "'my-model' is no name in Python; write mine.py:NAME, or mine"),
        ("check spec:mine.py:", "'mine.py:' ends with its colon; write mine.py:NAME, or mine.py"),
        ("check paxos --trace .", "cannot write to .: it is a directory; name a file"),
        ("check paxos --trace no/a.json", "cannot write to no/a.json: there is no directory no"),
        ("check paxos --trace --json", "cannot write to --json: that is an option, not a file; "),
    ],
)
def test_it_is_told_what_was_wrong_and_what_is_near(paxiom: Run, words: str, message: str) -> None:
    ran = paxiom(*words.split())

    assert refused(ran).startswith(f"error: {message}")
    assert ran.err.count("\n") == 1


def test_a_place_that_may_not_be_written_to_is_refused(
    paxiom: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("shut").mkdir()
    monkeypatch.setattr(os, "access", lambda *_: False)  # the superuser may write everywhere

    assert "shut may not be written to" in refused(paxiom("check", "paxos", "--trace=shut/a"))


def test_trace_alone_shows_its_help(paxiom: Run) -> None:
    ran = paxiom("trace")

    assert ran.code == 0
    assert ran.out.startswith("Usage: paxiom trace ")
    assert ran.err == ""


@pytest.mark.parametrize("command", ["", *WITH_THEIR_OWN])
def test_help_tells_the_exit_codes(paxiom: Run, command: str) -> None:
    ran = paxiom(*command.split(), "--help")

    assert ran.code == 0
    assert "Exit codes" in ran.out


def test_verify_offers_no_spec(paxiom: Run) -> None:
    assert "spec:SPEC" not in paxiom("verify", "--help").out


class _Interrupts:
    """Finds the command line only to be interrupted."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == cli.__name__:
            raise KeyboardInterrupt


def test_an_interrupt_while_it_starts_is_no_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, cli.__name__)
    monkeypatch.setattr(sys, "meta_path", [_Interrupts, *sys.meta_path])
    with pytest.raises(SystemExit) as exited:
        command.main()

    assert exited.value.code == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("error", [None, RuntimeError("no compiled object yet")])
def test_an_interrupt_that_llvm_swallows_comes_out(error: Exception | None) -> None:
    def compiling() -> None:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        if error:
            raise error

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), letting_interrupts_out():
        compiling()

    assert signal.getsignal(signal.SIGINT) is before


def test_an_error_in_compiling_is_not_an_interrupt() -> None:
    def compiling() -> None:
        msg = "LLVM"
        raise RuntimeError(msg)

    with pytest.raises(RuntimeError, match="LLVM"), letting_interrupts_out():
        compiling()
