"""Random runs of random protocols."""

from hypothesis import strategies as st

from paxiom.model_check.model import Model
from paxiom.model_check.traces.trace import Trace
from paxiom.model_check.world import initial_world, successors
from support.random_protocols import random_models


@st.composite
def runs(draw: st.DrawFn) -> tuple[Model, Trace]:
    """Draw a run of a random protocol in a random environment."""
    model = draw(random_models(small=False))
    world = initial = initial_world(model)
    steps = []
    for _ in range(draw(st.integers(0, 12))):
        possible = [step for step in successors(model, world) if not step.cut]
        if not possible:
            break
        steps.append(draw(st.sampled_from(possible)))
        if steps[-1].world is None:
            break
        world = steps[-1].world
    return model, Trace(initial, tuple(steps))
