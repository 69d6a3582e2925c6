"""How TLC is asked to search raft.tla, and what it reports."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Constants, faults and CONSTRAINT; None means no bound.

    TLC counts only the states inside its CONSTRAINT and goes on only from these. ``history`` keeps
    the history variables (elections, allLogs, voterLog, and mlog in messages); without it they
    stay empty, as if they were not there.
    """

    servers: int = 2
    max_term: int = 2
    max_log: int = 1
    max_in_flight: int | None = 2  # messages in the bag, copies included
    max_copies: int | None = 1  # of each message
    values: int = 1
    restart: bool = False
    duplicate: bool = False
    drop: bool = False
    history: bool = False

    def __str__(self) -> str:
        """Say what is not as by default."""
        chosen = ((each.name, each.default, getattr(self, each.name)) for each in fields(self))
        return ", ".join(f"{name}={value}" for name, usual, value in chosen if value != usual)


@dataclass(frozen=True, slots=True)
class Counts:
    """What TLC reports of a complete search.

    ``generated`` counts the initial state, every step, and the steps out of bounds; ``depth``
    the states of the longest shortest path.
    """

    distinct: int
    generated: int
    depth: int
