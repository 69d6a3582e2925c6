"""Small finite structures in which formulas are true: no sort can do with fewer elements.

Of those, one in which relations hold as rarely as possible, all taken together. What Z3 finds is
put in the terms of :mod:`paxiom.spec.logic.structure`, where it can be evaluated without Z3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import z3

from paxiom.proofs.lowering import Lowering
from paxiom.proofs.solving import LIMITS, Answer, Limits, ask, new_solver, satisfiable
from paxiom.spec.logic.formulas import LE, Formula, Ordered, Sort, Terms
from paxiom.spec.logic.structure import Row, Rows
from paxiom.spec.logic.system import System

ELEMENTS = 5  # of each sort, at most


@dataclass(frozen=True)
class Structure:
    """What Z3 found; elements are numbers, in their order if there is one."""

    sizes: Mapping[type[Sort], int]
    relations: Mapping[str, Rows]
    rigid: Mapping[str, Rows]  # but for orders
    functions: Mapping[str, Mapping[Row, int]]
    values: Row  # of the parameters


def smallest(
    system: System,
    formulas: Iterable[Formula],
    parameters: Terms = (),
    *,
    limits: Limits = LIMITS,
    elements: int = ELEMENTS,
    fewest: bool = True,
) -> Structure | None:
    """Find a smallest structure of up to ``elements`` a sort; not always, where Z3 gives up.

    ``fewest`` looks for as few tuples as possible, too.
    """
    search = _Search(system, formulas, parameters, limits, elements)
    sizes = search.smallest_sizes()
    if sizes is None:
        return None
    search.pin(sizes)
    atoms = search.atoms(sizes)
    if fewest:
        search.thin_out([atom for atoms_of_one in atoms.values() for atom in atoms_of_one.values()])
    return search.structure(sizes, atoms)


def possible(
    system: System, formulas: Iterable[Formula], parameters: Terms = (), limits: Limits = LIMITS
) -> Answer:
    """Ask whether formulas can be true; where Z3 does not know, look among small structures."""
    formulas = tuple(formulas)
    answer = satisfiable(system, formulas, parameters, limits).answer
    if answer is Answer.UNKNOWN and smallest(
        system, formulas, parameters, limits=limits, fewest=False
    ):
        return Answer.SAT
    return answer


Sizes = dict[type[Sort], int]
Atoms = dict[str, dict[Row, Any]]


class _Search:
    def __init__(
        self,
        system: System,
        formulas: Iterable[Formula],
        parameters: Terms,
        limits: Limits,
        elements: int,
    ) -> None:
        self.system = system
        self.lowering = Lowering(system)
        self.most = elements
        self.solver = new_solver(self.lowering, limits)
        self.known = self.lowering.constants(parameters)
        self.parameters = parameters
        for formula in formulas:
            self.solver.add(self.lowering.lower(formula, self.known))
        self.elements = {
            sort: [z3.Const(f"{sort.__name__}!!{number}", in_z3) for number in range(elements)]
            for sort, in_z3 in self.lowering.sorts.items()
        }

    # --- sizes ---------------------------------------------------------------------------------

    def smallest_sizes(self) -> Sizes | None:
        """Raise the size of all sorts together, then lower one after the other."""
        for size in range(1, self.most + 1):
            sizes: Sizes = dict.fromkeys(self.system.sorts, size)
            if self.fits(sizes):
                break
        else:
            return None
        for sort in self.system.sorts:
            for fewer in range(1, sizes[sort]):
                if self.fits({**sizes, sort: fewer}):
                    sizes[sort] = fewer
                    break
        return sizes

    def fits(self, sizes: Sizes) -> bool:
        self.solver.push()
        self.at_most(sizes)
        answer = ask(self.solver).answer
        self.solver.pop()
        return answer is Answer.SAT

    def at_most(self, sizes: Sizes) -> None:
        for sort, size in sizes.items():
            any_one = z3.Const("any!", self.lowering.sorts[sort])
            among = z3.Or([any_one == each for each in self.elements[sort][:size]])
            self.solver.add(z3.ForAll([any_one], among))

    def pin(self, sizes: Sizes) -> None:
        """Make the elements different, and those of an ordered sort in their order."""
        self.at_most(sizes)
        for sort, size in sizes.items():
            own = self.elements[sort][:size]
            if size > 1:
                self.solver.add(z3.Distinct(own))
            if issubclass(sort, Ordered):
                at_most = self.lowering.symbols[sort.__name__ + LE]
                for place, each in enumerate(own):
                    self.solver.add([at_most(each, later) for later in own[place:]])

    # --- tuples --------------------------------------------------------------------------------

    def rows(self, sorts: Iterable[type[Sort]], sizes: Sizes) -> Iterable[Row]:
        return product(*(range(sizes[sort]) for sort in sorts))

    def applied(self, name: str, sorts: tuple[type[Sort], ...], row: Row) -> Any:  # noqa: ANN401
        terms = (self.elements[sort][number] for sort, number in zip(sorts, row, strict=True))
        return self.lowering.symbols[name](*terms)

    def atoms(self, sizes: Sizes) -> Atoms:
        """Say of each relation, but for orders, that it holds of these elements."""
        symbols = (*self.system.relations.values(), *self.system.rigid.values())
        return {
            each.name: {
                row: self.applied(each.name, each.sorts, row)
                for row in self.rows(each.sorts, sizes)
            }
            for each in symbols
            if not each.name.endswith(LE)
        }

    def thin_out(self, atoms: list[Any]) -> None:
        """Let fewer and fewer hold, as long as Z3 finds out that it is possible."""
        while atoms and ask(self.solver).answer is Answer.SAT:
            model = self.solver.model()
            count = sum(z3.is_true(model.eval(each, model_completion=True)) for each in atoms)
            self.solver.push()
            if count == 0:
                return
            self.solver.add(z3.AtMost(*atoms, count - 1))
        self.solver.pop()

    # --- the result ----------------------------------------------------------------------------

    def structure(self, sizes: Sizes, atoms: Atoms) -> Structure | None:
        if ask(self.solver).answer is not Answer.SAT:
            return None
        model = self.solver.model()

        def value(term: Any) -> Any:  # noqa: ANN401
            return model.eval(term, model_completion=True)

        numbers = {
            sort: {str(value(self.elements[sort][at])): at for at in range(size)}
            for sort, size in sizes.items()
        }
        holding = {
            name: frozenset(row for row, atom in each.items() if z3.is_true(value(atom)))
            for name, each in atoms.items()
        }
        functions = {
            each.name: {
                row: numbers[each.result][str(value(self.applied(each.name, each.sorts, row)))]
                for row in self.rows(each.sorts, sizes)
            }
            for each in self.system.functions.values()
        }
        return Structure(
            sizes=sizes,
            relations={name: holding[name] for name in self.system.relations},
            rigid={name: holding[name] for name in holding if name in self.system.rigid},
            functions=functions,
            values=tuple(numbers[type(v)][str(value(self.known[id(v)]))] for v in self.parameters),
        )
