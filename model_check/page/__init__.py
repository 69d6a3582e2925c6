"""A trace as one page of HTML that needs nothing else: no network, no server, no other file.

The page is page.html with the style sheets, the scripts and the data written into it. The scripts
are ES modules, each importing what it needs, so that Node can test them; here they are joined into
one. A policy in the page allows these very scripts and styles, by their hashes, and nothing more:
what a trace says is data and stays data.

Page data, embedded as JSON and also what ``paxiom explore`` serves::

    {"format": "paxiom page", "version": 1,
     "traces": [{"title", "document", "story", "taken"}, ...],  # one, or two side by side
     "part": step | null, "part_why": "..." | null,    # where the two part, and by which rule
     "no_return": step | null, "no_return_note": "..." | null}
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from paxiom.model_check.codec import Json
from paxiom.model_check.traces.no_return import NoReturn
from paxiom.model_check.traces.story import story, story_document
from paxiom.model_check.traces.trace_file import TraceFileError

STYLES = ("base.css", "controls.css", "diagram.css", "panel.css")
IMPORT = re.compile(r'^import \{([\w\s,$]+)\} from "\./([a-z]+\.js)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?:const|function|class) ([\w$]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A trace under a title.

    ``taken`` is of one that takes the steps of another as far as it can: their numbers there.
    """

    title: str
    document: Mapping[str, Json]
    taken: Sequence[int] | None = None


def page_data(
    traces: Sequence[Shown],
    *,
    part: int | None = None,
    part_why: str | None = None,
    late: NoReturn | None = None,
) -> dict[str, Json]:
    """Put together what a page shows: one trace, or two side by side.

    ``late`` says when the violation of the first could no longer be avoided.
    """
    steps = len(traces[0].document["steps"])
    return {
        "format": "paxiom page",
        "version": 1,
        "traces": [
            {
                "title": each.title,
                "document": dict(each.document),
                "story": story_document(story(each.document)),
                "taken": None if each.taken is None else list(each.taken),
            }
            for each in traces
        ],
        "part": part,
        "part_why": part_why,
        "no_return": late.step if late and late.step != steps else None,
        "no_return_note": late and late.sentence(steps),
    }


def page(data: Mapping[str, Json], *, start: str = "start.js", connects: bool = False) -> str:
    """Write a page that shows ``data``, begun by the module ``start``.

    With ``connects`` it may ask the server that it comes from.
    """
    style, script = "\n".join(map(text_of, STYLES)), joined(start)
    policy = [
        "default-src 'none'",
        f"script-src {_hash(script)}",
        f"style-src {_hash(style)}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        *(["connect-src 'self'"] if connects else []),
    ]
    parts = {
        "csp": "; ".join(policy),
        "title": "paxiom",
        "css": style,
        "js": script,
        "data": embedded(data),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], text_of("page.html"))


def page_of(trace: Mapping[str, Json], late: NoReturn | None = None) -> str:
    """Write the page of one trace, titled by its model."""
    return page(page_data([Shown(title=trace["model"]["name"], document=trace)], late=late))


def embedded(data: Mapping[str, Json]) -> str:
    """Write data as JSON that no HTML or script can end or begin in."""
    try:
        text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    except ValueError:
        msg = "this trace has a number that JSON has not, such as NaN or Infinity"
        raise TraceFileError(msg) from None
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def text_of(name: str) -> str:
    """Read a file of the page."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


@cache
def joined(start: str) -> str:
    """Join a module and all that it imports into one script, each after what it needs."""
    return "\n".join(_as_function(name) for name in _in_order(start, set()))


def _in_order(name: str, met: set[str]) -> Iterator[str]:
    if name in met:
        return
    met.add(name)
    for _, needed in IMPORT.findall(text_of(name)):
        yield from _in_order(needed, met)
    yield name


def _as_function(name: str) -> str:
    """Write a module as a function that returns its exports: its other names stay its own."""
    source = text_of(name)
    exports = ", ".join(EXPORT.findall(source))
    body = EXPORT.sub(lambda found: found[0].removeprefix("export "), source)
    body = IMPORT.sub(lambda found: f"const {{{found[1]}}} = {_variable(found[2])};", body)
    return f"const {_variable(name)} = (() => {{\n{body}return {{ {exports} }};\n}})();\n"


def _variable(name: str) -> str:
    return "module_" + name.removesuffix(".js")
