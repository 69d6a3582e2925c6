"""Linearizability, on small histories and against brute force."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paxiom.spec.linearizability import (
    Call,
    Calls,
    Read,
    Register,
    Returned,
    Write,
    linearizable,
    linearization,
)
from paxiom.spec.property import Kind

holds = linearizable(Register(0))


def test_nothing_is_linearizable() -> None:
    assert holds(Calls())


def test_a_read_returns_the_value_last_written() -> None:
    written = Calls().invoke("p", Write(1)).respond("p", None).invoke("q", Read())

    assert holds(written.respond("q", 1))


def test_a_stale_read_is_not_linearizable() -> None:
    """The write had returned before the read was made."""
    written = Calls().invoke("p", Write(1)).respond("p", None).invoke("q", Read())

    assert not holds(written.respond("q", 0))


@pytest.mark.parametrize("value", [0, 1])
def test_a_read_concurrent_with_a_write_may_return_either_value(value: int) -> None:
    """Stale or not, until the write returns; and after it does."""
    concurrent = Calls().invoke("p", Write(1)).invoke("q", Read()).respond("q", value)

    assert holds(concurrent)
    assert holds(concurrent.respond("p", None))


def test_a_read_may_see_a_write_that_never_returns_but_no_later_read_may_miss_it() -> None:
    """Herlihy and Wing: a history may be completed with responses to calls that are open."""
    seen = Calls().invoke("p", Write(1)).invoke("q", Read()).respond("q", 1)

    assert holds(seen)
    assert holds(seen.invoke("q", Read()).respond("q", 1))
    assert not holds(seen.invoke("q", Read()).respond("q", 0))


def test_what_nobody_wrote_cannot_be_read() -> None:
    assert not holds(Calls().invoke("q", Read()).respond("q", 7))


def test_an_older_write_does_not_come_back_once_a_newer_one_was_read() -> None:
    """B's write of 1 is concurrent with A's of 0; but A reads 1 after its own has returned."""
    history = Calls().invoke("A", Write(0)).invoke("B", Write(1)).respond("A", None)
    history = history.invoke("A", Read()).respond("A", 1).respond("B", None)

    assert holds(history)
    assert not holds(history.invoke("A", Read()).respond("A", 0))


def test_sequential_consistency_is_not_enough() -> None:
    """Each client's calls can be ordered, but only against real time."""
    history = Calls().invoke("p", Write(1)).respond("p", None)
    history = history.invoke("q", Write(2)).respond("q", None)

    assert not holds(history.invoke("p", Read()).respond("p", 1))


def test_the_order_found_explains_the_results() -> None:
    calls = Calls().invoke("p", Write(1)).invoke("q", Read()).respond("q", 0).respond("p", None)

    order = linearization(calls, Register(0))

    assert order is not None
    assert [call.operation for call in order] == [Read(), Write(1)]


def test_a_client_makes_one_call_at_a_time() -> None:
    with pytest.raises(ValueError, match="p calls read before write 1 has returned"):
        Calls().invoke("p", Write(1)).invoke("p", Read())


@pytest.mark.parametrize("calls", [Calls(), Calls().invoke("p", Read()).respond("p", 0)])
def test_only_an_open_call_can_return(calls: Calls) -> None:
    with pytest.raises(ValueError, match="p, which has no open call"):
        calls.respond("p", None)


def test_a_violation_tells_the_calls_in_the_order_of_time() -> None:
    calls = Calls().invoke("q", Read()).invoke("p", Write(1)).respond("p", None)
    calls = calls.invoke("p", Read()).respond("p", None).respond("q", 1)
    told = linearizable(Register()).explain
    assert told is not None
    assert told(calls).sentence == (
        "No order of the calls explains what they returned: p's write 1 returned None; "
        "q's read returned 1; p's read returned None."
    )


def test_a_violation_tells_what_had_returned_before_a_call() -> None:
    calls = Calls().invoke("p", Write(1)).respond("p", None).invoke("r", Write(2))
    told = linearizable(Register()).explain
    assert told is not None
    assert told(calls.invoke("q", Read()).respond("q", None)).sentence == (
        "No order of the calls explains what they returned: p's write 1 returned None; "
        "q's read, after 1 of p's had returned, returned None; "
        "r's write 2, after 1 of p's had returned, has not returned."
    )


def test_it_is_a_property_of_every_state() -> None:
    assert holds.kind is Kind.ALWAYS
    assert holds.sentence.startswith("Every call takes effect at one moment")


# --- against brute force -----------------------------------------------------------------------


@st.composite
def histories(draw: st.DrawFn) -> tuple[Calls, tuple[tuple[str, int], ...]]:
    """Draw a history, and the same as a sequence of events: (client, number of its call)."""
    calls, events = Calls(), []
    made = dict.fromkeys("pqr", 0)
    is_open = dict.fromkeys("pqr", False)
    for client in draw(st.lists(st.sampled_from("pqr"), max_size=9)):
        events.append((client, made[client]))
        if is_open[client]:
            own = dict(calls.of)[client]
            value = draw(st.integers(0, 2)) if own[-1].operation == Read() else None
            calls = calls.respond(client, value)
            made[client] += 1
        else:
            operation = draw(st.sampled_from([Read(), Write(1), Write(2)]))
            calls = calls.invoke(client, operation)
        is_open[client] = not is_open[client]
    return calls, tuple(events)


def linearizable_by_definition(calls: Calls, events: tuple[tuple[str, int], ...]) -> bool:
    """Try every order of the calls that returned and of any of those that did not."""
    first = {event: events.index(event) for event in events}
    last = {event: len(events) - 1 - events[::-1].index(event) for event in events}
    call_of = {
        (client, number): call for client, own in calls.of for number, call in enumerate(own)
    }
    returned = {event for event, call in call_of.items() if call.result is not None}
    still_open = [event for event in call_of if event not in returned]
    for mask in range(2 ** len(still_open)):
        chosen = returned | {e for i, e in enumerate(still_open) if mask >> i & 1}
        for order in permutations(sorted(chosen)):
            place = {event: position for position, event in enumerate(order)}
            in_time = all(
                place[a] < place[b]
                for a in returned & chosen
                for b in chosen
                if a != b and last[a] < first[b]  # type: ignore[index]
            )
            if in_time and explains([call_of[event] for event in order]):
                return True
    return False


def explains(order: list[Call]) -> bool:
    """Whether a register that starts at 0 answers so."""
    value: object = 0
    for call in order:
        if isinstance(call.operation, Write):
            value = call.operation.value
        elif call.result not in (None, Returned(value)):
            return False
    return True


@given(histories())
def test_the_search_agrees_with_the_definition(
    drawn: tuple[Calls, tuple[tuple[str, int], ...]],
) -> None:
    calls, events = drawn

    assert holds(calls) == linearizable_by_definition(calls, events)
