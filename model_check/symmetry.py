"""Symmetry: labels that can be permuted without making a difference.

A model may declare sets of interchangeable labels. Its *group* is every way to permute the labels
inside each set. An *element* of the group renames labels everywhere, in states, disks, messages,
histories and budgets, and nodes change places with their names. States that elements take into
each other are an *orbit*; the engine visits one state of each.

That is sound only if handlers, monitor, bounds and properties treat the labels alike, and so they
are held to it: what the engine asks once is asked again for every element, and the answer must be
the same, renamed.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, is_dataclass
from functools import partial
from itertools import permutations, product
from math import factorial, prod
from typing import Any, NoReturn, TypeVar, get_args, get_origin

from paxiom.impl.names import Label, NodeId
from paxiom.impl.protocol import Protocol
from paxiom.model_check.environment import (
    Ask,
    Deliver,
    Event,
    Fire,
    Local,
    Outcome,
    Recover,
    cut_off,
    local_events,
    outcomes,
)
from paxiom.model_check.model import Happening, Model, ModelError
from paxiom.model_check.renaming import (
    REMEDY,
    Pool,
    Renaming,
    declared_types,
    is_ordered,
    key,
    order_matters,
)
from paxiom.model_check.world import World, initial_world, recorded, sent, shown
from paxiom.spec.property import Property, Subject

LARGEST_GROUP = 5_040  # every order of seven labels

Anything = TypeVar("Anything")


@dataclass(frozen=True, slots=True, eq=False)
class Symmetry:
    """The group of a model: how each element renames things and moves nodes, and the checks.

    Elements are numbered in an order that depends on the model alone, the identity first.
    Element ``e`` moves the node at position ``p`` to position ``node_position[e][p]``.
    """

    model_name: str
    elements: tuple[Renaming, ...]
    node_position: tuple[tuple[int, ...], ...]
    pool: Pool

    @classmethod
    def of(cls, model: Model) -> "Symmetry":
        """Build the group of ``model``; refuse one that the model contradicts from the start."""
        for complaint in _complaints(model):
            msg = f"model {model.name!r}: {complaint}"
            raise ModelError(msg)
        pool = Pool()
        elements = tuple(
            Renaming(
                model.name,
                {
                    key(label): image
                    for labels, permuted in zip(model.symmetry, images, strict=True)
                    for label, image in zip(labels, permuted, strict=True)
                },
                pool,
            )
            for images in product(*(permutations(labels) for labels in model.symmetry))
        )
        positions = tuple(
            tuple(model.nodes.index(element.image(node)) for node in model.nodes)
            for element in elements
        )
        symmetry = cls(model.name, elements, positions, pool)
        symmetry.check_initial(model)
        return symmetry

    @property
    def order(self) -> int:
        """Count the elements."""
        return len(self.elements)

    def describe(self, element: int) -> str:
        """Say what ``element`` does: "renaming n1 to n2 and n2 to n1"."""
        return str(self.elements[element])

    def then(self, first: int, second: int) -> int:
        """Find the element that does what ``first`` and after it ``second`` do."""
        one, other = self.elements[first], self.elements[second]
        return self._find({old: other.image(new) for old, new in one.images.items()})

    def inverse(self, element: int) -> int:
        """Find the element that undoes ``element``."""
        origin = {key(new): old for old, new in self.elements[element].images.items()}
        return self._find({old: self.elements[0].images[origin[old]] for old in origin})

    def _find(self, images: dict[tuple[type, str], Label]) -> int:
        return next(e for e, each in enumerate(self.elements) if each.images == images)

    def rename(self, value: Anything, element: int) -> Anything:
        """Rename every interchangeable label inside ``value``; the same object if none moves."""
        return self.elements[element](value)

    def move(self, by_node: Sequence[Anything], element: int) -> tuple[Anything, ...]:
        """Let one thing per node change places as the nodes do; the things are not renamed."""
        placed = dict(zip(self.node_position[element], by_node, strict=True))
        return tuple(placed[position] for position in range(len(placed)))

    # --- holding the model to it --------------------------------------------------------------

    def check_initial(self, model: Model) -> None:
        """Refuse an initial state, budgets or client commands that a renaming changes.

        :meth:`of` has done so.
        """
        world = initial_world(model)
        commands = model.requests.commands if model.requests else ()
        for element in range(1, self.order):
            there = rename_world(model, self, world, element)
            for part in ("locals", "flight", "history", "budgets"):
                self._require(
                    partial("the {} of the initial state".format, part),
                    element,
                    expected=getattr(world, part),
                    got=getattr(there, part),
                )
            renamed = [self.rename(command, element) for command in commands]
            self._require_alike(
                lambda: "the clients' commands", element, expected=commands, got=renamed
            )

    def check_local(self, model: Model, local: Local) -> None:
        """Refuse if timers, bounds or ``observe`` tell ``local`` from itself renamed.

        To be asked of every local state visited.
        """
        self._check_bounds(model, local)
        events, show = [*local_events(model, local)], self.pool.kept(shown(model, local))
        local = self.pool.kept(local)
        for element in range(1, self.order):
            there = self.rename(local, element)
            self._require_alike(
                lambda: f"timers({local.state!r})",
                element,
                expected=[self.rename(event, element) for event in events],
                got=local_events(model, there),
            )
            self._require(
                lambda: f"observe({local.state!r})",
                element,
                expected=self.rename(show, element),
                got=shown(model, there),
            )

    def check_handler(
        self, model: Model, node: NodeId, local: Local, event: Event, results: Iterable[Outcome]
    ) -> None:
        """Refuse if ``outcomes`` of the event renamed are not ``results`` renamed.

        To be asked of every node, local state and event that is looked up. Every element is
        tried, not only generators of the group. For if exchanges f and g make no difference here,
        f followed by g is known to make none only if g makes none at the state renamed by f; and
        there the engine never looks, since it visits one state of each orbit. Every element tried
        here is enough: each state of the orbit then does as this one does, and so as each other.

        The order of messages to different nodes makes no difference. The order of happenings
        that the monitor watches does.
        """
        results = tuple(results)
        for outcome in results:
            self._check_bounds(model, outcome.local)
        local, event = self.pool.kept(local), self.pool.kept(event)
        effects = [self.pool.kept(_effect(model, each)) for each in results]
        answers: dict[Hashable, list[Hashable]] = {}
        for element in range(1, self.order):
            rename = self.elements[element]
            there = rename(node), rename(local), rename(event)
            if there not in answers:
                answers[there] = [_effect(model, each) for each in outcomes(model, *there)]
            self._require_alike(
                lambda: f"{_handler(model, event)} at {node} in {local!r}",
                element,
                expected=map(rename, effects),
                got=answers[there],
            )

    def check_record(
        self, model: Model, history: Hashable, happenings: tuple[Happening, ...]
    ) -> None:
        """Refuse if the monitor records ``happenings`` renamed in another way.

        To be asked of every history and happenings that are looked up.
        """
        after = recorded(model, history, happenings)
        for element in range(1, self.order):
            rename = self.elements[element]
            self._require(
                lambda: f"{type(model.monitor).__name__}.record({history!r}, {happenings!r})",
                element,
                expected=rename(after),
                got=recorded(model, rename(history), tuple(map(rename, happenings))),
            )

    def check_property(self, prop: Property, *observed: Any) -> None:  # noqa: ANN401
        """Refuse if ``prop`` answers differently of ``observed`` renamed, nodes moved along.

        To be asked of everything that the property is asked about.
        """
        answer = bool(prop(*observed))
        observed = tuple(map(self.pool.kept, observed))
        for element in range(1, self.order):
            there = [self.rename(each, element) for each in observed]
            if prop.subject in (Subject.NODES, Subject.ALL):
                there[0] = self.move(there[0], element)
            if answer != bool(prop(*there)):
                what = f"the property {prop.name!r} of {', '.join(map(repr, observed))}"
                self._refuse(what, element, expected=answer, got=not answer)

    def _check_bounds(self, model: Model, local: Local) -> None:
        cut, local = cut_off(model, local), self.pool.kept(local)
        for element in range(1, self.order):
            there = cut_off(model, self.rename(local, element))
            if cut != there:
                self._refuse(f"the bound on {local.state!r}", element, expected=cut, got=there)

    def _require_alike(
        self,
        what: Callable[[], str],  # asked for only if they differ: most of the time would go there
        element: int,
        *,
        expected: Iterable[Hashable],
        got: Iterable[Hashable],
    ) -> None:
        """Require the same things, each as often, in any order."""
        expected, got = [*expected], [*got]
        if expected == got:
            return
        wanted, found = Counter(expected), Counter(got)
        if wanted != found:
            missing, strange = (wanted - found).elements(), (found - wanted).elements()
            self._refuse(what(), element, expected=[*missing], got=[*strange])

    def _require(
        self, what: Callable[[], str], element: int, *, expected: object, got: object
    ) -> None:
        if expected != got:
            self._refuse(what(), element, expected=expected, got=got)

    def _refuse(self, what: str, element: int, *, expected: object, got: object) -> NoReturn:
        msg = (
            f"model {self.model_name!r}: {self.describe(element)} makes a difference to {what}. "
            f"{REMEDY}\n  expected: {expected!r}\n  got:      {got!r}"
        )
        raise ModelError(msg)


def rename_world(model: Model, symmetry: Symmetry, world: World, element: int) -> World:
    """Rename a whole state: the nodes change places, and everything in it is renamed."""
    rename = symmetry.elements[element]
    locals_ = [rename(world.locals[position]) for position in range(len(model.nodes))]
    return World(
        symmetry.move(locals_, element),
        rename(world.flight),
        rename(world.history),
        rename(world.budgets),
    )


def _effect(model: Model, outcome: Outcome) -> tuple[Hashable, ...]:
    """All of ``outcome`` that makes a difference; not its texts, which may quote labels."""
    return (
        outcome.local,
        sent(model, frozenset(), outcome.sent),
        outcome.seen,
        outcome.costs,
        outcome.fault,
        outcome.error is not None,
    )


def _handler(model: Model, event: Event) -> str:
    """Name the method of the protocol that reacts to ``event``, and what it reacts to."""
    names: dict[type, str] = {Deliver: "receive", Fire: "fire", Ask: "request", Recover: "recover"}
    name = names.get(type(event))
    return f"{type(model.protocol).__name__}.{name} of {event!r}" if name else repr(event)


# --- refusals before anything runs ---------------------------------------------------------------


def _complaints(model: Model) -> Iterable[str]:
    """Say what is wrong with the sets of labels of ``model``, most basic first."""
    taken: set[tuple[type, str]] = set()
    nodes = {key(node) for node in model.nodes}
    declared: Any = model.symmetry
    for labels in declared:
        if not isinstance(labels, tuple) or not all(isinstance(each, Label) for each in labels):
            yield f"symmetry= is a tuple of tuples of labels, such as (nodes,); not {labels!r}"
        if len({type(label) for label in labels}) > 1:
            yield f"the labels of one interchangeable set must be of one class: {labels}"
        keys = {key(label) for label in labels}
        if len(keys) < len(labels) or keys & taken:
            yield f"a label may be in one interchangeable set only, and only once: {labels}"
        taken |= keys
        if strange := [text for kind, text in keys - nodes if issubclass(kind, NodeId)]:
            yield f"symmetry= names unknown nodes: {', '.join(sorted(strange))}"
    size = prod(factorial(len(labels)) for labels in model.symmetry)
    if size > LARGEST_GROUP:
        ways = f"{size:,}" if size < 10**15 else "more than 10^15"
        yield (
            f"the interchangeable labels can be permuted in {ways} ways; up to "
            f"{LARGEST_GROUP:,} can be tried. Declare smaller sets in symmetry=. {REMEDY}"
        )
    yield from _declared_orders(model)


def _declared_orders(model: Model) -> Iterable[str]:
    """Name ordered classes of states and messages that have a node in a field, by their types.

    Only if all nodes are interchangeable: otherwise the types do not tell which nodes a field
    holds, and only the values met in the search do.
    """
    nodes = {key(node) for node in model.nodes}
    sets = [{key(label) for label in labels} for labels in model.symmetry]
    if len(nodes) == 1 or nodes not in sets:
        return
    declared = [
        argument
        for base in type(model.protocol).__mro__
        for generic in base.__dict__.get("__orig_bases__", ())
        if get_origin(generic) is Protocol
        for argument in get_args(generic)
    ]
    for kind in declared_types(declared):
        parts = declared_types([kind]) if is_dataclass(kind) else []
        named = any(isinstance(part, type) and issubclass(part, NodeId) for part in parts)
        if named and isinstance(kind, type) and is_ordered(kind):
            yield f"{order_matters(kind)}: it has a field of type NodeId. {REMEDY}"
