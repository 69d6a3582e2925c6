"""What must be proved for one spec to be seen as another: it begins there, and no step leads out.

Invariants may be used, for they are proved of every state that the spec reaches.
"""

from collections.abc import Iterator

from paxiom.proofs.obligations import Obligation, guards, named
from paxiom.spec.logic.abstraction import Abstraction
from paxiom.spec.logic.system import System


def abstraction_obligations(system: System, seen: Abstraction) -> Iterator[Obligation]:
    """Yield what makes each run of ``system`` one of the other, steps that change nothing aside."""
    axioms = named("axiom", system.axioms)
    at_first = dict(zip(system.initial, system.at_first, strict=True))
    begun = {**axioms, **named("initially", at_first)}
    yield Obligation(
        name=f"initially: {seen.abstract.name} begins",
        given=tuple(begun.values()),
        goal=seen.begins(),
        sources=tuple(begun),
    )
    for action in system.actions.values():
        given = {**axioms, **named("invariant", system.inductive), **guards(action)}
        yield Obligation(
            name=f"{action.name}: a step of {seen.abstract.name}, or nothing",
            given=tuple(given.values()),
            goal=seen.explains(action),
            parameters=action.parameters,
            action=action.name,
            sources=tuple(given),
        )
