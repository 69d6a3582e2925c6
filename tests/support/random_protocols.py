"""Random small protocols in random environments, for comparing one explorer with another.

A protocol is a table: what a node does on an event, by its phase. Where the table is silent a node
takes no notice. Every reaction that changes something spends one of a node's few steps, so
that every state space is finite and small; a reaction that does nothing is a step to the same
state.

With symmetry the table is all there is: it is the same for every node, speaks of nodes only as
source, self and others, and of values only as the one kept and the one received. Without, it may
differ from node to node, single out the first node, and tell the first value from the rest.

How many steps is found by trying, with the reference explorer: as many as it can visit in a moment.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from hypothesis import assume
from hypothesis import strategies as st

from paxiom.impl.names import Label, NodeId, Value, node_ids, values
from paxiom.impl.protocol import Decide, Effect, Persist, Protocol, Send, Step
from paxiom.model_check.model import (
    Bound,
    Delivery,
    Faults,
    Model,
    Network,
    NoMonitor,
    Requests,
    show_nothing,
)
from paxiom.model_check.reference import explore
from paxiom.model_check.result import Verdict
from support.random_properties import OBSERVERS, PHASES, TallyMonitor, properties

STEPS_MAX = 5  # per node
STATES_MAX = 800
NAMES = values(2)


# --- the protocol ------------------------------------------------------------------------------


class Event(Enum):
    """What a reaction is to."""

    HEAR_0 = "hear 0"
    HEAR_1 = "hear 1"
    TICK = "tick"
    POKE = "poke"
    ASK = "ask"


class Whom(Enum):
    """Where a message goes."""

    SOURCE = "source"
    SELF = "self"
    OTHERS = "others"
    FIRST = "first"


class What(Enum):
    """The effects."""

    SEND = "send"
    SAVE = "save"
    DECIDE = "decide"


@dataclass(frozen=True, slots=True)
class Do:
    """One effect to carry out; a message is of one of two kinds and carries the value kept."""

    what: What
    whom: Whom
    kind: int


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a node does: take over the value received, remember the source, carry out effects."""

    phase: int = 0
    take: bool = False
    remember: bool = False
    effects: tuple[Do, ...] = ()
    idle: bool = False  # a step that changes nothing
    fails: bool = False  # raises


Case = tuple[Event, int, bool]  # event, phase, and whether the value received is the known one
Table = Mapping[Case | Event, Reaction | None]  # of an event: in all cases that are not named


@dataclass(frozen=True, slots=True)
class Note:
    """A message."""

    kind: int
    value: Value | None


@dataclass(frozen=True, slots=True)
class Poke:
    """The timer to do something about ``peer``."""

    peer: NodeId


@dataclass(frozen=True, slots=True)
class Node:
    """A node's state; also what it saves."""

    id: NodeId
    phase: int
    steps: int
    kept: Value | None = None
    known: frozenset[NodeId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableProtocol(Protocol[Node, Note]):
    """Nodes that do what ``tables`` say: one for all of them, or one for each."""

    nodes: tuple[NodeId, ...]
    tables: tuple[Table, ...]
    starts: tuple[Reaction, ...]  # like the tables
    steps: int
    partial: bool  # whether the first value is special, rather than the value kept

    def start(self, node: NodeId) -> Step[Node]:
        """Begin in the phase and with the effects given."""
        begun = self.starts[self._table(node)]
        state = Node(node, begun.phase, self.steps)
        return Step(state, self._effects(state, node, begun))

    def recover(self, node: NodeId, record: Hashable) -> Step[Node]:
        """Continue from what was saved, or begin again, without a word."""
        if isinstance(record, Node):
            return Step(record)
        return Step(Node(node, self.starts[self._table(node)].phase, self.steps))

    def receive(self, state: Node, source: NodeId, message: Note) -> Step[Node] | None:
        """Look up what to do about a message."""
        event = Event.HEAR_1 if message.kind else Event.HEAR_0
        return self._react(event, state, source, message.value)

    def timers(self, state: Node) -> Iterable[Hashable]:
        """Offer what the table has a reaction to."""
        ticking = self._reaction(Event.TICK, state, state.kept) is not None
        poking = self._reaction(Event.POKE, state, state.kept) is not None
        peers = (peer for peer in self.nodes if peer != state.id) if poking else ()
        return frozenset([*(["tick"] if ticking else []), *map(Poke, peers)])

    def fire(self, state: Node, timer: Hashable) -> Step[Node]:
        """Look up what to do about a timer."""
        poked = isinstance(timer, Poke)
        event = Event.POKE if poked else Event.TICK
        step = self._react(event, state, timer.peer if poked else state.id, state.kept)  # type: ignore[attr-defined]
        assert step is not None, "only what has a reaction is offered"
        return step

    def request(self, state: Node, command: Hashable) -> Step[Node] | None:
        """Look up what to do about a request."""
        assert isinstance(command, Value)
        return self._react(Event.ASK, state, state.id, command)

    def _table(self, node: NodeId) -> int:
        return self.nodes.index(node) if len(self.tables) > 1 else 0

    def _reaction(self, event: Event, state: Node, value: Value | None) -> Reaction | None:
        same = value == (NAMES[0] if self.partial else state.kept)
        table = self.tables[self._table(state.id)]
        reaction = table.get((event, state.phase, same), table.get(event))
        return reaction if state.steps or (reaction and reaction.idle) else None

    def _react(
        self, event: Event, state: Node, source: NodeId, value: Value | None
    ) -> Step[Node] | None:
        reaction = self._reaction(event, state, value)
        if reaction is None:
            return None
        if reaction.idle:
            return Step(state)
        if reaction.fails:
            msg = f"{event.value} in phase {state.phase}"
            raise ValueError(msg)
        after = replace(
            state,
            phase=reaction.phase,
            steps=state.steps - 1,
            kept=value if reaction.take else state.kept,
            known=state.known | {source} if reaction.remember else state.known,
        )
        return Step(after, self._effects(after, source, reaction))

    def _effects(self, state: Node, source: NodeId, reaction: Reaction) -> tuple[Effect, ...]:
        effects: list[Effect] = []
        for each in reaction.effects:
            if each.what is What.SAVE:
                effects.append(Persist(state))
            elif each.what is What.DECIDE:
                effects.append(Decide(state.kept))
            else:
                note = Note(each.kind, state.kept)
                effects += (Send(to, note) for to in self._whom(each.whom, state, source))
        return tuple(effects)

    def _whom(self, whom: Whom, state: Node, source: NodeId) -> tuple[NodeId, ...]:
        match whom:
            case Whom.SOURCE:
                return (source,)
            case Whom.SELF:
                return (state.id,)
            case Whom.OTHERS:
                return tuple(node for node in self.nodes if node != state.id)
            case Whom.FIRST:
                return self.nodes[:1]


# --- strategies --------------------------------------------------------------------------------


def reactions(whom: tuple[Whom, ...], *, starting: bool = False) -> st.SearchStrategy[Reaction]:
    """Draw a reaction that sends to those named; ``starting`` is to be within all bounds."""
    do = st.builds(
        Do,
        what=st.sampled_from([What.SEND, What.SEND, What.SEND, What.SAVE, What.DECIDE]),
        whom=st.sampled_from(whom),
        kind=st.integers(0, 1),
    )
    acting = st.builds(
        Reaction,
        phase=st.integers(0, PHASES - 2 if starting else PHASES - 1),
        take=st.booleans(),
        remember=st.booleans(),
        effects=st.lists(do, max_size=2).map(tuple),
    )
    if starting:
        return acting
    odd = st.sampled_from([Reaction(idle=True), Reaction(idle=True), Reaction(fails=True)])
    return st.integers(0, 11).flatmap(lambda number: odd if number == 0 else acting)


def tables(whom: tuple[Whom, ...]) -> st.SearchStrategy[Table]:
    """Draw a table: reactions to some events, with exceptions."""
    event = st.sampled_from(Event)
    case = st.tuples(event, st.integers(0, PHASES - 1), st.booleans())
    rules = st.dictionaries(event, reactions(whom), min_size=3, max_size=5)
    exceptions = st.dictionaries(case, st.none() | reactions(whom), max_size=5)
    return st.builds(lambda general, special: {**general, **special}, rules, exceptions)


@st.composite
def protocols(
    draw: st.DrawFn, *, nodes: tuple[NodeId, ...], alike: bool, values_alike: bool, ordered: bool
) -> TableProtocol:
    """Draw a protocol; nodes that are alike do not broadcast where the order can be told.

    It is where a fault may cut a step short, or a monitor sees each message sent.
    """
    whom = [Whom.SOURCE, Whom.SELF]
    whom += [] if alike and ordered else [Whom.OTHERS]
    whom += [] if alike else [Whom.FIRST]
    count = 1 if alike or draw(st.booleans()) else len(nodes)
    return TableProtocol(
        nodes=nodes,
        tables=tuple(draw(tables(tuple(whom))) for _ in range(count)),
        starts=tuple(
            draw(reactions((Whom.SELF, Whom.OTHERS), starting=True)) for _ in range(count)
        ),
        steps=1,
        partial=not values_alike and draw(st.booleans()),
    )


def networks() -> st.SearchStrategy[Network]:
    """Draw a network: any delivery, reliable or lossy, with or without a budget of losses."""
    lossy = st.sampled_from([(False, None), (False, None), (True, None), (True, 1)])
    return st.builds(
        lambda delivery, loss: Network(delivery=delivery, lossy=loss[0], drops=loss[1]),
        st.sampled_from(Delivery),
        lossy,
    )


def faults() -> st.SearchStrategy[Faults]:
    """Draw at most one kind of fault, more seldom two, mostly none."""
    return st.sampled_from(
        [
            Faults(),
            Faults(),
            Faults(),
            Faults(crashes=1),
            Faults(stops=1),
            Faults(amnesias=1),
            Faults(crashes=1, stops=1),
        ]
    )


def bounds() -> st.SearchStrategy[tuple[Bound, ...]]:
    """Draw a bound on the phase, or none."""
    bound = Bound("phase < 2", lambda state: bool(state.phase < 2))
    return st.sampled_from([(), (), (bound,)])


@st.composite
def random_models(draw: st.DrawFn, *, symmetric: bool = False, small: bool = True) -> Model:
    """Draw a model; a ``symmetric`` one has interchangeable nodes, values or both.

    One that is not ``small`` is for single runs: nobody could visit all its states in a moment.
    """
    nodes = node_ids(draw(st.integers(2 if symmetric else 1, 3)))
    alike, values_alike = False, False
    if symmetric:
        alike, values_alike = draw(st.sampled_from([(True, True), (True, False), (False, True)]))
    struck = draw(faults())
    kinds = draw(st.frozensets(st.sampled_from(["Requested", "Received", "Send", "Decide"])))
    ordered = struck != Faults() or "Send" in kinds
    protocol = draw(protocols(nodes=nodes, alike=alike, values_alike=values_alike, ordered=ordered))
    asked = nodes if alike else nodes[: draw(st.integers(1, len(nodes)))]
    observe = draw(st.sampled_from((show_nothing, *OBSERVERS)))
    symmetry: list[tuple[Label, ...]] = [nodes] if alike else []
    symmetry += [NAMES] if values_alike else []
    model = Model(
        name="random",
        protocol=protocol,
        properties=draw(properties(shown=observe is not show_nothing, history=bool(kinds))),
        network=draw(networks()),
        faults=struck,
        requests=Requests(nodes=asked, commands=NAMES) if draw(st.booleans()) else None,
        monitor=TallyMonitor(kinds) if kinds else NoMonitor(),
        observe=observe,
        bounds=draw(bounds()),
        symmetry=tuple(symmetry),
    )
    boots = [protocol.start(node).state for node in nodes]
    assume(all(bound.within(state) for bound in model.bounds for state in boots))
    if not small:
        return replace(model, protocol=replace(protocol, steps=STEPS_MAX))
    return enlarged(model, protocol)


def enlarged(model: Model, protocol: TableProtocol) -> Model:
    """Give the nodes as many steps as leave the state space small; refuse what is never small."""
    fitting = None
    for steps in range(1, STEPS_MAX + 1):
        tried = replace(model, protocol=replace(protocol, steps=steps))
        if explore(tried, max_states=STATES_MAX).verdict is Verdict.INCOMPLETE:
            break
        fitting = tried
    assume(fitting is not None)
    assert fitting is not None
    return fitting
