"""The engine: exhaustive search at native speed, from plain Python handlers."""

from paxiom.model_check.engine.compiling import load_kernels

load_kernels()

from paxiom.model_check.engine.explorer import explore  # noqa: E402 - kernels load first
from paxiom.model_check.engine.search import Progress  # noqa: E402

__all__ = ["Progress", "explore"]
