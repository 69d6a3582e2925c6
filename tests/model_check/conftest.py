"""The command line, for the tests of its commands."""

import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from paxiom.model_check.cli import main
from support.command import Ran, Run


@pytest.fixture
def paxiom(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Run:
    """Run the command in this process, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delenv("COLUMNS", raising=False)

    def run_it(*words: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["paxiom", *words])
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin)))
        with pytest.raises(SystemExit) as exited:
            main()
        told = capsys.readouterr()
        code = exited.value.code
        return Ran(code if isinstance(code, int) else 0, told.out, told.err)

    return run_it
