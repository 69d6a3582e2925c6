"""Pages in a real browser: Debian's Chromium, without a screen and without a network."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from paxiom.model_check.page import Shown, page, page_data
from support.tools import missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Page

Scheme = Literal["light", "dark"]
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def started() -> Iterator["Browser"]:
    """Start the browser, or skip the test where there is none."""
    program = shutil.which("chromium") or missing("Chromium is not installed: apt install chromium")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra
    except ImportError:
        missing("Playwright is not installed: pip install 'paxiom[browser]'")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def now(tab: "Page") -> str:
    """The number of the step that the panel shows."""
    return tab.locator("#panel .step .number").inner_text()


def press(tab: "Page", *keys: str) -> None:
    """Press keys, one after the other."""
    for key in keys:
        tab.keyboard.press(key)


def rows(tab: "Page", stage: int = 1) -> list[str]:
    """The steps in sight."""
    found = tab.locator(f"#steps-{stage} .row:not(.fold) .number").all_inner_texts()
    return [each for each in found if each]


class Reader:
    """Opens pages, and keeps what the browser has to say of them."""

    def __init__(self, browser: "Browser", folder: Path) -> None:
        """Write pages to a folder."""
        self.browser = browser
        self.folder = folder
        self.said: list[str] = []
        self.fetched: list[str] = []
        self.contexts: list[BrowserContext] = []

    def show(
        self,
        *documents: dict[str, Any],
        fragment: str = "",
        told: dict[str, Any] | None = None,
        width: int = 1280,
        scheme: Scheme = "light",
    ) -> "Page":
        """Open trace documents as a page from a file; ``told`` is what else it is to show."""
        shown = [Shown(title=f"run {n}", document=each) for n, each in enumerate(documents, 1)]
        file = self.folder / f"page-{len(self.contexts)}.html"
        file.write_text(page(page_data(shown, **told or {})), encoding="utf-8")
        return self.visit(file.as_uri() + fragment, width=width, scheme=scheme)

    def visit(self, address: str, *, width: int = 1280, scheme: Scheme = "light") -> "Page":
        """Open an address; wait until the viewer is there."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
        )
        self.contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(240_000)  # ms; the first search on a machine compiles the kernel
        tab.on("console", lambda message: self.said.append(message.text))
        tab.on("pageerror", lambda error: self.said.append(str(error)))
        tab.on("dialog", self._answer)
        tab.on("request", lambda request: self.fetched.append(request.url.partition("#")[0]))
        tab.goto(address)
        tab.wait_for_selector("html[data-ready]")
        return tab

    def _answer(self, dialog: "Dialog") -> None:
        self.said.append(dialog.message)
        dialog.dismiss()

    def close(self, server: str | None = None) -> None:
        """Close all pages; nothing was amiss, nothing fetched but them, or from ``server``."""
        for context in self.contexts:
            context.close()
        assert self.said == []
        fetched = [url for url in self.fetched if not url.startswith(("data:", "blob:"))]
        if server:
            assert [url for url in fetched if not url.startswith(server)] == []
        else:
            assert all(url.startswith("file:") for url in fetched)
            assert len(fetched) == len(self.contexts)
