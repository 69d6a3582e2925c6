"""README.md and docs/: what they show is what comes, and what they name is there."""

import os
import re
import shutil
from pathlib import Path

import pytest

from support.command import Run

SOURCE = Path(os.environ.get("PAXIOM_SOURCE", Path(__file__).parents[2]))
PAGES = (SOURCE / "README.md", *sorted((SOURCE / "docs").glob("*.md")))
LINES = r" {4}(?!\$).*\n"  # of what comes
SHOWN = re.compile(rf"^ {{4}}\$ \.venv/bin/paxiom (.*)\n((?:{LINES}|\n(?={LINES}))*)", re.MULTILINE)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")
VARIES = re.compile(r"\d+\.\d+ s|(?<=\.py:)\d+")  # times, and lines of a source
ROOT = re.compile(r"\S*/(?=impl/)")
LONG = ("verify paxos",)


EXAMPLES = [
    pytest.param(words, told, id=words, marks=[pytest.mark.slow] if words in LONG else [])
    for page in PAGES
    for words, told in SHOWN.findall(page.read_text())
]


def python(page: str) -> list[str]:
    return PYTHON.findall((SOURCE / page).read_text())


@pytest.fixture
def beside_the_examples(tmp_path: Path) -> None:
    """Set the directory up as a reader who has come so far."""
    shutil.copytree(SOURCE / "examples", tmp_path / "examples")
    (tmp_path / "broken.py").write_text(python("README.md")[0])
    shutil.copy(SOURCE / "examples" / "two_phase_commit.py", tmp_path / "my_protocol.py")


@pytest.mark.usefixtures("beside_the_examples")
@pytest.mark.parametrize(("words", "told"), EXAMPLES)
def test_what_is_shown_is_what_comes(paxiom: Run, words: str, told: str) -> None:
    """Lines in their order; three dots stand for any lines. Times and places are not compared."""
    came = [_said(line) for line in paxiom(*words.split()).out.splitlines()]
    at, gap = 0, False
    for line in map(_said, told.splitlines()):
        if line == "...":
            gap = True
            continue
        found = came.index(line, at) if gap and line in came[at:] else at
        assert came[found : found + 1] == [line]
        at, gap = found + 1, False

    assert told.strip()
    assert gap or at == len(came)


def _said(line: str) -> str:
    return " ".join(VARIES.sub("*", ROOT.sub("", line)).split())


def test_there_are_examples() -> None:
    assert [len(SHOWN.findall(page.read_text())) for page in PAGES[:1]] == [6]
    assert sum(page.read_text().count("$ .venv") for page in PAGES) == len(EXAMPLES)


@pytest.mark.usefixtures("beside_the_examples")
@pytest.mark.parametrize("block", python("docs/protocols.md"))
def test_python_that_is_shown_runs(
    paxiom: Run, block: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert paxiom("--version").code == 0  # goes to the directory of the reader
    monkeypatch.syspath_prepend(Path.cwd())
    exec(compile(block, "a page", "exec"), {"__name__": "a_page"})  # noqa: S102 - our own pages


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_linked_is_there(page: Path) -> None:
    links = LINK.findall(page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []
