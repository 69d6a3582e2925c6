"""What is checked: a protocol in a bounded environment, and the properties it must keep.

A :class:`Model` is a protocol together with everything around it: the network, the faults that
may happen and how often, what clients may ask, a monitor that records history, what nodes show,
the properties, and the bounds that make the state space finite. All of it is part of the claim.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import Any

from paxiom.impl.names import Label, NodeId
from paxiom.impl.protocol import Effect, Protocol
from paxiom.spec.logic.structure import Scope
from paxiom.spec.property import Property, Subject

MOST = 1_000_000  # of whatever a model counts: no search comes near, and tables still fit


class ModelError(Exception):
    """The model or its protocol breaks a rule of the checker; the message says which and where."""


def require_counts(owner: str, least: int, most: int = MOST, **counts: int | None) -> None:
    """Refuse a count beyond its limits; None is no limit of the user's, or a default."""
    for name, count in counts.items():
        if count is not None and not least <= count <= most:
            msg = f"{owner}: {name} must be {least} to {most:,}, not {count}"
            raise ModelError(msg)


class Delivery(Enum):
    """How often and in which order messages arrive."""

    ONCE = "once"  # unordered, each message at most once
    DUPLICATING = "duplicating"  # unordered, each message any number of times
    FIFO = "fifo"  # in order between each pair of nodes, each at most once


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The network; ``drops`` limits how many messages a ``lossy`` one may lose (None: any).

    ``capacity`` is a bound: steps are cut off that would leave more messages than that in flight
    to one node (on a duplicating network: different messages).
    """

    delivery: Delivery = Delivery.ONCE
    lossy: bool = False
    drops: int | None = None
    capacity: int | None = None

    def __post_init__(self) -> None:
        """Refuse a budget of losses on a network that loses nothing, and room for no message."""
        require_counts("Network", 0, drops=self.drops)
        require_counts("Network", 1, capacity=self.capacity)
        if self.drops is not None and not self.lossy:
            msg = f"Network(drops={self.drops}) loses messages: say lossy=True too"
            raise ModelError(msg)

    @property
    def bound(self) -> str:
        """Name the bound that ``capacity`` is."""
        return f"messages to a node <= {self.capacity}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How many faults of each kind may happen, over all nodes.

    Every fault may also strike between two effects of one step.
    """

    crashes: int = 0  # volatile state is lost, the disk survives, the node may recover
    stops: int = 0  # the node is gone for good
    amnesias: int = 0  # a crash that loses the disk too; the node recovers with no record

    def __post_init__(self) -> None:
        """Refuse negative counts."""
        require_counts("Faults", 0, crashes=self.crashes, stops=self.stops, amnesias=self.amnesias)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Clients may ask each of ``nodes`` up to ``each`` times for any of ``commands``."""

    nodes: tuple[NodeId, ...]
    commands: tuple[Hashable, ...]
    each: int = 1

    def __post_init__(self) -> None:
        """Refuse requests that nobody makes."""
        require_counts("Requests", 1, each=self.each)
        if not self.commands or not self.nodes:
            msg = f"{self}: give at least one node and one command, or no requests at all"
            raise ModelError(msg)


@dataclass(frozen=True, slots=True)
class Bound:
    """States outside ``within`` are not visited; the result says if any was cut off."""

    name: str
    within: Callable[[Any], bool]


# --- happenings: what monitors see --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Requested:
    """``node`` took up a client's ``command``."""

    node: NodeId
    command: Hashable


@dataclass(frozen=True, slots=True)
class Received:
    """``node`` reacted to ``message`` from ``source``."""

    node: NodeId
    source: NodeId
    message: Hashable


@dataclass(frozen=True, slots=True)
class Emitted:
    """``node`` carried out ``effect``."""

    node: NodeId
    effect: Effect


Happening = Requested | Received | Emitted


class Monitor(ABC):
    """Ghost history: records what happens, invisible to the protocol; its records only inform."""

    @abstractmethod
    def initial(self) -> Hashable:
        """History before anything has happened."""

    @abstractmethod
    def watches(self, happening: Happening) -> bool:
        """Whether ``happening`` can change any history at all; those it cannot cost nothing."""

    @abstractmethod
    def record(self, history: Hashable, happening: Happening) -> Hashable:
        """History after ``happening``."""


class NoMonitor(Monitor):
    """Records nothing."""

    def initial(self) -> None:
        """There is no history."""

    def watches(self, happening: Happening) -> bool:  # noqa: ARG002 - watches nothing
        """Nothing is of interest."""
        return False

    def record(self, history: Hashable, happening: Happening) -> Hashable:  # noqa: ARG002
        """History stays empty."""
        return history


def show_nothing(state: Any) -> None:  # noqa: ANN401 - any state
    """Observe nothing of a node: enough for properties over history."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A protocol in a bounded environment, with the properties it must keep.

    ``observe`` maps a node's state to what it shows to properties over nodes; a node that is down
    shows None. ``symmetry`` lists sets of interchangeable labels: permuting the labels of one set
    everywhere (nodes change places with their names) must make no difference; the checker refuses
    where it does. ``skew`` gives each node a clock that ticks at any time, but is never more than
    so many ticks ahead of the slowest; a node that is down does not notice. ``refines`` is the
    instance of a spec that the properties ask it to refine, if they do: see
    :mod:`paxiom.model_check.refinement`. ``made_by`` says how to make the model again:
    see :mod:`paxiom.model_check.traces.origin`.
    """

    name: str
    protocol: Protocol[Any, Any]
    properties: tuple[Property, ...]
    network: Network = Network()
    faults: Faults = Faults()
    requests: Requests | None = None
    monitor: Monitor = field(default_factory=NoMonitor)
    observe: Callable[[Any], Hashable] = show_nothing
    bounds: tuple[Bound, ...] = ()
    symmetry: tuple[tuple[Label, ...], ...] = ()
    skew: int | None = None
    scope: tuple[str, ...] = ()  # what else is fixed, in words
    steps: tuple[str, ...] = ()  # kinds of step; it is worth a warning if one is never taken
    refines: Scope | None = None
    made_by: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse a model that could only mislead, and say how to mend it."""
        for complaint in _ill_typed(self) or _complaints(self):
            msg = f"model {self.name!r}: {complaint}"
            raise ModelError(msg)

    @property
    def nodes(self) -> tuple[NodeId, ...]:
        """The protocol's nodes."""
        return self.protocol.nodes

    @property
    def bound_names(self) -> tuple[str, ...]:
        """All that may cut steps off: the bounds on nodes, then that on messages in flight."""
        names = tuple(bound.name for bound in self.bounds)
        return names if self.network.capacity is None else (*names, self.network.bound)


def extended(model: Model, protocol: Callable[..., Protocol[Any, Any]], **parts: object) -> Model:
    """Put an extension of a model's protocol, with its own ``parts`` besides, in place of it."""
    plain: Any = model.protocol
    same = {part.name: getattr(plain, part.name) for part in fields(plain)}
    return replace(model, protocol=protocol(**same, **parts))


def _ill_typed(model: Model) -> list[str]:
    """What of ``model`` is not what it should be, where no type checker has said so."""
    protocol: object = model.protocol
    properties: object = model.properties
    found = []
    if isinstance(protocol, type):
        name = protocol.__name__
        found.append(f"protocol= takes an object, not the class {name}: write {name}()")
    elif not isinstance(protocol, Protocol):
        found.append(f"protocol= takes a Protocol, not {protocol!r}")
    elif not hasattr(protocol, "nodes"):
        found.append(f"{type(protocol).__name__} has no nodes: give it a field of that name")
    if not isinstance(properties, tuple | list):
        found.append(f"properties= takes a tuple, not a {type(properties).__name__}: (it,), of one")
    elif strange := [each for each in properties if not isinstance(each, Property)]:
        name = getattr(strange[0], "__name__", repr(strange[0]))
        found.append(f"{name} is no property: make one by @always, @step or @reachable")
    return found


def _complaints(model: Model) -> list[str]:
    """What is wrong with ``model``, most basic first."""
    protocol, found = model.protocol, []
    kind = type(protocol).__name__
    if not protocol.nodes or len(set(protocol.nodes)) < len(protocol.nodes):
        found.append(f"{kind}.nodes must name at least one node, each once: {protocol.nodes}")
    if not all(isinstance(node, NodeId) for node in protocol.nodes):
        found.append(f"{kind}.nodes must be NodeId values, such as NodeId('n1'): {protocol.nodes}")
    names = [prop.name for prop in model.properties]
    if len(set(names)) < len(names):
        found.append(f"two properties have one name: {names}")
    recovers = type(protocol).recover is not Protocol.recover
    if (model.faults.crashes or model.faults.amnesias) and not recovers:
        found.append(f"it allows crashes, but {kind} does not define recover(node, record)")
    if model.skew is not None and model.skew < 1:
        found.append(f"skew={model.skew}: no clock could tick; choose 1 or more, or None")
    if model.skew is not None and type(protocol).tick is Protocol.tick:
        found.append(f"it has clocks, but {kind} does not define tick(state)")
    if model.requests and type(protocol).request is Protocol.request:
        found.append(f"it has client requests, but {kind} does not define request(state, command)")
    if model.requests and (strange := set(model.requests.nodes) - set(protocol.nodes)):
        found.append(f"requests go to unknown nodes: {sorted(strange)}")
    if isinstance(model.monitor, NoMonitor):
        found += [
            f"property {prop.name!r} reads the history, but there is no monitor"
            for prop in model.properties
            if prop.subject.reads_history
        ]
    if model.observe is show_nothing:
        found += [
            f"property {prop.name!r} reads what nodes show, but observe= is not given"
            for prop in model.properties
            if prop.subject is not Subject.HISTORY
        ]
    return found
