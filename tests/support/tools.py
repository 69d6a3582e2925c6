"""Programs of others that read what we write; a test that needs one is skipped where it is not.

With PAXIOM_REQUIRE_TOOLS=1 it fails there instead.
"""

import os
import shutil
import subprocess
from typing import NoReturn

import pytest


def tool(name: str, *words: str, stdin: bytes = b"") -> bytes:
    """Run a program that must be content with its input; return what it writes."""
    found = shutil.which(name) or missing(f"{name} is not installed")
    ran = subprocess.run(  # noqa: S603 - a program that a test names
        [found, *words], input=stdin, capture_output=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
    assert not ran.stderr, ran.stderr.decode()
    return ran.stdout


def missing(what: str) -> NoReturn:
    """Skip this test, or fail it where every tool must be there."""
    if os.environ.get("PAXIOM_REQUIRE_TOOLS") == "1":
        pytest.fail(what)
    pytest.skip(what)
