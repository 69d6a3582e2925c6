"""The formats of traces: what each is called, how its files end, and what writes it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from paxiom.model_check.codec import Json
from paxiom.model_check.export.errors import ExportError
from paxiom.model_check.export.itf import from_itf, is_itf, to_itf
from paxiom.model_check.export.mermaid import to_mermaid
from paxiom.model_check.export.png import to_png
from paxiom.model_check.export.shiviz import to_shiviz
from paxiom.model_check.export.svg import to_svg
from paxiom.model_check.traces.trace_file import checked, content_of, dumps, name_of, parsed


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the endings of its files, and what writes it."""

    endings: tuple[str, ...]
    write: Callable[[Mapping[str, Json]], bytes]
    is_text: bool = True


def _itf(document: Mapping[str, Json]) -> bytes:
    return (json.dumps(to_itf(document), indent=1) + "\n").encode()


FORMATS: Mapping[str, Format] = {
    "json": Format((".json",), lambda document: dumps(document).encode()),
    "itf": Format((".itf.json", ".itf"), _itf),
    "mermaid": Format((".mmd", ".mermaid"), to_mermaid),
    "shiviz": Format((".shiviz", ".log"), to_shiviz),
    "svg": Format((".svg",), to_svg),
    "png": Format((".png",), to_png, is_text=False),
}


def named(name: str | None, out: Path | None, endings: Mapping[str, tuple[str, ...]]) -> str:
    """Find the format of this name, or else the one whose files end as ``out`` does."""
    known = ", ".join(endings)
    if name is not None:
        if name.lower() not in endings:
            msg = f"there is no format {name!r}; there is {known}"
            raise ExportError(msg)
        return name.lower()
    if out is None:
        msg = f"in which format? Say --to with one of {known}, or -o with a file that ends as one"
        raise ExportError(msg)
    known_by = {ending: form for form, each in endings.items() for ending in each}
    for ending in sorted(known_by, key=len, reverse=True):  # .itf.json before .json
        if out.name.lower().endswith(ending):
            return known_by[ending]
    msg = f"no format ends as {out} does; say --to with one of {known}"
    raise ExportError(msg)


def read(path: Path | None, stdin: BinaryIO) -> dict[str, Json]:
    """Read a trace, in our format or in ITF, from a file or from ``stdin``."""
    name = name_of(path)
    document = parsed(name, content_of(path, stdin))
    return checked(name, from_itf(name, document) if is_itf(document) else document)
