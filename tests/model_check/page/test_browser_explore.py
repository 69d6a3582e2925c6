"""``paxiom explore`` in Chromium, as a reader uses it."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from paxiom.model_check import zoo
from paxiom.model_check.explorer.server import Server
from paxiom.model_check.explorer.session import Session
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.models.raft import raft
from paxiom.model_check.traces.trace_file import parse
from support.browser import Reader
from support.raises import raises

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Serve a model: Raft, or the one that a test names as its parameter."""
    model = getattr(request, "param", None) or raft(nodes=3, terms=1)
    with Server(Session(model), 0) as found:
        thread = threading.Thread(target=found.serve_forever, args=(0.01,))
        thread.start()
        yield found
        found.shutdown()
        thread.join()


@pytest.fixture
def tab(chromium: "Browser", tmp_path: Path, server: Server) -> Iterator["Page"]:
    """The explorer at the start; at the end it asked nobody but its server, and nothing failed."""
    reader = Reader(chromium, tmp_path)
    yield reader.visit(server.address)
    reader.close(server.address)


def now(tab: "Page", step: int, words: str = "") -> None:
    """Wait until the panel shows a step."""
    tab.locator("#panel .step .number", has_text=str(step)).wait_for()
    tab.locator("#panel .step h2", has_text=words).wait_for()


def take(tab: "Page", words: str) -> None:
    tab.locator(".choice:not(:disabled)", has_text=words).first.click()


def test_take_go_back_branch_and_return(tab: "Page") -> None:
    take(tab, "timer ELECTION fires at n1")
    now(tab, 1, "fires at n1")
    take(tab, "n2 receives RequestVote")
    now(tab, 2, "n2 receives")
    tab.keyboard.press("ArrowLeft")
    now(tab, 1)
    assert "n2 receives" in tab.locator(".choice.taken").inner_text()
    take(tab, "n3 receives RequestVote")
    now(tab, 2, "n3 receives")

    tab.locator(".section.kept .choice", has_text="parts after step 1").click()
    now(tab, 2, "n2 receives")
    assert tab.locator(".section.kept .choice").count() == 1


def test_what_a_bound_cuts_off_is_shown_and_cannot_be_taken(tab: "Page") -> None:
    take(tab, "timer ELECTION fires at n1")
    now(tab, 1)
    tab.locator(".section.cut > summary").click()

    cut = tab.locator(".section.cut .choice")

    assert "outside terms <= 1" in cut.first.inner_text()
    assert cut.first.is_disabled()


def test_keys_are_enough(tab: "Page") -> None:
    for step in range(1, 3):
        tab.locator(".choice:not(:disabled):not(.taken)").first.wait_for()
        tab.locator(".choice:not(:disabled)").first.focus()
        tab.keyboard.press("Enter")
        now(tab, step)
        tab.locator(".choice:focus").wait_for()


def test_look_for_a_witness_and_for_what_is_nowhere(tab: "Page") -> None:
    tab.get_by_label("property").select_option("some commit")
    tab.get_by_role("button", name="from the start").click()
    tab.locator("#panel .witnessed", has_text="some commit").wait_for()
    assert "some commit: found" in tab.locator("#seeking").inner_text()
    seen = tab.locator("#steps-1 .chip.seen").all_inner_texts()
    assert seen == ["✓ some leader", "✓ some commit"]

    tab.get_by_label("property").select_option("log matching")
    tab.get_by_role("button", name="from here").click()
    tab.locator("#seeking", has_text="log matching: no").wait_for()


def test_a_link_leads_to_the_same_path_and_step(tab: "Page", server: Server) -> None:
    take(tab, "timer ELECTION fires at n1")
    now(tab, 1)
    take(tab, "n2 receives RequestVote")
    now(tab, 2)
    tab.keyboard.press("ArrowLeft")
    now(tab, 1)

    other = tab.context.new_page()
    other.goto(tab.url)
    other.wait_for_selector("html[data-ready]")

    now(other, 1, "fires at n1")
    assert "n2 receives" in str(other.locator("#steps-1-2").get_attribute("aria-label"))
    other.goto(f"{server.address}#step=1&path=999")
    other.locator("#problem", has_text="step 1 of this path is not possible").wait_for()


def test_what_is_shown_is_saved_as_a_trace(tab: "Page", tmp_path: Path) -> None:
    take(tab, "timer ELECTION fires at n1")
    now(tab, 1)

    with tab.expect_download() as download:
        tab.get_by_role("button", name="Save run").click()

    download.value.save_as(tmp_path / "run.json")
    document = parse("run.json", (tmp_path / "run.json").read_bytes())
    assert (document["verdict"], len(document["steps"])) == ("RUN", 1)
    assert json.dumps(document["steps"][0]["event"]).count("ELECTION") == 1


@pytest.mark.parametrize("server", [raises()], indirect=True, ids=["raises"])
def test_a_handler_that_raises_is_shown(tab: "Page") -> None:
    take(tab, "timer tick")
    now(tab, 1)
    tab.get_by_role("button", name="from here").click()

    now(tab, 2, "its handler raises")

    assert "ValueError: <b>bang</b>" in tab.locator("#panel .step").inner_text()
    assert "✗ no handler raises" in tab.locator("#steps-1-2").inner_text()
    tab.locator(".section.next", has_text="nothing: the run ends here").wait_for()


@pytest.mark.parametrize("server", [paxos(nodes=3, ballots=2)], indirect=True, ids=["paxos"])
def test_a_search_is_stopped(tab: "Page") -> None:
    take(tab, "takes up request")
    now(tab, 1)
    tab.get_by_role("button", name="from here").click()
    tab.locator("#stop:focus").wait_for()
    tab.keyboard.press("Enter")
    tab.locator("#seeking", has_text="agreement: stopped").wait_for()
    now(tab, 1)


@pytest.mark.parametrize("server", [zoo.bug("R12").broken()], indirect=True, ids=["R12"])
def test_jump_to_a_violation(tab: "Page") -> None:
    tab.get_by_label("property").select_option("election safety")
    tab.get_by_role("button", name="from the start").click()

    tab.locator("#panel .violated", has_text="election safety").wait_for()

    now(tab, 8)
    assert tab.locator(".logs .crown").count() == 2
