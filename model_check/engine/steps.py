"""Step properties, asked once per two observations of a node, or two histories."""

from collections.abc import Hashable

from paxiom.model_check.model import Model
from paxiom.model_check.symmetry import Symmetry
from paxiom.model_check.world import asked
from paxiom.spec.property import Kind, Property, Subject


class StepJudge:
    """Remembers which step properties fail of what was shown before and after a step."""

    def __init__(self, model: Model, symmetry: Symmetry | None) -> None:
        """Know nothing."""
        self._properties = [
            (rank, prop) for rank, prop in enumerate(model.properties) if prop.kind is Kind.STEP
        ]
        self._symmetry = symmetry
        self._known: dict[tuple[Subject, Hashable, Hashable], list[int]] = {}

    def violated(self, subject: Subject, before: Hashable, after: Hashable) -> list[int]:
        """Ranks of the step properties over ``subject`` that fail."""
        key = subject, before, after
        if key not in self._known:
            self._known[key] = [
                rank
                for rank, prop in self._properties
                if prop.subject is subject and not self._holds(prop, before, after)
            ]
        return self._known[key]

    def _holds(self, prop: Property, before: Hashable, after: Hashable) -> bool:
        if self._symmetry:
            self._symmetry.check_property(prop, before, after)
        return asked(prop, before, after)
