"""Lanes: a column for each node, and messages as arrows between them, to the left of the words.

An arrow is drawn where its message arrives, from the lane of its sender; what was sent on the way
and never arrived is said in words where it was sent.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rich.text import Text

from paxiom.model_check.codec import Json, plain
from paxiom.model_check.layout import hang
from paxiom.model_check.traces.messages import discards

Cell = tuple[str, str]  # a character and its style

SPACING_MIN, SPACING_MAX = 4, 10
SHARE_MAX = 0.55  # of a line, for lanes
INDENT = "  "
LANE = "cyan"
STRUCK = "bold red"


@dataclass(frozen=True, slots=True)
class Glyphs:
    """What lanes are drawn with."""

    up: str = "│"
    down: str = "┆"
    shaft: str = "─"
    crossing: str = "┼"
    tails: str = "├┤"  # of an arrow to the right, to the left
    heads: str = "►◄"
    step: str = "●"
    struck: str = "✗"  # a node by a fault, a message by the network
    restart: str = "○"
    skipped: str = "⋮"


UNICODE = Glyphs()
ASCII = Glyphs("|", ":", "-", "+", "++", "><", "*", "x", "o", ":")


class Lanes:
    """The lanes of a trace, drawn step by step."""

    def __init__(self, document: Mapping[str, Json], width: int, glyphs: Glyphs) -> None:
        """Give each node its place; ``fits`` is False where no room would be left for words."""
        nodes = document["initial"]["nodes"]
        names = [each["node"] for each in nodes]
        senders = [each["source"] for each in document["steps"] if each.get("source")]
        actors = [each["node"] for each in document["steps"]]
        self.names = [plain(name) for name in dict.fromkeys([*names, *actors, *senders])]
        self.places = {
            name: at for at, name in enumerate(dict.fromkeys([*names, *actors, *senders]))
        }
        self.up = {each["node"]: each["status"] == "up" for each in nodes}
        self.glyphs = glyphs
        self.digits = len(str(len(document["steps"])))
        wanted = max((len(name) for name in self.names), default=0) + 2
        room = int(width * SHARE_MAX) - self.digits - 2
        fitting = room // max(len(self.names), 1)
        self.spacing = max(SPACING_MIN, min(wanted + 1, SPACING_MAX, fitting))
        self.fits = fitting >= SPACING_MIN
        self.width = width

    @property
    def room(self) -> int:
        """Columns beside the lanes, for what stands below the first line of a step."""
        return self.width - self.digits - 2 - len(self._idle()) - len(INDENT)

    def heading(self) -> Iterator[Text]:
        """Name the lanes."""
        line = Text(" " * (self.digits + 2))
        for name in self.names:
            line.append(name[: self.spacing - 1].ljust(self.spacing), "bold cyan")
        line.rstrip()
        yield line
        line = self._row(Text(" " * (self.digits + 2)), self._idle())
        line.rstrip()
        yield line

    def step(self, step: Json, words: Iterable[Text]) -> Iterator[Text]:
        """Draw a step beside its words."""
        drawn = self._drawn(step)
        if step["after"]:
            self.up[step["node"]] = step["after"]["status"] == "up"
        yield from self._beside(Text(f"{step['number']:>{self.digits}}. ", "bold"), drawn, words)

    def skipped(self, words: Text) -> Iterator[Text]:
        """Draw steps that are left out."""
        cells = [(self.glyphs.skipped, "dim") for _ in self.names]
        yield from self._beside(Text(" " * (self.digits + 2)), self._spread(cells), [words])

    def _beside(self, head: Text, drawn: list[Cell], words: Iterable[Text]) -> Iterator[Text]:
        margin = Text(" " * (self.digits + 2))
        room = self.room + len(INDENT)
        for number, line in enumerate(words):
            indent = INDENT if number else ""
            for wrapped in hang(indent, line, room):
                yield self._row(head, drawn) + wrapped
                head, drawn = margin, self._idle()

    def _row(self, head: Text, cells: list[Cell]) -> Text:
        return Text.assemble(head, *cells)  # a copy of the head would lend its style to the row

    def _spread(self, marks: list[Cell]) -> list[Cell]:
        cells: list[Cell] = []
        for mark in marks:
            cells += [mark, *[(" ", "")] * (self.spacing - 1)]
        return cells[: len(cells) - self.spacing + 3]

    def _idle(self) -> list[Cell]:
        shapes = (
            self.glyphs.up if self.up.get(name, True) else self.glyphs.down for name in self.places
        )
        return self._spread([(shape, "dim") for shape in shapes])

    def _drawn(self, step: Json) -> list[Cell]:
        """Draw the arrow of a step, and what it makes of its node."""
        cells, glyphs = self._idle(), self.glyphs
        here = self.places[step["node"]] * self.spacing
        kind, lost = step["event"].get("$"), step["event"].get("$") == "Lose"
        if step.get("source") in self.places and kind in ("Deliver", "Lose"):
            self._arrow(cells, self.places[step["source"]] * self.spacing, here, lost=lost)
        if step["fault"] is not None or step["error"] is not None:
            cells[here] = glyphs.struck, STRUCK
        elif kind == "Recover":
            cells[here] = glyphs.restart, LANE
        elif not lost and not discards(step):
            cells[here] = glyphs.step, LANE
        return cells

    def _arrow(self, cells: list[Cell], source: int, to: int, *, lost: bool) -> None:
        glyphs, leftward = self.glyphs, to < source
        if source == to:
            if lost:
                cells[to + 1] = glyphs.struck, STRUCK
            return
        style = STRUCK if lost else LANE
        first, last = min(source, to), max(source, to)
        for at in range(first + 1, last):
            cells[at] = (glyphs.shaft if at % self.spacing else glyphs.crossing), style
        cells[source] = glyphs.tails[leftward], style
        cells[to + (1 if leftward else -1)] = (
            (glyphs.struck if lost else glyphs.heads[leftward]),
            style,
        )
