"""A saved run as a test for pytest, laid out as ruff does."""

import re
from collections.abc import Iterator, Mapping
from os.path import relpath
from pathlib import Path

from paxiom.model_check.codec import Json, plain
from paxiom.model_check.load import parts_of
from paxiom.model_check.options import words_of
from paxiom.model_check.traces.trace_text import headline

WIDTH = 88  # what formatters allow by default


def to_pytest(document: Mapping[str, Json], made_by: Mapping[str, Json], folder: Path) -> str:
    """Write a test that fails as long as the property falls in this run.

    ``made_by`` is that of the model; a user's file is named as seen from ``folder``.
    """
    prop, name = document["property"], plain(document["model"]["name"])
    imports, model = _model(made_by, folder)
    lines = [
        f'"""A run of {_prose(name)} in which a property falls, written by paxiom.',
        "",
        "It fails until the bug is fixed, and then keeps it from coming back.",
        '"""',
        "",
        *imports,
        "",
        "STEPS = [",
        *_steps(document),
        "]",
        "",
        "",
        f"def test_{_identifier(prop['name'])}() -> None:",
        f'    """{_sentence(prop["sentence"])}"""',
        f"    model = {model}",
        f"    stands(model, {_string(prop['name'])}, STEPS)",
    ]
    return "\n".join(lines) + "\n"


def _model(made_by: Mapping[str, Json], folder: Path) -> tuple[list[str], str]:
    """Import what makes the model, and make it."""
    match made_by:
        case {"bug": str(number)}:
            imports = [
                "from paxiom.model_check import zoo",
                "from paxiom.model_check.regression import stands",
            ]
            return imports, f"zoo.bug({_string(number)}).broken()"
        case {"target": str(target), "options": dict(options)}:
            path, name = parts_of(target)
            shown = f"{Path(relpath(path, folder)).as_posix()}:{name}" if path else target
            words = [_string(word) for word in (shown, *words_of(options))]
            flat = ", ".join([*words, *(["beside=__file__"] if path else [])])
            imports = ["from paxiom.model_check.regression import model_of, stands"]
            if len(flat) + len("    model = model_of()") <= WIDTH:
                return imports, f"model_of({flat})"
            rows = [*words, *(["beside=__file__"] if path else [])]
            return imports, "model_of(\n" + "".join(f"        {r},\n" for r in rows) + "    )"
        case _:
            msg = "the model does not say how it was made"
            raise AssertionError(msg)


def _steps(document: Mapping[str, Json]) -> Iterator[str]:
    for step in document["steps"]:
        comment = f"    # {step['number']}. {headline(step).plain}"
        yield comment if len(comment) <= WIDTH else f"{comment[: WIDTH - 3]}..."
        told = {"node": step["node"], "event": step["event"]}
        if step["fault"] is not None:
            told |= {"fault": step["fault"], "effects": step["effects"]}
        yield f"    {_literal(told, 4, 0)},"


def _literal(value: Json, indent: int, head: int) -> str:
    """Write a value, on one line if it fits after ``head`` characters, else one part a line."""
    flat = _flat(value)
    if indent + head + len(flat) + 1 <= WIDTH or not value or not isinstance(value, dict | list):
        return flat
    margin = " " * (indent + 4)
    if isinstance(value, list):
        rows = [_literal(each, indent + 4, 0) for each in value]
        return "[\n" + "".join(f"{margin}{row},\n" for row in rows) + " " * indent + "]"
    keys = {key: f"{_string(key)}: " for key in value}
    rows = [key + _literal(value[name], indent + 4, len(key)) for name, key in keys.items()]
    return "{\n" + "".join(f"{margin}{row},\n" for row in rows) + " " * indent + "}"


def _flat(value: Json) -> str:
    match value:
        case str():
            return _string(value)
        case list():
            return "[" + ", ".join(map(_flat, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{_string(k)}: {_flat(v)}" for k, v in value.items()) + "}"
        case _:
            return repr(value)


def _string(text: str) -> str:
    """Write text as formatters do: in double quotes, unless that takes more backslashes."""
    quote = '"' if text.count('"') <= text.count("'") else "'"
    body = "".join(
        f"\\{each}" if each in (quote, "\\") else each if each.isprintable() else repr(each)[1:-1]
        for each in text
    )
    return f"{quote}{body}{quote}"


def _prose(text: str) -> str:
    """Write text for a docstring, from which nothing can break out."""
    return plain(text).replace("\\", "/").replace('"', "'").strip()


def _sentence(text: str) -> str:
    return _prose(text) or "It stands."


def _identifier(name: str) -> str:
    return re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_") or "property"
