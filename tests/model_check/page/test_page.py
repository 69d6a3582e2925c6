"""The page as a file: it needs nothing else, and what a trace says stays data."""

import base64
import hashlib
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from paxiom.model_check.model import Model
from paxiom.model_check.page import Shown, page, page_data, page_of
from paxiom.model_check.result import Violation
from paxiom.model_check.traces.no_return import NoReturn, no_return
from paxiom.model_check.traces.trace_file import dumps
from paxiom.model_check.zoo import finding
from support.command import Run, refused
from support.zoo_runs import zoo_run


class Parts(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self, text: str) -> None:
        """Take it apart."""
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[int, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}", {}))

    def handle_data(self, data: str) -> None:
        at = len(self.found) - 1
        self.texts[at] = self.texts.get(at, "") + data

    def text(self, tag: str, **wanted: str) -> str:
        """What is in the one element of this tag that has these attributes."""
        (at,) = [
            at
            for at, (name, attributes) in enumerate(self.found)
            if name == tag and wanted.items() <= attributes.items()
        ]
        return self.texts[at]


def test_a_page_needs_no_other_file_and_is_small() -> None:
    text = page_of(zoo_run("P03"))
    parts = Parts(text)

    addresses = [
        value
        for _, attributes in parts.found
        for name, value in attributes.items()
        if name in {"src", "href", "action", "srcset", "data"}
    ]
    assert addresses == ["data:,", "#panel"]
    assert "@import" not in text
    assert len(text) - len(parts.text("script", id="data")) < 200_000


def test_the_policy_of_a_page_allows_its_own_scripts_and_styles_alone() -> None:
    parts = Parts(page_of(zoo_run("P03")))
    (policy,) = [each["content"] for tag, each in parts.found if "http-equiv" in each]

    def of(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert policy is not None
    assert policy.split("; ") == [
        "default-src 'none'",
        f"script-src {of(parts.text('script', type='module'))}",
        f"style-src {of(parts.text('style'))}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_what_is_embedded_comes_out_as_it_went_in() -> None:
    document = zoo_run("R01")
    document["bug"]["title"] = "</script><!--<script>\u2028\u2029 & {{js}} \\1 \x00"
    told = page_data([Shown(title="{{css}}", document=document)], late=NoReturn(3, 3, 9))
    parts = Parts(page(told))

    found = json.loads(parts.text("script", id="data"))

    assert found == told
    assert [tag for tag, _ in parts.found].count("script") == 2


def test_trace_html_writes_a_page_beside_the_trace(paxiom: Run, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(dumps(zoo_run("P03")))

    ran = paxiom("trace", "html", "run.json")

    assert (ran.code, ran.out, ran.err) == (0, "", "wrote run.html\n")
    (trace,) = json.loads(Parts((tmp_path / "run.html").read_text()).text("script", id="data"))[
        "traces"
    ]
    assert trace["document"] == zoo_run("P03")
    assert trace["title"] == "run.json"


def test_trace_html_of_two_traces_says_nothing_but_the_page(paxiom: Run, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(dumps(zoo_run("P01")))

    ran = paxiom("trace", "html", "-", "other.json", stdin=dumps(zoo_run("P03")).encode())

    assert (ran.code, ran.err) == (0, "")
    traces = json.loads(Parts(ran.out).text("script", id="data"))["traces"]
    assert [each["title"] for each in traces] == ["paxos", "other.json"]


def test_trace_html_refuses_what_it_cannot_read_or_write(paxiom: Run, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(dumps(zoo_run("P03")))

    strange = zoo_run("P03")
    strange["history"] = float("nan")
    (tmp_path / "nan.json").write_text(dumps(strange))

    assert "NaN is no number" in refused(paxiom("trace", "html", "nan.json"))
    assert "cannot read none.json" in refused(paxiom("trace", "html", "none.json"))
    assert "cannot write no/where.html" in refused(
        paxiom("trace", "html", "run.json", "-o", "no/where.html")
    )


@pytest.mark.parametrize("command", ["check", "simulate"])
def test_a_search_writes_its_counterexample_as_a_page(
    paxiom: Run, tmp_path: Path, command: str
) -> None:
    (tmp_path / "broken.py").write_text(
        "from paxiom.model_check import zoo\nmodel = zoo.bug('Q6').broken()\n"
    )

    ran = paxiom(command, "broken.py:model", "-q", "--html", "it.html")

    assert ran.code == 1
    (trace,) = json.loads(Parts((tmp_path / "it.html").read_text()).text("script", id="data"))[
        "traces"
    ]
    assert trace["document"]["property"]["name"] == "election safety"
    assert trace["document"]["bug"]["number"] == "Q6"


def test_a_bug_is_written_beside_the_same_schedule_with_the_rule(
    paxiom: Run, tmp_path: Path
) -> None:
    found = paxiom("bugs", "Q6", "-q", "--html", "it.html")
    (tmp_path / "run.json").write_text(dumps(zoo_run("Q6")))
    again = paxiom("trace", "html", "run.json", "--with-rule")

    assert (found.code, again.code) == (0, 0)
    pages = [
        json.loads(Parts((tmp_path / name).read_text()).text("script", id="data"))
        for name in ("it.html", "run.html")
    ]
    for data in pages:
        one, other = data["traces"]
        assert one["document"]["steps"] == zoo_run("Q6")["steps"]
        assert (one["title"], other["title"]) == ("Q6", "with wins")
        assert other["document"]["model"]["protocol"] == "Raft"
        assert other["document"]["verdict"] == "RUN"
        assert data["part"] == 1
        assert data["part_why"].startswith("wins: ")
        assert len(other["taken"]) == len(other["document"]["steps"])


def test_a_page_says_when_it_was_too_late(paxiom: Run, tmp_path: Path) -> None:
    paxiom("bugs", "P13", "-q", "--html", "bug.html")
    (tmp_path / "broken.py").write_text(
        "from paxiom.model_check import zoo\nmodel = zoo.bug('P13').broken()\n"
    )
    paxiom("check", "broken.py:model", "-q", "--too-late", "--html", "check.html")

    for name in ("bug.html", "check.html"):
        data = json.loads(Parts((tmp_path / name).read_text()).text("script", id="data"))
        assert data["no_return"] == 10
        assert data["no_return_note"].startswith("After step 10 it can no longer be avoided")


def test_text_and_page_of_a_bug_ask_once_when_it_was_too_late(
    paxiom: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def counted(model: Model, violation: Violation) -> NoReturn:
        asked.append(model.name)
        return no_return(model, violation)

    monkeypatch.setattr(finding, "no_return", counted)

    assert paxiom("bugs", "P13", "-q", "--html", "bug.html").code == 0
    assert asked == ["paxos"]


def test_only_a_bug_of_the_zoo_can_be_shown_with_the_rule(paxiom: Run, tmp_path: Path) -> None:
    document = zoo_run("Q6")
    del document["model"]["made_by"]
    (tmp_path / "run.json").write_text(dumps(document))

    ran = paxiom("trace", "html", "run.json", "--with-rule")

    assert "takes one trace, of a bug of the zoo" in refused(ran)


def test_no_page_is_written_of_what_holds(paxiom: Run, tmp_path: Path) -> None:
    ran = paxiom(
        "check", "raft", "--nodes", "2", "--terms", "1", "--reference", "-q", "--html", "it.html"
    )

    assert ran.code == 0
    assert "no counterexample, so it.html was not written" in ran.err
    assert not (tmp_path / "it.html").exists()
    assert "cannot write to no/it.html" in refused(paxiom("check", "raft", "--html", "no/it.html"))
