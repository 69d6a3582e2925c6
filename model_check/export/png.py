"""Traces as sequence diagrams in PNG: the picture in SVG, painted by resvg."""

from collections.abc import Callable, Mapping
from math import sqrt

from paxiom.model_check.codec import Json
from paxiom.model_check.export.errors import ExportError
from paxiom.model_check.export.sequence import diagram
from paxiom.model_check.export.svg import to_svg
from paxiom.model_check.layout import count

ZOOM = 2.0  # sharp on screens with small pixels, too
LEAST_ZOOM = 0.5  # below it nobody can read the text
MOST_PIXELS = 64_000_000  # a quarter of a gigabyte while they are painted
EMPTY, LETTER = (
    f'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">{content}</svg>'
    for content in ("", '<text y="15" font-family="monospace">M</text>')
)


def to_png(document: Mapping[str, Json]) -> bytes:
    """Write a trace document as an image."""
    try:
        from resvg_py import svg_to_bytes  # noqa: PLC0415 - an extra
    except ImportError:
        msg = "png needs resvg-py: pip install 'paxiom[png]'; svg does without"
        raise ExportError(msg) from None
    drawn = diagram(document)
    zoom = min(ZOOM, sqrt(MOST_PIXELS / (drawn.width * drawn.bottom)))
    if zoom < LEAST_ZOOM:
        steps = count(len(document["steps"]), "step")
        msg = f"an image of {steps} would be too large to be painted; svg has no limit"
        raise ExportError(msg)
    _require_font(svg_to_bytes)
    painted: bytes = svg_to_bytes(svg_string=to_svg(document).decode(), zoom=zoom)
    return painted


def _require_font(paint: Callable[..., bytes]) -> None:
    """Refuse where no font is installed: text would be left out without a word."""
    if paint(svg_string=LETTER) == paint(svg_string=EMPTY):
        msg = "no font is installed to paint text with (Debian: fonts-dejavu-core); svg needs none"
        raise ExportError(msg)
