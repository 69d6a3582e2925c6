"""Both explorers under one signature: every expectation of a whole search is put to both."""

from collections.abc import Callable
from functools import partial

import pytest

from paxiom.model_check import engine, reference
from paxiom.model_check.result import Result

Explore = Callable[..., Result]  # a model, and limits

EXPLORERS = (
    pytest.param(reference.explore, id="reference"),
    pytest.param(partial(engine.explore, symmetry=False), id="engine"),
)
both_explorers = pytest.mark.parametrize("explore", EXPLORERS)
