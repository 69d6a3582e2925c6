"""Hypothesis profiles, chosen by HYPOTHESIS_PROFILE.

``dev`` is quick and random; ``ci`` is the same on every run; ``nightly`` looks longer.
"""

import os

from hypothesis import settings

# No deadlines: the first call of a kernel compiles it, and that is not a slow example.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.register_profile("nightly", deadline=None, max_examples=5_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "dev"))
