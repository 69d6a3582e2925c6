"""Lines of styled text: wrapping with a hanging indent, and numbers as people read them.

No markup is ever parsed and nothing is padded, so that hostile text stays text and piped output
has no trailing blanks.
"""

import os
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

WIDTH_MAX = 120  # longer lines are hard to read
WIDTH_MIN = 60
WIDTH_PIPED = 80
ROOM_MIN = 20  # for text beside a label
KILO = 1000


def width_of(console: Console) -> int:
    """Choose the width to fill; what is piped does not depend on the terminal beside it."""
    wanted = os.environ.get("COLUMNS", "")
    piped = int(wanted) if wanted.isdecimal() else WIDTH_PIPED
    width = console.width if console.is_terminal else piped
    return min(max(width, WIDTH_MIN), WIDTH_MAX)


def hang(head: Text | str, body: Text | str, width: int) -> Iterator[Text]:
    """Write ``body`` after ``head``, its further lines below its first one."""
    head = Text(head) if isinstance(head, str) else head
    body = Text(body) if isinstance(body, str) else body
    room = max(width - head.cell_len, ROOM_MIN)
    indent = Text(" " * head.cell_len)
    for number, line in enumerate(body.wrap(_MEASURE, room) or [Text()]):
        line.rstrip()
        whole = (indent if number else head) + line
        whole.rstrip()
        yield whole


def packed(parts: Iterable[Text], room: int) -> Iterator[Text]:
    """Set short texts side by side, as many in a line as fit."""
    line = Text()
    for part in parts:
        if line and line.cell_len + 2 + part.cell_len > room:
            yield line
            line = Text()
        line = Text.assemble(line, ", ", part) if line else part
    if line:
        yield line


_MEASURE = Console(width=WIDTH_MAX)  # wrapping asks a console for tab stops, and nothing else


def columns(cells: list[Text], width: int, indent: str) -> Iterator[Text]:
    """Set ``cells`` in as many columns as fit, filled downwards."""
    if not cells:
        return
    wide = max(cell.cell_len for cell in cells) + 3
    count = max(1, (width - len(indent) + 3) // wide)
    rows = -(-len(cells) // count)
    for row in range(rows):
        line = Text(indent)
        for place, cell in enumerate(cells[row::rows]):
            line.append(" " * (len(indent) + wide * place - line.cell_len))
            line.append_text(cell)
        yield line


def write(console: Console, lines: Iterable[Text]) -> None:
    """Print lines as they are."""
    for line in lines:
        console.print(line, soft_wrap=True)


def as_text(lines: Iterable[Text]) -> str:
    """Put lines one below the other, without their styles."""
    return "\n".join(line.plain for line in lines)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Say how many: 1 state, 1,225 states."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def scaled(number: float, units: tuple[str, ...]) -> str:
    """Say roughly how many: three digits and a unit, each a thousand of the one before."""
    for unit in units[:-1]:
        if round(number) < KILO:
            return _digits(number) + unit
        number /= KILO
    return _digits(number) + units[-1]


def _digits(number: float) -> str:
    if number == int(number) or round(number, 1) >= 100:  # noqa: PLR2004 - three digits
        return f"{number:,.0f}"
    return f"{number:.3g}"


def size(number: float) -> str:
    """Say how many bytes."""
    return scaled(number, (" B", " kB", " MB", " GB", " TB"))


def rate(number: float, noun: str) -> str:
    """Say how many a second."""
    return scaled(number, ("", "k", "M", "G")) + f" {noun}/s"


def duration(seconds: float) -> str:
    """Say how long: 0.49 s, 12.3 s, 2 min 05 s, 3 h 07 min."""
    if round(seconds, 1) < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"  # noqa: PLR2004
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"
