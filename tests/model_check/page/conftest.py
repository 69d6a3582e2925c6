"""A browser for all tests of this folder, started once."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.browser import Reader, started

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """Start the browser."""
    with started() as browser:
        yield browser


@pytest.fixture
def reader(chromium: "Browser", tmp_path: Path) -> Iterator[Reader]:
    """Open pages from files; at the end nothing was amiss and nothing was fetched."""
    found = Reader(chromium, tmp_path)
    yield found
    found.close()
