"""Where everything of a sequence diagram stands: lanes side by side, steps one below the other.

A step is a row of its own, so that no two texts ever meet. Text stands beside the lane on the side
that no arrow comes from, and in the margins for the first and the last lane.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from textwrap import wrap

from paxiom.model_check.codec import Json, plain
from paxiom.model_check.export.reading import arrivals, deed, facts, lanes
from paxiom.model_check.traces.story import Moment, Story, story

FONT = 11  # pixels; the sizes below too
CHARACTER = 6.7  # the width of one, in a font of equal widths
LINE = 14
GAP = 18  # between two rows
SPACING = 230  # between two lanes
MARGIN = 260  # beside the first and the last lane, for text
TOP = 112  # room for the title and the names of the nodes
MOST_LINES = 5  # of the text of a row
LEFT, RIGHT = -1, 1


@dataclass(frozen=True, slots=True)
class Row:
    """A step: its lane, where its dot is, its text and on which side that stands."""

    moment: Moment
    lane: int
    y: float
    lines: tuple[str, ...]
    side: int


@dataclass(frozen=True, slots=True)
class Diagram:
    """Lanes and rows; row 0 is the start, before the first step."""

    told: Story
    lanes: tuple[str, ...]
    rows: tuple[Row, ...]
    bottom: float

    @property
    def width(self) -> float:
        """From margin to margin."""
        return 2 * MARGIN + SPACING * (len(self.lanes) - 1)

    def x(self, node: str) -> float:
        """Where the lane of a node is."""
        return MARGIN + SPACING * self.lanes.index(node)

    def y(self, step: int) -> float:
        """Where a step is; 0 is the start."""
        return self.rows[step - 1].y if step else TOP


def diagram(document: Mapping[str, Json]) -> Diagram:
    """Lay out a trace document."""
    told = story(document)
    names = lanes(told)
    texts = list(_texts(document, told, names))
    heights = [max(len(lines), 1) * LINE + GAP for lines, _ in texts]
    edges = list(accumulate(heights, initial=TOP + GAP))
    rows = tuple(
        Row(moment, names.index(moment.node), edge + LINE / 2, lines, side)
        for moment, edge, (lines, side) in zip(told.moments, edges, texts, strict=False)
    )
    return Diagram(told, names, rows, edges[-1])


def _texts(
    document: Mapping[str, Json], told: Story, names: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], int]]:
    """The text of each step, and on which side of its lane it stands."""
    ended = arrivals(told)
    for step, moment in zip(document["steps"], told.moments, strict=True):
        place, last = names.index(moment.node), len(names) - 1
        source = names.index(ended[moment.number][0].source) if moment.number in ended else place
        is_outside = place in (0, last)
        side = RIGHT if place == last or (place and source <= place) else LEFT
        room = int(((MARGIN if is_outside else SPACING) - 2 * GAP) / CHARACTER)
        violated = [f"violates {name}" for name in step.get("violates") or ()]
        texts = [f"{step['number']}. {deed(step)}", *facts(step), *violated]
        yield tuple(_wrapped(texts, room)), side


def _wrapped(texts: list[str], room: int) -> Iterator[str]:
    lines = [line for text in texts for line in wrap(plain(text), room)]
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield "..."
