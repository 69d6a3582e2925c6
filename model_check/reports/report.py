"""A result as a person reads it and as a machine reads it, both from one document.

The verdict comes first, then what makes it weaker than it looks (warnings), what exactly was
checked, each property, which kinds of step were taken, what it cost, and the trace.
"""

from collections.abc import Iterator
from typing import get_args, get_origin

from rich.text import Text

from paxiom.impl.protocol import Protocol
from paxiom.model_check.codec import Json, plain, short
from paxiom.model_check.layout import columns, count, duration, hang, rate, size
from paxiom.model_check.model import Model
from paxiom.model_check.result import RAISED, Result, Verdict
from paxiom.model_check.simulation import Simulation
from paxiom.model_check.traces.trace_file import (
    RESULT_FORMAT,
    VERSION,
    claim,
    own_version,
    trace_document,
)
from paxiom.model_check.traces.trace_text import DEFAULT, View, trace_lines
from paxiom.spec.property import Kind

STYLES = {"HOLDS": "bold green", "VIOLATED": "bold red", "INCOMPLETE": "bold yellow"}
GOOD = ("holds", "reached")
BAD = ("violated", "never reached")
HEAD = "bold"
DIM = "dim"
TELLING = 10_000  # states before memory per state says anything
LABEL = 14  # width of the first column


def result_document(model: Model, result: Result) -> dict[str, Json]:
    """Write down a result."""
    return {
        "format": RESULT_FORMAT,
        "version": VERSION,
        "paxiom": own_version(),
        "model": claim(model),
        "verdict": result.verdict.value,
        "stopped": result.stopped,
        "warnings": warnings(model, result),
        "properties": _properties(model, result),
        "actions": dict(sorted(result.actions.items())),
        "cuts": dict(sorted(result.cuts.items())),
        "states": result.states,
        "transitions": result.transitions,
        "depth": result.depth,
        "symmetry": result.symmetry,
        "explorer": result.explorer,
        "workers": result.workers,
        "seconds": result.seconds,
        "compile_seconds": result.compile_seconds,
        "memory": result.memory,
        "handler_calls": result.handler_calls,
        "local_states": result.local_states,
        "components": result.components,
        "trace": trace_document(model, result.violation) if result.violation else None,
        **({"simulation": _simulation(result)} if isinstance(result, Simulation) else {}),
    }


def _simulation(result: Simulation) -> Json:
    """Write down what only a simulation has."""
    names = ("walks", "limit", "stuck", "seed", "rarity", "exact")
    return {name: getattr(result, name) for name in names}


def _properties(model: Model, result: Result) -> list[Json]:
    """Give each property the verdict that this search allows, and no better one."""
    violated = result.violation.name if result.violation else None
    over = result.verdict is Verdict.HOLDS
    found = []
    for prop in model.properties:
        if prop.kind is Kind.REACHABLE:
            seen = result.witnesses.get(prop.name, False)
            verdict = "reached" if seen else "never reached" if over else "not reached yet"
        else:
            verdict = "holds" if over else "holds so far"
        verdict = "violated" if prop.name == violated else verdict
        found.append((prop.name, prop.sentence, prop.kind.value, verdict))
    verdict = "violated" if violated == RAISED else "holds" if over else "holds so far"
    found.append((RAISED, "No handler raises an exception.", "step", verdict))
    return [dict(zip(("name", "sentence", "kind", "verdict"), each, strict=True)) for each in found]


# --- warnings ----------------------------------------------------------------------------------


def warnings(model: Model, result: Result) -> list[str]:
    """Say where a search that ran to its end shows less than it seems to."""
    if result.verdict is not Verdict.HOLDS:
        return []
    found = [
        f"{prop.name} was never reached: {prop.sentence}"
        for prop in model.properties
        if prop.kind is Kind.REACHABLE and not result.witnesses.get(prop.name)
    ]
    if all(prop.kind is Kind.REACHABLE for prop in model.properties):
        found.append("no property says what must hold: only handlers that raise were looked for")
    kinds = {part for action in result.actions for part in action.split(", ")}
    faults = model.faults
    expected = {
        "request": (model.requests, "no client request was ever taken up"),
        "crash": (faults.crashes, "crashes are allowed, but none ever happened"),
        "stop": (faults.stops, "stops are allowed, but none ever happened"),
        "amnesia": (faults.amnesias, "amnesias are allowed, but none ever happened"),
        "recover": (faults.crashes or faults.amnesias, "no node ever restarted after a crash"),
    }
    found += [text for kind, (wanted, text) in expected.items() if wanted and kind not in kinds]
    if model.network.lossy and not any(kind.startswith("lose ") for kind in kinds):
        found.append("the network may lose messages, but none was ever lost")
    found += [f"no step was ever taken: {name}" for name in model.steps if name not in kinds]
    found += [
        f"{action.split(', ')[0]} only ever happened cut short by a fault"
        for action in sorted(result.actions)
        if ", " in action and action.split(", ")[0] not in result.actions
    ]
    found += [
        f"no node ever took notice of a message of type {name}"
        for name in _message_types(type(model.protocol))
        if f"receive {name}" not in kinds
    ]
    return found


def _message_types(protocol: type) -> list[str]:
    """Name the message types that a protocol declares: class P(Protocol[State, A | B])."""
    for base in protocol.__mro__:
        for declared in base.__dict__.get("__orig_bases__", ()):
            if get_origin(declared) is Protocol:
                messages = get_args(declared)[-1]
                kinds = get_args(messages) or (messages,)
                return [kind.__name__ for kind in kinds if _is_kind(kind)]
    return []


def _is_kind(kind: object) -> bool:
    """Whether actions name messages of this type by it (see environment.label)."""
    return isinstance(kind, type) and hasattr(kind, "__dataclass_fields__")


# --- text --------------------------------------------------------------------------------------


def result_lines(document: dict[str, Json], width: int, view: View = DEFAULT) -> list[Text]:
    """Show a result document."""
    lines = list(_verdict(document, width))
    lines += _section("Checked", checked(document), width)
    lines += _section("Properties", _told_properties(document), width)
    if document["actions"] and document["verdict"] != "VIOLATED":
        lines += [Text(), Text("Steps taken", HEAD), *_actions(document, width)]
    lines += _section("Search", _search(document), width)
    if document["trace"]:
        lines += [Text(), *trace_lines(document["trace"], width, view)]
    return lines


def _verdict(document: dict[str, Json], width: int) -> Iterator[Text]:
    verdict = document["verdict"]
    head = Text.assemble((verdict, STYLES[verdict]), "  ")
    name = plain(document["model"]["name"])
    if verdict == "VIOLATED":
        prop, steps = document["trace"]["property"], len(document["trace"]["steps"])
        where = f"after {count(steps, 'step')}" if steps else "in the initial state"
        yield from hang(head, f"{name}: {plain(prop['name'])}, {where}", width)
        yield from hang("  ", Text(plain(prop["sentence"]), "italic"), width)
    elif verdict == "INCOMPLETE":
        why = plain(document["stopped"] or "stopped")
        yield from hang(head, f"{name}: {why}; nothing is claimed of the states not visited", width)
    else:
        yield from hang(head, f"{name}: in every reachable state within these bounds", width)
    for warning in document["warnings"]:
        yield from hang(Text("warning: ", "yellow"), plain(warning), width)


Row = tuple[Text | str, Text | str]


def _section(title: str, rows: Iterator[Row], width: int) -> list[Text]:
    return [Text(), Text(title, HEAD), *rows_lines(rows, width)]


def rows_lines(rows: Iterator[Row], width: int) -> Iterator[Text]:
    """Set labels in one column and what belongs to them in another."""
    told = [(Text(label, DIM) if isinstance(label, str) else label, body) for label, body in rows]
    first = max([LABEL, *(label.cell_len + 2 for label, _ in told)])
    for label, body in told:
        head = Text("  ") + label
        head.append(" " * (first - label.cell_len))
        yield from hang(head, body, width)


def checked(document: dict[str, Json]) -> Iterator[Row]:
    """Say what a search was made of, row by row."""
    model = document["model"]
    for line in model["scope"]:
        yield "scope", plain(line)
    if model["scope"]:
        return
    yield "protocol", f"{plain(model['protocol'])} on {_names(model['nodes'])}"
    yield "network", _network(model["network"])
    yield "faults", _faults(model["faults"])
    if skew := model.get("skew"):
        yield "clocks", f"one for each node, none more than {count(skew, 'tick')} ahead of another"
    if requests := model["requests"]:
        each = f"up to {count(requests['each'], 'request')}"
        whom = ("each of " if len(requests["nodes"]) > 1 else "") + _names(requests["nodes"])
        yield "requests", f"{whom}: {each} for {_names(requests['commands'], 'or')}"
    for name in model["bounds"]:
        cut = document["cuts"].get(name, 0)
        effect = f"cut off {count(cut, 'step')}" if cut else "cut nothing off"
        yield "bound", f"{plain(name)} ({effect})"
    sets = "; ".join(_names(each) for each in model["symmetry"])
    if sets and document["symmetry"] > 1:
        yield (
            "symmetry",
            f"{sets} exchangeable: states are orbits under {document['symmetry']:,} permutations",
        )
    elif sets:
        yield "symmetry", f"not used ({sets} may be exchanged)"


def _names(values: list[Json], last: str = "and") -> str:
    told = [short(each) for each in values]
    return f" {last} ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


def _network(network: Json) -> str:
    delivery = {
        "once": "in any order, each message at most once",
        "duplicating": "in any order, each message any number of times",
        "fifo": "in order between each pair of nodes, each message at most once",
    }[network["delivery"]]
    if not network["lossy"]:
        return f"{delivery}, none lost"
    drops = network["drops"]
    return f"{delivery}, " + ("any lost" if drops is None else f"up to {drops} lost")


def _faults(faults: Json) -> str:
    kinds = (
        ("crashes", "crash", None),
        ("stops", "stop", None),
        ("amnesias", "crash with disk lost", "crashes with disk lost"),
    )
    told = [count(faults[key], noun, plural or key) for key, noun, plural in kinds if faults[key]]
    if not told:
        return "none"
    return f"up to {', '.join(told)}, between steps or between two effects of one"


def _told_properties(document: dict[str, Json]) -> Iterator[Row]:
    names = [plain(each["name"]) for each in document["properties"]]
    wide = max(map(len, names)) + 2
    for name, each in zip(names, document["properties"], strict=True):
        verdict = each["verdict"]
        style = "green" if verdict in GOOD else "bold red" if verdict in BAD else "yellow"
        yield Text.assemble((name.ljust(wide), DIM), (verdict, style)), plain(each["sentence"])


def _actions(document: dict[str, Json], width: int) -> Iterator[Text]:
    actions = document["actions"]
    names = {name: plain(name) for name in actions}
    wide = max(map(len, names.values()))
    digits = max(len(f"{taken:,}") for taken in actions.values())
    cells = [
        Text.assemble((names[name].ljust(wide), DIM), f"  {actions[name]:>{digits},}")
        for name in actions
    ]
    yield from columns(cells, width, "  ")


def _search(document: dict[str, Json]) -> Iterator[Row]:
    explorer, states = document["explorer"], document["states"]
    if not states:
        yield "states", f"not known: the {explorer} ended before it could tell"
        return
    if "simulation" in document:
        yield from _walks(document)
        return
    noun, transitions = counted(document), document["transitions"]
    yield f"{noun}s", f"{states:,}, {extent(document)}"
    ready = document["compile_seconds"]
    searching = max(document["seconds"], 1e-3)
    ready_told = f", after {duration(ready)} to get the kernel ready" if ready else ""
    yield "time", f"{duration(document['seconds'])}{ready_told}"
    rates = rate(states / searching, f"{noun}s"), rate(transitions / searching, "transitions")
    yield "rate", ", ".join(rates)
    if memory := document["memory"]:
        share = f", {memory / states:.1f} bytes per {noun}" if states >= TELLING else ""
        yield "memory", f"{size(memory)}{share}"
    if calls := document["handler_calls"]:
        local = count(document["local_states"], "local state")
        yield "python", f"{count(calls, 'handler call')}, {local}"
    yield "explorer", f"{explorer}, {count(document['workers'], 'worker')}"


def counted(document: dict[str, Json]) -> str:
    """Name what a search has counted."""
    return "orbit" if document["symmetry"] > 1 else "state"


def extent(document: dict[str, Json]) -> str:
    """Say how far a search went, besides its states."""
    transitions = count(document["transitions"], "transition")
    return f"{transitions}, {count(document['depth'], 'step')} deep"


def _walks(document: dict[str, Json]) -> Iterator[Row]:
    """Say what random walks have covered."""
    walked, states, steps = document["simulation"], document["states"], document["transitions"]
    stuck = f"; {walked['stuck']:,} ended where no step was possible" if walked["stuck"] else ""
    yield "walks", f"{walked['walks']:,} of up to {count(walked['limit'], 'step')}{stuck}"
    yield "steps", f"{steps:,}; the longest walk took {document['depth']:,}"
    about = "" if walked["exact"] else "about "
    yield "states", f"{about}{states:,} distinct"
    rarity = walked["rarity"]
    rare = f", faults, losses and what changes nothing {rarity:,} times rarer"
    choice = f"uniform among all possible steps{rare if rarity > 1 else ''}"
    yield "choice", f"{choice}; seed {walked['seed']}"
    searching = max(document["seconds"], 1e-3)
    yield "time", f"{duration(document['seconds'])}, {rate(steps / searching, 'steps')}"
    calls, local = document["handler_calls"], count(document["local_states"], "local state")
    yield "python", f"{count(calls, 'handler call')}, {local}"
    yield "explorer", f"{document['explorer']}, {count(document['workers'], 'worker')}"
