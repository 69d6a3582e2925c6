"""What random walks through a model may claim: less than a search, and never that it holds."""

from dataclasses import dataclass

from paxiom.model_check.result import Result


@dataclass(frozen=True, kw_only=True)
class Simulation(Result):
    """The outcome of a simulation.

    It is VIOLATED, with a trace that need not be a shortest one, or INCOMPLETE, whatever was seen.
    ``states`` is the number of distinct states seen: ``exact``, as far as 64-bit fingerprints
    tell states apart, or else estimated from a sample. ``transitions`` counts all steps taken,
    ``depth`` those of the longest walk, ``cuts`` how often a walker was at a bound's edge.
    """

    walks: int  # that have come to an end
    limit: int  # of the steps of one walk
    seed: int
    rarity: int  # how many times rarer faults, losses and steps that change nothing were
    stuck: int  # walks that ended where no step was possible
    exact: bool
