"""The page in Chromium, as a reader uses it."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from paxiom.model_check.beside import saved_with_the_rule
from paxiom.model_check.cli_page import page_of_bug
from paxiom.model_check.codec import Json
from paxiom.model_check.no_return import NoReturn
from support.browser import Reader, Scheme
from support.long_runs import ring
from support.zoo_runs import zoo_run

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

FASTEST = "90"  # milliseconds a step


def now(tab: "Page") -> str:
    """The number of the step that the panel shows."""
    return tab.locator("#panel .step .number").inner_text()


def press(tab: "Page", *keys: str) -> None:
    for key in keys:
        tab.keyboard.press(key)


def rows(tab: "Page", stage: int = 1) -> list[str]:
    """The steps in sight."""
    found = tab.locator(f"#steps-{stage} .row:not(.fold) .number").all_inner_texts()
    return [each for each in found if each]


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
    tab.locator("body").press(" ")
    tab.get_by_role("button", name="stop", exact=True).wait_for()
    tab.get_by_role("button", name="play", exact=True).wait_for()

    assert now(tab) == "8"


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


def test_a_bug_stands_beside_the_same_schedule_with_the_rule(
    reader: Reader, tmp_path: Path
) -> None:
    document = zoo_run("P03")
    found = saved_with_the_rule(document)
    assert found is not None
    file = tmp_path / "bug.html"
    file.write_text(page_of_bug(*found, document), encoding="utf-8")

    tab = reader.visit(file.as_uri())

    assert "part at step 8: may_vote: Vote unless a higher ballot" in tab.inner_text("#why")
    tab.locator("#why .note").get_by_role("button", name="step 8").click()
    assert now(tab) == "8"
    assert "not taken here" in tab.locator("#steps-2 .row.skipped.noted").inner_text()
    assert rows(tab, 1) == rows(tab, 2)
    press(tab, "ArrowRight", "c")
    assert now(tab) == "9"
    assert tab.locator('#steps-2 [aria-selected="true"] .number').inner_text() == "9"


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


def test_logs_quorums_and_leaders_are_shown(reader: Reader) -> None:
    tab = reader.show(zoo_run("R01"))

    entries = tab.locator(".logs .entry:not(.none)")
    labels = [each.get_attribute("aria-label") for each in entries.all()]
    assert "entry 1: term 1, no-op, committed, applied" in labels
    assert tab.locator(".logs .crown").count() == 1
    assert "leads" in tab.locator(".card.own > summary").inner_text()
    flexible = reader.show(zoo_run("P13"))
    assert "share no node" in flexible.locator(".section.quorum").inner_text()


# --- hostile files --------------------------------------------------------------------------------

ATTACK = '<img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script>\u2028${x}'


def poisoned(value: Json) -> Json:
    """Put an attack into every text, and every name of a field that is not of the format."""
    match value:
        case str():
            return value + ATTACK
        case dict():
            return {
                key if key.startswith("$") else key + ATTACK: poisoned(each)
                for key, each in value.items()
            }
        case list():
            return [poisoned(each) for each in value]
        case _:
            return value


def hostile() -> dict[str, Any]:
    """A trace whose every name, value and sentence is an attack."""
    document = zoo_run("P03")
    names = {each: f"{each}{ATTACK}" for each in ("n1", "n2", "n3")}
    text = json.dumps(document)
    for name, bad in names.items():
        text = text.replace(f'"{name}"', json.dumps(bad))
    found: dict[str, Any] = json.loads(text.replace('"a"', json.dumps("a" + ATTACK)))
    for step in found["steps"]:
        for effect in step["effects"]:
            effect["__proto__"] = ATTACK
        if step["after"]:
            step["after"]["state"] = poisoned(step["after"]["state"])
        step["violates"] = [ATTACK]
        step["history"] = {"constructor": ATTACK}
    found["property"] |= {"name": ATTACK, "sentence": ATTACK, "explanation": ATTACK}
    found["properties"] = [found["property"]]
    found["bug"] = dict.fromkeys(found["bug"], ATTACK)
    found["model"]["name"] = ATTACK
    return found


def test_a_hostile_trace_is_shown_and_does_nothing(reader: Reader) -> None:
    tab = reader.show(hostile(), told={"part_why": ATTACK, "late": NoReturn(3, 3, 9)})

    for key in ("Home", *(["ArrowRight"] * 18), "m", "f", "Escape"):
        press(tab, key)
    tab.locator("#file").set_input_files(
        {
            "name": f"{ATTACK}.json",
            "mimeType": "text/html",
            "buffer": json.dumps(hostile()).encode(),
        }
    )
    tab.get_by_role("button", name="One run").wait_for()

    assert tab.evaluate("window.hacked === undefined && ({}).polluted === undefined")
    assert tab.locator("img, iframe, object, embed").count() == 0
    assert tab.locator("script").count() == 2
    assert "<img src=x" in tab.title()


NO_TRACES = (
    ("", "not JSON"),
    (ATTACK, "not JSON"),
    ("null", "does not say"),
    (json.dumps({"format": "paxiom trace", "version": 99}), "version 99"),
    (json.dumps({"format": "paxiom trace", "version": 1}), '"model" is missing'),
    ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
)


def test_a_file_that_is_no_trace_is_refused(reader: Reader) -> None:
    tab = reader.show(zoo_run("P03"))

    for number, (content, reason) in enumerate(NO_TRACES):
        name = f"bad-{number}.json"
        tab.locator("#file").set_input_files(
            {"name": name, "mimeType": "application/json", "buffer": content.encode()}
        )
        tab.locator("#problem", has_text=name).wait_for(state="visible")
        assert reason in tab.inner_text("#problem")
    assert tab.locator("#stage .diagram").count() == 1
    press(tab, "Home")
    assert now(tab) == "0"


def test_a_file_dropped_on_the_page_is_refused_if_broken_or_huge(reader: Reader) -> None:
    tab = reader.show(zoo_run("P03"))
    truncated = json.dumps(zoo_run("P03"))[:-100]

    for text, reason in ((truncated, "only a part of one"), ("", "larger than 32 MB")):
        tab.evaluate(
            """(text) => {
                const data = new DataTransfer();
                data.items.add(new File([text || new Uint8Array(50_000_000)], "dropped.json"));
                const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true });
                document.dispatchEvent(drop);
            }""",
            text,
        )
        tab.locator("#problem", has_text=reason).wait_for(state="visible")


# --- for every reader -----------------------------------------------------------------------------


def test_everything_is_reached_by_tab_and_seen_to_have_the_focus(reader: Reader) -> None:
    tab = reader.show(zoo_run("R01"))
    tab.evaluate("document.activeElement.blur()")

    reached = []
    for _ in range(80):
        press(tab, "Tab")
        found = tab.evaluate(
            """() => {
                const at = document.activeElement;
                const ring = at.id === "file" ? at.closest("label") : at;
                const style = getComputedStyle(ring);
                const named = at.getAttribute("aria-label") || at.textContent.trim()
                    || at.closest("label")?.textContent;
                return at === document.body ? null
                    : [at.id || at.className || at.tagName, style.outlineStyle, !!named];
            }"""
        )
        if found is None:
            break
        reached.append(found)

    names = [name for name, _, _ in reached]
    assert {"link", "file", "theme", "slider", "matters", "search", "steps-1"} <= set(names)
    assert [each for each in reached if each[1] != "solid"] == []
    assert [each for each in reached if not each[2]] == []


CONTRASTS = """() => {
    const ratio = (one, two) => {
        const light = (c) => c.slice(0, 3).map((v) => v / 255)
            .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
            .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
        const [a, b] = [light(one), light(two)].sort((x, y) => y - x);
        return (a + 0.05) / (b + 0.05);
    };
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (text) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = text;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const paper = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const found = rgba(getComputedStyle(at).backgroundColor);
            if (found[3] === 255) return found;
        }
        return [255, 255, 255, 255];
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
        if (element.closest("script, svg, option")) continue;
        const style = getComputedStyle(element);
        const value = ratio(rgba(style.color), paper(element));
        found.push([Math.round(value * 100) / 100, element.className || element.tagName]);
    }
    for (const text of document.querySelectorAll("svg text")) {
        const value = ratio(rgba(getComputedStyle(text).fill), paper(text.closest(".scroll")));
        found.push([Math.round(value * 100) / 100, "label"]);
    }
    return found;
}"""


@pytest.mark.parametrize(("number", "scheme"), [("P13", "light"), ("R01", "dark")])
def test_text_has_contrast_enough(reader: Reader, number: str, scheme: Scheme) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    tab = reader.show(zoo_run(number), scheme=scheme, told={"late": NoReturn(3, 3, 9)})
    press(tab, "/")
    tab.keyboard.type("n1")
    tab.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")

    for theme in ("as the system has it", "the other"):
        found = tab.evaluate(CONTRASTS)
        assert len(found) > 150
        assert [each for each in found if each[0] < 4.5] == [], theme
        other = "light" if scheme == "dark" else "dark"
        tab.evaluate("(other) => (document.documentElement.dataset.theme = other)", other)


def test_the_switch_overrides_the_scheme_of_the_system(reader: Reader) -> None:
    tab = reader.show(zoo_run("R12"), scheme="light")
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    light = tab.evaluate(paper)

    press(tab, "t", "t")
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    assert tab.evaluate(paper) != light
    tab.locator("#theme").click()
    assert tab.evaluate(paper) == light


def test_marks_differ_without_their_colours(reader: Reader) -> None:
    tab = reader.show(zoo_run("P03"))
    press(tab, "?")

    shapes = tab.evaluate(
        """() => [...document.querySelectorAll(".legend svg")].map((svg) =>
            [...svg.querySelectorAll("path, circle")].map((each) => [
                each.getAttribute("d"), each.getAttribute("r"),
                getComputedStyle(each).strokeDasharray, getComputedStyle(each).strokeWidth,
                getComputedStyle(each).fill === "none",
            ].join()).join(";"))"""
    )

    assert len(shapes) == 16
    assert len(set(shapes)) == len(shapes)


def test_a_narrow_screen_scrolls_down_only(reader: Reader) -> None:
    tab = reader.show(zoo_run("R01"), width=400)

    assert tab.evaluate("document.documentElement.scrollWidth") <= 400
    assert tab.locator("#steps-1").bounding_box()
    assert now(tab) in tab.locator("#steps-1 .row.now").inner_text()


def test_nothing_moves_by_itself(reader: Reader) -> None:
    tab = reader.show(zoo_run("P03"))
    press(tab, "Home", "ArrowRight", "?")

    assert tab.evaluate("document.getAnimations().length") == 0


def test_a_thousand_steps_of_seven_nodes_keep_the_page_light(reader: Reader) -> None:
    tab = reader.show(ring(nodes=7, steps=1000))

    for key in ("Home", "ArrowRight", "PageDown", "End", "ArrowLeft"):
        press(tab, key)
        assert tab.evaluate("document.querySelectorAll('*').length") < 2500
        assert 10 < len(rows(tab)) < 80
    assert now(tab) == "999"
    tab.evaluate("document.querySelector('#steps-1').scrollTop = 15000")
    tab.locator("#steps-1-500").wait_for()
    tab.locator("#search").fill("token(3")
    assert int(tab.locator("#found").inner_text().split()[-1]) > 100
