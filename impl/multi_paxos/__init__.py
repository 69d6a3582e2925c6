"""Multi-Paxos: the protocol, and what its nodes say and remember."""

from paxiom.impl.multi_paxos.core import MultiPaxos
from paxiom.impl.multi_paxos.vocabulary import (
    NOOP,
    Accept,
    Accepted,
    Acceptor,
    Candidate,
    Decided,
    Follower,
    Leader,
    Message,
    Prepare,
    Promise,
    Retired,
    Server,
    Stable,
    Timer,
    Vote,
)

__all__ = [
    "NOOP",
    "Accept",
    "Accepted",
    "Acceptor",
    "Candidate",
    "Decided",
    "Follower",
    "Leader",
    "Message",
    "MultiPaxos",
    "Prepare",
    "Promise",
    "Retired",
    "Server",
    "Stable",
    "Timer",
    "Vote",
]
