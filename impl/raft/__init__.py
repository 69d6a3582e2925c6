"""Raft: the core protocol, and what its nodes say and remember."""

from paxiom.impl.raft.core import Raft
from paxiom.impl.raft.vocabulary import (
    Appended,
    AppendEntries,
    Candidate,
    Entry,
    Follower,
    Leader,
    Log,
    Message,
    Peer,
    RequestVote,
    Retired,
    Role,
    Server,
    Stable,
    Timer,
    Vote,
    term_at,
)

__all__ = [
    "AppendEntries",
    "Appended",
    "Candidate",
    "Entry",
    "Follower",
    "Leader",
    "Log",
    "Message",
    "Peer",
    "Raft",
    "RequestVote",
    "Retired",
    "Role",
    "Server",
    "Stable",
    "Timer",
    "Vote",
    "term_at",
]
