"""The command line: what it prints where, and with which exit code."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from paxiom.model_check import load, run
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.reference import explore
from support.command import COMMAND, ENDLESS, SMALL, STUBBORN, Run, refused, spawn, write

COUNTS = ("verdict", "states", "transitions", "depth", "actions", "cuts")


def drain(terminal: int, seen: list[bytes]) -> None:
    """Read what appears on a terminal until nobody holds it any more."""
    with os.fdopen(terminal, "rb", buffering=0) as opened, suppress(OSError):
        while some := opened.read(4096):
            seen.append(some)


# --- verdicts and exit codes -------------------------------------------------------------------


def test_a_model_that_holds_exits_with_0(paxiom: Run) -> None:
    ran = paxiom("check", *SMALL)

    assert ran.code == 0
    assert ran.out.startswith("HOLDS  paxos")
    assert "\x1b" not in ran.out
    assert ran.err == ""


def test_a_violation_exits_with_1_and_shows_its_trace(paxiom: Run) -> None:
    ran = paxiom("check", write("mine.py", STUBBORN), "--reference")

    assert ran.code == 1
    assert ran.out.startswith("VIOLATED  paxos: agreement, after 18 steps\n")
    assert ran.out.splitlines()[1].strip() == "No two nodes decide different values."
    assert "\n18. " in ran.out
    assert "\n19. " not in ran.out


@pytest.mark.parametrize(
    ("limit", "reason"), [("--max-states=50", "50 states"), ("--max-seconds=0.000001", "1e-06 s")]
)
def test_a_search_cut_short_exits_with_3(paxiom: Run, limit: str, reason: str) -> None:
    ran = paxiom("check", *SMALL, limit)

    assert ran.code == 3
    assert ran.out.startswith("INCOMPLETE  paxos: ")
    assert reason in ran.out


@pytest.mark.parametrize("explorer", [["--reference"], []], ids=["reference", "engine"])
def test_an_interrupted_search_exits_with_130_and_says_what_is_known(
    tmp_path: Path, explorer: list[str]
) -> None:
    (tmp_path / "endless.py").write_text(ENDLESS)
    ran = spawn("check", "endless.py", *explorer, cwd=tmp_path)

    assert ran.code == 130
    assert ran.out.startswith("INCOMPLETE  endless: interrupted")
    assert "Traceback" not in ran.err


def test_progress_lives_on_the_terminal_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Standard error is a terminal, standard output is not: no escape sequence reaches it."""
    ours, theirs = os.openpty()
    seen: list[bytes] = []
    reader = Thread(target=drain, args=(ours, seen))
    reader.start()
    ran = subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, "check", *SMALL],
        cwd=tmp_path,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=theirs,
        timeout=120,
        check=False,
    )
    os.close(theirs)
    reader.join()
    shown = b"".join(seen)

    assert ran.returncode == 0
    assert ran.stdout.startswith(b"HOLDS")
    assert b"\x1b" not in ran.stdout
    assert b"reference explorer" in shown
    assert shown.count(b"\x1b[?25l") == shown.count(b"\x1b[?25h") == 1  # cursor hidden, shown
    assert shown.rstrip().endswith(b"\x1b[2K")  # the line is erased


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as broken:
        ran = subprocess.run(  # noqa: S603 - our own command
            [*COMMAND, "check", *SMALL],
            cwd=tmp_path,
            stdout=broken,
            stderr=subprocess.PIPE,
            timeout=120,
            check=False,
        )

    assert ran.stderr == b""
    assert ran.returncode == 141  # as a shell reports SIGPIPE


def test_a_bug_of_paxiom_is_not_taken_for_a_violation(
    paxiom: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(run, "explore_by_reference", broken)
    ran = paxiom("check", *SMALL)

    assert ran.code == 70
    assert "ZeroDivisionError" in ran.err
    assert "please report" in ran.err


# --- JSON, traces ------------------------------------------------------------------------------


def test_json_is_all_there_is_on_standard_output(paxiom: Run) -> None:
    text = STUBBORN + "\nprint('printed while importing')\n"
    ran = paxiom("check", write("mine.py", text), "--reference", "--json")
    result = json.loads(ran.out)

    assert ran.code == 1
    assert "printed while importing" in ran.err
    assert result["verdict"] == "VIOLATED"
    assert len(result["trace"]["steps"]) == 18
    assert result["model"]["nodes"] == ["n1", "n2"]


def test_json_tells_what_the_search_found(paxiom: Run) -> None:
    expected = explore(paxos(nodes=2, ballots=2))
    result = json.loads(paxiom("check", *SMALL, "--json").out)

    assert result["states"] == expected.states
    assert result["transitions"] == expected.transitions
    assert result["depth"] == expected.depth
    assert result["actions"] == expected.actions
    assert result["cuts"] == expected.cuts
    assert result["trace"] is None


def test_a_trace_is_shown_as_the_check_showed_it(paxiom: Run) -> None:
    """From a file, from standard input, and from the JSON of a result."""
    write("mine.py", STUBBORN)
    checked = paxiom("check", "mine.py", "--reference", "--trace", "trace.json")
    shown = paxiom("trace", "show", "trace.json")
    result = paxiom("check", "mine.py", "--reference", "--json").out

    assert shown.code == 0
    assert shown.out.startswith("Shortest counterexample")
    assert checked.out.endswith("\n\n" + shown.out)
    assert paxiom("trace", "show", "-", stdin=Path("trace.json").read_bytes()).out == shown.out
    assert paxiom("trace", "show", "-", stdin=result.encode()).out == shown.out


def test_without_a_counterexample_no_trace_is_written(paxiom: Run) -> None:
    ran = paxiom("check", *SMALL, "--trace", "trace.json")

    assert ran.code == 0
    assert "trace.json was not written" in ran.err
    assert not Path("trace.json").exists()


@pytest.mark.parametrize("place", ["nowhere/trace.json", "."])
def test_a_place_where_no_trace_can_be_written_is_refused(paxiom: Run, place: str) -> None:
    assert "cannot write" in refused(paxiom("check", *SMALL, "--trace", place))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not JSON"),
        (b"{}", "does not say"),
        (b'{"format": "paxiom trace", "version": 9}', "9"),
    ],
)
def test_what_is_no_trace_is_refused(paxiom: Run, content: bytes, reason: str) -> None:
    assert reason in refused(paxiom("trace", "show", "-", stdin=content))


def test_a_trace_that_is_not_there_is_refused(paxiom: Run) -> None:
    assert "No such file" in refused(paxiom("trace", "show", "nowhere.json"))
    assert "directory" in refused(paxiom("trace", "show", "."))


def test_hostile_names_of_files_are_escaped(paxiom: Run) -> None:
    ran = paxiom("trace", "show", "\x1b[2J.json")

    assert "\x1b" not in ran.err
    assert "\\x1b[2J.json" in refused(ran)


# --- the same output every time ----------------------------------------------------------------


def test_output_does_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    """Nothing but times: not even which of the shortest counterexamples is found."""
    (tmp_path / "mine.py").write_text(STUBBORN)
    told = []
    for seed in ("1", "2"):
        ran = spawn("check", "mine.py", "--json", "--crashes=1", cwd=tmp_path, PYTHONHASHSEED=seed)
        result = json.loads(ran.out)
        told.append({key: result[key] for key in result if "seconds" not in key})

    assert told[0]["verdict"] == "VIOLATED"
    assert told[0] == told[1]


# --- help --------------------------------------------------------------------------------------


def test_alone_it_shows_its_help(paxiom: Run) -> None:
    ran = paxiom()

    assert ran.code == 0
    for command in ("check", "models", "trace"):
        assert command in ran.out


def test_it_tells_its_version(paxiom: Run) -> None:
    ran = paxiom("--version")

    assert ran.code == 0
    assert ran.out.split()[0] == "paxiom"


@pytest.mark.parametrize("words", [["models"], ["check", "paxos", "--help"]])
def test_a_model_shows_its_options(paxiom: Run, words: list[str]) -> None:
    ran = paxiom(*words)

    assert ran.code == 0
    for option in (
        "--nodes INT = 3",
        "--network once|duplicating|fifo = once",
        "--lossy",
        "--values",
    ):
        assert option in ran.out
    assert "--protocol" not in ran.out


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize(
    "words",
    [["graph"], ["trace", "replay"], ["trace", "to-test"], ["trace", "shrink"], ["explore"]],
    ids=" ".join,
)
def test_help_needs_neither_model_nor_file(paxiom: Run, words: list[str], flag: str) -> None:
    ran = paxiom(*words, flag)

    assert ran.code == 0
    assert ran.out.startswith(f"Usage: paxiom {' '.join(words)}")
    assert "-h, --help" in ran.out


def test_graph_shows_the_options_of_a_model(paxiom: Run) -> None:
    assert "--nodes INT = 3" in paxiom("graph", "paxos", "-h").out


@pytest.mark.parametrize(
    ("word", "wrong"),
    [("--nodes", "--nodes is given no value"), ("--no-lossy=1", "--lossy takes no value")],
)
def test_an_option_without_its_value_is_named(paxiom: Run, word: str, wrong: str) -> None:
    ran = paxiom("check", "paxos", word)

    assert ran.code == 2
    assert f"{wrong}; it is used as: --" in ran.err


def test_every_module_of_models_is_a_model() -> None:
    assert load.built_in()["paxos"] is paxos


def test_help_does_not_wait_for_numba(tmp_path: Path) -> None:
    """Neither does anything else that does not search: the engine is imported last."""
    code = (
        "import sys\n"
        "from paxiom.model_check.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print('numba' in sys.modules, file=sys.stderr)\n"
    )
    for words in (["--help"], ["models"], ["check", *SMALL]):
        ran = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-P", "-c", code, *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.stderr == "False\n"


# --- the engine --------------------------------------------------------------------------------


def test_the_engine_says_what_the_reference_says(paxiom: Run) -> None:
    told = []
    for explorer in (["--reference"], ["--no-symmetry", "--workers=1"]):
        result = json.loads(paxiom("check", "paxos", "--nodes=2", *explorer, "--json").out)
        told.append(
            {key: result[key] for key in ("verdict", "states", "transitions", "depth", "actions")}
        )

    assert told[0] == told[1]


def test_a_search_is_saved_and_taken_up_again(paxiom: Run) -> None:
    whole = json.loads(paxiom("check", "paxos", "--json").out)
    first = paxiom("check", "paxos", "--max-states=20k", "--checkpoint", "saved")
    rest = paxiom("check", "paxos", "--resume", "saved", "--json")

    assert first.code == 3
    assert "--resume saved" in first.err
    assert rest.code == 0
    assert json.loads(rest.out)["states"] == whole["states"]
    assert json.loads(rest.out)["actions"] == whole["actions"]
