"""A spec of finite size: how many elements each sort has, and which sets are quorums.

What sizes leave open is fixed in the plainest way, and said: all sets of one size are quorums, a
constant is the first element, a function goes round. For anything else make a
:class:`paxiom.spec.logic.structure.Scope` by hand.
"""

from collections.abc import Hashable, Iterator, Mapping
from itertools import combinations, product
from math import comb
from typing import Any

from paxiom.impl.names import MOST_LABELS
from paxiom.model_check.codec import short, to_json
from paxiom.model_check.model import ModelError, require_counts
from paxiom.spec.logic.formulas import LE, LogicError, Ordered, Rigid, Sort
from paxiom.spec.logic.structure import Row, Rows, Scope
from paxiom.spec.logic.system import System
from paxiom.spec.logic.text import element

MOST_SETS = 5_000  # each pair is tried: the axiom that quorums meet says so

Elements = Mapping[type[Sort], tuple[Hashable, ...]]


def instance(system: System, **numbers: int | None) -> Scope:
    """Make a scope: ``instance(Paxos().system, node=3, round=3, value=2, phase1=2)``.

    A sort takes a number of elements; a sort of sets the number of members of each, by default a
    majority; a rigid relation of one term the number of elements, from the first, that it holds
    of, by default all. ModelError where an axiom is false of these.
    """
    wanted = numbers_of(system)
    if unknown := [name for name in numbers if name not in wanted]:
        msg = f"{system.name} takes {', '.join(wanted)}, not {unknown[0]}"
        raise ModelError(msg)
    wanted |= numbers
    sets, sizes, rigid = sets_of(system), dict[type[Sort], int](), dict[str, Rows]()
    for sort in system.sorts:
        if sort not in sets:
            sizes[sort] = _number(system, wanted, _name(sort), default=1)
    for sort, member in sets.items():
        most = sizes[member.sorts[0]]
        count = _number(system, wanted, _name(sort), most, default=most // 2 + 1)
        if comb(most, count) > MOST_SETS:
            msg = (
                f"{system.name}: there are more than {MOST_SETS:,} sets of {count} of {most}; "
                f"choose a smaller {_name(member.sorts[0])}, or {_name(sort)} nearer to an end"
            )
            raise ModelError(msg)
        chosen = list(combinations(range(most), count))
        sizes[sort] = len(chosen)
        rigid[member.name] = frozenset((at, n) for n, own in enumerate(chosen) for at in own)
    for name, relation in _flags(system).items():
        most = sizes[relation.sorts[0]]
        count = _number(system, wanted, name, most, default=most)
        rigid[name] = frozenset((at,) for at in range(count))
    functions = {
        name: {
            row: sum(row) % sizes[each.result]
            for row in product(*(range(sizes[sort]) for sort in each.sorts))
        }
        for name, each in system.functions.items()
    }
    return _scope(system, sizes, rigid, functions)


def _number(
    system: System,
    wanted: Mapping[str, int | None],
    name: str,
    most: int = MOST_LABELS,
    *,
    default: int,
) -> int:
    number = wanted[name]
    number = default if number is None else number
    require_counts(system.name, 1, most, **{name: number})
    return number


def _scope(
    system: System,
    sizes: Mapping[type[Sort], int],
    rigid: Mapping[str, Rows],
    functions: Mapping[str, Mapping[Row, int]],
) -> Scope:
    unsaid = [name for name in system.rigid if name not in rigid and not name.endswith(LE)]
    if unsaid:
        msg = (
            f"{system.name}: sizes do not say where {unsaid[0]} holds. Make a Scope by hand, and "
            "of that a model: paxiom.model_check.spec_model.spec_model(scope)"
        )
        raise ModelError(msg)
    try:
        return Scope(system, sizes, rigid, functions)
    except LogicError as error:
        raise ModelError(str(error)) from None


def numbers_of(system: System) -> dict[str, int | None]:
    """Name the numbers that :func:`instance` takes, and those it takes by itself."""
    sets = sets_of(system)
    gathered = {member.sorts[0] for member in sets.values()}
    sizes: dict[str, int | None] = {
        _name(sort): None if sort in sets else 3 if sort in gathered else 2 for sort in system.sorts
    }
    return sizes | dict.fromkeys(_flags(system))


def sets_of(system: System) -> dict[type[Sort], Rigid[Any]]:
    """Find the sorts whose elements are sets, such as quorums, and the membership of each.

    They have no order, and nothing else that is rigid is about them.
    """
    others = {sort for each in system.functions.values() for sort in (*each.sorts, each.result)}
    found: dict[type[Sort], Rigid[Any]] = {}
    for sort in system.sorts:
        about = [each for each in system.rigid.values() if sort in each.sorts]
        if sort not in others and len(about) == 1 and about[0].sorts[1:] == (sort,):
            found[sort] = about[0]
    return {sort: member for sort, member in found.items() if member.sorts[0] not in found}


def _flags(system: System) -> dict[str, Rigid[Any]]:
    return {name: each for name, each in system.rigid.items() if len(each.sorts) == 1}


def _name(sort: type[Sort]) -> str:
    return sort.__name__.lower()


# --- names -------------------------------------------------------------------------------------


def elements_of(scope: Scope) -> Elements:
    """Name the elements; a set is its members, if no other set has the same."""
    found: dict[type[Sort], tuple[Hashable, ...]] = {
        sort: tuple(element(sort, number) for number in range(size))
        for sort, size in scope.sizes.items()
    }
    for sort, member in sets_of(scope.system).items():
        own, rows = found[member.sorts[0]], scope.rigid[member.name]
        numbers = range(scope.sizes[sort])
        sets = [frozenset(own[at] for at, number in rows if number == each) for each in numbers]
        if len(set(sets)) == len(sets):
            found[sort] = tuple(sets)
    return found


def described(scope: Scope, elements: Elements) -> Iterator[str]:
    """Say what no step changes: elements, rigid relations, functions."""

    def told(sorts: tuple[type[Sort], ...], row: Row) -> str:
        names = [elements[sort][at] for sort, at in zip(sorts, row, strict=True)]
        return short(to_json(names[0] if len(names) == 1 else tuple(names)))

    for sort, names in elements.items():
        between = " < " if issubclass(sort, Ordered) else ", "
        yield f"{sort.__name__}: {between.join(told((sort,), (at,)) for at in range(len(names)))}"
    for name, rows in scope.rigid.items():
        sorts = scope.system.rigid[name].sorts
        if sorts[-1:] and isinstance(elements[sorts[-1]][0], frozenset):
            continue  # its members tell a set
        yield f"{name}: {', '.join(told(sorts, row) for row in sorted(rows)) or 'nothing'}"
    for name, values in scope.functions.items():
        function = scope.system.functions[name]
        results = [
            (f"{told(function.sorts, row)} -> " if row else "") + told((function.result,), (value,))
            for row, value in sorted(values.items())
        ]
        yield f"{name}: {', '.join(results)}"
