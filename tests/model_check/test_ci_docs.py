"""docs/ci.md: its workflows are workflows, and its commands do what it says."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.command import Run
from support.counter import COUNTER
from support.junit_schema import read

SOURCE = Path(os.environ.get("PAXIOM_SOURCE", Path(__file__).parents[2]))
PAGE = (SOURCE / "docs" / "ci.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ON = True  # how YAML 1.1 reads the key ``on``


def blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(PAGE) if kind == language]


def workflows() -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Read what the page has for GitHub, and for GitLab."""
    github, gitlab = map(yaml.safe_load, blocks("yaml"))
    return github, gitlab


def commands() -> Iterator[list[str]]:
    """List every command of the page that is paxiom's or pytest's."""
    github, gitlab = workflows()
    lines = [step.get("run", "") for step in github["jobs"]["check"]["steps"]]
    lines += gitlab["check"]["script"]
    lines += re.findall(r"^ {4}(?=paxiom|pytest)(.*)$", BLOCK.sub("", PAGE), re.MULTILINE)
    for line in "\n".join(lines).splitlines():
        words = shlex.split(line)
        if words and words[0] in ("paxiom", "pytest"):
            yield words


def test_the_workflow_of_github_is_one() -> None:
    github, _ = workflows()
    job = github["jobs"]["check"]

    assert github[ON] == ["push", "pull_request"]
    assert set(job) == {"runs-on", "timeout-minutes", "env", "steps"}
    for step in job["steps"]:
        assert ("uses" in step) != ("run" in step)
        assert set(step) <= {"name", "if", "uses", "with", "run"}
        assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "a/b@v1"))
    cached = next(step for step in job["steps"] if step.get("uses", "").startswith("actions/cache"))
    assert job["env"]["PAXIOM_CACHE"] == "${{ github.workspace }}/" + cached["with"]["path"]


def test_the_job_of_gitlab_is_one() -> None:
    _, gitlab = workflows()
    job = gitlab["check"]

    assert set(job) == {"image", "timeout", "variables", "cache", "script", "artifacts"}
    assert job["variables"]["PAXIOM_CACHE"] == f"$CI_PROJECT_DIR/{job['cache']['paths'][0]}"
    assert job["artifacts"]["reports"]["junit"] == ["report.xml", "tests.xml"]


def test_every_command_of_the_page_runs(paxiom: Run, tmp_path: Path) -> None:
    """On a model that holds; counts that nobody has blessed yet are blessed on the way."""
    (tmp_path / "my_protocol.py").write_text(COUNTER)
    (tmp_path / "test_my_protocol.py").write_text(blocks("python")[0])
    words = {(*each, *blessing(each)) for each in commands()}
    for name, *rest in sorted(words):
        if name == "paxiom":
            assert paxiom(*rest).code == 0, rest
        else:
            pytest_run(rest, tmp_path)

    assert len(words) == 7
    assert read(Path("report.xml").read_bytes())[0].get("name") == "my_protocol.py:model"


def blessing(words: list[str]) -> list[str]:
    options = {"--baseline": "--bless", "--paxiom-baseline": "--paxiom-bless"}
    return [bless for each, bless in options.items() if each in words and bless not in words]


def pytest_run(words: list[str], place: Path) -> None:
    subprocess.run(  # noqa: S603 - as the page has it
        [sys.executable, "-P", "-m", "pytest", "--import-mode=prepend", *words],
        cwd=place,
        check=True,
        capture_output=True,
        timeout=120,
    )


def test_what_moved_is_told_as_the_page_has_it(paxiom: Run, tmp_path: Path) -> None:
    """The same model with a timer less; the page leaves lines out."""
    place = tmp_path / "my_protocol.py"
    place.write_text(COUNTER)
    words = ("check", "my_protocol.py:model", "--reference", "--baseline", "counts.json")
    paxiom(*words, "--bless")
    place.write_text(COUNTER.replace("if count < 3", "if count < 2"))
    told = paxiom(*words).err.splitlines()
    shown = re.search(r"^ {4}counts\.json: .*?(?=\n\n)", PAGE, re.MULTILINE | re.DOTALL)

    assert shown is not None
    lines = [line[4:] for line in shown[0].splitlines()]
    assert lines.index("  ...") == 3
    assert told[0] == lines[0]
    assert {*lines[1:3]} <= {*told}
    assert told[-2:] == lines[-2:]


@pytest.mark.parametrize("option", ["--paxiom-artifacts", "--paxiom-baseline", "--paxiom-bless"])
def test_every_option_of_the_plugin_is_on_the_page(option: str) -> None:
    assert option in PAGE
