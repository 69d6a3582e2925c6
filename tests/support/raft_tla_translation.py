"""States of support/raft_tla.py as those of the oracle, to be compared."""

from typing import Any

from support import raft_tla_oracle as oracle
from support.raft_tla import System
from support.raft_tla_server import (
    AppendEntriesRequest,
    AppendEntriesResponse,
    Election,
    Indexes,
    Log,
    Message,
    RequestVoteRequest,
    RequestVoteResponse,
    Server,
    ServerId,
)


def as_oracle(system: System) -> oracle.State:
    """Translate a state; the names of servers are s1, s2, ... and of values a, b, ..."""
    servers = sorted(system.servers, key=lambda server: number(server.name))
    return oracle.State(
        messages=frozenset((_message(each), copies) for each, copies in system.bag),
        elections=frozenset(map(_election, system.elections)),
        all_logs=frozenset(map(_log, system.logs)),
        current_term=tuple(each.term for each in servers),
        state=tuple(each.role.value.capitalize() for each in servers),
        voted_for=tuple(_voted_for(each) for each in servers),
        log=tuple(_log(each.log) for each in servers),
        commit_index=tuple(each.commit for each in servers),
        votes_responded=tuple(frozenset(map(number, each.responded)) for each in servers),
        votes_granted=tuple(frozenset(map(number, each.granted)) for each in servers),
        voter_log=tuple(_voter_log(each.voter_logs) for each in servers),
        next_index=tuple(_indexes(each.next) for each in servers),
        match_index=tuple(_indexes(each.match) for each in servers),
    )


def number(server: ServerId) -> int:
    """Number a server as the oracle does."""
    return int(server[1:]) - 1


def _voted_for(server: Server) -> int | None:
    return None if server.voted_for is None else number(server.voted_for)


def _log(log: Log) -> oracle.Log:
    return tuple((entry.term, "abc".index(str(entry.command))) for entry in log)


def _indexes(indexes: Indexes) -> tuple[int, ...]:
    by_number = {number(server): index for server, index in indexes}
    return tuple(by_number[each] for each in range(len(by_number)))


def _voter_log(logs: frozenset[tuple[ServerId, Log]]) -> frozenset[tuple[int, oracle.Log]]:
    return frozenset((number(server), _log(log)) for server, log in logs)


def _election(election: Election) -> tuple[Any, ...]:
    return (
        election.term,
        number(election.leader),
        _log(election.log),
        frozenset(map(number, election.votes)),
        _voter_log(election.voter_logs),
    )


def _message(message: Message) -> oracle.Message:
    common: dict[str, Any] = {
        "mtype": type(message).__name__,
        "mterm": message.term,
        "msource": number(message.source),
        "mdest": number(message.to),
    }
    match message:
        case RequestVoteRequest(last_log=(term, index)):
            return oracle.Message(**common, mlast_log_term=term, mlast_log_index=index)
        case RequestVoteResponse(granted=granted, log=log):
            return oracle.Message(**common, mvote_granted=granted, mlog=_log(log))
        case AppendEntriesRequest():
            return oracle.Message(
                **common,
                mprev_log_index=message.previous_index,
                mprev_log_term=message.previous_term,
                mentries=_log(message.entries),
                mcommit_index=message.commit,
                mlog=_log(message.log),
            )
        case AppendEntriesResponse(success=success, match=match):
            return oracle.Message(**common, msuccess=success, mmatch_index=match)
