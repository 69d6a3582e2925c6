"""The engine against the oracle, on random protocols in random environments."""

from hypothesis import HealthCheck, assume, given, settings

from paxiom.model_check import reference
from paxiom.model_check.engine import explore
from paxiom.model_check.model import Model
from support.agreement import essence, exhausted
from support.random_protocols import random_models
from support.symmetric import canonical_orbit_count, reachable_worlds

MOST_STATES = 2_000


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(random_models())
def test_engine_and_oracle_agree(model: Model) -> None:
    """States, transitions, depth, actions, cuts, witnesses, verdict, property, length."""
    oracle = reference.explore(model, max_states=MOST_STATES)
    assume(exhausted(oracle))

    assert essence(explore(model, symmetry=False)) == essence(oracle)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(random_models(symmetric=True))
def test_symmetry_visits_one_state_of_each_orbit(model: Model) -> None:
    """The count is that of the orbits, found by brute force; the verdict does not change."""
    oracle = reference.explore(model, max_states=MOST_STATES)
    assume(exhausted(oracle))
    result = explore(model)

    assert result.verdict is oracle.verdict
    assert result.depth == oracle.depth
    assert result.witnesses == oracle.witnesses
    if oracle.violation:
        assert result.violation is not None
        assert len(result.violation.trace) == len(oracle.violation.trace)
    else:
        assert result.states == canonical_orbit_count(model, reachable_worlds(model))
