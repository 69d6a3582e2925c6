"""Linearizability: concurrent calls that look as if each took effect at one moment.

After Maurice Herlihy and Jeannette Wing, "Linearizability: A Correctness Condition for Concurrent
Objects", ACM TOPLAS 12(3), 1990: a history is linearizable if its calls can be put in one order,
in which the object answers as it did, and which keeps the order of any two calls of which one had
returned before the other was made. A call that has not returned may have taken effect or not.

The search is that of Jeannette Wing and Chun Gong, "Testing and Verifying Concurrent Objects",
JPDC 17, 1993: try every next call that real time allows, and never a configuration twice.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from operator import ge
from typing import Protocol

from paxiom.spec.property import Finding, Property, Subject, always, reachable


@dataclass(frozen=True, slots=True)
class Returned:
    """What a call returned."""

    value: Hashable


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of a client; ``result`` is None until it returns.

    ``before`` counts, for each other client, the calls that had returned when this one was made.
    """

    operation: Hashable
    before: frozenset[tuple[Hashable, int]]
    result: Returned | None = None


@dataclass(frozen=True, slots=True)
class Calls:
    """All calls ever made: of each client in turn, one at a time; only the last may be open."""

    of: frozenset[tuple[Hashable, tuple[Call, ...]]] = frozenset()

    def invoke(self, client: Hashable, operation: Hashable) -> "Calls":
        """Record that ``client`` calls ``operation``."""
        calls = dict(self.of)
        own = calls.get(client, ())
        if own and own[-1].result is None:
            msg = f"{client} calls {operation} before {own[-1].operation} has returned"
            raise ValueError(msg)
        returned = {
            (other, sum(call.result is not None for call in theirs))
            for other, theirs in calls.items()
            if other != client
        }
        before = frozenset((other, count) for other, count in returned if count)
        calls[client] = (*own, Call(operation, before))
        return Calls(frozenset(calls.items()))

    def respond(self, client: Hashable, value: Hashable) -> "Calls":
        """Record that the open call of ``client`` returns ``value``."""
        calls = dict(self.of)
        own = calls.get(client, ())
        if not own or own[-1].result is not None:
            msg = f"{value} is returned to {client}, which has no open call"
            raise ValueError(msg)
        calls[client] = (*own[:-1], replace(own[-1], result=Returned(value)))
        return Calls(frozenset(calls.items()))


class SequentialObject(Protocol):
    """An object as one client at a time sees it."""

    @property
    def initial(self) -> Hashable:
        """The state before any call."""
        ...

    def apply(self, state: Hashable, operation: Hashable) -> tuple[Hashable, Hashable]:
        """Carry out ``operation``: the state after it, and what it returns."""
        ...


@dataclass(frozen=True, slots=True)
class Write:
    """Write ``value``; returns None."""

    value: Hashable

    def __str__(self) -> str:
        """Say what is asked."""
        return f"write {self.value}"


@dataclass(frozen=True, slots=True)
class Read:
    """Return the value last written."""

    def __str__(self) -> str:
        """Say what is asked."""
        return "read"


@dataclass(frozen=True, slots=True)
class Register:
    """A variable: a read returns the value last written."""

    initial: Hashable = None

    def apply(self, state: Hashable, operation: Hashable) -> tuple[Hashable, Hashable]:
        """Write or read."""
        return (operation.value, None) if isinstance(operation, Write) else (state, state)


def linearization(calls: Calls, specification: SequentialObject) -> tuple[Call, ...] | None:
    """Find an order of the calls that explains every result, or None if there is none.

    ``done`` says of each client how many of its calls are in the order so far.
    """
    clients = sorted(calls.of, key=lambda client: str(client[0]))
    returned = [sum(call.result is not None for call in own) for _, own in clients]
    pending: list[tuple[tuple[Call, ...], tuple[int, ...], Hashable]] = [
        ((), (0,) * len(clients), specification.initial)
    ]
    seen: set[Hashable] = set()
    while pending:
        order, done, state = pending.pop()
        if all(map(ge, done, returned)):
            return order
        if (done, state) in seen:
            continue
        seen.add((done, state))
        for position, call in _allowed_next(clients, done):
            after, value = specification.apply(state, call.operation)
            if call.result is None or call.result.value == value:
                taken = (*done[:position], done[position] + 1, *done[position + 1 :])
                pending.append(((*order, call), taken, after))
    return None


def _allowed_next(
    clients: Sequence[tuple[Hashable, tuple[Call, ...]]], done: tuple[int, ...]
) -> list[tuple[int, Call]]:
    """Each client's next call, if all that had returned before it are in the order; open first."""
    taken = {client: count for (client, _), count in zip(clients, done, strict=True)}
    following = [
        (position, own[count])
        for position, ((_, own), count) in enumerate(zip(clients, done, strict=True))
        if count < len(own) and all(taken[other] >= least for other, least in own[count].before)
    ]
    return sorted(following, key=lambda each: each[1].result is not None)


def _told(client: Hashable, call: Call) -> str:
    counts = sorted((str(other), number) for other, number in call.before)
    earlier = [f"{number} of {other}'s" for other, number in counts]
    after = f", after {' and '.join(earlier)} had returned," if earlier else ""
    answer = f"returned {call.result.value}" if call.result else "has not returned"
    return f"{client}'s {call.operation}{after} {answer}"


def _inexplicable(calls: Calls) -> Finding:
    """Tell all calls, those first before which the fewest had returned."""
    each = [
        (at + sum(number for _, number in call.before), str(client), _told(client, call))
        for client, own in calls.of
        for at, call in enumerate(own)
    ]
    told = "; ".join(sentence for *_, sentence in sorted(each))
    return Finding(f"No order of the calls explains what they returned: {told}.")


def linearizable(specification: SequentialObject) -> Property:
    """Make the property that all calls so far are linearizable; the history must be ``Calls``."""

    @always(Subject.HISTORY, explain=_inexplicable)
    def linearizability(calls: Calls) -> bool:
        """Every call takes effect at one moment between its invocation and its response."""
        return linearization(calls, specification) is not None

    return linearizability


def _read(own: Sequence[Call]) -> set[Hashable]:
    found = [call.result for call in own if call.operation == Read()]
    return {result.value for result in found if result and result.value is not None}


def _written(own: Sequence[Call]) -> set[Hashable]:
    return {call.operation.value for call in own if isinstance(call.operation, Write)}


@reachable(Subject.HISTORY)
def some_value_is_read(calls: Calls) -> bool:
    """A read returns a value that was written."""
    return any(_read(own) for _, own in calls.of)


@reachable(Subject.HISTORY)
def some_value_of_another_is_read(calls: Calls) -> bool:
    """A client reads a value that it has not written itself."""
    return any(_read(own) - _written(own) for _, own in calls.of)
