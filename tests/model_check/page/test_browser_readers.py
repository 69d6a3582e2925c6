"""The page in Chromium for every reader: by keyboard alone, without colours, narrow, long."""

from typing import TYPE_CHECKING

import pytest

from paxiom.model_check.traces.no_return import NoReturn
from support.browser import Reader, Scheme, now, press, rows
from support.long_runs import ring
from support.zoo_runs import zoo_run

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.browser


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
    for (const drawn of document.querySelectorAll(
        ".picture .lane.up, .picture .lane.down, .picture .lane.leads, .picture .mark > *,"
        + ".picture .message:not(.aside, .long) > .arrow")) {
        const { fill, stroke, strokeOpacity } = getComputedStyle(drawn);
        const below = paper(drawn.closest(".scroll"));
        const over = rgba(stroke === "none" ? fill : stroke);
        const seen = over.map((v, at) => v * strokeOpacity + below[at] * (1 - strokeOpacity));
        const best = Math.max(ratio(seen, below), fill === "none" ? 0 : ratio(rgba(fill), below));
        found.push([Math.round(best * 100) / 100, "drawn " + drawn.getAttribute("class")]);
    }
    return found;
}"""


@pytest.mark.parametrize(("number", "scheme"), [("P13", "light"), ("R01", "dark")])
def test_text_has_contrast_enough(reader: Reader, number: str, scheme: Scheme) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1; of what is drawn, 1.4.11: at least 3 to 1."""
    tab = reader.show(zoo_run(number), scheme=scheme, told={"late": NoReturn(3, 3, 9)})
    press(tab, "/")
    tab.keyboard.type("n1")
    tab.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")

    for theme in ("as the system has it", "the other"):
        found = tab.evaluate(CONTRASTS)
        assert len(found) > 150
        drawn = [each for each in found if each[1].startswith("drawn")]
        assert len(drawn) > 30
        assert [each for each in drawn if each[0] < 3] == [], theme
        text = [each for each in found if each not in drawn]
        assert [each for each in text if each[0] < 4.5] == [], theme
        other = "light" if scheme == "dark" else "dark"
        tab.evaluate("(other) => (document.documentElement.dataset.theme = other)", other)


def test_what_is_drawn_anew_does_not_lose_the_focus(reader: Reader) -> None:
    tab = reader.show(zoo_run("P03"))

    tab.locator("#panel .causes .link").first.focus()
    press(tab, "Enter")

    assert now(tab) == "13"
    assert tab.evaluate("document.activeElement.id") == "panel"


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
