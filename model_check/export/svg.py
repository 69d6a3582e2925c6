"""Traces as sequence diagrams in SVG, drawn after the layout of :mod:`sequence`.

Nothing is said by colour alone: a message that arrives is a line with a full head, one that is
discarded has an open head, one that is lost is dashed and ends in a cross, one in flight is dotted
and ends in a ring. The lane of a node that is down is dotted; steps that do not matter to what went
wrong have a ring for a dot, and their text is slanted.
"""

from collections.abc import Iterator, Mapping
from html import escape
from textwrap import wrap

from paxiom.model_check.codec import Json, plain, short
from paxiom.model_check.export.sequence import (
    CHARACTER,
    FONT,
    GAP,
    LEFT,
    LINE,
    MARGIN,
    SPACING,
    TOP,
    Diagram,
    Row,
    diagram,
)
from paxiom.model_check.layout import count
from paxiom.model_check.traces.messages import Message

STYLE = f"""
text {{ font: {FONT}px "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1b1f24;
  paint-order: stroke; stroke: #fff; stroke-width: 4px; stroke-linejoin: round }}
.title {{ font-size: 16px; font-weight: bold }} .idle {{ fill: #57606a; font-style: italic }}
.name {{ font-size: 13px; font-weight: bold; stroke: none }}
.lane {{ stroke: #8c959f; stroke-width: 1.5 }} .down {{ stroke-dasharray: 1 5 }}
.head {{ fill: #eaeef2; stroke: #57606a }}
.dot {{ fill: #1b1f24; stroke: #1b1f24; stroke-width: 1.5 }} .ring {{ fill: #fff }}
.cross {{ stroke: #a40e26; stroke-width: 3; fill: none }}
.arrow {{ stroke: #0550ae; stroke-width: 1.5; fill: none }}
.discarded {{ stroke: #57606a }} .lost {{ stroke: #a40e26; stroke-dasharray: 6 4 }}
.flying {{ stroke: #57606a; stroke-dasharray: 1.5 3 }}
"""
LEGEND = {
    "delivered": "arrives",
    "discarded": "is discarded",
    "lost": "is lost",
    "flying": "is in flight at the end",
}
HEADS = {"delivered": "url(#full)", "discarded": "url(#open)", "lost": "url(#cross)"}
DOT, CROSS = 4, 6
SHORT = 30  # of its receiver falls what is lost
BEND = 46  # how far a message to oneself swings out


def to_svg(document: Mapping[str, Json]) -> bytes:
    """Write a trace document as a picture."""
    drawn = diagram(document)
    foot = list(_foot(drawn))
    height = drawn.bottom + 3.5 * GAP + LINE * len(foot)
    box = f"0 0 {drawn.width:g} {height:g}"
    size = f'width="{drawn.width:g}" height="{height:g}" viewBox="{box}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>',
        f"<title>{_text(_title(document))}</title>",
        f"<style>{STYLE}</style>",
        _markers(),
        '<rect width="100%" height="100%" fill="#fff"/>',
        _label(GAP, 30, _title(document), "title"),
        _label(GAP, 52, (document["property"] or {}).get("sentence", "")),
        *_lanes(document, drawn),
        *_arrows(drawn),
        *(each for row in drawn.rows for each in _row(row, document["steps"])),
        *(
            _label(GAP, drawn.bottom + GAP / 2 + LINE * number, text)
            for number, text in enumerate(foot, start=1)
        ),
        *_legend(drawn, height - GAP),
        "</svg>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _text(text: str) -> str:
    return escape(plain(text))


def _label(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{_text(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str, more: str = "") -> str:
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" class="{kind}"{more}/>'


def _circle(x: float, y: float, radius: float, kind: str) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" class="{kind}"/>'


def _title(document: Mapping[str, Json]) -> str:
    prop, steps = document["property"], count(len(document["steps"]), "step")
    what = f"{prop['name']} is violated" if prop else "a run"
    return f"{what}: {steps} of {document['model']['name']}"


def _markers() -> str:
    """The heads of arrows, each of another form."""
    forms = {
        "full": '<path d="M0 0 L10 5 L0 10 z" fill="#0550ae"/>',
        "open": '<path d="M1 1 L9 5 L1 9 z" fill="#fff" stroke="#57606a"/>',
        "cross": '<path d="M1 1 L9 9 M1 9 L9 1" stroke="#a40e26" stroke-width="2" fill="none"/>',
        "ring": '<circle cx="5" cy="5" r="3" fill="#fff" stroke="#57606a"/>',
    }
    return "".join(
        f'<marker id="{name}" viewBox="0 0 10 10" refX="{5 if name in ("cross", "ring") else 9}" '
        f'refY="5" markerWidth="11" markerHeight="11" markerUnits="userSpaceOnUse" '
        f'orient="auto">{form}</marker>'
        for name, form in forms.items()
    )


# --- lanes -------------------------------------------------------------------------------------


def _lanes(document: Mapping[str, Json], drawn: Diagram) -> Iterator[str]:
    """A box with the name of each node, and its life below."""
    status = {each["node"]: each["status"] for each in document["initial"]["nodes"]}
    for node in drawn.lanes:
        x = drawn.x(node)
        now, since = status.get(node, "up"), float(TOP)
        for step, row in zip(document["steps"], drawn.rows, strict=True):
            if step["node"] == node and step["after"] and step["after"]["status"] != now:
                yield from _life(x, since, row.y, now)
                now, since = step["after"]["status"], row.y
        yield from _life(x, since, drawn.bottom, now)
        yield f'<rect x="{x - 50:g}" y="{TOP - 34}" width="100" height="24" rx="4" class="head"/>'
        yield _label(x, TOP - 17, _cut(node, 12), "name", "middle")


def _life(x: float, since: float, until: float, status: str) -> Iterator[str]:
    if status != "stopped":
        yield _line(x, since, x, until, "lane" if status == "up" else "lane down")


def _cut(text: str, most: int) -> str:
    shown = plain(text)
    return shown if len(shown) <= most else f"{shown[: most - 2]}.."


# --- messages ----------------------------------------------------------------------------------


def _arrows(drawn: Diagram) -> Iterator[str]:
    for message in drawn.told.messages:
        yield "<g>" + f"<title>{_text(f'{short(message.body)}: {message.fate}')}</title>"
        for end in message.ends:
            head = f' marker-end="{HEADS[end.how]}"'
            yield _arrow(drawn, message, drawn.rows[end.step - 1], f"arrow {end.how}", head)
        if not message.ends:
            yield _stub(drawn, message)
        yield "</g>"


def _arrow(drawn: Diagram, message: Message, row: Row, kind: str, head: str) -> str:
    """A message to where it ends; one to the sender itself swings out on the side without text."""
    x1, y1, x2, y2 = drawn.x(message.source), drawn.y(message.sent[0]), drawn.x(message.to), row.y
    if x1 == x2:
        x = x1 - row.side * BEND
        edge = x1 - row.side * DOT
        path = f"M{x1:g} {y1:g} C{x:g} {y1:g} {x:g} {y2:g} {edge:g} {y2:g}"
        return f'<path d="{path}" class="{kind}"{head}/>'
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    share = 1 - (SHORT if "lost" in kind else DOT + 2) / length
    return _line(x1, y1, x1 + (x2 - x1) * share, y1 + (y2 - y1) * share, kind, head)


def _stub(drawn: Diagram, message: Message) -> str:
    """A message that is under way at the end: it sets out."""
    x1, y1, x2 = drawn.x(message.source), drawn.y(message.sent[0]), drawn.x(message.to)
    side = drawn.rows[message.sent[0] - 1].side if message.sent[0] else LEFT
    x = x1 + (x2 - x1) * 0.25 if x1 != x2 else x1 - side * BEND * 0.7
    return _line(x1, y1, x, y1 + 2 * GAP, "arrow flying", ' marker-end="url(#ring)"')


# --- steps -------------------------------------------------------------------------------------


def _row(row: Row, steps: Json) -> Iterator[str]:
    step = steps[row.moment.number - 1]
    x = MARGIN + SPACING * row.lane
    if step["event"].get("$") != "Lose":  # which is no deed of the node
        yield _circle(x, row.y, DOT, "dot" if row.moment.matters else "dot ring")
    if step["fault"] is not None or step["error"] is not None:
        arms = ((-CROSS, -CROSS, CROSS, CROSS), (-CROSS, CROSS, CROSS, -CROSS))
        yield from (_line(x + a, row.y + b, x + c, row.y + d, "cross") for a, b, c, d in arms)
    if step["event"].get("$") == "Recover":
        yield f'<circle cx="{x:g}" cy="{row.y:g}" r="{DOT + 4}" class="arrow"/>'
    anchor = "end" if row.side == LEFT else "start"
    for number, line in enumerate(row.lines):
        kind = "" if row.moment.matters else "idle"
        y = row.y + FONT / 3 + LINE * number
        yield _label(x + row.side * (GAP - DOT), y, line, kind, anchor)


# --- below -------------------------------------------------------------------------------------


def _foot(drawn: Diagram) -> Iterator[str]:
    """Say why the property is violated, if it explains that."""
    room = int((drawn.width - 2 * GAP) / CHARACTER)
    for each in drawn.told.why:
        yield from wrap(plain(each), room)


def _legend(drawn: Diagram, y: float) -> Iterator[str]:
    """Explain the lines that occur."""
    ends = {end.how for message in drawn.told.messages for end in message.ends}
    flying = {"flying"} if any(not message.ends for message in drawn.told.messages) else set()
    x = GAP
    for kind in (each for each in LEGEND if each in ends | flying):
        head = HEADS.get(kind, "url(#ring)")
        yield _line(x, y - FONT / 3, x + 40, y - FONT / 3, f"arrow {kind}", f' marker-end="{head}"')
        yield _label(x + 52, y, LEGEND[kind])
        x += 52 + round(CHARACTER * len(LEGEND[kind])) + 2 * GAP
    if not all(row.moment.matters for row in drawn.rows):
        yield _circle(x + DOT, y - FONT / 3, DOT, "dot ring")
        yield _label(x + GAP, y, "does not matter", "idle")
