"""The engine: exhaustive search at native speed, from plain Python handlers."""

from paxiom.model_check.engine.explorer import explore
from paxiom.model_check.engine.search import Progress

__all__ = ["Progress", "explore"]
