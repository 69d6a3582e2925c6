"""Baselines: a count that moves fails until it is blessed; what is damaged is left alone."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from paxiom.model_check.reports.baseline import blessed, compared
from paxiom.model_check.reports.suites import Outcome
from support.command import Run, refused
from support.counter import COUNTER
from support.junit_schema import read

CHECK = ("check", "counter.py", "--reference", "--baseline", "counts.json")


@pytest.fixture
def counter(paxiom: Run) -> Run:
    """Bless the model, in a file of this directory."""
    Path("counter.py").write_text(COUNTER)
    ran = paxiom(*CHECK, "--bless")
    assert ran.code == 0
    assert ran.err == "counts.json: counter.py: blessed\n  not on record before\n"
    return paxiom


def changed(old: str, new: str) -> None:
    text = Path("counter.py").read_text()
    assert text.count(old) == 1
    Path("counter.py").write_text(text.replace(old, new))


def counts(*words: str, paxiom: Run) -> dict[str, Any]:
    ran = paxiom("check", "counter.py", "--reference", "--json", *words)
    found: dict[str, Any] = json.loads(ran.out)
    return found


# --- comparing ---------------------------------------------------------------------------------


def test_what_has_not_changed_is_as_recorded(counter: Run) -> None:
    before = Path("counts.json").read_bytes()
    ran = counter(*CHECK)

    assert ran.code == 0
    assert ran.out.startswith("HOLDS")
    assert ran.err == "counts.json: counter.py: as recorded\n"
    assert Path("counts.json").read_bytes() == before


def test_a_count_that_moves_fails_and_says_that_the_protocol_has_changed(counter: Run) -> None:
    """A timer less: no property falls, but the state space is another one."""
    before = counts(paxiom=counter)
    changed("if count < 3", "if count < 2")
    after = counts(paxiom=counter)
    ran = counter(*CHECK, "--junit", "report.xml")
    (suite,) = read(Path("report.xml").read_bytes())
    (failure,) = suite.iter("failure")

    assert ran.code == 1
    assert ran.out.startswith("HOLDS")
    assert f"  states: {before['states']:,} -> {after['states']:,}\n" in ran.err
    assert f"  transitions: {before['transitions']:,} -> {after['transitions']:,}\n" in ran.err
    assert '  properties three: reached -> "never reached"' in ran.err.replace("'", '"')
    assert "What is claimed is the same, so the protocol has changed" in ran.err
    assert "--bless" in ran.err
    assert failure.get("type") == "moved"
    assert f"states: {before['states']:,} -> {after['states']:,}" in (failure.text or "")


def test_what_is_blessed_is_the_new_record(counter: Run) -> None:
    changed("if count < 3", "if count < 2")
    ran = counter(*CHECK, "--bless")

    assert ran.code == 0
    assert "counts.json: counter.py: blessed\n" in ran.err
    assert "states: " in ran.err
    assert counter(*CHECK).code == 0
    assert counter(*CHECK, "--bless").err == "counts.json: counter.py: as recorded\n"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('Bound("counts <= 3"', 'Bound("count at most 3"', "+ 'count at most 3', - 'counts <= 3'"),
        ("properties=(small, three)", "properties=(small,)", "properties: - three"),
        ("node_ids(nodes)", "node_ids(nodes - 1)", "nodes: - n2"),
        ('Model(name="counter"', 'Model(name="other"', "name: counter -> other"),
        ("class Counter", "class Other", "protocol: Counter -> Other"),
        ("observe=", "network=Network(lossy=True), observe=", "network lossy: False -> True"),
    ],
)
def test_a_claim_that_changes_is_told_from_a_protocol_that_changes(
    counter: Run, old: str, new: str, told: str
) -> None:
    changed(old, new)
    if "Other" in new:
        changed("protocol=Counter", "protocol=Other")
    ran = counter(*CHECK)

    assert ran.code == 1
    assert told in ran.err
    assert "What is claimed has changed" in ran.err
    assert "What is claimed is the same" not in ran.err


def test_the_engine_counts_what_the_reference_explorer_counts(counter: Run) -> None:
    """All but local states, which the latter does not count: that is no difference."""
    assert counter("check", "counter.py", "--baseline", "counts.json").code == 0
    assert counter("check", "counter.py", "--baseline", "counts.json", "--bless").code == 0
    entry = json.loads(Path("counts.json").read_text())["models"]["counter.py"]

    assert entry["found"]["local_states"] == 2 * 5  # 0 to 3, and the 4 that is cut off
    assert counter(*CHECK).code == 0


def test_another_version_of_paxiom_may_be_why(counter: Run) -> None:
    text = Path("counts.json").read_text()
    Path("counts.json").write_text(text.replace('"paxiom": "', '"paxiom": "9.'))
    assert counter(*CHECK).code == 0
    changed("if count < 3", "if count < 2")

    assert "They were counted by paxiom 9." in counter(*CHECK).err


@pytest.mark.parametrize("more", [(), ("--bless",)], ids=["compare", "bless"])
@pytest.mark.parametrize(
    ("words", "allowed", "code"), [(("--max-states", "3"), 4, 3), ((), 2, 1)], ids=["cut", "fell"]
)
def test_a_search_that_did_not_end_is_neither_compared_nor_blessed(
    counter: Run, words: tuple[str, ...], allowed: int, code: int, more: tuple[str, ...]
) -> None:
    changed("return count <= 4", f"return count <= {allowed}")
    before = Path("counts.json").read_bytes()
    ran = counter(*CHECK, *words, *more)

    assert ran.code == code
    assert "nothing compared or recorded" in ran.err
    assert Path("counts.json").read_bytes() == before


# --- the file ----------------------------------------------------------------------------------


def test_an_entry_is_for_what_was_asked(counter: Run) -> None:
    message = refused(counter(*CHECK, "--step", "2"))
    assert "no counts of counter.py --step 2; it has counter.py." in message
    assert "--bless" in message

    assert counter(*CHECK, "--step", "2", "--bless").code == 0
    assert counter(*CHECK, "--step", "2").code == 0
    assert counter(*CHECK).code == 0


def test_the_file_is_sorted_and_a_change_changes_few_lines(counter: Run) -> None:
    for step in ("3", "2"):
        counter(*CHECK, "--step", step, "--bless")
    before = Path("counts.json").read_text()
    changed("if count < 3", "if count < 2")
    counter(*CHECK, "--bless")
    after = Path("counts.json").read_text()
    document = json.loads(after)

    assert after == json.dumps(document, indent=1, sort_keys=True) + "\n"
    assert list(document["models"]) == ["counter.py", "counter.py --step 2", "counter.py --step 3"]
    assert before.split('"counter.py --step 2"')[1] == after.split('"counter.py --step 2"')[1]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "Expecting value"),
        ("{", "line 1"),
        ("<<<<<<< HEAD\n", "line 1"),
        ("[]", "does not say"),
        ('{"format": "paxiom baseline", "version": 2, "models": {}}', "does not say"),
        ('{"format": "paxiom trace", "version": 1, "models": {}}', "does not say"),
        ('{"format": "paxiom baseline", "version": 1, "models": []}', "does not say"),
        (
            '{"format": "paxiom baseline", "version": 1, "models": {"counter.py": 3}}',
            "the entry 'counter.py' is not one",
        ),
        (
            '{"format": "paxiom baseline", "version": 1, "models": {"a": 1, "a": 2}}',
            "'a' stands there twice",
        ),
        ("[" * 100_000, "nested too deeply"),
        ("\udcff", "utf-8"),
    ],
)
@pytest.mark.parametrize("more", [(), ("--bless",)], ids=["compare", "bless"])
def test_a_damaged_baseline_is_refused_and_left_as_it_is(
    paxiom: Run, content: str, reason: str, more: tuple[str, ...]
) -> None:
    Path("counter.py").write_text(COUNTER)
    encoded = content.encode(errors="surrogateescape")
    Path("counts.json").write_bytes(encoded)
    message = refused(paxiom(*CHECK, *more))

    assert "counts.json" in message
    assert "left as it is" in message
    assert reason in message
    assert Path("counts.json").read_bytes() == encoded


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--bless",), "--baseline FILE"),
        (("--baseline", "nowhere/counts.json", "--bless"), "cannot write"),
        (("--baseline", "."), "cannot read"),
        (("--baseline", "counts.json"), "it has none. To add them: --bless"),
    ],
)
def test_a_baseline_that_cannot_be_used_is_refused(
    paxiom: Run, words: tuple[str, ...], reason: str
) -> None:
    Path("counter.py").write_text(COUNTER)

    assert reason in refused(paxiom("check", "counter.py", "--reference", *words))


def test_those_who_bless_at_once_lose_nothing(tmp_path: Path) -> None:
    """Four processes, each with entries of its own."""
    script = """
import sys
from pathlib import Path
from paxiom.model_check.reports.baseline import blessed
document = {
    "paxiom": "1", "model": {}, "properties": [], "symmetry": 1, "verdict": "HOLDS", "depth": 1,
    "transitions": 1, "local_states": 1, "actions": {}, "cuts": {},
}
for number in range(25):
    blessed(Path("counts.json"), f"{sys.argv[1]}-{number}", document | {"states": number})
"""
    running = [
        subprocess.Popen([sys.executable, "-P", "-c", script, str(each)], cwd=tmp_path)  # noqa: S603
        for each in range(4)
    ]
    assert [each.wait(timeout=60) for each in running] == [0] * 4
    models = json.loads((tmp_path / "counts.json").read_text())["models"]

    assert set(models) == {f"{each}-{number}" for each in range(4) for number in range(25)}
    assert all(
        entry["found"]["states"] == int(name.split("-")[1]) for name, entry in models.items()
    )
    assert [path.name for path in tmp_path.iterdir()] == ["counts.json"]


def test_hostile_names_are_told_plainly(tmp_path: Path) -> None:
    document: dict[str, Any] = {
        "paxiom": "1",
        "model": {"name": "a\x1b[2J"},
        "properties": [],
        "symmetry": 1,
        **dict.fromkeys(("states", "transitions", "depth", "local_states"), 1),
        "verdict": "HOLDS",
        "actions": {"receive \x1b]0;": 1},
        "cuts": {},
    }
    path = tmp_path / "counts.json"
    assert blessed(path, "\x1b[m", document).outcome is Outcome.PASSED
    case = compared(path, "\x1b[m", document | {"actions": {}, "model": {"name": "b\x07"}})

    assert case.outcome is Outcome.FAILED
    assert "\x1b" not in case.detail
    assert "receive \\x1b]0;: 1 -> None" in case.detail


def test_a_link_to_a_baseline_stays_a_link(counter: Run) -> None:
    Path("link.json").symlink_to("counts.json")
    changed("if count < 3", "if count < 2")
    words = ("check", "counter.py", "--reference", "--baseline", "link.json")

    assert counter(*words, "--bless").code == 0
    assert Path("link.json").is_symlink()
    assert counter(*CHECK).code == 0
