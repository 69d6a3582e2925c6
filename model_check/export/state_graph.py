"""The graph of all states of a small model, for the eye: as DOT and as GraphML, by networkx.

A node of the graph is a state: its number in the order found, its ``depth``, what each node of
the protocol shows to properties, the history, and the properties that the state ``violates``. An
edge is a step: its ``action``, and the properties that the step ``violates``. A step whose handler
raises leads to a node of its own, without a depth.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO

import networkx as nx

from paxiom.model_check.codec import plain, short, to_json
from paxiom.model_check.environment import Status
from paxiom.model_check.export.errors import ExportError
from paxiom.model_check.layout import count
from paxiom.model_check.model import Model
from paxiom.model_check.result import RAISED
from paxiom.model_check.world import (
    Transition,
    World,
    initial_world,
    shown,
    successors,
    violated_by_state,
    violated_by_step,
)

MOST_STATES = 2000  # beyond them neither an eye nor graphviz makes anything of the picture
ALERT = "#b00020"


def state_graph(model: Model, most: int = MOST_STATES) -> nx.MultiDiGraph:
    """Visit every state of ``model``, at most so many; its bounds count, its symmetry does not."""
    start = initial_world(model)
    numbers, graph, waiting = {start: 0}, nx.MultiDiGraph(name=plain(model.name)), deque([start])
    graph.add_node(0, depth=0, **_attributes(model, start))
    while waiting:
        here = waiting.popleft()
        number = numbers[here]
        for step in successors(model, here):
            if step.cut:
                continue
            goal: int | str
            if step.world is None:
                goal = f"{number} raises {graph.out_degree(number)}"
                graph.add_node(goal, violates=RAISED)
            elif step.world not in numbers:
                if len(numbers) == most:
                    raise ExportError(_too_many(model, most))
                goal = numbers[step.world] = len(numbers)
                depth = graph.nodes[number]["depth"] + 1
                graph.add_node(goal, depth=depth, **_attributes(model, step.world))
                waiting.append(step.world)
            else:
                goal = numbers[step.world]
            graph.add_edge(number, goal, **_labels(model, here, step))
    return graph


def _too_many(model: Model, most: int) -> str:
    return (
        f"{plain(model.name)} has more than {count(most, 'state')} within its bounds, too many for "
        f"a picture: give it fewer nodes or tighter bounds, or allow more with --max-states"
    )


def _attributes(model: Model, world: World) -> dict[str, str]:
    """Say what is seen of a state."""
    told = {}
    for node, local in zip(model.nodes, world.locals, strict=True):
        is_up = local.status is Status.UP
        told[plain(node)] = short(to_json(shown(model, local))) if is_up else local.status.value
    if world.history is not None:
        told["history"] = short(to_json(world.history))
    violated = ", ".join(plain(prop.name) for prop in violated_by_state(model, world))
    return {"violates": violated, **told}


def _labels(model: Model, before: World, step: Transition) -> dict[str, str]:
    violated = ", ".join(plain(prop.name) for prop in violated_by_step(model, before, step))
    action = f"{plain(step.node)}: {plain(step.outcome.action)}"
    error = {"error": plain(step.outcome.error)} if step.outcome.error else {}
    return {"action": action, "violates": violated, **error}


# --- writing -----------------------------------------------------------------------------------


def to_graphml(graph: nx.MultiDiGraph) -> bytes:
    """Write it as GraphML."""
    written = BytesIO()
    nx.write_graphml_xml(graph, written)
    return written.getvalue()


def to_dot(graph: nx.MultiDiGraph) -> bytes:
    """Write it as DOT, with labels for graphviz to draw."""
    drawn = nx.MultiDiGraph(name=_quoted(graph.name)[1:-1], node={"shape": "box"})
    for number, told in graph.nodes(data=True):
        drawn.add_node(_quoted(str(number)), **_drawn("\n".join(_lines(number, told)), told))
    for source, goal, told in graph.edges(data=True):
        error = [told["error"]] if "error" in told else []
        label = "\n".join([told["action"], *error, *_complaint(told)])
        drawn.add_edge(_quoted(str(source)), _quoted(str(goal)), **_drawn(label, told))
    text: str = nx.nx_pydot.to_pydot(drawn).to_string()
    return text.encode()


def _lines(number: object, told: Mapping[str, object]) -> Iterator[str]:
    yield str(number)
    for name, value in told.items():
        if name not in ("depth", "violates") and value != "None":
            yield f"{name}: {value}"
    yield from _complaint(told)


def _complaint(told: Mapping[str, object]) -> list[str]:
    return [f"VIOLATES {told['violates']}"] if told["violates"] else []


def _drawn(label: str, told: Mapping[str, object]) -> dict[str, str]:
    """Give the attributes of a label; what goes wrong is red and bold, and says so besides."""
    alert = {"color": _quoted(ALERT), "fontcolor": _quoted(ALERT), "style": "bold"}
    return {"label": _quoted(label), **(alert if told["violates"] else {})}


def _quoted(text: str) -> str:
    """Quote text for DOT: never HTML, and no escape of graphviz but the end of a line."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


FORMATS: Mapping[str, Callable[[nx.MultiDiGraph], bytes]] = {"dot": to_dot, "graphml": to_graphml}
