"""Hostile files in Chromium: they are shown or refused, and do nothing."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from paxiom.model_check.codec import Json
from paxiom.model_check.traces.no_return import NoReturn
from support.browser import Reader, now, press
from support.zoo_runs import zoo_run

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.browser


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
