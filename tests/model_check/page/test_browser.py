"""The page in Chromium, as a reader uses it."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from paxiom.model_check import zoo
from paxiom.model_check.cli_page import page_of_bug
from paxiom.model_check.reference import explore
from paxiom.model_check.traces.beside import saved_with_the_rule
from paxiom.model_check.traces.no_return import NoReturn
from paxiom.model_check.traces.trace_file import trace_document
from support.browser import Reader, now, press, rows
from support.raises import raises
from support.zoo_runs import zoo_run

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.browser

FASTEST = "90"  # milliseconds a step


def test_a_page_opens_at_the_violation_and_says_why(reader: Reader) -> None:
    tab = reader.show(zoo_run("P03"))

    assert tab.title() == "Shortest counterexample to agreement: 18 steps of paxos"
    assert "No two nodes decide different values." in tab.inner_text("#why")
    assert "may_vote" in tab.inner_text("#why")
    assert now(tab) == "18"
    assert "violates agreement" in tab.inner_text("#panel")
    selected = tab.locator('#steps-1 [aria-selected="true"]')
    assert selected.get_attribute("aria-label") == (
        "18. n1 receives Accepted(Vote(Ballot(1, n1), a)) from n3; violates agreement"
    )
    assert "a" in tab.locator(".card.own .memory ins").all_inner_texts()


def test_keys_step_jump_and_find(reader: Reader) -> None:
    tab = reader.show(zoo_run("P03"))

    press(tab, "Home", "ArrowRight", "j", "ArrowDown", "k")
    assert now(tab) == "2"
    assert tab.evaluate("location.hash") == "#step=2"
    assert tab.locator("#slider").input_value() == "2"
    assert tab.locator("#steps-1").get_attribute("aria-activedescendant") == "steps-1-2"
    press(tab, "PageDown")
    assert now(tab) == "12"
    press(tab, "]")  # step 12 is of n2; its next is 15
    assert now(tab) == "15"
    press(tab, "[", "End", "ArrowRight")
    assert now(tab) == "18"
    press(tab, "Home", "v")
    assert now(tab) == "18"
    press(tab, "?")
    assert tab.locator("#help").is_visible()
    press(tab, "Escape")
    tab.locator("#help").wait_for(state="hidden")
    press(tab, "Home")
    assert now(tab) == "0"


def test_it_plays_to_the_end_and_stops(reader: Reader) -> None:
    tab = reader.show(zoo_run("R12"), fragment="#step=2")

    tab.get_by_label("speed").select_option(FASTEST)
    tab.evaluate(
        """() => {
            window.seen = [];
            const note = () => seen.push(document.querySelector("#panel .number").textContent);
            new MutationObserver(note).observe(panel, { childList: true });
        }"""
    )
    tab.locator("body").press(" ")
    tab.locator("#panel .step .number", has_text="8").wait_for()
    tab.get_by_role("button", name="play", exact=True).wait_for()

    assert tab.evaluate("seen") == ["3", "4", "5", "6", "7", "8"]


def test_a_lasso_is_drawn_and_played_round_and_round(reader: Reader) -> None:
    tab = reader.show(zoo_run("R12") | {"loop": 6}, fragment="#step=7")

    assert tab.locator(".loop .way").count() == 1
    assert "goes back to here" in tab.locator("#steps-1-6").inner_text()
    tab.get_by_label("speed").select_option(FASTEST)
    tab.get_by_role("button", name="play", exact=True).click()
    seen = tab.evaluate(
        """() => new Promise((resolve) => {
            const seen = [];
            new MutationObserver(() => {
                seen.push(document.querySelector("#panel .step .number").textContent);
                if (seen.length === 6) resolve(seen);
            }).observe(document.getElementById("panel"), { childList: true });
        })"""
    )
    assert re.search("8,?6,?7,?8", ",".join(seen)), seen


def test_filters_hide_nodes_messages_fields_and_what_does_not_matter(reader: Reader) -> None:
    tab = reader.show(zoo_run("R01"), fragment="#step=20")

    press(tab, "m")
    assert tab.locator("#matters").is_checked()
    folds = tab.locator("#steps-1 .fold").count()
    assert folds
    assert "14" not in rows(tab)  # a loss
    press(tab, "m", "f")
    tab.locator("#filter-menu").get_by_label("n3").uncheck()
    tab.locator("#filter-menu").get_by_label("RequestVote").uncheck()
    tab.locator("#filter-menu").get_by_label("role").uncheck()

    assert tab.locator("#filter-count").inner_text().startswith("Filter (3)")
    press(tab, "Escape")
    assert tab.locator("#filter-menu").is_hidden()
    assert "n3" not in tab.locator("#steps-1 .names").inner_text()
    assert tab.locator("#steps-1 .row .sentence", has_text="RequestVote").count() == 0
    assert "role" not in tab.locator(".card .memory .field").all_inner_texts()
    linked = reader.visit(tab.url)
    assert rows(linked) == rows(tab)
    linked.locator("#steps-1 .fold").first.click()
    assert linked.locator("#steps-1 .fold").count() == 0


def test_search_goes_from_one_step_found_to_the_next(reader: Reader) -> None:
    tab = reader.show(zoo_run("P03"), fragment="#step=0")

    press(tab, "/")
    tab.keyboard.type("prepare -receives -send")
    assert tab.locator("#found").inner_text() == "none"
    tab.locator("#search").fill("decide(")
    assert (now(tab), tab.locator("#found").inner_text()) == ("17", "1 of 2")
    press(tab, "Enter")
    assert (now(tab), tab.locator("#found").inner_text()) == ("18", "2 of 2")
    press(tab, "Shift+Enter", "Escape", "/")
    tab.keyboard.type("takes up")
    tab.locator("#steps-1").focus()
    press(tab, "n", "n", "N")
    assert tab.locator("#steps-1 .row.found").count() == 2
    assert now(tab) in {"1", "4"}


def test_a_link_opens_at_its_step_and_follows_the_address(reader: Reader) -> None:
    tab = reader.show(zoo_run("P03"), fragment="#step=7")

    assert now(tab) == "7"
    tab.evaluate("location.hash = '#step=3&find=ballot'")
    tab.locator("#steps-1-3[aria-selected=true]").wait_for()
    assert tab.locator("#search").input_value() == "ballot"


def test_a_second_trace_stands_beside_the_first(reader: Reader) -> None:
    broken = zoo_run("P03")
    other = json.loads(json.dumps(broken))
    other["steps"][12]["effects"] = []
    other["steps"] = other["steps"][:13]
    tab = reader.show(broken, other | {"verdict": "RUN", "property": None, "evidence": []})

    assert "part at step 13" in tab.inner_text("#why")
    press(tab, "p")
    assert now(tab) == "13"
    assert tab.locator("#stage .diagram").count() == 2
    assert "in the same state" in tab.locator(".section.apart").inner_text()
    press(tab, "c")
    assert tab.get_by_role("button", name="run 2").get_attribute("aria-pressed") == "true"
    press(tab, "End")
    assert "which is at step 13" in tab.evaluate(
        """() => { document.querySelector("#sides button").click();
                   return document.querySelector(".section.apart").textContent; }"""
    )
    tab.get_by_role("button", name="One run").click()
    assert tab.locator("#stage .diagram").count() == 1


def beside_its_rule(number: str, folder: Path) -> str:
    """Write a bug beside the same schedule with the rule as a page, and give its address."""
    document = zoo_run(number)
    found = saved_with_the_rule(document)
    assert found is not None
    file = folder / f"{number}.html"
    file.write_text(page_of_bug(*found, document), encoding="utf-8")
    return file.as_uri()


def test_a_bug_stands_beside_the_same_schedule_with_the_rule(
    reader: Reader, tmp_path: Path
) -> None:
    tab = reader.visit(beside_its_rule("P03", tmp_path))

    assert "part at step 8: may_vote: Vote unless a higher ballot" in tab.inner_text("#why")
    tab.locator("#why .note").get_by_role("button", name="step 8").click()
    assert now(tab) == "8"
    assert "not taken here" in tab.locator("#steps-2 .row.skipped.noted").inner_text()
    assert rows(tab, 1) == rows(tab, 2)
    press(tab, "ArrowRight", "c")
    assert now(tab) == "9"
    assert tab.locator('#steps-2 [aria-selected="true"] .number').inner_text() == "9"


@pytest.mark.parametrize("width", [1280, 1600])
@pytest.mark.parametrize("number", ["P03", "R01"])
def test_two_runs_leave_room_to_say_what_each_step_is_about(
    number: str, width: int, reader: Reader, tmp_path: Path
) -> None:
    tab = reader.visit(beside_its_rule(number, tmp_path), width=width)

    cut = tab.evaluate(
        """() => [...document.querySelectorAll(".sentence")].filter((sentence) => {
            const value = sentence.querySelector(".value") ?? sentence.querySelector(".what");
            const text = document.createTreeWalker(value, NodeFilter.SHOW_TEXT).nextNode();
            const kind = document.createRange();
            kind.setStart(text, 0);
            kind.setEnd(text, text.data.search(/[(]|$/));
            const right = (each) => each.getBoundingClientRect().right;
            return right(kind) > right(value)
                || [...sentence.querySelectorAll(".chip")].some((c) => right(c) > right(sentence));
        }).map((sentence) => sentence.textContent)"""
    )

    assert tab.locator(".sentence .value").count() > 20
    assert cut == []


def test_a_file_that_is_opened_stands_beside_the_page(reader: Reader) -> None:
    tab = reader.show(zoo_run("P03"))
    content = json.dumps(zoo_run("P01")).encode()

    tab.locator("#file").set_input_files(
        {"name": "other.json", "mimeType": "application/json", "buffer": content}
    )

    tab.get_by_role("button", name="other.json").wait_for()
    assert tab.locator("#problem").is_hidden()
    assert "part at step" in tab.inner_text("#why")


def test_the_point_of_no_return_is_marked(reader: Reader) -> None:
    tab = reader.show(zoo_run("P03"), told={"late": NoReturn(12, 12, 99)})

    assert "After step 12 it can no longer be avoided" in tab.inner_text("#why")
    assert "point of no return" in tab.locator("#steps-1-12").inner_text()


def test_a_violation_at_the_start_and_a_handler_that_raises_are_shown(reader: Reader) -> None:
    empty = zoo_run("P03") | {"steps": [], "evidence": []}
    empty["initial"]["violates"] = ["agreement"]
    tab = reader.show(empty)
    assert now(tab) == "0"
    assert "violates agreement" in tab.inner_text("#panel .step")

    violation = explore(raises()).violation
    assert violation is not None
    tab = reader.show(trace_document(raises(), violation))
    assert "ValueError: <b>bang</b>" in tab.inner_text("#panel .step")
    assert tab.locator(".mark.error .ring").count() == 1
    assert tab.inner_text(".card .store") == "0"


def test_logs_quorums_and_leaders_are_shown(reader: Reader) -> None:
    tab = reader.show(zoo_run("R01"))

    entries = tab.locator(".logs .entry:not(.none)")
    labels = [each.get_attribute("aria-label") for each in entries.all()]
    assert "entry 1: term 1, no-op, committed, applied" in labels
    assert tab.locator(".logs .crown").count() == 1
    assert "leads" in tab.locator(".card.own > summary").inner_text()
    flexible = reader.show(zoo_run("P13"))
    assert "share no node" in flexible.locator(".section.quorum").inner_text()


@pytest.mark.slow
def test_every_bug_of_the_zoo_is_shown(reader: Reader) -> None:
    for bug in zoo.BUGS:
        document = zoo_run(bug.number)
        tab = reader.show(document)
        steps = len(document["steps"])
        assert now(tab) == str(steps)
        assert f"violates {bug.breaks}" in tab.locator("#panel .step").inner_text()
        press(tab, "Home", "m", "ArrowRight", "End")
        assert now(tab) == str(steps)
        reader.contexts[-1].close()
