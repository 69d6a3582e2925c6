"""The semantics of raft.tla in plain Python, and a breadth-first search over them: an oracle.

Source: github.com/ongardie/raft.tla at 6ecbdbc, raft.tla; every action bears its name there. It is
written apart from support/raft_tla.py, so that the two can accuse each other, and without thought
of speed. Servers are numbered from 0, indexes into logs from 1 as in the specification.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from support.raft_tla_bounds import Bounds, Counts

FOLLOWER, CANDIDATE, LEADER = "Follower", "Candidate", "Leader"

Log = tuple[tuple[int, int], ...]  # of (term, value)
Bag = frozenset[tuple["Message", int]]


class Message(NamedTuple):
    """A record of the bag; the fields that a type of message does not have are None."""

    mtype: str
    mterm: int
    msource: int
    mdest: int
    mlast_log_term: int | None = None
    mlast_log_index: int | None = None
    mvote_granted: bool | None = None
    mprev_log_index: int | None = None
    mprev_log_term: int | None = None
    mentries: Log | None = None
    mcommit_index: int | None = None
    msuccess: bool | None = None
    mmatch_index: int | None = None
    mlog: Log | None = None


class State(NamedTuple):
    """The variables of the specification, in the order in which it declares them."""

    messages: Bag
    elections: frozenset[Any]
    all_logs: frozenset[Log]
    current_term: tuple[int, ...]
    state: tuple[str, ...]
    voted_for: tuple[int | None, ...]
    log: tuple[Log, ...]
    commit_index: tuple[int, ...]
    votes_responded: tuple[frozenset[int], ...]
    votes_granted: tuple[frozenset[int], ...]
    voter_log: tuple[frozenset[tuple[int, Log]], ...]
    next_index: tuple[tuple[int, ...], ...]
    match_index: tuple[tuple[int, ...], ...]


def init(bounds: Bounds) -> State:
    """Init."""
    n = bounds.servers
    nobody: frozenset[Any] = frozenset()
    return State(
        messages=frozenset(),
        elections=frozenset(),
        all_logs=frozenset(),
        current_term=(1,) * n,
        state=(FOLLOWER,) * n,
        voted_for=(None,) * n,
        log=((),) * n,
        commit_index=(0,) * n,
        votes_responded=(nobody,) * n,
        votes_granted=(nobody,) * n,
        voter_log=(nobody,) * n,
        next_index=((1,) * n,) * n,
        match_index=((0,) * n,) * n,
    )


# --- helpers -----------------------------------------------------------------------------------


def put(values: tuple[Any, ...], i: int, value: object) -> tuple[Any, ...]:
    """[values EXCEPT ![i] = value]."""
    return (*values[:i], value, *values[i + 1 :])


def last_term(log: Log) -> int:
    """LastTerm."""
    return log[-1][0] if log else 0


def with_message(m: Message, messages: Bag) -> Bag:
    """WithMessage."""
    return frozenset((Counter(dict(messages)) + Counter([m])).items())


def without_message(m: Message, messages: Bag) -> Bag:
    """WithoutMessage."""
    return frozenset((Counter(dict(messages)) - Counter([m])).items())


# --- actions: each yields the states it leads to, none where it is not enabled ------------------


def restart(s: State, i: int) -> Iterator[State]:
    """Restart(i)."""
    n = len(s.log)
    yield s._replace(
        state=put(s.state, i, FOLLOWER),
        votes_responded=put(s.votes_responded, i, frozenset()),
        votes_granted=put(s.votes_granted, i, frozenset()),
        voter_log=put(s.voter_log, i, frozenset()),
        next_index=put(s.next_index, i, (1,) * n),
        match_index=put(s.match_index, i, (0,) * n),
        commit_index=put(s.commit_index, i, 0),
    )


def timeout(s: State, i: int) -> Iterator[State]:
    """Timeout(i)."""
    if s.state[i] in {FOLLOWER, CANDIDATE}:
        yield s._replace(
            state=put(s.state, i, CANDIDATE),
            current_term=put(s.current_term, i, s.current_term[i] + 1),
            voted_for=put(s.voted_for, i, None),
            votes_responded=put(s.votes_responded, i, frozenset()),
            votes_granted=put(s.votes_granted, i, frozenset()),
            voter_log=put(s.voter_log, i, frozenset()),
        )


def request_vote(s: State, i: int, j: int) -> Iterator[State]:
    """RequestVote(i, j); i and j may be the same."""
    if s.state[i] == CANDIDATE and j not in s.votes_responded[i]:
        request = Message(
            mtype="RequestVoteRequest",
            mterm=s.current_term[i],
            mlast_log_term=last_term(s.log[i]),
            mlast_log_index=len(s.log[i]),
            msource=i,
            mdest=j,
        )
        yield s._replace(messages=with_message(request, s.messages))


def append_entries(s: State, i: int, j: int, *, history: bool) -> Iterator[State]:
    """AppendEntries(i, j)."""
    if i == j or s.state[i] != LEADER:
        return
    log, following = s.log[i], s.next_index[i][j]
    last_entry = min(len(log), following)
    request = Message(
        mtype="AppendEntriesRequest",
        mterm=s.current_term[i],
        mprev_log_index=following - 1,
        mprev_log_term=log[following - 2][0] if following - 1 > 0 else 0,
        mentries=log[following - 1 : last_entry],
        mlog=log if history else (),
        mcommit_index=min(s.commit_index[i], last_entry),
        msource=i,
        mdest=j,
    )
    yield s._replace(messages=with_message(request, s.messages))


def become_leader(s: State, i: int, *, history: bool) -> Iterator[State]:
    """BecomeLeader(i)."""
    n = len(s.log)
    if s.state[i] == CANDIDATE and len(s.votes_granted[i]) * 2 > n:
        term, log = s.current_term[i], s.log[i]
        election = (term, i, log, s.votes_granted[i], s.voter_log[i])
        yield s._replace(
            state=put(s.state, i, LEADER),
            next_index=put(s.next_index, i, (len(log) + 1,) * n),
            match_index=put(s.match_index, i, (0,) * n),
            elections=s.elections | {election} if history else s.elections,
        )


def client_request(s: State, i: int, v: int) -> Iterator[State]:
    """ClientRequest(i, v)."""
    if s.state[i] == LEADER:
        yield s._replace(log=put(s.log, i, (*s.log[i], (s.current_term[i], v))))


def advance_commit_index(s: State, i: int) -> Iterator[State]:
    """AdvanceCommitIndex(i)."""
    if s.state[i] != LEADER:
        return
    log, servers = s.log[i], range(len(s.log))
    agree_indexes = [
        index
        for index in range(1, len(log) + 1)
        if len({i} | {k for k in servers if s.match_index[i][k] >= index}) * 2 > len(servers)
    ]
    new = s.commit_index[i]
    if agree_indexes and log[max(agree_indexes) - 1][0] == s.current_term[i]:
        new = max(agree_indexes)
    yield s._replace(commit_index=put(s.commit_index, i, new))


def handle_request_vote_request(
    s: State, i: int, j: int, m: Message, *, history: bool
) -> Iterator[State]:
    """HandleRequestVoteRequest(i, j, m)."""
    assert m.mlast_log_term is not None
    assert m.mlast_log_index is not None
    log = s.log[i]
    log_ok = m.mlast_log_term > last_term(log) or (
        m.mlast_log_term == last_term(log) and m.mlast_log_index >= len(log)
    )
    grant = m.mterm == s.current_term[i] and log_ok and s.voted_for[i] in {None, j}
    if m.mterm <= s.current_term[i]:
        response = Message(
            mtype="RequestVoteResponse",
            mterm=s.current_term[i],
            mvote_granted=grant,
            mlog=log if history else (),
            msource=i,
            mdest=j,
        )
        yield s._replace(
            voted_for=put(s.voted_for, i, j) if grant else s.voted_for,
            messages=without_message(m, with_message(response, s.messages)),
        )


def handle_request_vote_response(
    s: State, i: int, j: int, m: Message, *, history: bool
) -> Iterator[State]:
    """HandleRequestVoteResponse(i, j, m); what voterLog has for j is not overwritten."""
    if m.mterm != s.current_term[i]:
        return
    granted, logs = s.votes_granted[i], s.voter_log[i]
    if m.mvote_granted:
        granted = granted | {j}
        if history and j not in dict(logs):
            logs = logs | {(j, m.mlog or ())}
    yield s._replace(
        votes_responded=put(s.votes_responded, i, s.votes_responded[i] | {j}),
        votes_granted=put(s.votes_granted, i, granted),
        voter_log=put(s.voter_log, i, logs),
        messages=without_message(m, s.messages),
    )


def handle_append_entries_request(s: State, i: int, j: int, m: Message) -> Iterator[State]:
    """HandleAppendEntriesRequest(i, j, m)."""
    assert m.mprev_log_index is not None
    assert m.mentries is not None
    log, index = s.log[i], m.mprev_log_index + 1
    log_ok = m.mprev_log_index == 0 or (
        m.mprev_log_index <= len(log) and m.mprev_log_term == log[m.mprev_log_index - 1][0]
    )
    in_term = m.mterm == s.current_term[i]
    response = Message("AppendEntriesResponse", s.current_term[i], msource=i, mdest=j)
    if m.mterm < s.current_term[i] or (in_term and s.state[i] == FOLLOWER and not log_ok):
        reject = response._replace(msuccess=False, mmatch_index=0)
        yield s._replace(messages=without_message(m, with_message(reject, s.messages)))
    if in_term and s.state[i] == CANDIDATE:
        yield s._replace(state=put(s.state, i, FOLLOWER))
    if not (in_term and s.state[i] == FOLLOWER and log_ok):
        return
    if not m.mentries or (len(log) >= index and log[index - 1][0] == m.mentries[0][0]):
        done = response._replace(msuccess=True, mmatch_index=m.mprev_log_index + len(m.mentries))
        yield s._replace(
            commit_index=put(s.commit_index, i, m.mcommit_index),
            messages=without_message(m, with_message(done, s.messages)),
        )
    if m.mentries and len(log) >= index and log[index - 1][0] != m.mentries[0][0]:
        yield s._replace(log=put(s.log, i, log[:-1]))
    if m.mentries and len(log) == m.mprev_log_index:
        yield s._replace(log=put(s.log, i, (*log, m.mentries[0])))


def handle_append_entries_response(s: State, i: int, j: int, m: Message) -> Iterator[State]:
    """HandleAppendEntriesResponse(i, j, m)."""
    assert m.mmatch_index is not None
    if m.mterm != s.current_term[i]:
        return
    following, match = s.next_index[i], s.match_index[i]
    if m.msuccess:
        following = put(following, j, m.mmatch_index + 1)
        match = put(match, j, m.mmatch_index)
    else:
        following = put(following, j, max(following[j] - 1, 1))
    yield s._replace(
        next_index=put(s.next_index, i, following),
        match_index=put(s.match_index, i, match),
        messages=without_message(m, s.messages),
    )


def update_term(s: State, i: int, m: Message) -> Iterator[State]:
    """UpdateTerm(i, j, m): the message stays in the bag."""
    if m.mterm > s.current_term[i]:
        yield s._replace(
            current_term=put(s.current_term, i, m.mterm),
            state=put(s.state, i, FOLLOWER),
            voted_for=put(s.voted_for, i, None),
        )


def drop_stale_response(s: State, i: int, m: Message) -> Iterator[State]:
    """DropStaleResponse(i, j, m)."""
    if m.mterm < s.current_term[i]:
        yield s._replace(messages=without_message(m, s.messages))


def receive(s: State, m: Message, *, history: bool) -> Iterator[State]:
    """Receive(m)."""
    i, j = m.mdest, m.msource
    yield from update_term(s, i, m)
    match m.mtype:
        case "RequestVoteRequest":
            yield from handle_request_vote_request(s, i, j, m, history=history)
        case "RequestVoteResponse":
            yield from drop_stale_response(s, i, m)
            yield from handle_request_vote_response(s, i, j, m, history=history)
        case "AppendEntriesRequest":
            yield from handle_append_entries_request(s, i, j, m)
        case "AppendEntriesResponse":
            yield from drop_stale_response(s, i, m)
            yield from handle_append_entries_response(s, i, j, m)


def duplicate_message(s: State, m: Message) -> Iterator[State]:
    """DuplicateMessage(m)."""
    yield s._replace(messages=with_message(m, s.messages))


def drop_message(s: State, m: Message) -> Iterator[State]:
    """DropMessage(m)."""
    yield s._replace(messages=without_message(m, s.messages))


def successors(bounds: Bounds, s: State) -> Iterator[State]:
    """Next: one state for each way to take each action, equal ones included, as TLC generates."""
    history, servers = bounds.history, range(bounds.servers)
    logs = s.all_logs | set(s.log) if history else s.all_logs
    for after in _steps(bounds, s, servers, history=history):
        yield after._replace(all_logs=logs)


def _steps(bounds: Bounds, s: State, servers: range, *, history: bool) -> Iterator[State]:
    for i in servers:
        if bounds.restart:
            yield from restart(s, i)
        yield from timeout(s, i)
        yield from become_leader(s, i, history=history)
        yield from advance_commit_index(s, i)
        for v in range(bounds.values):
            yield from client_request(s, i, v)
        for j in servers:
            yield from request_vote(s, i, j)
            yield from append_entries(s, i, j, history=history)
    for m, _ in s.messages:
        yield from receive(s, m, history=history)
        if bounds.duplicate:
            yield from duplicate_message(s, m)
        if bounds.drop:
            yield from drop_message(s, m)


# --- the search --------------------------------------------------------------------------------


def bounded(bounds: Bounds, s: State) -> bool:
    """Whether TLC keeps ``s`` under its CONSTRAINT: counts it, and goes on from it."""
    copies = [count for _, count in s.messages]
    return (
        max(s.current_term) <= bounds.max_term
        and max(map(len, s.log)) <= bounds.max_log
        and (bounds.max_copies is None or max(copies, default=0) <= bounds.max_copies)
        and (bounds.max_in_flight is None or sum(copies) <= bounds.max_in_flight)
    )


def count(bounds: Bounds) -> Counts:
    """Visit every state within ``bounds``, level by level."""
    frontier = [init(bounds)]
    seen, generated, depth = set(frontier), 1, 0
    while frontier:
        depth, following = depth + 1, []
        for state in frontier:
            for after in successors(bounds, state):
                generated += 1
                if after not in seen and bounded(bounds, after):
                    seen.add(after)
                    following.append(after)
        frontier = following
    return Counts(len(seen), generated, depth)
