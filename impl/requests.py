"""What clients ask of a storage service, however it is kept."""

from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Write:
    """A client's request to write ``value``."""

    value: Hashable


@dataclass(frozen=True, slots=True)
class Read:
    """A client's request to read."""
