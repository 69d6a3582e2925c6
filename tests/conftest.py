"""Hypothesis profiles, chosen by HYPOTHESIS_PROFILE; signals.

``dev`` is quick and random; ``ci`` is the same on every run; ``nightly`` looks longer.
"""

import os
import signal

from hypothesis import Phase, settings

# An example may be a whole search. So there are no deadlines (the first call of a kernel compiles
# it), and no explaining of failures, which traces every line of every search while shrinking.
settings.register_profile(
    "dev", deadline=None, phases=[phase for phase in Phase if phase is not Phase.explain]
)
settings.register_profile(
    "ci", settings.get_profile("dev"), derandomize=True, database=None, print_blob=True
)
settings.register_profile(
    "nightly", settings.get_profile("dev"), max_examples=5_000, print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "dev"))

# A shell that starts us in the background has SIGINT ignored, by the commands that we start too;
# tests send it to them.
signal.signal(signal.SIGINT, signal.default_int_handler)
